"""How many posts X may still give: to a run, and on a day to all runs together, which count them in one file."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.connectors.fields import count, first_of
from app.domain.sources import ConnectorError


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many posts X may give to a run, and on a day (UTC) to all runs, which are counted in `file`."""

    run: int
    day: int
    file: Path


@dataclass(slots=True)
class Budget:
    """What is left of an allowance for a run of `today`.

    Posts are taken before X is asked and given back where it gave fewer, so that an answer that cannot be read counts
    for all that it may have cost, also where the run ends there. Raises ConnectorError where the file cannot be kept:
    without it X could cost any sum.
    """

    allowance: Allowance
    today: date
    taken: int = 0

    @property
    def left(self) -> int:
        """How many posts may still be taken."""
        return min(self._left_of_run(), self._left_of_day())

    def spent(self) -> str:
        """The budget that has ended or will end first, as the beginning of a message."""
        if self._left_of_day() < self._left_of_run():
            return f"X's budget of {self.allowance.day} posts a day (HOTPAPERS_TWITTER_DAY_BUDGET) is used up"
        return f"X's budget of {self.allowance.run} posts a run (HOTPAPERS_TWITTER_BUDGET) is used up"

    def take(self, posts: int) -> None:
        """Count posts that X is about to be asked for."""
        self.taken += posts
        with self._locked():
            self._write(self._counted() + posts)

    def give_back(self, posts: int) -> None:
        """Count posts no longer that were taken and that X did not give."""
        self.take(-posts)

    def _left_of_run(self) -> int:
        return self.allowance.run - self.taken

    def _left_of_day(self) -> int:
        with self._locked():
            return self.allowance.day - self._counted()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.allowance.file.parent.mkdir(parents=True, exist_ok=True)
            with self.allowance.file.with_suffix(".lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise ConnectorError(
                f"X was not asked, for the file in {self.allowance.file.parent} that counts its posts cannot be kept: "
                f"{error.strerror}.",
                permanent=True,
            ) from error

    def _counted(self) -> int:
        try:
            told = json.loads(self.allowance.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError, RecursionError):
            return 0
        return (count(first_of(told, "posts")) or 0) if first_of(told, "day") == self.today.isoformat() else 0

    def _write(self, posts: int) -> None:
        whole = self.allowance.file.with_suffix(".new")
        whole.write_text(json.dumps({"day": self.today.isoformat(), "posts": max(0, posts)}), encoding="utf-8")
        os.replace(whole, self.allowance.file)

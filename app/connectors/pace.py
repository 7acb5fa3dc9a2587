"""Keeps requests to one site apart in time: one connection, and a pause between two requests, over all processes."""

import fcntl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.domain.sources import ConnectorError

# How often a lane that another process holds is tried again.
POLL_SECONDS = 0.2


class Pace:
    """One lane per site. Inside `turn` the caller has the site to itself, the pause being over.

    `intervals` gives seconds by host; "arxiv.org" stands for its subdomains too, which then share one lane, since
    arXiv counts the requests to all of its machines together. With `lock_dir`, processes share the lanes through a
    locked file that holds the time of the last request; without it, only the threads of this process do.
    """

    def __init__(
        self,
        intervals: Mapping[str, float],
        default: float,
        lock_dir: Path | None,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        longest_wait: float = 600.0,
    ) -> None:
        self._intervals = {host.lower(): seconds for host, seconds in intervals.items()}
        self._default = default
        self._lock_dir = lock_dir
        self._sleep = sleep
        self._clock = clock
        self._longest_wait = longest_wait
        self._threads: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[str, float] = {}

    def lane(self, host: str) -> str:
        """The name of the lane that requests to `host` take: a configured host, or the host itself."""
        labels = host.lower().split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((name for name in names if name in self._intervals), host.lower())

    @contextmanager
    def turn(self, host: str, interval: float | None = None) -> Iterator[None]:
        """Wait for the lane and the pause, hold the lane, note the time at the end.

        The pause runs from the end of the last answer, so that a slow network cannot push two requests together.
        `interval` asks for a longer pause than the lane's own. Raises ConnectorError when the lane stays taken.
        """
        lane = self.lane(host)
        pause = max(interval or 0.0, self._intervals.get(lane, self._default))
        with self._threads[lane], self._file(lane) as file:
            self._rest(self._last_request(lane, file), pause)
            try:
                yield
            finally:
                self._note(lane, file)

    def _rest(self, last: float, pause: float) -> None:
        # A clock set back must not make anybody wait longer than the pause itself.
        wait = min(pause, last + pause - self._clock())
        if wait > 0:
            self._sleep(wait)

    def _last_request(self, lane: str, file: BinaryIO | None) -> float:
        if file is not None:
            with suppress(ValueError, OSError):
                return float(file.read(64))
        return self._last.get(lane, float("-inf"))

    def _note(self, lane: str, file: BinaryIO | None) -> None:
        now = self._clock()
        self._last[lane] = now
        if file is not None:
            # A disk that is full is no reason to lose an answer, nor to hide what went wrong with it.
            with suppress(OSError):
                file.seek(0)
                file.truncate()
                file.write(repr(now).encode())

    @contextmanager
    def _file(self, lane: str) -> Iterator[BinaryIO | None]:
        if self._lock_dir is None:
            yield None
            return
        try:
            self._lock_dir.mkdir(parents=True, exist_ok=True)
            # A name may hold what a file name may not, such as the colons of an IPv6 address.
            path = self._lock_dir / (lane.replace("/", "_").replace(":", "_") + ".lock")
            file = path.open("a+b", buffering=0)
        except OSError as error:
            raise self._useless(lane, "written", error) from error
        with file:
            self._lock(lane, file)
            file.seek(0)
            yield file  # Closing the file gives the lock back, and so does the end of the process.

    def _lock(self, lane: str, file: BinaryIO) -> None:
        waited = 0.0
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waited >= self._longest_wait:
                    raise ConnectorError(
                        f"{lane} was not asked, for another process has been talking to it for "
                        f"{self._longest_wait:.0f} seconds; the next run tries again."
                    ) from None
                self._sleep(POLL_SECONDS)
                waited += POLL_SECONDS
            except OSError as error:
                raise self._useless(lane, "locked", error) from error

    def _useless(self, lane: str, what: str, error: OSError) -> ConnectorError:
        return ConnectorError(
            f"{lane} was not asked, for the lock file in {self._lock_dir} cannot be {what}: {error.strerror}.",
            permanent=True,
        )

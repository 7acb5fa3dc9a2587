"""Answers remembered between runs, so that a host need not send again what has not changed."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from requests.structures import CaseInsensitiveDict

from app.connectors.answers import MEGABYTE, HttpResponse

Params = Mapping[str, str] | Sequence[tuple[str, str]]
# What must not go along when a redirect leads to another host of the same owner.
SECRET_HEADERS = ("authorization", "x-api-key")
# What is kept of an answer's headers; others, such as cookies, are not for keeping.
KEPT_HEADERS = ("Content-Type", "ETag", "Last-Modified", "Link")
# A header goes back to the host as it came, so nothing may stand in it that a request cannot hold.
_SENDABLE = re.compile(r"[\x20-\x7e\xa0-\xff]{1,4000}")
_NAME, _UNFINISHED = re.compile(r"[0-9a-f]{64}"), ".part"


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer of an earlier run: the headers that are kept, and its body."""

    headers: dict[str, str]
    body: bytes

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for an answer only if it differs from this one (RFC 9110, 13.1)."""
        asked = {"If-None-Match": self.headers.get("ETag"), "If-Modified-Since": self.headers.get("Last-Modified")}
        return {name: value for name, value in asked.items() if value}

    def again(self, answer: HttpResponse) -> HttpResponse:
        """This answer once more, now that the host has said that it still holds."""
        return HttpResponse(200, answer.url, CaseInsensitiveDict({**answer.headers, **self.headers}), self.body)


class Memory:
    """A folder with one file for each address that was asked; without a folder nothing is remembered.

    A file holds a line of JSON and the body. What is older than `longest` seconds by `clock` goes, and of the others
    the oldest, until there are `most_bytes`. All this saves transfers and no more: a file that cannot be read is
    removed, and one that cannot be written is done without.
    """

    def __init__(
        self,
        folder: Path | None,
        clock: Callable[[], float],
        *,
        longest: float = 30 * 86400.0,
        most_bytes: int = 64 * MEGABYTE,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._longest = longest
        self._most_bytes = most_bytes

    def recall(self, name: str) -> Remembered | None:
        """What is remembered under a name made by `name_of`."""
        if self._folder is None:
            return None
        path = self._folder / name
        with suppress(OSError):
            facts = path.stat()
            young = self._clock() - facts.st_mtime <= self._longest and facts.st_size <= self._most_bytes
            found = _read(path.read_bytes()) if young else None
            if found is None:
                path.unlink()
            return found
        return None

    def keep(self, name: str, answer: HttpResponse) -> None:
        """Remember an answer under a name made by `name_of`, if its host gave it a mark to know it by."""
        kept = {key: value for key in KEPT_HEADERS if _SENDABLE.fullmatch(value := answer.headers.get(key, ""))}
        if self._folder is None or not Remembered(kept, b"").conditions:
            return
        line = json.dumps({"headers": kept, "sha256": hashlib.sha256(answer.body).hexdigest()}).encode()
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._folder / name, line + b"\n" + answer.body)
            self._tidy(self._folder)

    def forget(self, name: str) -> None:
        """Ask for the whole answer next time, for this one turned out to be of no use."""
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / name).unlink()

    def _write(self, path: Path, data: bytes) -> None:
        """In one step, so that another process reads the former answer or this one and nothing between them."""
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=_UNFINISHED, delete=False) as file:
            file.write(data)
        now = self._clock()
        os.utime(file.name, (now, now))
        os.replace(file.name, path)

    def _tidy(self, folder: Path) -> None:
        room = self._most_bytes
        ours = [
            entry for entry in os.scandir(folder) if _NAME.fullmatch(entry.name) or entry.name.endswith(_UNFINISHED)
        ]
        for facts, path in sorted(((entry.stat(), entry.path) for entry in ours), key=lambda one: -one[0].st_mtime):
            room -= facts.st_size
            if room < 0 or self._clock() - facts.st_mtime > self._longest:
                os.unlink(path)


def name_of(url: str, params: Params | None, headers: Mapping[str, str]) -> str:
    """The name under which the answer to a question is remembered. It tells no secret, only whether there was one."""
    pairs = list(params.items()) if isinstance(params, Mapping) else list(params or ())
    with_secret = any(name.lower() in SECRET_HEADERS for name in headers)
    return hashlib.sha256(json.dumps([url, pairs, with_secret]).encode()).hexdigest()


def _read(data: bytes) -> Remembered | None:
    """A remembered answer from its file, None where the file is damaged or none of ours."""
    line, _, body = data.partition(b"\n")
    try:
        facts = json.loads(line)
        headers, digest = dict(facts["headers"]), facts["sha256"]
        sendable = all(name in KEPT_HEADERS and _SENDABLE.fullmatch(value) for name, value in headers.items())
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Remembered(headers, body) if sendable and digest == hashlib.sha256(body).hexdigest() else None

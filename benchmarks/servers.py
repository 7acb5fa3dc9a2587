"""Programs that are measured under gunicorn, one worker with four threads each, and the lines to ask them on."""

import http.client
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
THREADS = 4
# Seconds until a program must answer, and after which a request has failed.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its headers by lower-case names, and the seconds until all of it was there."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Line(Protocol):
    """A way to ask a program."""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One request and its answer."""
        ...


class HttpLine:
    """One connection that is kept alive."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One request over the connection, which is opened again where the server has closed it."""
        self._connection.connect() if self._connection.sock is None else None
        began = perf_counter()
        self._connection.request(method, path, body, dict(headers))
        response = self._connection.getresponse()
        data = response.read()
        seconds = perf_counter() - began
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, data, seconds)


class Crowd:
    """As many connections as a program has threads, each asking for one page again as soon as it has it.

    All are watched by one thread that does as little as possible, so that the program is what is waited for.
    """

    def __init__(self, port: int, path: str) -> None:
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._watch = selectors.DefaultSelector()
        self._members = [_Member(port) for _ in range(THREADS)]
        for member in self._members:
            self._watch.register(member.socket, selectors.EVENT_READ, member)

    def ask(self, times: int) -> float:
        """The seconds until so many answers were there, by their number. Raises ConnectionError for a refusal."""
        began, waiting, left = perf_counter(), 0, times
        for member in self._members[:times]:
            member.socket.sendall(self._request)
            waiting, left = waiting + 1, left - 1
        while waiting:
            ready = self._watch.select(PATIENCE)
            if not ready:
                raise ConnectionError("no answer came")
            for member in [key.data for key, _ in ready if key.data.has_answer()]:
                waiting -= 1
                if left:
                    member.socket.sendall(self._request)
                    waiting, left = waiting + 1, left - 1
        return (perf_counter() - began) / times


class _Member:
    """One connection of a crowd, and what it has of an answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._read = b""

    def has_answer(self) -> bool:
        """Read on; whether the answer is whole."""
        more = self.socket.recv(1024 * 1024)
        self._read += more
        head, ended, body = self._read.partition(b"\r\n\r\n")
        if not more or (ended and not head.startswith(b"HTTP/1.1 200")):
            raise ConnectionError(f"a page was refused: {head[:100]!r}")
        if not ended or len(body) < int(_LENGTH.search(head)[1]):
            return False
        self._read = b""
        return True


_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class InsideLine:
    """The same program in this process, without a server: for profiles, and where the network is not the question."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One request through the whole program."""
        began = perf_counter()
        response = self._client.open(path, method=method, headers=dict(headers), data=body)
        data = response.data
        seconds = perf_counter() - began
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers}, data, seconds)


@contextmanager
def served(program: str, settings: Mapping[str, str], log: Path) -> Iterator[int]:
    """The port of a program (module:name) that gunicorn serves, and ends with; its words go to `log`."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", program, "--workers", "1", "--threads", str(THREADS)]
    command += ["--keep-alive", str(PATIENCE)]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HOTPAPERS_")}
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, cwd=ROOT, env=ours | dict(settings) | {"PORT": str(port)}, stdout=words, stderr=words
        )
        try:
            _wait_for(port, process, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"gunicorn does not serve: {log.read_text(errors='replace')[-2000:]}")

"""Connections on which an exchange ends with its deadline, however slowly or endlessly the other side speaks."""

import io
import math
import threading
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool

from app.connectors.answers import Failure


class Deadline(threading.local):
    """When the exchange that a thread is in has to be over; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds = self._end = math.inf

    def start(self, seconds: float) -> None:
        """Begin an exchange that may take so long."""
        self._seconds, self._end = seconds, self._clock() + seconds

    def check(self) -> None:
        """Raises Failure where the exchange has taken too long."""
        if self._clock() > self._end:
            raise Failure(f"was not done sending after {self._seconds:.0f} seconds", again=True)


class TimedAdapter(HTTPAdapter):
    """Looks at the deadline before each piece that is read, be it of a body, of headers or of what goes before them.

    The timeouts of a socket are for one piece each, so that a host with endless headers would be listened to for ever.
    Raises Failure.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._answer_class = _watched_answers(deadline)

    def get_connection_with_tls_context(self, *request: Any, **options: Any) -> HTTPConnectionPool:
        """As in requests, with connections that look at the deadline, those to proxies too."""
        pool = super().get_connection_with_tls_context(*request, **options)
        if pool.ConnectionCls.response_class is not self._answer_class:
            pool.ConnectionCls = type("Connection", (pool.ConnectionCls,), {"response_class": self._answer_class})
        return pool


def _watched_answers(deadline: Deadline) -> type[HTTPResponse]:
    class Answer(HTTPResponse):
        def __init__(self, *connection: Any, **options: Any) -> None:
            super().__init__(*connection, **options)
            self.fp = io.BufferedReader(_Watched(self.fp.detach(), deadline))

    return Answer


class _Watched(io.RawIOBase):
    """What a socket sends, piece by piece, until the deadline."""

    def __init__(self, raw: io.RawIOBase, deadline: Deadline) -> None:
        super().__init__()
        self._raw = raw
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: memoryview) -> int | None:
        self._deadline.check()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()

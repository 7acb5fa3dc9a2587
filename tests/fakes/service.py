"""What the fakes of the networks share: a server on the loopback, the questions it was asked, faults to switch on."""

import gzip
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.site import QuietServer

JSON, HTML, PLAIN = "application/json; charset=utf-8", "text/html; charset=utf-8", "text/plain; charset=utf-8"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire; `body` is sent as it is, or as JSON where it is neither text nor bytes.

    Two headers are for the fake itself: X-Repeat sends the body so many times, X-Pause rests so many seconds between.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON

    @property
    def data(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: `params` are those of the address in order, `form` and `json` what was sent with it."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes
    at: float

    def param(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return dict(self.params).get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for key, value in self.params if key == name]

    def header(self, name: str) -> str:
        """A header, whatever its case."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form that was sent."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The JSON that was sent."""
        return json.loads(self.body)


@dataclass(slots=True)
class _Fault:
    kind: str | Answer
    left: int
    only: str
    seconds: float


class FakeService:
    """`with FakeHackerNews() as fake:` serves at `fake.url`. A fake overrides `respond`.

    `clock` is what the fake takes for the time, seconds since 1970. Faults that every fake knows: 401, 403, 403-html,
    404, 429, 429-later (Retry-After 2), 429-long (Retry-After 7200), 500, 502, 503, 503-later, 504, slow, cut-off,
    empty-body, rate-text (status 200), html, not-json, huge (200 MB), bomb (packed zeros), trickle (for 10 seconds),
    away (a redirect to another site). `sent` counts the bytes of bodies that went out.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.requests: list[Asked] = []
        self.sent = 0
        self._faults: list[_Fault] = []
        self._server = QuietServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def respond(self, asked: Asked) -> Answer:
        """The honest answer to a question."""
        raise NotImplementedError

    def fault(self, kind: str | Answer, *, times: int = 10**9, only: str = "", seconds: float = 0.5) -> None:
        """Answer so, instead of honestly, to so many requests whose path and parameters have `only`."""
        self._faults.append(_Fault(kind, times, only, seconds))

    def mend(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def pending_faults(self) -> int:
        """How many faults are switched on that have not been used up."""
        return sum(fault.left > 0 for fault in self._faults)

    def paths(self, start: str = "/") -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.requests if asked.path.startswith(start)]

    def answer(self, asked: Asked) -> Answer:
        """The answer to one request, faults included."""
        self.requests.append(asked)
        whole = asked.path + "?" + "&".join(f"{name}={value}" for name, value in asked.params)
        for fault in self._faults:
            if fault.left and fault.only in whole:
                fault.left -= 1
                if fault.kind == "slow":
                    time.sleep(fault.seconds)
                    break
                return fault.kind if isinstance(fault.kind, Answer) else FAULTS[fault.kind]
        return self.respond(asked)


FAULTS = {
    "401": Answer({"error": "Unauthorized"}, 401),
    "403": Answer({"error": "Forbidden"}, 403),
    "403-html": Answer("<html><body>Access denied</body></html>", 403, content_type=HTML),
    "404": Answer({"error": "Not found"}, 404),
    "429": Answer({"error": "Too many requests"}, 429),
    "429-later": Answer({"error": "Too many requests"}, 429, {"Retry-After": "2"}),
    "429-long": Answer({"error": "Too many requests"}, 429, {"Retry-After": "7200"}),
    "500": Answer("Oops", 500, content_type=PLAIN),
    "502": Answer("<h1>Bad gateway</h1>", 502, content_type=HTML),
    "503": Answer("Busy", 503, content_type=PLAIN),
    "503-later": Answer("Busy", 503, {"Retry-After": "2"}, PLAIN),
    "504": Answer("<h1>Gateway timeout</h1>", 504, content_type=HTML),
    "cut-off": Answer(b'{"hits": [', headers={"Content-Length": "100000"}),
    "empty-body": Answer(b""),
    "rate-text": Answer("Rate exceeded.", content_type=PLAIN),
    "html": Answer("<html><body>Are you a robot?</body></html>", content_type=HTML),
    "not-json": Answer(b'{"hits": [oops'),
    "huge": Answer(b"[" + b" " * (2 * MEGABYTE), headers={"X-Repeat": "100"}),
    "trickle": Answer(b" ", headers={"X-Repeat": "1000", "X-Pause": "0.01"}),
    "bomb": Answer(gzip.compress(b" " * (200 * MEGABYTE), 9), headers={"Content-Encoding": "gzip"}),
    "away": Answer(b"", 302, {"Location": "https://elsewhere.example/"}),
}


def _handler(fake: FakeService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # Head and body go out as they are written, or the reader would wait for an acknowledgement between them.
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            params = tuple(parse_qsl(parts.query, keep_blank_values=True))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, unquote(parts.path), params, dict(self.headers), body, fake.clock())
            self._send(fake.answer(asked))

        do_POST = do_GET

        def _send(self, answer: Answer) -> None:
            data, headers = answer.data, dict(answer.headers)
            times, pause = int(headers.pop("X-Repeat", "1")), float(headers.pop("X-Pause", "0"))
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(data) * times), **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.end_headers()
            try:
                for _ in range(times):
                    self.wfile.write(data)
                    fake.sent += len(data)
                    time.sleep(pause)
            except OSError:
                pass  # The client has heard enough, which is what some tests are about.
            # What promised more than it sent has to hang up, or the reader waits for the rest.
            self.close_connection = "Content-Length" in headers or times > 1

        def log_message(self, *_: object) -> None:
            """Tests have no use for an access log."""

    return Handler

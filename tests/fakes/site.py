"""A clock that only sleeping moves, and a web site on the loopback that says what it is told to."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietServer(ThreadingHTTPServer):
    """A server that does not tell the terminal of clients who hang up early, as ours must at times."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class FakeTime:
    """Seconds since 1970 that pass by sleeping alone."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@dataclass(slots=True)
class Page:
    """What the site is to say; `write` takes over the body, given the function that sends bytes."""

    status: int = 200
    body: bytes = b"hello"
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[Callable[[bytes], object]], None] | None = None


class ScriptedSite:
    """Answers with `pages` in turn, the last one for ever; keeps the paths and headers that it was asked with."""

    def __init__(self) -> None:
        self.pages: list[Page] = [Page()]
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._server = QuietServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def says(self, *pages: Page) -> None:
        self.pages = list(pages)

    def next_page(self) -> Page:
        return self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(site: ScriptedSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # Head and body go out as they are written, or the reader would wait for an acknowledgement between them.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            site.paths.append(self.path)
            site.headers.append(dict(self.headers))
            page = site.next_page()
            self.send_response(page.status)
            for name, value in {"Content-Type": "text/plain", **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if page.write:
                    page.write(self.wfile.write)
                else:
                    self.wfile.write(page.body)
            except OSError:
                pass  # The client has heard enough, which is what some tests are about.

        def log_message(self, *_: object) -> None:
            """Tests have no use for an access log."""

    return Handler

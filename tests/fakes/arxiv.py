"""A small arXiv on the loopback: metadata API, daily feeds, listing and catchup pages, with faults to switch on."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.arxiv_wire import FakePaper, atom_error, atom_feed, listing_page, rss_error, rss_feed, sample_papers
from tests.fakes.site import QuietServer

ATOM, RSS, HTML, PLAIN = "application/atom+xml", "application/rss+xml", "text/html; charset=utf-8", "text/plain"
SHOWS = {"25", "50", "100", "250", "500", "1000", "2000"}
_ID = re.compile(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/[0-9]{7}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; `at` is by the fake's own clock."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass(slots=True)
class _Fault:
    kind: str
    left: int
    only: str
    seconds: float


class FakeArxiv:
    """`with FakeArxiv(today=day) as fake:` serves at `fake.url`, which stands for all of arXiv's three hosts.

    `shown` is the date that the /new pages show, `feed_day` the batch in the feeds (both `today` at first);
    `hidden` are ids that the API does not have yet, `refused` ids that make it refuse a whole batch.
    `min_spacing` answers 429 to requests that come closer than so many seconds by `clock`.
    """

    def __init__(
        self,
        papers: Sequence[FakePaper] | None = None,
        *,
        today: date,
        page_size: int = 2000,
        min_spacing: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.papers = list(sample_papers(today) if papers is None else papers)
        self.today = self.shown = self.feed_day = today
        self.page_size = page_size
        self.min_spacing = min_spacing
        self.clock = clock
        self.hidden: set[str] = set()
        self.refused: set[str] = set()
        self.requests: list[Asked] = []
        self._faults: dict[str, list[_Fault]] = {}
        self._server = QuietServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The base address of all services."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "FakeArxiv":
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def fault(self, route: str, kind: str, *, times: int = 10**9, only: str = "", seconds: float = 0.5) -> None:
        """Break `route` (api, rss, new, catchup) in the way of `kind`, for so many requests whose path has `only`.

        429, 500, 503, 503-later (Retry-After 300), 403, rate-text (status 200), empty-body, html, slow, cut-off;
        api: empty-page, total-zero, error-entry; rss: feed-error, date-behind; new, catchup: no-updates, new-markup.
        """
        self._faults.setdefault(route, []).append(_Fault(kind, times, only, seconds))

    def mend(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def pending_faults(self) -> int:
        """How many faults are switched on that have not been used up."""
        return sum(fault.left > 0 for faults in self._faults.values() for fault in faults)

    def paths(self, start: str = "/") -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.requests if asked.path.startswith(start)]

    def answer(self, asked: Asked) -> Answer:
        """The answer to one request, faults included."""
        too_soon = bool(self.requests) and asked.at - self.requests[-1].at < self.min_spacing
        self.requests.append(asked)
        if too_soon:
            return Answer(429, PLAIN, "Rate exceeded.")
        for pattern, route, serve in _ROUTES:
            match = pattern.fullmatch(asked.path)
            if match:
                kind = self._take_fault(route, asked.path)
                return _plain_fault(kind) or serve(self, asked, kind, *match.groups())
        return Answer(404, HTML, "<h1>Not found</h1>")

    def _take_fault(self, route: str, path: str) -> str:
        for fault in self._faults.get(route, []):
            if fault.left and fault.only in path:
                fault.left -= 1
                if fault.kind == "slow":
                    time.sleep(fault.seconds)
                return fault.kind
        return ""

    def _api(self, asked: Asked, fault: str) -> Answer:
        if fault == "error-entry":
            return Answer(200, ATOM, atom_error("Something went wrong"))
        ids = [part for part in asked.params.get("id_list", "").split(",") if part]
        bad = next((part for part in ids if part in self.refused or not _ID.search(part)), None)
        if bad:
            return Answer(400, ATOM, atom_error(f"incorrect id format for {bad}"))
        start, most = int(asked.params.get("start", "0")), int(asked.params.get("max_results", "10"))
        query = asked.params.get("search_query")
        if not ids and not query:
            return Answer(400, ATOM, atom_error("search_query or id_list is needed"))
        hits = [paper for paper in self.papers if paper.arxiv_id not in self.hidden]
        if ids:
            hits = [paper for paper in hits if paper.arxiv_id in {part.partition("v")[0] for part in ids}]
        if query:
            hits = sorted((paper for paper in hits if _matches(paper, query)), key=lambda paper: paper.submitted)
        total = 0 if fault == "total-zero" else len(hits)
        page = [] if fault in ("empty-page", "total-zero") else hits[start : start + most]
        return Answer(200, ATOM, atom_feed(page, total, start, most))

    def _rss(self, asked: Asked, fault: str, subject: str) -> Answer:
        if fault == "feed-error":
            return Answer(400, RSS, rss_error(subject))
        items = self._listed(self.feed_day, subject) if self.feed_day.weekday() < 5 else []
        stamped = self.today - timedelta(days=1) if fault == "date-behind" else self.today
        return Answer(200, RSS, rss_feed(subject, items, stamped), {"ETag": f'"{self.feed_day}-{subject}"'})

    def _new(self, asked: Asked, fault: str, subject: str) -> Answer:
        show = asked.params.get("show", "50")
        if show not in SHOWS:
            return Answer(400, HTML, "<h1>Bad request</h1>")
        items = [] if fault == "no-updates" else self._listed(self.shown, subject)
        heading = f"<h3>Showing new listings for {self.shown:%A}, {self.shown.day} {self.shown:%B %Y}</h3>"
        size = min(int(show), self.page_size)
        # A smaller page_size makes pages of any listing; skip then counts pages of the size that was asked for.
        skip = int(asked.params.get("skip", "0")) // int(show) * size
        return _page(listing_page(heading, items, skip, size, "No updates today."), fault)

    def _catchup(self, asked: Asked, fault: str, subject: str, when: str) -> Answer:
        day = date.fromisoformat(when)
        if set(asked.params) - {"abs", "page"} or (self.today - day).days > 90:
            return Answer(400, HTML, "<h1>Catchup only allowed for past 90 days</h1>")
        items = [] if fault == "no-updates" else self._listed(day, subject)
        label = f"{day:%a, %d %b %Y}"
        skip = (int(asked.params.get("page", "1")) - 1) * self.page_size
        none = f"No updates for {label}. There was either no announcement for this day, or no updates."
        heading = f"<h1>Catchup results for {subject} on {label}</h1>"
        return _page(listing_page(heading, items, skip, self.page_size, none), fault)

    def _listed(self, day: date, subject: str) -> list[tuple[FakePaper, str]]:
        kinds = ((paper, paper.kind_on(day, subject)) for paper in self.papers)
        return [(paper, kind) for paper, kind in kinds if kind]


_ROUTES = (
    (re.compile(r"/api/query"), "api", FakeArxiv._api),
    (re.compile(r"/rss/([^/]+)"), "rss", FakeArxiv._rss),
    (re.compile(r"/list/([^/]+)/new"), "new", FakeArxiv._new),
    (re.compile(r"/catchup/([^/]+)/([0-9-]+)"), "catchup", FakeArxiv._catchup),
)


def _plain_fault(kind: str) -> Answer | None:
    """The answers that any route can give instead of its own."""
    return {
        "403": Answer(403, HTML, "<h1>Access denied</h1>"),
        "429": Answer(429, PLAIN, "Rate exceeded."),
        "500": Answer(500, HTML, "<h1>Oops</h1>"),
        "503": Answer(503, HTML, "<h1>Busy</h1>"),
        "503-later": Answer(503, HTML, "<h1>Busy</h1>", {"Retry-After": "300"}),
        "rate-text": Answer(200, PLAIN, "Rate exceeded."),
        "empty-body": Answer(200, ATOM, ""),
        "html": Answer(200, "text/html", "<html><body>Are you a robot?</body></html>"),
        "cut-off": Answer(200, ATOM, "<feed>", {"Content-Length": "100000"}),
    }.get(kind)


def _page(html: str, fault: str) -> Answer:
    return Answer(200, HTML, html.replace('title="Abstract"', 'rel="abs"') if fault == "new-markup" else html)


def _matches(paper: FakePaper, query: str) -> bool:
    """The part of the query grammar that a window of submissions needs; both of its ends are inside."""
    names = re.findall(r"cat:([\w.*-]+)", query)
    in_subject = any(paper.in_subject(name.removesuffix(".*")) for name in names)
    window = re.search(r"submittedDate:\[([0-9]{12}) TO ([0-9]{12})\]", query)
    if window is None:
        return in_subject
    start, end = (datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC) for text in window.groups())
    return in_subject and start <= paper.submitted.replace(second=0) <= end


def _handler(fake: FakeArxiv) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # Head and body go out as they are written, or the reader would wait for an acknowledgement between them.
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            answer = fake.answer(Asked(unquote(parts.path), params, dict(self.headers), fake.clock()))
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.end_headers()
            self.wfile.write(body)
            # What promised more than it sent has to hang up, or the reader waits for the rest.
            self.close_connection = answer.headers.get("Content-Length") is not None

        def log_message(self, *_: object) -> None:
            """Tests have no use for an access log."""

    return Handler

"""Hugging Face's daily papers: upvotes and comments of the papers that people submitted there."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from app.connectors.answers import HttpResponse
from app.connectors.fields import count, first_of, text
from app.connectors.http import JSON_TYPES, HttpClient
from app.connectors.source import Settings, Source
from app.connectors.steps import step_by_step
from app.domain.papers import parse_arxiv_id
from app.domain.settings import Setting, url
from app.domain.settings import text as any_text
from app.domain.sources import (
    ConnectorError,
    Fetched,
    FetchedReading,
    Notice,
    Problem,
    Question,
    Reading,
)

# People submit a paper on the day of its listing or within a week.
DAYS_AFTER = 7
# The largest page that is known to work; a day has tens of papers.
PAGE_SIZE = 100
MOST_PAGES = 10
WRONG_TOKEN = "does not take the token in HOTPAPERS_HUGGINGFACE_TOKEN; set another one, or none"


class HuggingFaceConnector:
    """Reads `/api/daily_papers` and `/api/papers/{id}` (Hugging Face's OpenAPI description) under a base address.

    Only papers that somebody submitted are there, so of all others nothing is said. A `token` raises the limits.
    """

    name = "huggingface"
    needs_papers = True

    def __init__(self, client: HttpClient, *, url: str, token: str = "") -> None:
        self._client = client
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """A reading of each paper that was submitted from the listing's day on, or of the papers asked about.

        Raises ConnectorError where Hugging Face takes no more questions.
        """
        if question.sweeps:
            yield from self._sweep(question.day or question.now.date(), question.now.date())
        else:
            yield from step_by_step([paper.arxiv_id for paper in question.papers], self._look_up, str)

    def _sweep(self, first: date, today: date) -> Iterator[Fetched]:
        """Hugging Face's own days that may have the papers, the last one first: of a paper on several, that counts."""
        last = min(first + timedelta(days=DAYS_AFTER), today)
        days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
        told: set[str] = set()
        refused: list[date] = []
        yield from step_by_step(days, lambda day: self._read_day(day, told, refused), _named)
        if days and len(refused) == len(days):
            yield Notice(f"Hugging Face has no page for any day from {first} to {last}.")

    def _read_day(self, day: date, told: set[str], refused: list[date]) -> Iterator[Fetched]:
        """All pages of a day; `told` and `refused` take the papers read, and the day where there is no page of it."""
        for number in range(MOST_PAGES):
            params = {"date": day.isoformat(), "p": str(number), "limit": str(PAGE_SIZE)}
            answer = self._get("/api/daily_papers", params, (200, 400))
            if answer.status == 400:
                # A day without papers, such as a Sunday or one to come, may be refused as well as be empty.
                refused.append(day)
                return
            page = self._client.parse_json(answer)
            if not isinstance(page, list):
                raise ConnectorError("Hugging Face sent something that is no list of papers; the next run tries again.")
            yield from _readings(page, day, told)
            if len(page) < PAGE_SIZE:
                return
        yield Notice(f"{_named(day)} are more than {MOST_PAGES * PAGE_SIZE}; the rest was left out.")

    def _look_up(self, arxiv_id: str) -> Iterator[Fetched]:
        """One paper, of which nothing is said where nobody submitted it."""
        answer = self._get(f"/api/papers/{quote(arxiv_id)}", {}, (200, 404))
        if answer.status == 200:
            paper = self._client.parse_json(answer)
            yield from _reading(arxiv_id, paper, paper)

    def _get(self, path: str, params: dict[str, str], statuses: tuple[int, ...]) -> HttpResponse:
        def explained(refusal: HttpResponse) -> str | None:
            return WRONG_TOKEN if refusal.status == 401 and self._headers else None

        return self._client.get(
            self._url + path,
            params=params,
            headers=self._headers,
            content_types=JSON_TYPES,
            statuses=statuses,
            final=explained,
        )


def _named(day: date) -> str:
    return f"Hugging Face's papers of {day}"


def _readings(page: list[Any], day: date, told: set[str]) -> Iterator[Fetched]:
    """What a page says of papers not told of yet."""
    for entry in page:
        paper = first_of(entry, "paper")
        named = parse_arxiv_id(text(first_of(paper, "id")))
        if named is None:
            yield Problem(_named(day), "have an entry without an arXiv id, which was left out")
        elif named.arxiv_id not in told:
            told.add(named.arxiv_id)
            yield from _reading(named.arxiv_id, paper, entry)


def _reading(arxiv_id: str, paper: Any, entry: Any) -> Iterator[FetchedReading]:
    """The counts of a paper: the upvotes are the paper's own, the comments stand in the entry around it."""
    likes, replies = count(first_of(paper, "upvotes")), count(first_of(entry, "numComments"))
    if likes is not None or replies is not None:
        yield FetchedReading(arxiv_id, Reading("huggingface", likes=likes, replies=replies))


def make(settings: Settings, client: HttpClient, today: date) -> HuggingFaceConnector:
    """The connector as the settings describe it."""
    return HuggingFaceConnector(client, url=settings["HUGGINGFACE_URL"], token=settings["HUGGINGFACE_TOKEN"].strip())


SOURCE = Source(
    name="huggingface",
    label="Hugging Face",
    make=make,
    settings=(
        Setting("HUGGINGFACE_URL", "https://huggingface.co", url, "where Hugging Face's daily papers are read"),
        Setting("HUGGINGFACE_TOKEN", "", any_text, "a Hugging Face token, which raises its limits", secret=True),
    ),
    intervals={"HUGGINGFACE_URL": 1.0},
)

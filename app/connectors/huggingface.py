"""Hugging Face's daily papers: upvotes and comments of the papers that people submitted there."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
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
# The largest page that was seen to work; a day has tens of papers.
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
        # Which pages are too large nobody knows for certain, hence a second time without a size.
        for size in ({"limit": str(PAGE_SIZE)}, {}):
            refused: dict[date, int] = {}
            yield from step_by_step(days, partial(self._read_day, size, told, refused), _named)
            if not days or len(refused) < len(days):
                return
            if set(refused.values()) != {400}:
                yield Notice(f"Hugging Face has no page for any day from {first} to {last}.")
                return
        raise ConnectorError(
            f"Hugging Face did not understand the question for any day from {first} to {last}; "
            "the next run tries again."
        )

    def _read_day(self, size: dict[str, str], told: set[str], refused: dict[date, int], day: date) -> Iterator[Fetched]:
        """All pages of a day, of whatever size they come; `told` takes the papers read, `refused` a day without a page.

        A day without papers, such as a Sunday or one to come, may be refused as well as be empty.
        """
        seen: set[str] = set()
        for number in range(MOST_PAGES):
            answer = self._get("/api/daily_papers", {"date": day.isoformat(), "p": str(number)} | size, (200, 400, 404))
            if answer.status != 200:
                if number == 0:
                    refused[day] = answer.status
                return
            page = self._client.parse_json(answer)
            if not isinstance(page, list):
                raise ConnectorError("Hugging Face sent something that is no list of papers; the next run tries again.")
            named = {paper for entry in page if (paper := _paper_of(entry))}
            if number and named <= seen:
                return
            seen |= named
            yield from _readings(page, day, told)
            if not page:
                return
        yield Notice(f"{_named(day)} are more than the {len(seen)} that were read.")

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


def _paper_of(entry: Any) -> str | None:
    """The paper that an entry is about."""
    named = parse_arxiv_id(text(first_of(first_of(entry, "paper"), "id")))
    return named.arxiv_id if named else None


def _readings(page: list[Any], day: date, told: set[str]) -> Iterator[Fetched]:
    """What a page says of papers not told of yet."""
    for entry in page:
        arxiv_id = _paper_of(entry)
        if arxiv_id is None:
            yield Problem(_named(day), "have an entry without an arXiv id, which was left out")
        elif arxiv_id not in told:
            told.add(arxiv_id)
            yield from _reading(arxiv_id, first_of(entry, "paper"), entry)


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

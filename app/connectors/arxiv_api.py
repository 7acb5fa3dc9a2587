"""Asks arXiv's metadata API for papers by id or by time of submission, and reads its Atom answers."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import feedparser

from app.connectors.arxiv_listing import UnreadableAnswer
from app.connectors.http import HttpClient
from app.domain.papers import arxiv_id_from_url
from app.domain.sources import ConnectorError, Problem

BATCH = 100
# More malformed ids than this in one run are no accident, and looking for each would take an hour.
MOST_REFUSALS = 5
# In a row.
MOST_FAILURES = 2
# The documentation lets nobody page further.
MOST_RESULTS = 30_000
_ATOM = ("application/atom+xml", "application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the API says of one version of a paper; texts with white space made single, times aware UTC."""

    arxiv_id: str
    version: int | None
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    comment: str | None
    doi: str | None
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """One page of the API: its papers, how many the whole answer has, or the API's own word of refusal."""

    papers: tuple[Metadata, ...]
    total: int
    refusal: str | None = None


def parse_api_answer(body: bytes) -> ApiAnswer:
    """Read an Atom answer of the API (info.arxiv.org/help/api/user-manual). Raises UnreadableAnswer.

    An entry whose id holds /api/errors is a refusal, whatever the HTTP status: it would pass for a hit otherwise.
    """
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    total = str(feed.feed.get("opensearch_totalresults", ""))
    countable = total.isascii() and total.isdigit() and len(total) < 10
    if feed.bozo or not feed.get("version", "").startswith("atom") or not countable:
        raise UnreadableAnswer("the answer is not the Atom feed that it should be")
    for entry in feed.entries:
        if "/api/errors" in dict.get(entry, "id", ""):
            return ApiAnswer((), 0, _plain(entry.get("summary", "")) or "an error without a text")
    papers = (_metadata(entry) for entry in feed.entries)
    return ApiAnswer(tuple(paper for paper in papers if paper), int(total))


class ArxivApi:
    """Puts questions to the API, again where an answer is empty that should not be (its best known sickness)."""

    def __init__(self, client: HttpClient, url: str, *, empty_tries: int = 3, empty_pause: float = 5.0) -> None:
        self._client = client
        self._url = url
        self._empty_tries = empty_tries
        self._empty_pause = empty_pause
        self._failures = 0

    def fetch_by_ids(self, ids: Sequence[str]) -> ApiAnswer:
        """The papers of at most BATCH ids, current versions; ids that the API does not know are just not there.

        A refusal of the whole batch, for the sake of one malformed id, is in the answer. Raises ConnectorError.
        """
        return self._fetch({"id_list": ",".join(ids), "max_results": str(len(ids))}, 0)

    def look_up(self, ids: Sequence[str], found: dict[str, Metadata], refused: list[str]) -> Iterator[Problem]:
        """Put the metadata of `ids` into `found`; a batch refused for one bad id is halved until that stands alone.

        An API that failed twice in a row is not asked again: each failure takes minutes, and a later run finds it well.
        """
        where = f"the metadata of {papers_of(len(ids))} from {ids[0]} on"
        if self._failures >= MOST_FAILURES:
            yield Problem(where, "was not asked for any more; the next run asks again")
            return
        try:
            answer = self.fetch_by_ids(ids)
        except ConnectorError as error:
            self._failures += 1
            yield Problem(where, str(error))
            return
        self._failures = 0
        if answer.refusal is None:
            # By id and never by position: the API leaves out what it does not know, and may give more than was asked.
            found.update((paper.arxiv_id, paper) for paper in answer.papers)
        elif len(ids) == 1 or len(refused) >= MOST_REFUSALS:
            refused.append(ids[0])
            yield Problem(ids[0] if len(ids) == 1 else where, f"was refused by arXiv's API: {answer.refusal}")
        else:
            half = len(ids) // 2
            yield from self.look_up(ids[:half], found, refused)
            yield from self.look_up(ids[half:], found, refused)

    def fetch_submitted(self, categories: Sequence[str], start: datetime, end: datetime) -> Iterator[Metadata]:
        """All papers of `categories` (cross-lists too) whose first version came at or after `start`, before `end`.

        Pages by BATCH, each paper once even where pages shift. Raises ConnectorError.
        """
        subjects = " OR ".join(f"cat:{name}" if "." in name else f"(cat:{name} OR cat:{name}.*)" for name in categories)
        query = f"({subjects}) AND submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"
        asked = {"search_query": query, "sortBy": "submittedDate", "sortOrder": "ascending", "max_results": str(BATCH)}
        seen: set[str] = set()
        for offset in range(0, MOST_RESULTS, BATCH):
            answer = self._fetch({**asked, "start": str(offset)}, offset)
            if answer.refusal:
                raise ConnectorError(f"arXiv's API refused the question: {answer.refusal}.", permanent=True)
            for paper in answer.papers:
                # The API counts both ends in; a paper sent in on the very minute would be in two days.
                late = paper.submitted_at is not None and paper.submitted_at >= end
                if paper.arxiv_id not in seen and not late:
                    seen.add(paper.arxiv_id)
                    yield paper
            if offset + BATCH >= answer.total:
                return

    def _fetch(self, params: dict[str, str], offset: int) -> ApiAnswer:
        """One page; a page without papers is asked for again, and is an error only if the API itself promised some."""
        for tries in range(self._empty_tries + 1):
            if tries:
                self._client.pause(self._empty_pause)
            response = self._client.get(self._url, params=params, content_types=_ATOM, statuses=(200, 400))
            try:
                answer = parse_api_answer(response.body)
            except UnreadableAnswer as error:
                raise ConnectorError(f"arXiv's API could not be read: {error}; the next run tries again.") from error
            if answer.papers or answer.refusal:
                return answer
        if answer.total > offset:
            raise ConnectorError(
                f"arXiv's API promised {answer.total} papers and sent none, {self._empty_tries + 1} times over; "
                "the next run tries again."
            )
        return answer


def _metadata(entry: Any) -> Metadata | None:
    # feedparser's own dictionaries look for each name under its former names as well, which takes as long as the rest.
    get = partial(dict.get, entry)
    paper = arxiv_id_from_url(get("id", ""))
    title = _plain(get("title", ""))
    if paper is None or not title:
        return None
    tags = [dict.get(tag, "term") or "" for tag in get("tags", [])]
    primary = get("arxiv_primary_category", {}).get("term") or ""
    return Metadata(
        arxiv_id=paper.arxiv_id,
        version=paper.version,
        title=title,
        authors=tuple(name for author in get("authors", []) if (name := _plain(dict.get(author, "name", "")))),
        abstract=_plain(get("summary", "")),
        categories=tuple(dict.fromkeys(term for term in [primary, *tags] if term)),
        comment=_plain(get("arxiv_comment", "")) or None,
        doi=get("arxiv_doi") or None,
        submitted_at=_moment(get("published", "")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _plain(text: str) -> str:
    return " ".join(text.split())


def papers_of(count: int) -> str:
    """A number of papers in words."""
    return "1 paper" if count == 1 else f"{count} papers"

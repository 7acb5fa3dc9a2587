"""Semantic Scholar: how often papers are cited."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.connectors.answers import HttpResponse
from app.connectors.citations import ask_in_portions
from app.connectors.fields import count, first_of, text
from app.connectors.http import HttpClient
from app.connectors.source import Settings, Source
from app.domain.papers import parse_arxiv_id
from app.domain.settings import Setting, url
from app.domain.settings import text as any_text
from app.domain.sources import ConnectorError, Fetched, FetchedReading, Problem, Question, Reading

MOST_AT_ONCE = 500
# What is answered, with status 400 or 404, where every id of a portion is unknown; its words differ.
NONE_KNOWN = re.compile(r"\bno .*papers?\b|\bpapers?\b[^/]*not found", re.IGNORECASE)


class SemanticScholarConnector:
    """Citations by the Graph API's batch endpoint (api.semanticscholar.org/api-docs/graph).

    The answer has the order of the question, with null for a paper that is not known. Its records are merged now and
    then, so each is held against its own arXiv id.
    """

    name = "semanticscholar"
    needs_papers = True

    def __init__(self, client: HttpClient, *, url: str, api_key: str) -> None:
        self._client = client
        self._url = f"{url}/graph/v1/paper/batch"
        self._headers = {"x-api-key": api_key}

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Yield the citations of each paper that is known. Raises ConnectorError where the key is refused."""
        yield from ask_in_portions(question, MOST_AT_ONCE, self._ask)

    def _ask(self, ids: list[str]) -> Iterator[Fetched]:
        for arxiv_id, record in zip(ids, self._records(ids), strict=True):
            if record is None:
                continue
            paper = parse_arxiv_id(text(first_of(first_of(record, "externalIds"), "ArXiv")))
            citations = count(first_of(record, "citationCount"))
            if paper is None or paper.arxiv_id != arxiv_id:
                yield Problem(arxiv_id, "Semantic Scholar answered with a record that is not of this paper.")
            elif citations is not None:
                yield FetchedReading(arxiv_id, Reading(self.name, citations=citations))

    def _records(self, ids: list[str]) -> list[Any]:
        """What is said to each id, in order. Raises ConnectorError."""
        answer = self._client.post(
            self._url,
            params={"fields": "externalIds,citationCount"},
            json_body={"ids": [f"ARXIV:{arxiv_id}" for arxiv_id in ids]},
            headers=self._headers,
            statuses=(200, 400, 404),
            final=_refusal,
        )
        told = self._client.parse_json(answer)
        if answer.status != 200:
            if NONE_KNOWN.search(text(first_of(told, "error"))):
                return [None] * len(ids)
            raise ConnectorError("Semantic Scholar did not understand the question; the next run tries again.")
        if not isinstance(told, list) or len(told) != len(ids):
            raise ConnectorError("Semantic Scholar did not answer paper by paper; the next run tries again.")
        return told


def _refusal(answer: HttpResponse) -> str | None:
    """Says that a key is refused, which no second try mends."""
    return "refuses the key in HOTPAPERS_SEMANTICSCHOLAR_API_KEY" if answer.status in (401, 403) else None


def make(settings: Settings, client: HttpClient, today: date) -> SemanticScholarConnector:
    """The connector as the settings describe it."""
    return SemanticScholarConnector(
        client, url=settings["SEMANTICSCHOLAR_URL"], api_key=settings["SEMANTICSCHOLAR_API_KEY"]
    )


SOURCE = Source(
    name="semanticscholar",
    label="Semantic Scholar",
    make=make,
    settings=(
        Setting(
            "SEMANTICSCHOLAR_URL",
            "https://api.semanticscholar.org",
            url,
            "where Semantic Scholar is asked for citations",
        ),
        # Without a key everybody in the world shares one allowance, and the answer is mostly 429.
        Setting("SEMANTICSCHOLAR_API_KEY", "", any_text, "a key of Semantic Scholar's API; free", secret=True),
    ),
    needs=("SEMANTICSCHOLAR_API_KEY",),
    intervals={"SEMANTICSCHOLAR_URL": 1.1},
)

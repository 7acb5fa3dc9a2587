"""OpenAlex: how often papers are cited."""

from collections.abc import Iterator
from datetime import date

from app.connectors.answers import HttpResponse
from app.connectors.citations import ask_in_portions
from app.connectors.fields import count, first_of, list_of, text
from app.connectors.http import HttpClient
from app.connectors.source import Settings, Source
from app.domain.papers import arxiv_id_from_url
from app.domain.settings import Setting, url
from app.domain.settings import text as any_text
from app.domain.sources import ConnectorError, Fetched, FetchedReading, Question, Reading

# Values in one filter: OpenAlex takes 100, and took 50 in earlier years.
MOST_AT_ONCE = 50


class OpenAlexConnector:
    """Citations by lists of works (developers.openalex.org), filtered by the DOI that arXiv gives to every paper.

    A paper that is not in the list is unknown, which is not the same as never cited: OpenAlex lags by days, and moves
    preprints under their publisher's DOI. The key goes in a header, so that no address ever holds it: the docs show
    the parameter `api_key`, and OpenAlex's proxy takes "Authorization: Bearer" as well (ourresearch/openalex-api-proxy,
    src/index.ts, which also words its refusals so).
    """

    name = "openalex"
    needs_papers = True

    def __init__(self, client: HttpClient, *, url: str, api_key: str) -> None:
        self._client = client
        self._url = f"{url}/works"
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Yield the citations of each paper that is known. Raises ConnectorError where the key is refused."""
        yield from ask_in_portions(question, MOST_AT_ONCE, self._ask)

    def _ask(self, ids: list[str]) -> Iterator[Fetched]:
        answer = self._client.get_json(
            self._url,
            params={
                "filter": "doi:" + "|".join(f"10.48550/arxiv.{arxiv_id}" for arxiv_id in ids),
                "per_page": "100",
                "select": "id,doi,cited_by_count",
            },
            headers=self._headers,
            final=_refusal,
        )
        if not isinstance(first_of(answer, "results"), list):
            raise ConnectorError("OpenAlex sent no list of works; the next run tries again.")
        citations: dict[str, int] = {}
        for work in list_of(first_of(answer, "results")):
            paper = arxiv_id_from_url(text(first_of(work, "doi")))
            cited = count(first_of(work, "cited_by_count"))
            if paper and paper.arxiv_id in ids and cited is not None:
                # Of two records of one paper the lesser is the one that merging has left behind.
                citations[paper.arxiv_id] = max(cited, citations.get(paper.arxiv_id, 0))
        for arxiv_id, cited in citations.items():
            yield FetchedReading(arxiv_id, Reading(self.name, citations=cited))


def _refusal(answer: HttpResponse) -> str | None:
    """Says that a key is refused, which no second try mends."""
    return "refuses the key in HOTPAPERS_OPENALEX_API_KEY" if answer.status in (401, 403) else None


def make(settings: Settings, client: HttpClient, today: date) -> OpenAlexConnector:
    """The connector as the settings describe it."""
    return OpenAlexConnector(client, url=settings["OPENALEX_URL"], api_key=settings["OPENALEX_API_KEY"])


SOURCE = Source(
    name="openalex",
    label="OpenAlex",
    make=make,
    settings=(
        Setting("OPENALEX_URL", "https://api.openalex.org", url, "where OpenAlex is asked"),
        Setting("OPENALEX_API_KEY", "", any_text, "a key of OpenAlex's API; free", secret=True),
    ),
    needs=("OPENALEX_API_KEY",),
    intervals={"OPENALEX_URL": 1.0},
)

"""Finds posts that link to a paper through Constellation, the index of links that volunteers run for everybody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.connectors.bluesky_hosts import Refused, ask, told
from app.connectors.bluesky_posts import COLLECTION, post_uri
from app.connectors.fields import list_of
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError, Notice, Problem, SoughtPaper

# The addresses that people give a paper, likeliest first; Constellation takes an address to the letter.
ADDRESSES = (
    "https://arxiv.org/abs/{id}",
    "https://arxiv.org/pdf/{id}",
    "https://arxiv.org/abs/{id}v1",
    "https://arxiv.org/abs/{id}v{version}",
    "https://arxiv.org/pdf/{id}.pdf",
    "http://arxiv.org/abs/{id}",
    "https://www.arxiv.org/abs/{id}",
    "https://huggingface.co/papers/{id}",
    "https://www.alphaxiv.org/abs/{id}",
    "https://alphaxiv.org/abs/{id}",
)
# Where a post holds an address: as a link in its text, and as the card below it.
PLACES = (
    f"{COLLECTION}:facets[].features[app.bsky.richtext.facet#link].uri",
    f"{COLLECTION}:embed.external.uri",
)
PAGE = 100
# So many requests in a row that fail mean that the index is down.
MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Link:
    """One address of one paper, and the pattern of ADDRESSES that made it."""

    arxiv_id: str
    pattern: str

    @property
    def kind(self) -> str:
        """The pattern as an editor reads it."""
        return self.pattern.removeprefix("https://").format(id="ID", version="N")


def links_of(papers: Sequence[SoughtPaper], patterns: Sequence[str] = ADDRESSES) -> dict[str, Link]:
    """The addresses of papers in the order in which to ask for them: the first kind for every paper, then the next."""
    found: dict[str, Link] = {}
    for pattern in patterns:
        for paper in papers:
            address = pattern.format(id=paper.arxiv_id, version=paper.version or 1)
            found.setdefault(address, Link(paper.arxiv_id, pattern))
    return found


class Backlinks:
    """Asks Constellation within a budget of requests."""

    def __init__(self, client: HttpClient, url: str, budget: int) -> None:
        self._client = client
        self._url = url
        self._budget = budget
        self._left = budget
        self._failures = 0

    def find(self, links: Mapping[str, Link]) -> Iterator[list[str] | Problem | Notice]:
        """The at-uris of posts that hold these addresses, a list for each request, and the requests that failed.

        A Notice says how far the budget went where it did not last, a Problem that Constellation was given up.
        """
        asked: Counter[str] = Counter()
        for address, link in links.items():
            if self._left < len(PLACES):
                yield self._spent(asked, len({link.arxiv_id for link in links.values()}))
                return
            try:
                for place in PLACES:
                    yield from self._pages(address, link.arxiv_id, place)
            except ConnectorError as error:
                yield Problem("Constellation", f"{error} No more links were looked for.")
                return
            asked[link.kind] += 1

    def _pages(self, address: str, arxiv_id: str, place: str) -> Iterator[list[str] | Problem]:
        """Every post that holds an address in one place, as far as the budget goes."""
        cursor = ""
        while self._left and cursor is not None:
            self._left -= 1
            try:
                found, cursor = self._ask(address, place, cursor)
            except Refused:
                raise
            except ConnectorError as error:
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    raise
                yield Problem(arxiv_id, str(error))
                return
            self._failures = 0
            yield found

    def _ask(self, address: str, place: str, cursor: str) -> tuple[list[str], str | None]:
        """The posts of one page, and the cursor of the next one where there is one."""
        params = {"subject": address, "source": place, "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = told(self._client, ask(self._client, f"{self._url}/xrpc/blue.microcosm.links.getBacklinks", params))
        if not isinstance(answer.get("records"), list):
            raise ConnectorError("Constellation gave no list of posts; the next run tries again.")
        records = list_of(answer["records"])
        posts = [record for record in records if record.get("collection") == COLLECTION]
        uris = [uri for record in posts if (uri := post_uri(record.get("did"), record.get("rkey")))]
        further = answer.get("cursor")
        is_more = isinstance(further, str) and further not in ("", cursor) and records
        return uris, further if is_more else None

    def _spent(self, asked: Counter[str], papers: int) -> Notice:
        kinds = " and ".join(f"{kind} of {count}" for kind, count in asked.items()) or "no links"
        return Notice(
            f"The {self._budget} requests that HOTPAPERS_BLUESKY_BUDGET allows for finding posts by links covered "
            f"{kinds} of {papers} papers."
        )

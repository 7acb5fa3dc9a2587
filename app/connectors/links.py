"""The papers that a web page links, for an editor who pastes the page's address."""

from app.connectors.http import HttpClient
from app.domain.entities import unescaped
from app.domain.papers import arxiv_ids_from_text

PAGE_TYPES = ("text/html", "application/xhtml+xml")
MOST_BYTES = 5 * 1024 * 1024


def papers_linked(client: HttpClient, url: str) -> list[str]:
    """The arXiv ids, without versions and in order, that the page at a typed address links or names.

    The address and every redirect must lead to a public host. Raises ConnectorError.
    """
    response = client.get(url, content_types=PAGE_TYPES, max_bytes=MOST_BYTES, public_only=True)
    page = unescaped(response.body.decode("utf-8", "replace"))
    return list(dict.fromkeys(paper.arxiv_id for paper in arxiv_ids_from_text(page)))

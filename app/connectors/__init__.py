"""One file per source, and the register of them: adding a source is a file here and a line in CONNECTORS."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.connectors.arxiv import ArxivConnector
from app.connectors.http import HttpClient
from app.domain.sources import Connector

Settings = Mapping[str, Any]
Factory = Callable[[Settings, HttpClient, date], Connector]

VERSION = "0.1"
# Listing pages are made for people; arXiv would rather have machines use its API, so we ask for pages at a fifth of
# the speed.
PAGE_FACTOR = 5
_ARXIV_URLS = ("ARXIV_API_URL", "ARXIV_RSS_URL", "ARXIV_URL")


def make_client(settings: Settings) -> HttpClient:
    """The client that all connectors of a process share.

    Reads `CONTACT` (an e-mail or web address for the user agent, may be empty), `ARXIV_INTERVAL` (seconds), the
    arXiv addresses, and `INSTANCE_DIR`, under which processes agree on who asks when.
    """
    contact = str(settings.get("CONTACT") or "").strip()
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    interval = float(settings["ARXIV_INTERVAL"])
    hosts = {urlsplit(settings[name]).hostname or "" for name in _ARXIV_URLS}
    return HttpClient(
        f"HotPapers/{VERSION}" + (f" (+{contact})" if contact else ""),
        # arXiv counts the requests to all of its machines together, hence one lane for the whole domain.
        intervals={"arxiv.org": interval, **{host: interval for host in hosts if not host.endswith("arxiv.org")}},
        lock_dir=Path(settings["INSTANCE_DIR"]) / "locks",
    )


def make_arxiv(settings: Settings, client: HttpClient, today: date) -> ArxivConnector:
    """The arXiv connector as the settings describe it; `today` is the date in New York."""
    return ArxivConnector(
        client,
        api_url=settings["ARXIV_API_URL"],
        rss_url=settings["ARXIV_RSS_URL"],
        list_url=settings["ARXIV_URL"],
        categories=settings["ARXIV_CATEGORIES"],
        holidays=frozenset(settings["ARXIV_HOLIDAYS"]),
        today=today,
        page_interval=PAGE_FACTOR * float(settings["ARXIV_INTERVAL"]),
    )


CONNECTORS: dict[str, Factory] = {
    "arxiv": make_arxiv,
}

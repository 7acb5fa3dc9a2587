"""The arXiv connector as the register knows it: its settings, and how it is made from them."""

from datetime import date

from app.connectors.arxiv import ArxivConnector
from app.connectors.http import HttpClient
from app.connectors.source import Settings, Source
from app.domain.settings import Setting, dates, names, number, url

# Listing pages are made for people; arXiv would rather have machines use its API, so we ask for pages at a fifth of
# the speed.
PAGE_FACTOR = 5
ADDRESSES = ("ARXIV_API_URL", "ARXIV_RSS_URL", "ARXIV_URL")
# arXiv's own list for 2026 (info.arxiv.org, availability page).
HOLIDAYS_2026 = "2026-01-01,2026-01-19,2026-06-19,2026-07-03,2026-09-07,2026-11-26,2026-12-25,2026-12-29,2026-12-31"


def categories(raw: str) -> tuple[str, ...]:
    """arXiv categories or archives with commas between them."""
    found = names(raw)
    if not found or not all(name.replace("-", "").replace(".", "").isalnum() for name in found):
        raise ValueError("must be arXiv categories or archives with commas between them, such as cs,stat.ML")
    return found


def make(settings: Settings, client: HttpClient, today: date) -> ArxivConnector:
    """The arXiv connector as the settings describe it."""
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


SOURCE = Source(
    name="arxiv",
    label="arXiv",
    make=make,
    settings=(
        Setting("ARXIV_CATEGORIES", "cs,stat.ML", categories, "the archives and categories whose listings are read"),
        Setting(
            "ARXIV_HOLIDAYS", HOLIDAYS_2026, dates, "arXiv's holidays, which explain a listing that does not appear"
        ),
        Setting("ARXIV_URL", "https://arxiv.org", url, "where listing pages are read"),
        Setting("ARXIV_API_URL", "https://export.arxiv.org", url, "where metadata is read"),
        Setting("ARXIV_RSS_URL", "https://rss.arxiv.org", url, "where the daily feeds are read"),
        Setting("ARXIV_INTERVAL", "3", number, "seconds between two requests to arXiv"),
    ),
)

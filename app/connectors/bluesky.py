"""What Bluesky says of papers: found by search with an account and by exact links without, and read again each run."""

from collections.abc import Iterator
from datetime import date

from app.connectors.bluesky_posts import SOURCE_NAME
from app.connectors.bluesky_run import Run, Terms
from app.connectors.bluesky_session import Session
from app.connectors.http import HttpClient
from app.connectors.source import Settings, Source
from app.domain.settings import Setting, text, url, whole_number
from app.domain.sources import ConnectorError, Fetched, Question


class BlueskyConnector:
    """Reads Bluesky's public AppView, the index Constellation and, where there is an account, the search."""

    name = SOURCE_NAME
    needs_papers = True

    def __init__(self, client: HttpClient, terms: Terms) -> None:
        self._client = client
        self._terms = terms

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Yield posts that are found, known posts with their new counts, and those that are gone.

        Raises ConnectorError where posts cannot be read at all; what was found by then is yielded before.
        """
        run = Run(self._client, self._terms, question)
        stopped = None
        try:
            yield from run.read()
        except ConnectorError as error:
            stopped = error
        yield from run.embed()
        if stopped:
            raise stopped


def make(settings: Settings, client: HttpClient, today: date) -> BlueskyConnector:
    """The Bluesky connector as the settings describe it; it searches where they name an account."""
    session = None
    handle, password = settings["BLUESKY_HANDLE"].removeprefix("@"), settings["BLUESKY_APP_PASSWORD"]
    if handle and password:
        kept = settings["INSTANCE_DIR"] / "sessions" / "bluesky.json"
        session = Session(client, settings["BLUESKY_PDS_URL"], handle, password, kept)
    terms = Terms(
        appview_url=settings["BLUESKY_URL"],
        constellation_url=settings["CONSTELLATION_URL"],
        oembed_url=settings["BLUESKY_OEMBED_URL"],
        budget=settings["BLUESKY_BUDGET"],
        quote_cut=settings["QUOTE_CUT"],
        session=session,
    )
    return BlueskyConnector(client, terms)


SOURCE = Source(
    name=SOURCE_NAME,
    label="Bluesky",
    make=make,
    settings=(
        Setting(
            "BLUESKY_HANDLE", "", text, "the Bluesky account that searches; posts are found by links only if empty"
        ),
        Setting("BLUESKY_APP_PASSWORD", "", text, "an app password of that account", secret=True),
        Setting("BLUESKY_BUDGET", "300", whole_number, "requests to Constellation in a run, one a second"),
        Setting("BLUESKY_URL", "https://public.api.bsky.app", url, "where Bluesky's posts are read"),
        Setting("BLUESKY_PDS_URL", "https://bsky.social", url, "the account's own server, where Bluesky is searched"),
        Setting("BLUESKY_OEMBED_URL", "https://embed.bsky.app", url, "where embeds of Bluesky's posts are read"),
        Setting(
            "CONSTELLATION_URL",
            "https://constellation.microcosm.blue",
            url,
            "the index that finds Bluesky's posts by the links in them",
        ),
    ),
    intervals={"BLUESKY_URL": 0.2, "BLUESKY_PDS_URL": 0.2, "BLUESKY_OEMBED_URL": 1.0, "CONSTELLATION_URL": 1.0},
)

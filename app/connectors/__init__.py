"""One file per source, and the register of them: adding a source is a file here and a line in SOURCES."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from app.connectors import (
    arxiv_source,
    bluesky,
    github,
    hackernews,
    huggingface,
    mastodon,
    openalex,
    reddit,
    semanticscholar,
    twitter,
)
from app.connectors.http import HttpClient, lane_of
from app.connectors.source import Settings, Source
from app.domain.settings import Setting
from app.domain.sources import Connector

VERSION = "0.1"
# Seconds that one question may take with all its tries; what takes longer waits for another run.
PATIENCE = 600.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")

# In the order in which a run asks them: first which papers there are, then what is said of them.
SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        arxiv_source.SOURCE,
        huggingface.SOURCE,
        hackernews.SOURCE,
        bluesky.SOURCE,
        twitter.SOURCE,
        mastodon.SOURCE,
        reddit.SOURCE,
        github.SOURCE,
        semanticscholar.SOURCE,
        openalex.SOURCE,
    )
}


def source_settings() -> tuple[Setting, ...]:
    """The settings of all sources."""
    return tuple(setting for source in SOURCES.values() for setting in source.settings)


def sources_off(settings: Settings) -> dict[str, str]:
    """The sources that are off, each with the sentence that says why."""
    return {name: reason for name, source in SOURCES.items() if (reason := source.off(settings))}


def source_states(settings: Settings) -> list[tuple[Source, str | None]]:
    """Every source, with the sentence that says why it is off where it is."""
    return [(source, source.off(settings)) for source in SOURCES.values()]


def make_connectors(
    settings: Settings, today: date, names: Iterable[str] | None = None, *, client: HttpClient | None = None
) -> list[Connector]:
    """The connectors of the sources that are on, or of `names` among them, on one client."""
    client = client or make_client(settings)
    wanted = set(SOURCES if names is None else names) - set(sources_off(settings))
    return [source.make(settings, client, today) for name, source in SOURCES.items() if name in wanted]


def make_client(settings: Settings) -> HttpClient:
    """The client that all connectors of a run share.

    Reads `CONTACT` (an e-mail or web address for the user agent, may be empty), the sources' addresses, and
    `INSTANCE_DIR`, under which processes agree on who asks when, and remember answers that may still hold.
    """
    contact = str(settings.get("CONTACT") or "").strip()
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    return HttpClient(
        f"HotPapers/{VERSION}" + (f" (+{contact})" if contact else ""),
        intervals=_intervals(settings),
        patience=PATIENCE,
        lock_dir=Path(settings["INSTANCE_DIR"]) / "locks",
        cache_dir=Path(settings["INSTANCE_DIR"]) / "cache",
    )


def _intervals(settings: Settings) -> dict[str, float]:
    """Seconds between two requests, by lane; a mirror on this very machine needs no mercy."""
    found = {"arxiv.org": float(settings["ARXIV_INTERVAL"])}
    for source in SOURCES.values():
        for name, seconds in source.intervals.items():
            for address in [settings[name]] if isinstance(settings[name], str) else settings[name]:
                here = urlsplit(address).hostname in LOOPBACK
                found.setdefault(lane_of(address), 0.0 if here else seconds)
    # arXiv counts the requests to all of its machines together, hence one lane for the whole domain.
    for name in arxiv_source.ADDRESSES:
        if not lane_of(settings[name]).endswith("arxiv.org"):
            found[lane_of(settings[name])] = float(settings["ARXIV_INTERVAL"])
    return {lane: seconds for lane, seconds in found.items() if lane == "arxiv.org" or not lane.endswith(".arxiv.org")}

"""Searches Bluesky for posts about papers: whole domains over a time, or the words of one paper's id."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.connectors.bluesky_posts import post_time
from app.connectors.bluesky_session import Session
from app.connectors.fields import list_of
from app.domain.sources import ConnectorError, Notice

# What to search each domain for; its posts about papers are what both agree on.
DOMAINS = {
    "arxiv.org": "arxiv.org",
    "huggingface.co": "huggingface.co/papers",
    "alphaxiv.org": "alphaxiv.org",
}
PAGE = 100
# Ten thousand posts: more than any domain here has in a day.
MOST_PAGES = 100
# How often a search that ends too early is taken up again where it ended.
MOST_SLICES = 20
# Posts are timed to the millisecond, and `until` leaves its own moment out.
TICK = timedelta(milliseconds=1)

Pages = Iterator[list[dict[str, Any]] | Notice]


def sweep(session: Session, domain: str, since: datetime, until: datetime) -> Pages:
    """Every post between two aware times that links to a domain, newest first, page by page; none twice.

    The search may end before the posts do, so it is asked again for what is older than the oldest one it gave, until
    that gives nothing new. A Notice says so where there were too many posts. Raises ConnectorError.
    """
    seen: set[str] = set()
    pages = 0
    for _ in range(MOST_SLICES):
        given, oldest = len(seen), until
        terms = {"q": DOMAINS[domain], "domain": domain, "since": _written(since), "until": _written(until)}
        for page in _pages(session, terms):
            pages += 1
            yield [view for view in page if view["uri"] not in seen]
            seen |= {view["uri"] for view in page}
            times = [time for view in page if (time := post_time(view)) and time >= since]
            oldest = min([oldest, *times])
            if pages >= MOST_PAGES:
                yield Notice(f"Bluesky has more posts about {domain} than were read; the newest {len(seen)} were.")
                return
        if len(seen) == given or oldest >= until:
            return
        until = oldest + TICK


def posts_about(session: Session, arxiv_id: str) -> Pages:
    """Every post that has the id of a paper in its words or links, newest first, page by page.

    Raises ConnectorError.
    """
    yield from _pages(session, {"q": f'"{arxiv_id}"'})


def _pages(session: Session, terms: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    cursors: set[str] = set()
    cursor = ""
    while len(cursors) < MOST_PAGES:
        params = terms | {"sort": "latest", "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = session.get("app.bsky.feed.searchPosts", params)
        if not isinstance(answer.get("posts"), list):
            raise ConnectorError("Bluesky gave no list of posts; the next run tries again.")
        yield [view for view in list_of(answer["posts"]) if isinstance(view.get("uri"), str)]
        cursor = answer.get("cursor")
        if not isinstance(cursor, str) or not cursor or cursor in cursors:
            return
        cursors.add(cursor)


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

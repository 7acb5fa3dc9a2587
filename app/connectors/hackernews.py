"""Hacker News: stories and comments that name papers, found by Algolia's search and counted by Hacker News itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from app.connectors.answers import MEGABYTE
from app.connectors.fields import count, list_of
from app.connectors.hackernews_posts import hit_id, is_item_id, mention_of_hit, mention_of_item
from app.connectors.http import HttpClient
from app.connectors.source import Settings, Source
from app.connectors.steps import step_by_step
from app.domain.settings import Setting, url
from app.domain.sources import ConnectorError, Done, Expected, Fetched, Gone, KnownMention, Notice, Problem, Question

# Algolia gives no more than this for one search, however one pages.
MOST_HITS = 1000
# So many hits with all of their words, each told twice, are more than the client takes of other sources.
LONGEST_ANSWER = 10 * MEGABYTE
# Windows that one search may be cut into. The busiest day there was had a few hundred posts.
MOST_WINDOWS = 32
EVERYTHING = "(story,comment)"
# What each search of a sweep asks for: stories by their link, then whatever has the word, or names a mirror of papers.
SEARCHES = {
    "stories that link to arXiv": {"query": "arxiv.org", "restrictSearchableAttributes": "url", "tags": "story"},
    "posts that speak of arXiv": {"query": "arxiv", "tags": EVERYTHING},
    "posts that link to Hugging Face's papers": {"query": "huggingface.co/papers", "tags": EVERYTHING},
    "posts that link to alphaXiv": {"query": "alphaxiv.org", "tags": EVERYTHING},
}


class HackerNewsConnector:
    """Reads `/api/v1/search…` under `search_url` (hn.algolia.com) and `/v0/item/…` under `items_url` (Firebase).

    The search lags behind in its counts, so those of known mentions are read from the items.
    """

    name = "hackernews"
    needs_papers = True

    def __init__(self, client: HttpClient, *, search_url: str, items_url: str) -> None:
        self._client = client
        self._search_url = search_url
        self._items_url = items_url

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Posts that name papers, and known ones as they are now; the one goes on where the other fails.

        Raises ConnectorError for the first of the two hosts that took no more questions.
        """
        # Imported mentions may have names that Hacker News never gave.
        known = [mention for mention in question.known if is_item_id(mention.external_id)]
        names = list(SEARCHES) if question.sweeps else [paper.arxiv_id for paper in question.papers]
        refreshed = step_by_step(known, self._read_item, lambda mention: f"item {mention.external_id}")
        found = self._find(names, question)
        yield Expected(len(known) + len(names))
        failures: list[ConnectorError] = []
        for before, part in ((0, refreshed), (len(known), found)):
            try:
                yield from _counted_on(part, before)
            except ConnectorError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def _read_item(self, known: KnownMention) -> Iterator[Fetched]:
        item = self._client.get_json(f"{self._items_url}/v0/item/{known.external_id}.json")
        if item is None or (isinstance(item, dict) and (item.get("deleted") is True or item.get("dead") is True)):
            yield Gone(self.name, known.external_id)
        elif isinstance(item, dict) and (mention := mention_of_item(item, known)):
            yield mention
        else:
            yield Problem(f"item {known.external_id}", "is not told in a form that can be read")

    def _find(self, names: list[str], question: Question) -> Iterator[Fetched]:
        """What the searches of these names find beyond the known posts; each post once."""
        told = {mention.external_id for mention in question.known}

        def search(name: str) -> Iterator[Fetched]:
            if question.sweeps:
                return self._sweep(SEARCHES[name], question, told)
            return _mentions(self._ask("search", {"query": name, "tags": EVERYTHING}), told)

        return step_by_step(names, search, lambda name: f"the search for {name}")

    def _sweep(self, terms: dict[str, str], question: Question, told: set[str]) -> Iterator[Fetched]:
        """All posts of the question's time, which is halved as long as there are too many, the later half first."""
        windows = [(int(question.since.timestamp()), int(question.now.timestamp()) + 1)]
        for _ in range(MOST_WINDOWS):
            start, end = windows.pop()
            within = {"numericFilters": f"created_at_i>={start},created_at_i<{end}"}
            answer = self._ask("search_by_date", terms | within)
            if _has_more(answer) and end - start > 1:
                middle = (start + end) // 2
                windows += [(start, middle), (middle, end)]
            else:
                yield from _mentions(answer, told)
            if not windows:
                return
        until = datetime.fromtimestamp(windows[-1][1], UTC)
        yield Notice(f"Hacker News has too many posts for one run; those before {until:%Y-%m-%d %H:%M} were left out.")

    def _ask(self, how: str, terms: dict[str, str]) -> dict[str, Any]:
        """The answer to a search, a JSON object with hits. Points cannot be filtered by there since 2026."""
        params = {**terms, "typoTolerance": "false", "hitsPerPage": str(MOST_HITS)}
        answer = self._client.get_json(f"{self._search_url}/api/v1/{how}", params=params, max_bytes=LONGEST_ANSWER)
        if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
            raise ConnectorError("Hacker News's search sent an answer without hits; the next run tries again.")
        return answer


def _has_more(answer: dict[str, Any]) -> bool:
    """Whether a search found more than it gave."""
    total = count(answer.get("nbHits"))
    return len(answer["hits"]) >= MOST_HITS if total is None else total > MOST_HITS


def _counted_on(things: Iterator[Fetched], before: int) -> Iterator[Fetched]:
    """The same things, with so many steps before theirs; what is expected was said for all at once."""
    for thing in things:
        if isinstance(thing, Done):
            yield Done(before + thing.count)
        elif not isinstance(thing, Expected):
            yield thing


def _mentions(answer: dict[str, Any], told: set[str]) -> Iterator[Fetched]:
    for hit in list_of(answer["hits"]):
        if hit_id(hit) not in told and (mention := mention_of_hit(hit)):
            told.add(mention.external_id)
            yield mention


def make(settings: Settings, client: HttpClient, today: date) -> HackerNewsConnector:
    """The connector as the settings describe it."""
    return HackerNewsConnector(
        client, search_url=settings["HACKERNEWS_URL"], items_url=settings["HACKERNEWS_ITEMS_URL"]
    )


SOURCE = Source(
    name="hackernews",
    label="Hacker News",
    make=make,
    settings=(
        Setting("HACKERNEWS_URL", "https://hn.algolia.com", url, "where Hacker News is searched"),
        Setting(
            "HACKERNEWS_ITEMS_URL",
            "https://hacker-news.firebaseio.com",
            url,
            "where the counts of single Hacker News posts are read",
        ),
    ),
    intervals={"HACKERNEWS_URL": 0.5, "HACKERNEWS_ITEMS_URL": 0.5},
)

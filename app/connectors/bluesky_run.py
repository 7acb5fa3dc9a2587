"""One question to Bluesky on its way: what is asked of whom, and which posts were read by then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.connectors.bluesky_backlinks import ADDRESSES, PLACES, Backlinks, Link, links_of
from app.connectors.bluesky_hosts import Refused
from app.connectors.bluesky_posts import BATCH, SOURCE_NAME, get_posts, is_post_uri, is_public, read_post
from app.connectors.bluesky_search import DOMAINS, Pages, posts_about, sweep
from app.connectors.bluesky_session import Session
from app.connectors.http import HttpClient
from app.connectors.oembed import embed_html
from app.connectors.turns import in_turn
from app.domain.ranking import mention_score
from app.domain.sources import (
    ConnectorError,
    Done,
    Expected,
    Fetched,
    FetchedMention,
    Gone,
    Notice,
    Problem,
    Question,
)

# So many batches of posts in a row that fail mean that the AppView is down.
MOST_FAILURES = 3
# So many posts that were asked for together and of which none is there are a hiccup, and no farewell.
TOO_MANY_LOST = 3
# A run's embeds, best posts first; so many in a row without one mean that the host has none to give at all.
MOST_EMBEDS = 40
MOST_WITHOUT_EMBED = 8
# Few posts are in no search: where the search works, following links gets this part of its budget.
PART_BESIDE_SEARCH = 3

LINKS_ONLY = (
    "Bluesky finds posts by exact links only: set HOTPAPERS_BLUESKY_HANDLE and HOTPAPERS_BLUESKY_APP_PASSWORD to let "
    "it search."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom to ask, by base addresses, and how much: requests to Constellation, and the score that earns an embed.

    Without a session nothing is searched.
    """

    appview_url: str
    constellation_url: str
    oembed_url: str
    budget: int
    quote_cut: float
    session: Session | None = None


class Run:
    """Answers one question, once. What a step finds is not asked for again by the steps after it."""

    def __init__(self, client: HttpClient, terms: Terms, question: Question) -> None:
        self._client = client
        self._terms = terms
        self._question = question
        self._papers = {paper.arxiv_id for paper in question.papers}
        self._known = {known.external_id: known for known in question.known if is_post_uri(known.external_id)}
        self._seen: set[str] = set()
        self._waiting: list[FetchedMention] = []
        self._steps = 0
        self._failures = 0
        self._is_searched = False

    def read(self) -> Iterator[Fetched]:
        """Search, read the known posts again, follow links to the papers; posts to be embedded wait for `embed`.

        Raises ConnectorError where the AppView gives no posts.
        """
        searches = self._searches()
        batches = -(-len(self._known) // BATCH)
        yield Expected(len(searches) + batches + self._requests(self._links()))
        if self._terms.session is None:
            yield Notice(LINKS_ONLY)
        yield from self._search(searches)
        links = self._links()
        yield Expected(len(searches) + batches + self._requests(links))
        yield from self._look_up(self._known)
        yield self._step(len(searches) + batches)
        yield from self._follow(links)

    def embed(self) -> Iterator[FetchedMention]:
        """The mentions that are to be quoted, the best of them with their embeds."""
        best = sorted(self._waiting, key=_score, reverse=True)
        without = 0
        for place, mention in enumerate(best):
            html = None
            if place < MOST_EMBEDS and without < MOST_WITHOUT_EMBED:
                endpoint = f"{self._terms.oembed_url}/oembed"
                html = embed_html(self._client, endpoint, mention.url, format="json", maxwidth="550")
                without = 0 if html else without + 1
            yield replace(mention, html=html)

    def _searches(self) -> dict[str, Pages]:
        """The searches to make, by what they are about; nothing is asked before their pages are."""
        session, question = self._terms.session, self._question
        if session is None:
            return {}
        if question.sweeps:
            return {domain: sweep(session, domain, question.since, question.now) for domain in DOMAINS}
        return {paper.arxiv_id: posts_about(session, paper.arxiv_id) for paper in question.papers}

    def _search(self, searches: dict[str, Pages]) -> Iterator[Fetched]:
        for place, (subject, pages) in enumerate(searches.items()):
            try:
                for page in pages:
                    if isinstance(page, Notice):
                        yield page
                    else:
                        yield from self._take(page)
                # Nearly everything is found by the first search, the one for arxiv.org.
                self._is_searched = self._is_searched or place == 0
            except ConnectorError as error:
                yield Problem(f"search for {subject}", str(error))
                if isinstance(error, Refused) or error.permanent:
                    break
            yield self._step(place + 1)
        if searches and not self._is_searched:
            yield Notice("Bluesky could not be searched in full, so all of its posts are looked for by exact links.")

    def _links(self) -> dict[str, Link]:
        """The addresses to look for: all of them, but beside a search only the likeliest of papers heard of."""
        is_beside = self._is_searched and self._question.sweeps
        papers = [paper for paper in self._question.papers if paper.heard or not is_beside]
        turned = in_turn(papers, self._budget() // len(PLACES), self._question.now)
        return links_of(turned, ADDRESSES[:1] if is_beside else ADDRESSES)

    def _budget(self) -> int:
        return self._terms.budget // PART_BESIDE_SEARCH if self._is_searched else self._terms.budget

    def _requests(self, links: dict[str, Link]) -> int:
        return min(self._budget(), len(PLACES) * len(links))

    def _follow(self, links: dict[str, Link]) -> Iterator[Fetched]:
        """Read the posts that hold the addresses, in full batches."""
        pending: dict[str, None] = {}
        for found in Backlinks(self._client, self._terms.constellation_url, self._budget()).find(links):
            if isinstance(found, list):
                pending |= {uri: None for uri in found if uri not in self._seen}
                full = len(pending) - len(pending) % BATCH
                yield from self._look_up(list(pending)[:full])
                pending = dict.fromkeys(list(pending)[full:])
            else:
                yield found
            if not isinstance(found, Notice):
                yield self._step(self._steps + 1)
        yield from self._look_up(pending)

    def _look_up(self, uris: Iterable[str]) -> Iterator[Fetched]:
        """Read posts by their at-uris, those that were not seen yet."""
        fresh = [uri for uri in uris if uri not in self._seen]
        for start in range(0, len(fresh), BATCH):
            yield from self._read_batch(fresh[start : start + BATCH])

    def _read_batch(self, uris: Sequence[str]) -> Iterator[Fetched]:
        try:
            views = get_posts(self._client, self._terms.appview_url, uris)
        except ConnectorError as error:
            self._failures += 1
            if isinstance(error, Refused) or self._failures >= MOST_FAILURES:
                raise
            yield Problem(f"{len(uris)} posts", str(error))
            return
        self._failures = 0
        if len(uris) >= TOO_MANY_LOST and views.keys().isdisjoint(uris):
            yield Problem(f"{len(uris)} posts", "Bluesky gave none of them; the next run tries again.")
            return
        self._seen.update(uris)
        public = {uri: view for uri, view in views.items() if is_public(view)}
        yield from self._mentions(public.values())
        yield from (Gone(SOURCE_NAME, uri) for uri in uris if uri in self._known and uri not in public)

    def _take(self, views: Iterable[dict[str, Any]]) -> Iterator[FetchedMention]:
        """The mentions among the posts of a search, without those that were seen before."""
        for view in views:
            uri = view.get("uri")
            # A known post whose author has hidden it since must still be looked up, to be found gone.
            if is_post_uri(uri) and uri not in self._seen and is_public(view):
                self._seen.add(uri)
                yield from self._mentions([view])

    def _mentions(self, views: Iterable[dict[str, Any]]) -> Iterator[FetchedMention]:
        """The mentions that posts make; those that are to be quoted and have no embed yet wait until the end."""
        for mention in filter(None, map(read_post, views)):
            known = self._known.get(mention.external_id)
            is_ours = known is not None or not self._papers.isdisjoint(mention.paper_ids)
            if is_ours and not (known and known.has_embed) and _score(mention) >= self._terms.quote_cut:
                self._waiting.append(mention)
            else:
                yield mention

    def _step(self, steps: int) -> Done:
        self._steps = steps
        return Done(steps)


def _score(mention: FetchedMention) -> float:
    return mention_score(mention.reading) or 0.0 if mention.reading else 0.0

"""The X connector: recent search for links to papers, and known posts read again, within a budget of posts a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import Any

from app.connectors.http import HttpClient
from app.connectors.oembed import embed_html
from app.connectors.source import Settings, Source
from app.connectors.turns import in_turn
from app.connectors.twitter_api import MOST, WINDOW, Account, BudgetSpent, TwitterApi, searches
from app.connectors.twitter_budget import Allowance, Budget
from app.connectors.twitter_posts import (
    NAME,
    Author,
    Post,
    author_of_embed,
    is_post_id,
    missing_from,
    permalink,
    posts_of,
)
from app.domain.ranking import mention_score
from app.domain.settings import Setting, text, url, whole_number, yes_or_no
from app.domain.sources import (
    ConnectorError,
    Done,
    Expected,
    Fetched,
    FetchedMention,
    Gone,
    KnownMention,
    Notice,
    Problem,
    Question,
)

MOST_EMBEDS = 40
# So many posts in a row without an embed mean a host that gives none, and one that is down takes long to say so.
MOST_MISSES = 5
# Recent search takes 450 questions of an app in 15 minutes.
INTERVAL = 2.0


@dataclass(frozen=True, slots=True)
class Embeds:
    """Where embeds are had, and the score from which a post is worth one."""

    url: str
    quote_cut: float


class TwitterConnector:
    """Reads X. Every post that X returns costs money, so a run ends when its budget does, and says so."""

    name = NAME
    needs_papers = True

    def __init__(self, client: HttpClient, account: Account, allowance: Allowance, embeds: Embeds) -> None:
        self._client = client
        self._account = account
        self._allowance = allowance
        self._embeds = embeds

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Every post of the last 7 days at most that links to a paper, known posts with today's counts, posts gone.

        Posts that may be quoted come last and with their embed, which needs no credentials and costs nothing.
        """
        budget = Budget(self._allowance, question.now.astimezone(UTC).date())
        run = _Run(TwitterApi(self._client, self._account, budget), question, self._embeds.quote_cut)
        failure = None
        try:
            yield from run.things()
        except ConnectorError as error:
            failure = error
        yield from self._embedded(run.held)
        if failure:
            raise failure

    def _embedded(self, mentions: Sequence[FetchedMention]) -> Iterator[FetchedMention]:
        """The mentions, the best of them with their embed and with the author whom that names."""
        misses = 0
        for place, mention in enumerate(sorted(mentions, key=_score, reverse=True)):
            html = None
            if place < MOST_EMBEDS and misses < MOST_MISSES:
                html = embed_html(
                    self._client,
                    f"{self._embeds.url}/oembed",
                    mention.url,
                    omit_script="1",
                    dnt="true",
                    hide_thread="1",
                )
                misses = 0 if html else misses + 1
            yield _with_embed(mention, html) if html else mention


@dataclass(slots=True)
class _Run:
    """One run: what was seen so far, and the posts held back until their embeds are asked for."""

    api: TwitterApi
    question: Question
    quote_cut: float
    held: list[FetchedMention] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    known: dict[str, KnownMention] = field(default_factory=dict)
    # X is taken to be down until it has answered once.
    has_failed: bool = True

    def things(self) -> Iterator[Fetched]:
        """Search first, for it may read known posts too; then the known ones that it did not meet."""
        self.known = {one.external_id: one for one in self.question.known if is_post_id(one.external_id)}
        budget = self.api.budget.left
        # A paper of which anybody speaks costs a post at least.
        papers = in_turn(self.question.papers, budget, self.question.now)
        asked = searches(replace(self.question, papers=tuple(papers)))
        yield Expected(len(asked) + -(-len(self.known) // MOST))
        if self.question.sweeps and self.question.since < self.question.now - WINDOW:
            yield Notice(f"X shows only the posts of the last {WINDOW.days} days; earlier ones were not asked for.")
        for number, search in enumerate(asked):
            try:
                # Half of the budget at most is kept for the posts that are known and were not met so far.
                for page in self.api.search(search, min(len(self.known.keys() - self.seen), budget // 2)):
                    self.has_failed = False
                    yield from self._read(page)
            except BudgetSpent:
                unasked = sum(len(left.papers) for left in asked[number:])
                yield Notice(f"{self.api.budget.spent()}: {unasked} of {len(papers)} papers were not asked about.")
                break
            except ConnectorError as error:
                yield self._problem(f"{search.papers[0]} to {search.papers[-1]}", error)
            yield Done(number + 1)
        yield from self._refresh(len(asked))

    def _refresh(self, done: int) -> Iterator[Fetched]:
        """Known posts that the search did not meet, those with the highest scores first."""
        waiting = [one for name, one in self.known.items() if name not in self.seen]
        waiting.sort(key=lambda one: one.score, reverse=True)
        while waiting:
            size = min(MOST, self.api.budget.left)
            if size <= 0:
                yield Notice(f"{self.api.budget.spent()}: {len(waiting)} known posts were not read again.")
                return
            part, waiting = [one.external_id for one in waiting[:size]], waiting[size:]
            try:
                page = self.api.posts(part)
                self.has_failed = False
                yield from self._read(page)
                yield from (Gone(NAME, name) for name in dict.fromkeys(missing_from(page)) if name in part)
            except ConnectorError as error:
                yield self._problem("known posts", error)
            done += 1
            yield Done(done)

    def _problem(self, where: str, error: ConnectorError) -> Problem:
        """What one failing question is reported as. The first of all, and two in a row, are raised as X's failure."""
        if error.permanent or self.has_failed:
            raise error
        self.has_failed = True
        return Problem(where, str(error))

    def _read(self, page: dict[str, Any]) -> Iterator[FetchedMention]:
        for post in posts_of(page):
            known = self.known.get(post.id)
            # A known post counts for the papers that it is known for, also where an edit took the link out.
            papers = post.paper_ids or (known.paper_ids if known else ())
            if post.id in self.seen or not papers:
                continue
            self.seen.add(post.id)
            mention = _mention(post, papers, known)
            if _score(mention) >= self.quote_cut and not (known and known.has_embed):
                self.held.append(mention)
            else:
                yield mention


def _mention(post: Post, papers: tuple[str, ...], known: KnownMention | None) -> FetchedMention:
    address = permalink(post.id, post.author.handle)
    if known and known.url and not post.author.handle:
        address = known.url
    return FetchedMention(
        source=NAME,
        external_id=post.id,
        url=address,
        paper_ids=papers,
        author_name=post.author.name,
        author_handle=post.author.handle,
        text=post.text or None,
        posted_at=post.posted_at,
        reading=post.reading,
    )


def _with_embed(mention: FetchedMention, html: str) -> FetchedMention:
    author = author_of_embed(html, mention.external_id)
    if mention.author_handle or author == Author():
        return replace(mention, html=html)
    address = permalink(mention.external_id, author.handle)
    return replace(mention, html=html, url=address, author_name=author.name, author_handle=author.handle)


def _score(mention: FetchedMention) -> float:
    return (mention_score(mention.reading) if mention.reading else None) or 0.0


def make(settings: Settings, client: HttpClient, today: date) -> TwitterConnector:
    """The X connector as the settings describe it."""
    account = Account(
        url=settings["TWITTER_URL"],
        token=settings["TWITTER_BEARER_TOKEN"],
        with_users=settings["TWITTER_USERS"],
    )
    allowance = Allowance(
        run=settings["TWITTER_BUDGET"],
        day=settings["TWITTER_DAY_BUDGET"],
        file=settings["INSTANCE_DIR"] / "budgets" / "twitter.json",
    )
    return TwitterConnector(client, account, allowance, Embeds(settings["TWITTER_OEMBED_URL"], settings["QUOTE_CUT"]))


SOURCE = Source(
    name=NAME,
    label="X",
    make=make,
    settings=(
        Setting("TWITTER_BEARER_TOKEN", "", text, "the app token (bearer) for X's API, which is paid by use", True),
        Setting("TWITTER_BUDGET", "500", whole_number, "posts that a run may be given by X, each of which costs money"),
        Setting(
            "TWITTER_DAY_BUDGET",
            "1500",
            whole_number,
            "posts that all runs of a day (UTC) together may be given by X, however many runs there are",
        ),
        Setting("TWITTER_USERS", "no", yes_or_no, "whether X is asked for the authors of posts too, which it may bill"),
        Setting("TWITTER_URL", "https://api.x.com", url, "where X's API is asked"),
        Setting("TWITTER_OEMBED_URL", "https://publish.x.com", url, "where the embeds of X's posts are had"),
    ),
    needs=("TWITTER_BEARER_TOKEN",),
    intervals={"TWITTER_URL": INTERVAL},
)

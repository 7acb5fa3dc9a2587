"""The Reddit connector: new posts that link to papers, and known posts with today's score, for an approved app."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.connectors.fields import count, list_of, moment, paper_ids, text
from app.connectors.http import HttpClient
from app.connectors.reddit_api import App, RedditApi
from app.connectors.source import Settings, Source
from app.connectors.steps import step_by_step
from app.domain.quotes import web_address
from app.domain.settings import Setting, url
from app.domain.settings import text as any_text
from app.domain.sources import (
    Fetched,
    FetchedMention,
    Gone,
    KnownMention,
    Notice,
    Problem,
    Question,
    Reading,
)

NAME = "reddit"
HOME = "https://www.reddit.com"
PAGE = 100
# Reddit's listings end after about 1,000 posts.
MOST_PAGES = 10
# Reddit takes 100 questions of an app in a minute.
INTERVAL = 0.7
# So many posts that were asked for together and of which none is there are a hiccup, and no farewell.
TOO_MANY_LOST = 3
_FULLNAME = re.compile(r"t3_[0-9a-z]{1,13}")


@dataclass(frozen=True, slots=True)
class _Listing:
    """A listing to be read from its newest post on; `name` is for people."""

    name: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)


class RedditConnector:
    """Reads Reddit. Posts for adults only are passed over, since a public post would quote them."""

    name = NAME
    needs_papers = True

    def __init__(self, client: HttpClient, app: App) -> None:
        self._client = client
        self._app = app

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Every post since the listing that names a paper, known posts with today's counts, and posts taken away."""
        run = _Run(RedditApi(self._client, self._app), question)
        yield from step_by_step(run.parts(), run.ask, run.named)


@dataclass(slots=True)
class _Run:
    """One run: what is known, and what was seen or found to be gone so far."""

    api: RedditApi
    question: Question
    seen: set[str] = field(default_factory=set)
    known: dict[str, KnownMention] = field(init=False)

    def __post_init__(self) -> None:
        self.known = {one.external_id: one for one in self.question.known if _FULLNAME.fullmatch(one.external_id)}

    def parts(self) -> list[_Listing | list[str]]:
        """Listings to be read, then names of known posts, a hundred at a time."""
        names = list(self.known)
        return [*_listings(self.question), *(names[start : start + PAGE] for start in range(0, len(names), PAGE))]

    def named(self, part: _Listing | list[str]) -> str:
        """What a part is called in the report."""
        return part.name if isinstance(part, _Listing) else "known posts"

    def ask(self, part: _Listing | list[str]) -> Iterator[Fetched]:
        """What Reddit has to say to one part. Raises ConnectorError."""
        return self._listing(part) if isinstance(part, _Listing) else self._refresh(part)

    def _listing(self, listing: _Listing) -> Iterator[Fetched]:
        after, told = "", {""}
        for page in range(1, MOST_PAGES + 1):
            params = {**listing.params, "limit": str(PAGE)} | ({"after": after} if after else {})
            posts, after = self.api.posts(listing.path, params)
            yield from self._read(posts)
            times = [time for post in posts if (time := moment(post.get("created_utc")))]
            is_back = self.question.sweeps and times and times[-1] < self.question.since
            if is_back or (after in told and page < MOST_PAGES):
                return
            told.add(after)
        yield Notice(f"Reddit lists only the {PAGE * MOST_PAGES} newest posts of {listing.name}; others were not read.")

    def _refresh(self, names: Sequence[str]) -> Iterator[Fetched]:
        """Known posts that no listing has shown; one that Reddit does not name at all is gone too."""
        asked = [name for name in names if name not in self.seen]
        if asked:
            posts, _ = self.api.posts("/api/info", {"id": ",".join(asked)})
            yield from self._read(posts)
            answered = {text(post.get("name")) for post in posts}
            if len(asked) >= TOO_MANY_LOST and answered.isdisjoint(asked):
                yield Problem(f"{len(asked)} known posts", "Reddit gave none of them; the next run tries again.")
                return
            yield from (Gone(NAME, name) for name in asked if name not in answered)

    def _read(self, posts: Sequence[dict[str, Any]]) -> Iterator[Fetched]:
        for post in posts:
            name = text(post.get("name"))
            if not _FULLNAME.fullmatch(name) or name in self.seen:
                continue
            self.seen.add(name)
            known = self.known.get(name)
            if _may_not_be_quoted(post):
                if known:
                    yield Gone(NAME, name)
            elif (mention := _mention(post, name, known)) and (known or self._is_wanted(mention)):
                yield mention

    def _is_wanted(self, mention: FetchedMention) -> bool:
        return not self.question.sweeps or mention.posted_at is None or mention.posted_at >= self.question.since


def _listings(question: Question) -> list[_Listing]:
    """What is read: a search of all Reddit for arXiv, or for each paper where there is no sweep.

    The search is slow to learn of posts, hence the newest ones of the subreddit where most of them are.
    """
    search = {"sort": "new", "type": "link"}
    if not question.sweeps:
        return [
            _Listing(paper.arxiv_id, "/r/all/search", search | {"q": paper.arxiv_id, "t": "all"})
            for paper in question.papers
        ]
    window = "week" if question.now - question.since < timedelta(days=7) else "month"
    return [
        _Listing("the search for arxiv.org", "/r/all/search", search | {"q": "arxiv.org", "t": window}),
        _Listing("r/MachineLearning", "/r/MachineLearning/new"),
    ]


def _may_not_be_quoted(post: Mapping[str, Any]) -> bool:
    """Whether a post was taken away, or is for adults only."""
    is_taken_away = post.get("author") == "[deleted]" or post.get("removed_by_category") is not None
    return is_taken_away or post.get("over_18") is True


def _mention(post: Mapping[str, Any], name: str, known: KnownMention | None) -> FetchedMention | None:
    """A post that names papers, or is known for some; None where it names none."""
    words = "\n\n".join(part for part in (text(post.get("title")), text(post.get("selftext"))) if part)
    links = [text(post.get("url")), *(text(parent.get("url")) for parent in list_of(post.get("crosspost_parent_list")))]
    papers = paper_ids(words, links) or (known.paper_ids if known else ())
    if not papers:
        return None
    permalink = text(post.get("permalink"))
    address = web_address(HOME + permalink) if permalink.startswith("/") else ""
    author = text(post.get("author"))
    return FetchedMention(
        source=NAME,
        external_id=name,
        url=address or f"{HOME}/comments/{name.removeprefix('t3_')}",
        paper_ids=papers,
        author_name=author,
        author_handle=author,
        text=text(words) or None,
        posted_at=moment(post.get("created_utc")),
        # Reddit blurs its scores, and has some below zero.
        reading=Reading(NAME, points=count(post.get("score")), replies=count(post.get("num_comments"))),
    )


def user_name(raw: str) -> str:
    """The name of a person at Reddit, with or without the u/ before it."""
    name = raw.removeprefix("/").removeprefix("u/")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,30}", name):
        raise ValueError("must be the name of a person at Reddit, such as mossfan")
    return name


def make(settings: Settings, client: HttpClient, today: date) -> RedditConnector:
    """The Reddit connector as the settings describe it."""
    app = App(
        url=settings["REDDIT_URL"],
        login_url=settings["REDDIT_LOGIN_URL"],
        client_id=settings["REDDIT_CLIENT_ID"],
        client_secret=settings["REDDIT_CLIENT_SECRET"],
        user=settings["REDDIT_USER"],
    )
    return RedditConnector(client, app)


SOURCE = Source(
    name=NAME,
    label="Reddit",
    make=make,
    settings=(
        Setting("REDDIT_CLIENT_ID", "", any_text, "the id of an app that Reddit has approved"),
        Setting("REDDIT_CLIENT_SECRET", "", any_text, "the secret of that app", True),
        Setting("REDDIT_USER", "", user_name, "the person at Reddit who answers for the app, named to Reddit"),
        Setting("REDDIT_URL", "https://oauth.reddit.com", url, "where Reddit is asked"),
        Setting("REDDIT_LOGIN_URL", "https://www.reddit.com", url, "where Reddit gives out tokens"),
    ),
    needs=("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USER"),
    intervals={"REDDIT_URL": INTERVAL},
)

"""A whole day as all the networks together would tell it: invented papers, and posts that name them."""

import random
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any

from app.domain.listings import announced_at
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_wire import FakePaper
from tests.fakes.bluesky import HANDLE, PASSWORD, FakeBluesky, FakePost
from tests.fakes.github import FakeGithub, FakeRepository
from tests.fakes.hackernews import Comment, FakeHackerNews, Story
from tests.fakes.huggingface import DailyPaper, FakeHuggingFace
from tests.fakes.mastodon import FakeMastodon, Toot
from tests.fakes.oembed import FakeOembed
from tests.fakes.reddit import CLIENT_ID, SECRET, USER, FakeReddit, RedditPost
from tests.fakes.service import FakeService
from tests.fakes.twitter import TOKEN, FakeX, XPost

# How the mentions are spread over the networks.
SHARES = {"hackernews": 0.15, "bluesky": 0.3, "twitter": 0.3, "mastodon": 0.15, "reddit": 0.1}
FORMS = (
    "https://arxiv.org/abs/{}",
    "https://arxiv.org/pdf/{}v1",
    "https://www.arxiv.org/pdf/{}.pdf",
    "https://huggingface.co/papers/{}",
    "https://www.alphaxiv.org/abs/{}",
)


class World:
    """`with World(day, papers=1000, mentions=3000) as world:` has every network answer of that day, the same each time.

    Every post names one to three papers in one of the ways that people link them; the more a paper stands out the
    more posts name it. `now` is the time that the networks go by, an hour before midnight UTC of the day by default.
    """

    def __init__(self, day: date, *, papers: int, mentions: int, now: datetime | None = None, seed: int = 7) -> None:
        self.day = day
        self.since = announced_at(day)
        self.now = now or datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        self._random = random.Random(seed)
        self.ids = [f"{day:%y%m}.{90_000 + number:05d}" for number in range(papers)]
        counts = {source: round(mentions * share) for source, share in SHARES.items()}
        clock = self.now.timestamp
        self.arxiv = FakeArxiv([self._paper(n) for n in range(papers)], today=day)
        self.hackernews = FakeHackerNews(**self._stories(counts["hackernews"]), clock=clock)
        self.huggingface = FakeHuggingFace(papers=[self._featured(n) for n in range(0, papers, 7)], clock=clock)
        self.bluesky = FakeBluesky([self._post(n) for n in range(counts["bluesky"])], clock=clock)
        self.twitter = FakeX([self._tweet(n) for n in range(counts["twitter"])], clock=clock)
        self.mastodon = FakeMastodon([self._toot(n) for n in range(counts["mastodon"])], clock=clock)
        self.reddit = FakeReddit([self._submission(n) for n in range(counts["reddit"])], clock=clock)
        self.github = FakeGithub(clock=clock)
        self.github.repositories = {f"fernsby/moss-{n}": FakeRepository(stars=n * 3) for n in range(0, papers, 25)}
        self.oembed = FakeOembed()
        self._stack = ExitStack()

    @property
    def services(self) -> dict[str, FakeService | FakeArxiv]:
        """The fakes by the names of their sources; the embeds of posts come from one beside them."""
        names = ("arxiv", "huggingface", "hackernews", "bluesky", "twitter", "mastodon", "reddit", "github", "oembed")
        return {name: getattr(self, name) for name in names}

    def __enter__(self) -> "World":
        for service in self.services.values():
            self._stack.enter_context(service)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def settings(self) -> dict[str, str]:
        """The HOTPAPERS_* settings of a desk that lives in this world."""
        at = {name: service.url for name, service in self.services.items()}
        given = {
            **{f"ARXIV{part}_URL": at["arxiv"] for part in ("", "_API", "_RSS")},
            "ARXIV_CATEGORIES": "cs",
            "ARXIV_INTERVAL": "0",
            "HUGGINGFACE_URL": at["huggingface"],
            "HACKERNEWS_URL": at["hackernews"],
            "HACKERNEWS_ITEMS_URL": at["hackernews"],
            **{name: at["bluesky"] for name in ("BLUESKY_URL", "BLUESKY_PDS_URL", "CONSTELLATION_URL")},
            **{name: at["oembed"] for name in ("BLUESKY_OEMBED_URL", "TWITTER_OEMBED_URL")},
            "BLUESKY_HANDLE": HANDLE,
            "BLUESKY_APP_PASSWORD": PASSWORD,
            "TWITTER_URL": at["twitter"],
            "TWITTER_BEARER_TOKEN": TOKEN,
            "TWITTER_BUDGET": "100000",
            "TWITTER_DAY_BUDGET": "1000000",
            "MASTODON_INSTANCES": at["mastodon"],
            "REDDIT_URL": at["reddit"],
            "REDDIT_LOGIN_URL": at["reddit"],
            "REDDIT_CLIENT_ID": CLIENT_ID,
            "REDDIT_CLIENT_SECRET": SECRET,
            "REDDIT_USER": USER,
            "GITHUB_URL": at["github"],
            "GITHUB_TOKEN": "ghp_moss",
        }
        return {f"HOTPAPERS_{name}": value for name, value in given.items()}

    def _paper(self, number: int) -> FakePaper:
        code = f"\nCode: https://github.com/fernsby/moss-{number}" if number % 25 == 0 else ""
        return FakePaper(
            self.ids[number],
            self.day,
            title=f"Fictional Lanterns {number}: $k$-Step Moss Inference",
            authors=("Ada Fernsby", "Tomás Quill Jr"),
            abstract=f"We study imaginary lanterns with $\\alpha < {number}$ & more.{code}",
            categories=("cs.LG", "stat.ML") if number % 3 else ("cs.CL",),
        )

    def _named(self) -> list[str]:
        """One to three papers; the first ones are named most."""
        count = self._random.choice((1, 1, 1, 1, 2, 3))
        return list(dict.fromkeys(self.ids[int(len(self.ids) * self._random.random() ** 3)] for _ in range(count)))

    def _links(self) -> list[str]:
        return [self._random.choice(FORMS).format(arxiv_id) for arxiv_id in self._named()]

    def _at(self) -> datetime:
        """A whole second between the announcement and the networks' now."""
        span = int((self.now - self.since).total_seconds()) - 120
        return self.since + timedelta(seconds=self._random.randrange(60, span))

    def _count(self) -> int:
        return int(self._random.paretovariate(1.2) * 3)

    def _stories(self, count: int) -> dict[str, Any]:
        stories, comments = [], []
        for number in range(count):
            links, at = self._links(), self._at()
            if number % 4:
                points = self._count()
                text = " ".join(f'<a href="{link}">here</a>' for link in links[1:])
                story = Story(90_000_000 + number, url=links[0], points=points, live_points=points, posted_at=at)
                story.title, story.text = f"Lanterns {number}", text or None
                stories.append(story)
            else:
                text = "<p>" + " ".join(f'<a href="{link}">this</a>' for link in links)
                comments.append(Comment(90_000_000 + number, text, posted_at=at))
        return {"stories": stories, "comments": comments}

    def _featured(self, number: int) -> DailyPaper:
        return DailyPaper(self.ids[number], upvotes=self._count(), comments=number % 5, featured=self.day)

    def _post(self, number: int) -> FakePost:
        return FakePost(
            f"Moss {number} 🌿",
            self._links(),
            likes=self._count(),
            reposts=self._count(),
            at=self._at(),
            key=f"3kmoss{number:07d}",
            did=f"did:plc:fictional{number % 97:015d}",
        )

    def _tweet(self, number: int) -> XPost:
        return XPost(
            str(1_991_000_000_000_000_000 + number),
            f"Lanterns {number}!",
            tuple(self._links()),
            self._at(),
            reposts=self._count(),
            likes=self._count(),
            handle=f"mossfan{number % 41}",
        )

    def _toot(self, number: int) -> Toot:
        links = tuple(self._links())
        return Toot(115_500_000_000_000_000 + number, f"Moss {number}", links, self._at(), self._count(), self._count())

    def _submission(self, number: int) -> RedditPost:
        links, score = self._links(), self._count()
        text = " ".join(links[1:])
        return RedditPost(f"zz{number:04d}", f"[R] Moss {number}", links[0], text, score, created_at=self._at())

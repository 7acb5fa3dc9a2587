"""Hugging Face's daily papers on the loopback, as its OpenAPI description and its clients know them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.fakes.listener import DAY
from tests.fakes.service import Answer, Asked, FakeService

BIGGEST_PAGE, USUAL_PAGE = 100, 50
WINDOW = {"RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
# What the 501st request of five minutes gets.
TOO_MANY = Answer({"error": "We had to rate limit you"}, 429, {"RateLimit": '"api";r=0;t=210', **WINDOW})


@dataclass
class DailyPaper:
    """A paper that somebody submitted; `featured` is Hugging Face's own day, which is not that of the listing.

    A count that is None is left out of the answer; `extra` overrides fields of the entry, `paper` those of the paper.
    """

    id: str
    upvotes: int | None = 0
    comments: int | None = 0
    featured: date = DAY
    title: str = "Fictional Lanterns"
    repo: str | None = None
    stars: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    paper: dict[str, Any] = field(default_factory=dict)

    def as_paper(self) -> dict[str, Any]:
        """The paper object, without what is missing."""
        featured = datetime(self.featured.year, self.featured.month, self.featured.day, tzinfo=UTC)
        optional = {"upvotes": self.upvotes, "githubRepo": self.repo, "githubStars": self.stars}
        return {
            "id": self.id,
            "authors": [{"_id": "65aa00000000000000000001", "name": "Ada Fernsby", "hidden": False}],
            "publishedAt": _stamp(featured - timedelta(hours=7)),
            "submittedOnDailyAt": _stamp(featured + timedelta(minutes=40)),
            "submittedOnDailyBy": _person("user"),
            "title": self.title,
            "summary": "We study imaginary lanterns again.",
            "discussionId": "65aa00000000000000000003",
            **{name: value for name, value in optional.items() if value is not None},
            **self.paper,
        }

    def as_entry(self) -> dict[str, Any]:
        """The entry of a day, which has the count of comments and its own, earlier time of publication."""
        paper = self.as_paper()
        return {
            "paper": paper,
            "publishedAt": paper["publishedAt"].replace("T17", "T12"),
            "title": self.title,
            "summary": "We study imaginary lanterns again.",
            "submittedBy": _person("name"),
            "isAuthorParticipating": True,
            **({} if self.comments is None else {"numComments": self.comments}),
            **self.extra,
        }


class FakeHuggingFace(FakeService):
    """Serves `papers` in their order; `refused` are days that get a 400, `tokens` those that are good (empty: any).

    `biggest` is its largest page: a question for a larger one is refused, or given so much where it `clamps`. `lost`
    are days that get a 404.
    """

    def __init__(
        self,
        *,
        papers: Iterable[DailyPaper] = (),
        refused: Iterable[date] = (),
        tokens: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(clock=clock)
        self.papers = list(papers)
        self.refused = set(refused)
        self.tokens = set(tokens)
        self.biggest, self.clamps = BIGGEST_PAGE, False
        self.lost: set[date] = set()

    def respond(self, asked: Asked) -> Answer:
        """The daily papers of a date, page by page, or one paper."""
        token = asked.header("Authorization").removeprefix("Bearer ")
        if token and self.tokens and token not in self.tokens:
            return Answer({"error": "Invalid credentials in Authorization header"}, 401)
        answer = Answer({"error": "Sorry, we can't find the page you are looking for."}, 404)
        if asked.path == "/api/daily_papers":
            answer = self._daily(asked)
        elif asked.path.startswith("/api/papers/"):
            answer = self._paper(asked.path.removeprefix("/api/papers/"))
        used = len(self.requests)
        answer.headers.update({"RateLimit": f'"api";r={max(0, 500 - used)};t=210', **WINDOW})
        return answer

    def _daily(self, asked: Asked) -> Answer:
        unknown = {name for name, _ in asked.params} - {"date", "limit", "p"}
        try:
            day = date.fromisoformat(asked.param("date"))
            limit, page = int(asked.param("limit", str(min(USUAL_PAGE, self.biggest)))), int(asked.param("p", "0"))
        except ValueError:
            return Answer({"error": "Invalid query parameters"}, 400)
        if self.clamps:
            limit = min(limit, self.biggest)
        if unknown or day in self.refused or not 1 <= limit <= self.biggest or page < 0:
            return Answer({"error": "Invalid query parameters"}, 400)
        if day in self.lost:
            return Answer({"error": "No papers on that day"}, 404)
        entries = [paper.as_entry() for paper in self.papers if paper.featured == day]
        return Answer(entries[page * limit : (page + 1) * limit])

    def _paper(self, arxiv_id: str) -> Answer:
        for paper in reversed(self.papers):
            if paper.id == arxiv_id:
                return Answer({**paper.as_paper(), "linkedModels": [], "numTotalModels": 0, "linkedDatasets": []})
        return Answer({"error": "Paper not found"}, 404)


def _person(name_field: str) -> dict[str, Any]:
    """A user, whose account name stands under one name here and under another there."""
    return {"_id": "65aa00000000000000000002", "fullname": "Tomás Quill", name_field: "tquill", "type": "user"}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")

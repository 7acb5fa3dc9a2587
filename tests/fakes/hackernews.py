"""Hacker News on the loopback: Algolia's search over it, and its own items as Firebase serves them."""

import math
import operator
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.listener import NOW
from tests.fakes.service import Answer, Asked, FakeService

MOST_HITS = 1000
USUAL_PAGE = 20
SEARCHED = ("title", "url", "author", "story_text", "comment_text", "story_title", "story_url")
PARAMS = {"query", "tags", "numericFilters", "restrictSearchableAttributes", "typoTolerance", "page", "hitsPerPage"}
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
_FILTER = re.compile(r"(\w+)(<=|>=|=|<|>)(-?\d+)")
_TAG_GROUP = re.compile(r"\(([^)]*)\)|([^,]+)")


@dataclass
class Story:
    """A story. `points` and `comments` are what the search says; the items say `live_points` where it is given.

    `text` is HTML. `state` is "" or what the items know of it: "deleted", "dead", or "null" for nothing at all, while
    the search, which lags behind, still has it unless `searchable` is False. `extra` overrides fields of a hit and
    `item` fields of the item.
    """

    id: int
    title: str = "Fictional Lanterns"
    url: str | None = None
    author: str = "mossfan"
    points: int | None = 1
    comments: int | None = 0
    live_points: int | None = None
    live_comments: int | None = None
    text: str | None = None
    posted_at: datetime = NOW - timedelta(hours=2)
    state: str = ""
    searchable: bool = True
    extra: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)

    def as_hit(self) -> dict[str, Any]:
        """The story as the search gives it."""
        hit = _hit(self, "story", self.id) | {"title": self.title, "points": self.points, "num_comments": self.comments}
        hit |= {} if self.url is None else {"url": self.url}
        return hit | ({} if self.text is None else {"story_text": self.text}) | self.extra

    def as_item(self) -> dict[str, Any] | None:
        """The story as Firebase has it now."""
        live = {
            "title": self.title,
            "score": self.points if self.live_points is None else self.live_points,
            "descendants": self.comments if self.live_comments is None else self.live_comments,
            "url": self.url,
            "text": self.text,
        }
        return _item(self, "story", live)


@dataclass
class Comment:
    """A comment under `story`; it has no points, and its hit names the story's title and address."""

    id: int
    text: str
    story: Story = field(default_factory=lambda: Story(1, title="Ask HN: Moss?"))
    author: str = "fernsby"
    posted_at: datetime = NOW - timedelta(hours=1)
    state: str = ""
    searchable: bool = True
    extra: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)

    def as_hit(self) -> dict[str, Any]:
        """The comment as the search gives it."""
        of_story = {"story_title": self.story.title, "story_url": self.story.url, "parent_id": self.story.id}
        missing = {"title": None, "url": None, "points": None, "num_comments": None}
        return _hit(self, "comment", self.story.id) | missing | of_story | {"comment_text": self.text} | self.extra

    def as_item(self) -> dict[str, Any] | None:
        """The comment as Firebase has it now."""
        return _item(self, "comment", {"text": self.text, "parent": self.story.id})


class FakeHackerNews(FakeService):
    """Both hosts under one address: `/api/v1/search`, `/api/v1/search_by_date` and `/v0/item/{id}.json`.

    A parameter that nobody knows gets a 400, as does a filter by anything but the time.
    """

    def __init__(
        self,
        *,
        stories: Iterable[Story] = (),
        comments: Iterable[Comment] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(clock=clock)
        self.stories = list(stories)
        self.comments = list(comments)

    @property
    def posts(self) -> list[Story | Comment]:
        """All that there is."""
        return [*self.stories, *self.comments]

    def respond(self, asked: Asked) -> Answer:
        """A search's hits, or an item, which is null where there is none."""
        if asked.path in ("/api/v1/search", "/api/v1/search_by_date"):
            try:
                return Answer(self._search(asked))
            except ValueError as error:
                return Answer({"code": 400, "message": str(error)}, 400)
        found = re.fullmatch(r"/v0/item/(\d+)\.json", asked.path)
        if not found:
            return Answer({"status": 404, "error": "Not Found"}, 404)
        return Answer(next((post.as_item() for post in self.posts if post.id == int(found[1])), None))

    def _search(self, asked: Asked) -> dict[str, Any]:
        strange = {name for name, _ in asked.params} - PARAMS
        if strange:
            raise ValueError(f"Unknown parameter: {min(strange)}")
        hits = [post.as_hit() for post in self.posts if post.searchable]
        among = asked.param("restrictSearchableAttributes").split(",")
        among = [name for name in SEARCHED if name in among or among == [""]]
        typos = asked.param("typoTolerance", "true") != "false"
        filters = _filters(asked.param("numericFilters"))
        hits = [hit for hit in hits if all(holds(hit["created_at_i"]) for holds in filters)]
        hits = [hit for hit in hits if _tagged(hit, asked.param("tags"))]
        hits = [hit for hit in hits if _matches(hit, asked.param("query"), among, typos)]
        by_date = asked.path.endswith("_by_date")
        hits.sort(key=lambda hit: hit["created_at_i"] if by_date else hit["points"] or 0, reverse=True)
        size = min(int(asked.param("hitsPerPage", str(USUAL_PAGE))), MOST_HITS)
        page = int(asked.param("page", "0"))
        return {
            "hits": hits[:MOST_HITS][page * size : (page + 1) * size],
            "nbHits": len(hits),
            "page": page,
            "nbPages": math.ceil(min(len(hits), MOST_HITS) / size),
            "hitsPerPage": size,
            "exhaustiveNbHits": True,
            "query": asked.param("query"),
            "processingTimeMS": 3,
        }


def _hit(post: Story | Comment, kind: str, story_id: int) -> dict[str, Any]:
    return {
        "objectID": str(post.id),
        "author": post.author,
        "created_at": post.posted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": int(post.posted_at.timestamp()),
        "updated_at": "2026-11-20T00:00:00Z",
        "story_id": story_id,
        "_tags": [kind, f"author_{post.author}", f"story_{story_id}"],
        "_highlightResult": {"author": {"value": post.author, "matchLevel": "none", "matchedWords": []}},
    }


def _item(post: Story | Comment, kind: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """An item without the fields that it lacks; a deleted one keeps its place only, a dead one all that it said."""
    if post.state == "null":
        return None
    item = {"id": post.id, "type": kind, "time": int(post.posted_at.timestamp())}
    if post.state == "deleted":
        return item | {"deleted": True} | post.item
    item |= {"by": post.author, **{name: value for name, value in fields.items() if value is not None}}
    return item | ({"dead": True} if post.state == "dead" else {}) | post.item


def _tagged(hit: dict[str, Any], tags: str) -> bool:
    """Commas mean "and", brackets "or"."""
    for group in _TAG_GROUP.finditer(tags):
        if not set((group[1] or group[2]).split(",")) & set(hit["_tags"]):
            return False
    return True


def _filters(raw: str) -> list[Callable[[int], bool]]:
    """What the time of a post must be like; a filter by anything else is an error since 2026."""
    filters: list[Callable[[int], bool]] = []
    for part in filter(None, raw.split(",")):
        read = _FILTER.fullmatch(part)
        if not read:
            raise ValueError(f"invalid numeric filter: {part}")
        if read[1] != "created_at_i":
            setting = "attribute not specified in numericAttributesForFiltering setting"
            raise ValueError(f"invalid numeric attribute({read[1]}), {setting}")
        filters.append(_compared(COMPARISONS[read[2]], int(read[3])))
    return filters


def _compared(compare: Callable[[int, int], bool], bound: int) -> Callable[[int], bool]:
    return lambda value: compare(value, bound)


def _matches(hit: dict[str, Any], query: str, among: Sequence[str], typos: bool) -> bool:
    """Whether every word of the query is there; the last one may be the beginning of a word."""
    words = [word for name in among for word in _words(str(hit.get(name) or ""))]
    wanted = _words(query)
    for word in wanted:
        is_last = word is wanted[-1]
        near = (w for w in words if w == word or (is_last and w.startswith(word)) or (typos and _near(w, word)))
        if next(near, None) is None:
            return False
    return True


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _near(one: str, other: str) -> bool:
    """One sign mistyped, in a word long enough for Algolia to forgive it."""
    return len(one) == len(other) >= 4 and sum(a != b for a, b in zip(one, other, strict=True)) == 1

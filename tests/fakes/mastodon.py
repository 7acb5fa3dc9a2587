"""One Mastodon instance on the loopback: timelines by hashtag and by link, search for members, statuses by id."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from tests.fakes.listener import NOW
from tests.fakes.service import Answer, Asked, FakeService

TOKEN = "member-token-of-ada"
NOT_FOUND = Answer({"error": "Record not found"}, 404)
INVALID_TOKEN = Answer({"error": "The access token is invalid"}, 401)
MEMBERS_ONLY = Answer({"error": "This method requires an authenticated user"}, 422)
# The reset header of Mastodon is an ISO 8601 time.
TOO_MANY = Answer({"error": "Too many requests"}, 429, {"X-RateLimit-Reset": "1970-01-12T13:47:40.000Z"})


@dataclass
class Toot:
    """A status as one instance has it. Without a `uri` it was written there; `boosts` makes it a boost of another.

    `card` is the address of its preview card; `links` stand in its HTML as Mastodon writes them.
    """

    id: int = 115500000000000001
    text: str = "Moss lanterns:"
    links: tuple[str, ...] = ("https://arxiv.org/abs/2611.99001",)
    created_at: datetime = NOW - timedelta(hours=2)
    reblogs: int | None = 12
    favourites: int | None = 34
    replies: int | None = 3
    tags: tuple[str, ...] = ("arxiv",)
    username: str = "ada"
    acct: str = ""
    display_name: str = "Ada Fernsby"
    bot: bool = False
    indexable: bool | None = True
    visibility: str = "public"
    uri: str = ""
    url: str = ""
    card: str = ""
    boosts: "Toot | None" = None
    more: dict[str, Any] = field(default_factory=dict)


def anchor(link: str) -> str:
    """A link as Mastodon writes it, its parts in spans of which some are invisible."""
    scheme, _, rest = link.partition("://")
    shown, hidden = rest[:30], rest[30:]
    return (
        f'<a href="{escape(link)}" rel="nofollow noopener" target="_blank"><span class="invisible">{scheme}://</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


class FakeMastodon(FakeService):
    """`toots` in any order. `trending` are the links whose timeline it tells, `keeps_to_members` is "" or how it
    refuses strangers: "401", "422" or "empty".
    """

    def __init__(self, toots: list[Toot] | None = None, **given: Any) -> None:
        super().__init__(**{"clock": NOW.timestamp} | given)
        self.toots = [Toot()] if toots is None else toots
        self.trending: set[str] = set()
        self.keeps_to_members = ""

    @property
    def home(self) -> str:
        """The address of its own statuses and accounts, encrypted as every instance's is."""
        return self.url.replace("http://", "https://")

    def respond(self, asked: Asked) -> Answer:
        """A timeline, a search, a status, the trends, or why not."""
        is_member = asked.header("Authorization") == f"Bearer {TOKEN}"
        if asked.header("Authorization") and not is_member:
            return INVALID_TOKEN
        status = re.fullmatch(r"/api/v1/statuses/(\d+)", asked.path)
        tag = re.fullmatch(r"/api/v1/timelines/tag/(\w+)", asked.path)
        if asked.path.startswith("/api/v1/timelines") and self.keeps_to_members and not is_member:
            return {"401": INVALID_TOKEN, "422": MEMBERS_ONLY, "empty": Answer([])}[self.keeps_to_members]
        if tag:
            return self._page(asked, [toot for toot in self.toots if tag[1].lower() in toot.tags])
        if asked.path == "/api/v1/timelines/link":
            link = asked.param("url")
            linking = [toot for toot in self.toots if link in toot.links]
            return self._page(asked, linking) if link in self.trending else NOT_FOUND
        if asked.path == "/api/v2/search":
            return self._search(asked) if is_member else INVALID_TOKEN
        if asked.path == "/api/v1/trends/links":
            return Answer([_card(link, {"history": _history()}) for link in sorted(self.trending)])
        found = [toot for toot in self.toots if status and toot.id == int(status[1]) and toot.visibility != "private"]
        return self._sent(self._status(found[0])) if found else NOT_FOUND

    def _page(self, asked: Asked, toots: list[Toot]) -> Answer:
        """A page of a timeline, newest first, with the addresses of its neighbours."""
        size = max(1, min(40, int(asked.param("limit", "20"))))
        ceiling = int(asked.param("max_id", str(10**30)))
        older = sorted((toot for toot in toots if toot.id < ceiling), key=lambda toot: toot.id, reverse=True)
        shown = [toot for toot in older if toot.visibility == "public"][:size]
        if not shown:
            return self._sent([])
        where = self.url + asked.path
        following = urlencode({"limit": size, "max_id": shown[-1].id})
        newer = urlencode({"limit": size, "min_id": shown[0].id})
        links = f'<{where}?{following}>; rel="next", <{where}?{newer}>; rel="prev"'
        return self._sent([self._status(toot) for toot in shown], {"Link": links})

    def _search(self, asked: Asked) -> Answer:
        """Statuses by word, of authors who want to be found; an address is looked up and never found as a word."""
        word = asked.param("q")
        is_kind = asked.param("type") in ("", "statuses") and "://" not in word
        found = [toot for toot in self.toots if word in toot.text and toot.indexable] if is_kind else []
        start, size = int(asked.param("offset", "0")), min(40, int(asked.param("limit", "20")))
        statuses = [self._status(toot) for toot in found[start : start + size]]
        return self._sent({"accounts": [], "statuses": statuses, "hashtags": []})

    def _sent(self, body: Any, headers: dict[str, str] | None = None) -> Answer:
        reset = datetime.fromtimestamp(self.clock() + 300, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}
        return Answer(body, headers=limits | (headers or {}))

    def _status(self, toot: Toot) -> dict[str, Any]:
        uri = toot.uri or f"{self.home}/users/{toot.username}/statuses/{toot.id}"
        content = " ".join([escape(toot.text), *map(anchor, toot.links)])
        account = {"username": toot.username, "acct": toot.acct or toot.username, "display_name": toot.display_name}
        account |= {"id": "42", "bot": toot.bot, "discoverable": True, "url": f"{self.home}/@{toot.username}"}
        if toot.indexable is not None:
            account |= {"indexable": toot.indexable}
        return {
            "id": str(toot.id),
            "created_at": toot.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "edited_at": None,
            "in_reply_to_id": None,
            "visibility": toot.visibility,
            "language": "en",
            "uri": uri,
            "url": toot.url or (toot.uri or f"{self.home}/@{toot.username}/{toot.id}"),
            "replies_count": toot.replies,
            "reblogs_count": toot.reblogs,
            "favourites_count": toot.favourites,
            "content": f"<p>{content}</p>",
            "reblog": self._status(toot.boosts) if toot.boosts else None,
            "tags": [{"name": name, "url": f"{self.home}/tags/{name}"} for name in toot.tags],
            "media_attachments": [],
            "mentions": [],
            "emojis": [],
            "account": account,
            "card": _card(toot.card) if toot.card else None,
        } | toot.more


def _card(link: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    told = {"url": link, "title": "Fictional Lanterns", "description": "", "type": "link", "image": None}
    return told | {"provider_name": "arXiv.org"} | (more or {})


def _history() -> list[dict[str, str]]:
    return [{"day": "1795046400", "accounts": "12", "uses": "14"}]

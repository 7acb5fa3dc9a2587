"""The Bluesky network on one server: the AppView, an account's own server with its search, and Constellation."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.service import PLAIN, Answer, Asked, FakeService

HANDLE, PASSWORD = "desk.moss.example", "abcd-efgh-ijkl-mnop"
COLLECTION = "app.bsky.feed.post"
LINK = "app.bsky.richtext.facet#link"
FACETS, CARD = f"{COLLECTION}:facets[].features[{LINK}].uri", f"{COLLECTION}:embed.external.uri"
POSTED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RATE_LIMITED = Answer(
    {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"},
    429,
    {"Retry-After": "2", "RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Policy": "3000;w=300"},
)
SEARCH, POSTS, BACKLINKS = "app.bsky.feed.searchPosts", "app.bsky.feed.getPosts", "blue.microcosm.links.getBacklinks"
CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
# Sessions that an account may make in five minutes.
MOST_SESSIONS = 30
_KEYS = count(1)


@dataclass
class FakePost:
    """A post. Its `links` stand in the text as the app shows them, cut short; `card` and `media_card` are embeds.

    A count that is None is left out. `state` is public, deleted (in no answer), or hidden (Constellation still has it).
    `record` and `view` replace or add parts of what is sent.
    """

    text: str = "New: moss lanterns 🌿"
    links: list[str] = field(default_factory=list)
    card: str = ""
    media_card: str = ""
    likes: int | None = 57
    reposts: int | None = 9
    replies: int | None = 2
    quotes: int | None = 1
    at: datetime = POSTED
    created_at: str | None = None
    did: str = "did:plc:fictional00000000000000aa"
    handle: str = "ada.moss.example"
    name: str = "Ada Fernsby"
    labels: list[str] = field(default_factory=list)
    state: str = "public"
    key: str = field(default_factory=lambda: f"3kmoss{next(_KEYS):07d}")
    record: dict[str, Any] = field(default_factory=dict)
    view: dict[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its at-uri."""
        return f"at://{self.did}/{COLLECTION}/{self.key}"

    @property
    def url(self) -> str:
        """Its page."""
        return f"https://bsky.app/profile/{self.did}/post/{self.key}"

    @property
    def shown_text(self) -> str:
        """The text with its links."""
        return " ".join([self.text, *map(shortened, self.links)])

    def addresses(self, source: str = "") -> list[str]:
        """What it links to, in all places or at one of Constellation's sources."""
        cards = [self.card] if self.card else []
        every = self.links + cards + ([self.media_card] if self.media_card else [])
        return {FACETS: self.links, CARD: cards, "": every}.get(source, [])

    def as_json(self) -> dict[str, Any]:
        """As an app.bsky.feed.defs#postView."""
        counts = {"replyCount": self.replies, "repostCount": self.reposts, "likeCount": self.likes}
        counts["quoteCount"] = self.quotes
        author = {"did": self.did, "handle": self.handle, "displayName": self.name}
        author["labels"] = [{"val": value, "src": self.did} for value in self.labels]
        return {
            "uri": self.uri,
            "cid": "bafyreifictionalcid0000000000000000000000000000000000000000",
            "author": author,
            "record": self._record(),
            **{name: value for name, value in counts.items() if value is not None},
            "indexedAt": written(self.at),
            "labels": [],
        } | self.view

    def _record(self) -> dict[str, Any]:
        record: dict[str, Any] = {"$type": COLLECTION, "text": self.shown_text, "langs": ["en"]}
        record["createdAt"] = self.created_at if self.created_at is not None else written(self.at)
        if self.links:
            record["facets"] = [self._facet(place) for place in range(len(self.links))]
        if self.card:
            record["embed"] = _card(self.card)
        if self.media_card:
            quoted = {"$type": "app.bsky.embed.record", "record": {"uri": self.uri, "cid": "bafyreifictional"}}
            embed = {"$type": "app.bsky.embed.recordWithMedia", "record": quoted, "media": _card(self.media_card)}
            record["embed"] = embed
        return record | self.record

    def _facet(self, place: int) -> dict[str, Any]:
        """Where a link stands, counted in bytes of UTF-8."""
        before = " ".join([self.text, *map(shortened, self.links[:place])]) + " "
        start = len(before.encode())
        end = start + len(shortened(self.links[place]).encode())
        feature = {"$type": LINK, "uri": self.links[place]}
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def shortened(address: str) -> str:
    """An address as the app puts it into a text: without its scheme, and cut."""
    parts = urlsplit(address)
    return parts.netloc + (parts.path if len(parts.path) <= 13 else parts.path[:13] + "...")


def written(time: datetime) -> str:
    """A time as the network writes it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _card(address: str) -> dict[str, Any]:
    external = {"uri": address, "title": "Fictional Lanterns", "description": "We study imaginary lanterns."}
    return {"$type": "app.bsky.embed.external", "external": external}


class FakeBluesky(FakeService):
    """`posts` are all that the network has. `ends_after` is a number of pages after which a search has no cursor more,
    however many posts there are; that for arxiv.org may be one that `never_ends`.

    `expire` makes the access tokens stale and `revoke` the refresh tokens too.
    """

    def __init__(self, posts: list[FakePost] | None = None, **given: Any) -> None:
        super().__init__(**given)
        self.posts = posts or []
        self.accounts = {HANDLE: PASSWORD}
        self.ends_after: int | None = None
        self.never_ends = False
        self._access: dict[str, bool] = {}
        self._refresh: set[str] = set()
        self._sessions_at: list[float] = []
        self._tokens = count(1)

    def mend(self) -> None:
        """Switch all faults off, and count the sessions anew."""
        super().mend()
        self._sessions_at.clear()

    def asked(self, method: str) -> list[Asked]:
        """The requests of one method, in order."""
        return [asked for asked in self.requests if asked.path == f"/xrpc/{method}"]

    def expire(self) -> None:
        """Let all access tokens grow stale."""
        self._access = dict.fromkeys(self._access, False)

    def revoke(self) -> None:
        """End all sessions for good."""
        self.expire()
        self._refresh.clear()

    def respond(self, asked: Asked) -> Answer:
        """The answer of whichever service has the method."""
        methods: dict[str, tuple[str, Callable[[Asked], Answer]]] = {
            SEARCH: ("GET", self._search),
            POSTS: ("GET", self._get_posts),
            BACKLINKS: ("GET", self._backlinks),
            CREATE: ("POST", self._create),
            REFRESH: ("POST", self._refreshed),
        }
        verb, answer = methods.get(asked.path.removeprefix("/xrpc/"), ("", None))
        if answer is None or asked.method != verb:
            return error(404, "XRPCNotSupported", "XRPCNotSupported")
        return answer(asked)

    def _shown(self) -> list[FakePost]:
        return [post for post in self.posts if post.state == "public"]

    def _get_posts(self, asked: Asked) -> Answer:
        uris = asked.all("uris")
        if not 1 <= len(uris) <= 25:
            return error(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
        if not all(uri.startswith("at://") for uri in uris):
            return error(400, "InvalidRequest", "Error: uris/0 must be a valid at-uri")
        return Answer({"posts": [post.as_json() for post in self._shown() if post.uri in uris]})

    def _search(self, asked: Asked) -> Answer:
        token = asked.header("Authorization").removeprefix("Bearer ")
        if token not in self._access:
            return error(401, "AuthMissing", "Authentication Required")
        if not self._access[token]:
            return error(400, "ExpiredToken", "Token has expired")
        if not asked.param("q") or not 1 <= int(asked.param("limit", "25")) <= 100:
            return error(400, "InvalidRequest", "Error: Params must have the property q")
        if self.never_ends and asked.param("domain") == "arxiv.org":
            post = FakePost(links=["https://arxiv.org/abs/2611.99999"])
            return Answer({"posts": [post.as_json()], "cursor": post.key})
        found = sorted((post for post in self._shown() if _matches(post, asked)), key=_sort_time, reverse=True)
        start, limit = int(asked.param("cursor", "0")), int(asked.param("limit", "25"))
        answer = {"posts": [post.as_json() for post in found[start : start + limit]], "hitsTotal": len(found)}
        pages = start // limit + 1
        if start + limit < len(found) and (self.ends_after is None or pages < self.ends_after):
            answer["cursor"] = str(start + limit)
        return Answer(answer)

    def _backlinks(self, asked: Asked) -> Answer:
        if "application/json" not in asked.header("Accept"):
            return Answer("<!doctype html><html><body>Constellation</body></html>", content_type="text/html")
        limit, start = int(asked.param("limit", "16")), int(asked.param("cursor") or "0", 16)
        if limit > 100 or not asked.param("subject") or ":" not in asked.param("source"):
            return Answer("Bad Request", 400, content_type=PLAIN)
        alive = [post for post in self.posts if post.state != "deleted"]
        found = [post for post in alive if asked.param("subject") in post.addresses(asked.param("source"))]
        page = [{"did": post.did, "collection": COLLECTION, "rkey": post.key} for post in found[start : start + limit]]
        further = f"{start + limit:x}" if start + limit < len(found) else None
        return Answer({"total": len(found), "records": page, "cursor": further})

    def _create(self, asked: Asked) -> Answer:
        now = asked.at
        self._sessions_at = [at for at in self._sessions_at if now - at < 300] + [now]
        if len(self._sessions_at) > MOST_SESSIONS:
            return RATE_LIMITED
        try:
            given = json.loads(asked.body)
            identifier, password = given["identifier"], given["password"]
        except (ValueError, KeyError, TypeError):
            return error(400, "InvalidRequest", "Input must have the property identifier")
        if self.accounts.get(identifier) != password:
            return error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session(identifier)

    def _refreshed(self, asked: Asked) -> Answer:
        token = asked.header("Authorization").removeprefix("Bearer ")
        if asked.body:
            return error(400, "InvalidRequest", "A request body was provided when none was expected")
        if token not in self._refresh:
            return error(400, "ExpiredToken", "Token has been revoked")
        self._refresh.remove(token)
        return self._session(next(iter(self.accounts)))

    def _session(self, handle: str) -> Answer:
        number = next(self._tokens)
        access, refresh = f"access-token-{number}", f"refresh-token-{number}"
        self._access[access] = True
        self._refresh.add(refresh)
        did = "did:plc:fictional00000000000000zz"
        return Answer({"accessJwt": access, "refreshJwt": refresh, "handle": handle, "did": did, "active": True})


def error(status: int, name: str, message: str) -> Answer:
    """An error as every service of the network but Constellation words it."""
    return Answer({"error": name, "message": message}, status)


def _sort_time(post: FakePost) -> datetime:
    """What posts are sorted by: when they were made, but not later than they were seen."""
    try:
        made = datetime.fromisoformat(post.created_at or "")
    except ValueError:
        return post.at
    return min(made, post.at) if made.tzinfo else post.at


def _matches(post: FakePost, asked: Asked) -> bool:
    """Whether a post is what a search asks for: its words, its domain, its time."""
    words = " ".join([post.shown_text, *post.addresses()]).lower()
    if asked.param("q").strip('"').lower() not in words:
        return False
    domain = asked.param("domain")
    hosts = [urlsplit(address).hostname or "" for address in post.addresses()]
    if domain and not any(host == domain or host.endswith(f".{domain}") for host in hosts):
        return False
    since, until, time = asked.param("since"), asked.param("until"), _sort_time(post)
    is_late_enough = not since or time >= datetime.fromisoformat(since)
    return is_late_enough and (not until or time < datetime.fromisoformat(until))

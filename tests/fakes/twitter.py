"""X's API v2 on the loopback: recent search and look-up by id, in either spelling, billed by the post."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from html import escape
from typing import Any

from tests.fakes.listener import NOW
from tests.fakes.service import PLAIN, Answer, Asked, FakeService

TOKEN = "app-token-of-ada"
ROOT = "https://api.x.com/2/problems/"
LEGACY = "https://api.twitter.com/2/problems/"
TERM = r'url:"[^"]+"'
QUERY = re.compile(rf"\((?P<terms>{TERM}(?: OR {TERM})*)\) -is:retweet")
COMMON = {"expansions", "user.fields"}
SEARCH = COMMON | {"query", "start_time", "end_time", "max_results", "next_token"}
TWEET_FIELDS = set("id text public_metrics created_at entities author_id referenced_tweets note_tweet lang".split())
POST_FIELDS = set("id text public_metrics created_at entities note_post lang".split())


@dataclass
class XPost:
    """A post with links to `links`; with `note` it is a long one, whose `note_links` stand only there.

    `metrics` False leaves its counts out, `state` is public, protected or deleted, and `repost_of` makes it a native
    repost, which the search gives only where it leaks. `edits` are the ids that it had before it was edited.
    """

    id: str = "1991000000000000001"
    text: str = "Our moss lanterns paper is out!"
    links: tuple[str, ...] = ("https://arxiv.org/abs/2611.99001",)
    created_at: datetime = NOW - timedelta(hours=2)
    reposts: int = 41
    likes: int = 203
    replies: int = 6
    handle: str = "ada_fernsby"
    author: str = "Ada Fernsby"
    note: str = ""
    note_links: tuple[str, ...] = ()
    unwound: dict[str, str] = field(default_factory=dict)
    metrics: bool = True
    state: str = "public"
    repost_of: str = ""
    edits: tuple[str, ...] = ()

    @cached_property
    def words(self) -> str:
        """The words of its addresses with spaces around, as the search sees them."""
        return " " + " ".join(_words(link) for link in (*self.links, *self.note_links)) + " "


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def short(place: int) -> str:
    """The address that X puts in the place of one of a post's links."""
    return f"https://t.co/moss{place:06}"


class FakeX(FakeService):
    """`posts` in any order. `speaks` is tweets or posts, the two spellings; `credits` is how many posts are paid for.

    `gaps` is how many empty pages with a next_token come before the first hit of every search, `leaks_reposts` gives
    native reposts as well, `endless` never stops naming a next page. `returned` and `users_returned` are billed.
    """

    def __init__(self, posts: list[XPost] | None = None, **given: Any) -> None:
        super().__init__(**{"clock": NOW.timestamp} | given)
        self.posts = [XPost()] if posts is None else posts
        self.speaks = "tweets"
        self.credits = 10**9
        self.gaps = 0
        self.leaks_reposts = self.endless = False
        self.returned = self.users_returned = 0

    @property
    def queries(self) -> list[str]:
        """The queries of all searches, in order."""
        return [asked.param("query") for asked in self.requests if asked.path.endswith("/recent")]

    def respond(self, asked: Asked) -> Answer:
        """A page of a search, posts by id, or what was wrong with the question."""
        routes = {"/2/tweets/search/recent": self._search, "/2/tweets": self._look_up}
        if asked.path not in routes or asked.method != "GET":
            return Answer("Not Found", 404, content_type=PLAIN)
        if asked.header("Authorization") != f"Bearer {TOKEN}":
            return UNAUTHORIZED
        if self.returned >= self.credits:
            return CREDITS_DEPLETED
        answer = routes[asked.path](asked)
        limits = {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "449", "x-rate-limit-reset": "1795187700"}
        return Answer(answer.body, answer.status, limits)

    def _search(self, asked: Asked) -> Answer:
        wrong = self._wrong_names(asked, SEARCH) or self._wrong_values(asked)
        if wrong:
            return wrong
        since, until = (datetime.fromisoformat(asked.param(name)) for name in ("start_time", "end_time"))
        phrases = [f" {_words(term)} " for term in re.findall(r'url:"([^"]+)"', asked.param("query"))]
        hits = [
            post
            for post in self.posts
            if post.state == "public"
            and since <= post.created_at < until
            and (self.leaks_reposts or not post.repost_of)
            and any(phrase in post.words for phrase in phrases)
        ]
        hits.sort(key=lambda post: (post.created_at, post.id), reverse=True)
        return Answer(self._page(asked, hits, int(asked.param("max_results", "10"))))

    def _page(self, asked: Asked, hits: list[XPost], size: int) -> dict[str, Any]:
        place = int(asked.param("next_token", "b0").removeprefix("b"))
        start = max(0, place - self.gaps)
        shown = hits[start : start + size] if place >= self.gaps else []
        following = start + size if place >= self.gaps else 0
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0].id, "oldest_id": shown[-1].id}
        if place < self.gaps:
            meta["next_token"] = f"b{place + 1}"
        elif following < len(hits) or self.endless:
            meta["next_token"] = f"b{following + self.gaps}"
        return self._shown(asked, shown) | {"meta": meta}

    def _look_up(self, asked: Asked) -> Answer:
        ids = asked.param("ids").split(",")
        if wrong := self._wrong_names(asked, COMMON | {"ids"}):
            return wrong
        if len(ids) > 100 or not all(re.fullmatch("[0-9]{1,19}", one) for one in ids):
            return _invalid("ids", asked.param("ids"), "The number of values in the `ids` query parameter is not valid")
        posts = {name: post for post in self.posts for name in (*post.edits, post.id)}
        found = [posts[one] for one in ids if one in posts and posts[one].state == "public"]
        lost = [one for one in ids if one not in posts or posts[one].state != "public"]
        errors = [_lost(one, one in posts and posts[one].state == "protected") for one in lost]
        return Answer(self._shown(asked, found) | ({"errors": errors} if errors else {}))

    def _shown(self, asked: Asked, posts: list[XPost]) -> dict[str, Any]:
        """The posts as this spelling has them, without any `data` where there are none."""
        self.returned += len(posts)
        told: dict[str, Any] = {"data": [self._post(asked, post) for post in posts]} if posts else {}
        if posts and "author_id" in asked.param("expansions"):
            users = {
                post.handle: {"id": _user_id(post), "username": post.handle, "name": post.author} for post in posts
            }
            self.users_returned += len(users)
            told["includes"] = {"users": list(users.values())}
        return told

    def _post(self, asked: Asked, post: XPost) -> dict[str, Any]:
        tweets = self.speaks == "tweets"
        fields = set(asked.param("tweet.fields" if tweets else "post.fields").split(","))
        note, references = ("note_tweet", "referenced_tweets") if tweets else ("note_post", "referenced_posts")
        links = [_link(post, place, link) for place, link in enumerate(post.links)]
        told: dict[str, Any] = {
            "id": post.id,
            "text": escape(" ".join([post.text, *(link["url"] for link in links)]), quote=False),
            f"edit_history_{'tweet' if tweets else 'post'}_ids": [*post.edits, post.id],
        }
        more: dict[str, Any] = {"created_at": post.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        if links:
            more["entities"] = {"urls": links}
        if post.metrics:
            counts = {"reply_count": post.replies, "like_count": post.likes, "quote_count": 5, "impression_count": 0}
            more["public_metrics"] = counts | {"retweet_count" if tweets else "repost_count": post.reposts}
        if post.note:
            urls = [_link(post, len(links) + place, link) for place, link in enumerate(post.note_links)]
            words = escape(" ".join([post.note, *(link["url"] for link in urls)]), quote=False)
            more[note] = {"text": words} | ({"entities": {"urls": urls}} if urls else {})
        told |= {name: value for name, value in more.items() if name in fields}
        expanded = asked.param("expansions")
        if "author_id" in fields or "author_id" in expanded:
            told["author_id"] = _user_id(post)
        if post.repost_of and (references in fields or references in expanded):
            told[references] = [{"type": "retweeted", "id": post.repost_of}]
        return told

    def _wrong_names(self, asked: Asked, common: set[str]) -> Answer | None:
        """The refusal of parameters and fields that this spelling does not have."""
        own, fields = ("tweet.fields", TWEET_FIELDS) if self.speaks == "tweets" else ("post.fields", POST_FIELDS)
        for name, value in asked.params:
            if name not in common | {own}:
                allowed = ",".join(sorted(common | {own}))
                return _invalid(name, value, f"The query parameter [{name}] is not one of [{allowed}]")
            if name == own and (strange := set(value.split(",")) - fields):
                return _invalid(name, value, f"The `{name}` query parameter value [{min(strange)}] is not one of [...]")
        return None

    def _wrong_values(self, asked: Asked) -> Answer | None:
        """The refusal of a search that recent search cannot do."""
        query, size = asked.param("query"), asked.param("max_results", "10")
        if len(query) > 512:
            return _invalid("query", query, "The query length is not in the range of 512")
        if not QUERY.fullmatch(query):
            return _invalid("query", query, "There were errors processing your request: no viable alternative at ':'")
        if not 10 <= int(size) <= 100:
            return _invalid("max_results", size, f"The `max_results` query parameter value [{size}] is not valid")
        now = datetime.fromtimestamp(self.clock(), UTC)
        if datetime.fromisoformat(asked.param("start_time")) < now - timedelta(days=7):
            return _invalid("start_time", asked.param("start_time"), "'start_time' must be on or after 7 days ago")
        if datetime.fromisoformat(asked.param("end_time")) > now - timedelta(seconds=30):
            return _invalid("end_time", asked.param("end_time"), "'end_time' must be a minimum of 30 seconds prior")
        return None


def _user_id(post: XPost) -> str:
    return str(9_000_000 + sum(map(ord, post.handle)))


def _link(post: XPost, place: int, link: str) -> dict[str, Any]:
    told = {"start": 32, "end": 55, "url": short(place), "expanded_url": link, "display_url": link[8:30]}
    return told | ({"unwound_url": post.unwound[link], "status": 200} if link in post.unwound else {})


def _lost(post_id: str, is_protected: bool) -> dict[str, str]:
    told = {"value": post_id, "resource_id": post_id, "parameter": "ids", "resource_type": "tweet"}
    if is_protected:
        why = {"title": "Authorization Error", "type": f"{LEGACY}not-authorized-for-resource"}
    else:
        why = {"title": "Not Found Error", "type": f"{ROOT}resource-not-found"}
    return told | why | {"detail": f"Could not find tweet with ids: [{post_id}]."}


def problem(status: int, kind: str, title: str, root: str = ROOT, **more: Any) -> Answer:
    """A refusal as X words it; `root` is one of the two hosts that its types are seen under."""
    body = {"title": title, "detail": title, "type": root + kind if root else kind, "status": status}
    return Answer(body | more, status, content_type="application/problem+json")


def _invalid(name: str, value: str, message: str) -> Answer:
    errors = [{"parameters": {name: [value]}, "message": message}]
    return problem(400, "invalid-request", "Invalid Request", errors=errors)


UNAUTHORIZED = problem(401, "about:blank", "Unauthorized", "")
CREDITS_DEPLETED = problem(402, "CreditsDepleted", "CreditsDepleted")
NOT_ENROLLED = problem(403, "client-forbidden", "Client Forbidden", reason="client-not-enrolled")
TOO_MANY = problem(429, "about:blank", "Too Many Requests", "")
USAGE_CAPPED = problem(429, "usage-capped", "UsageCapExceeded", period="Monthly", scope="Product")
USAGE_CAPPED_LEGACY = problem(429, "usage-capped", "UsageCapExceeded", LEGACY, period="Monthly", scope="Product")

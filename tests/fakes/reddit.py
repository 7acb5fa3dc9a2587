"""Reddit on the loopback, as it has been since apps must be approved: tokens, search, a subreddit, posts by name."""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from tests.fakes.listener import NOW
from tests.fakes.service import HTML, Answer, Asked, FakeService

CLIENT_ID, SECRET, USER = "app-of-ada", "secret-of-ada", "mossfan"
AGENT = re.compile(r"[\w.-]+:[\w.-]+:v?[\d.]+ \(by /u/[\w-]+\)")
BLOCKED = Answer("<html><body><h1>whoa there, pardner!</h1></body></html>", 403, content_type=HTML)
UNAUTHORIZED = Answer({"message": "Unauthorized", "error": 401}, 401)
SPENT = {"X-Ratelimit-Used": "1000", "X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "42"}
TOO_MANY = Answer({"message": "Too Many Requests", "error": 429}, 429, SPENT)
WINDOWS = {"hour": 3600, "day": 86400, "week": 7 * 86400, "month": 31 * 86400, "year": 366 * 86400, "all": 10**10}
# A listing ends here, however many posts there are.
LISTED = 1000


@dataclass
class RedditPost:
    """A post; `state` is public, deleted (its author took it away), removed (a moderator did) or lost (not a trace).

    `crosspost_of` is the address that the post it repeats leads to.
    """

    id: str = "zz0"
    title: str = "[R] Fictional Lanterns"
    url: str = "https://arxiv.org/abs/2611.99001"
    selftext: str = ""
    score: int = 88
    comments: int = 17
    author: str = "mossfan"
    created_at: datetime = NOW - timedelta(hours=2)
    subreddit: str = "MachineLearning"
    over_18: bool = False
    crosspost_of: str = ""
    state: str = "public"
    permalink: str = ""

    @property
    def name(self) -> str:
        """Its fullname."""
        return f"t3_{self.id}"


class FakeReddit(FakeService):
    """`posts` in any order. `unindexed` are ids that the search does not know yet; `expire` ends every token."""

    def __init__(self, posts: list[RedditPost] | None = None, **given: Any) -> None:
        super().__init__(**{"clock": NOW.timestamp} | given)
        self.posts = [RedditPost()] if posts is None else posts
        self.unindexed: set[str] = set()
        self.tokens: set[str] = set()
        self.logins = 0

    def expire(self) -> None:
        """No token that was given out holds any longer."""
        self.tokens.clear()

    def respond(self, asked: Asked) -> Answer:
        """A token, a page of a listing, or the page that strangers get."""
        if not AGENT.fullmatch(asked.header("User-Agent")):
            return TOO_MANY
        if asked.path == "/api/v1/access_token":
            return self._token(asked)
        kind, _, token = asked.header("Authorization").partition(" ")
        if kind.lower() != "bearer":
            return BLOCKED
        if token not in self.tokens:
            return UNAUTHORIZED
        if asked.path == "/api/info":
            names = asked.param("id").split(",")[:100]
            return self._listing(asked, [post for post in self.posts if post.name in names and post.state != "lost"])
        if asked.path == "/r/all/search":
            return self._listing(asked, self._search(asked))
        if asked.path == "/r/MachineLearning/new":
            return self._listing(asked, [post for post in self._newest() if post.subreddit == "MachineLearning"])
        return Answer({"message": "Not Found", "error": 404}, 404)

    def _token(self, asked: Asked) -> Answer:
        pair = b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked.header("Authorization") != f"Basic {pair}":
            return UNAUTHORIZED
        if asked.method != "POST" or asked.form.get("grant_type") != "client_credentials":
            return Answer({"error": "unsupported_grant_type"})
        self.logins += 1
        self.tokens.add(f"token-{self.logins}")
        token = {"access_token": f"token-{self.logins}", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return Answer(token)

    def _newest(self) -> list[RedditPost]:
        listed = [post for post in self.posts if post.state != "lost"]
        return sorted(listed, key=lambda post: (post.created_at, post.id), reverse=True)

    def _search(self, asked: Asked) -> list[RedditPost]:
        """Posts that have all words, made in the window, as far as the index knows them."""
        start = self.clock() - WINDOWS[asked.param("t", "all")]
        words = re.findall(r"\w+", asked.param("q").lower())
        found = []
        for post in self._newest():
            seen = f" {' '.join(re.findall(r'[a-z0-9]+', f'{post.title} {post.selftext} {post.url}'.lower()))} "
            is_in_time = post.created_at.timestamp() >= start and post.id not in self.unindexed
            if is_in_time and all(f" {word} " in seen for word in words):
                found.append(post)
        return found

    def _listing(self, asked: Asked, posts: list[RedditPost]) -> Answer:
        posts, size = posts[:LISTED], max(1, min(100, int(asked.param("limit", "25"))))
        if asked.path == "/api/info":
            size = 100
        names = [post.name for post in posts]
        start = names.index(asked.param("after")) + 1 if asked.param("after") in names else 0
        shown = posts[start : start + size]
        after = shown[-1].name if shown and start + size < len(posts) else None
        children = [{"kind": "t3", "data": self._post(asked, post)} for post in shown]
        limits = {"X-Ratelimit-Used": "4", "X-Ratelimit-Remaining": "996.0", "X-Ratelimit-Reset": "300"}
        data = {"after": after, "before": None, "dist": len(shown), "children": children}
        return Answer({"kind": "Listing", "data": data}, headers=limits)

    def _post(self, asked: Asked, post: RedditPost) -> dict[str, Any]:
        """A post; without raw_json its texts come with the signs of HTML escaped."""
        is_raw, is_deleted = asked.param("raw_json") == "1", post.state == "deleted"
        said = {
            "title": post.title,
            "selftext": {"deleted": "[deleted]", "removed": "[removed]"}.get(post.state, post.selftext),
            "url": post.url,
        }
        told: dict[str, Any] = {
            "id": post.id,
            "name": post.name,
            "permalink": post.permalink or f"/r/{post.subreddit}/comments/{post.id}/fictional_lanterns/",
            "subreddit": post.subreddit,
            "author": "[deleted]" if is_deleted else post.author,
            "score": post.score,
            "ups": post.score + 3,
            "upvote_ratio": 0.94,
            "num_comments": post.comments,
            "num_crossposts": 0,
            "created_utc": float(int(post.created_at.timestamp())),
            "domain": "arxiv.org",
            "is_self": bool(post.selftext),
            "over_18": post.over_18,
            "removed_by_category": {"deleted": "deleted", "removed": "moderator"}.get(post.state),
        }
        if post.crosspost_of:
            told["crosspost_parent_list"] = [{"name": "t3_other", "url": post.crosspost_of}]
        return told | (said if is_raw else {name: escape(value, quote=False) for name, value in said.items()})

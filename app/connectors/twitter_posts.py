"""Reads X's posts in either spelling: what they say, which papers they link to, and their counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.connectors.fields import count, first_of, list_of, moment, paper_ids, text
from app.domain.entities import unescaped
from app.domain.quotes import LONGEST_ADDRESS
from app.domain.sources import Reading

NAME = "twitter"
SHORTENER = "https://t.co/"
# A post of the longest kind has room for no more.
MOST_LINKS = 200
POST_ID = re.compile(r"[0-9]{1,20}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}")
# The end of an embed: — Name (@handle) <a href="https://twitter.com/handle/status/ID…
_BYLINE = re.compile(
    r"</p>(?:&mdash;|—) (?P<name>[^<]{0,200}) \(@(?P<handle>[A-Za-z0-9_]{1,30})\) "
    r'<a href="https://(?:twitter|x)\.com/[A-Za-z0-9_]{1,30}/status/(?P<id>[0-9]{1,20})\b'
)
_NO_LONGER_SHOWN = ("resource-not-found", "not-authorized-for-resource")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post; both are empty where X was not asked."""

    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One post, under the id that it had before any edit.

    `paper_ids` are those of its links, then those that only its words name.
    """

    id: str
    author: Author
    text: str
    posted_at: datetime | None
    paper_ids: tuple[str, ...]
    reading: Reading


def posts_of(page: dict[str, Any]) -> Iterator[Post]:
    """The readable posts of an answer; native reposts and what has no id are left out."""
    users = {str(user.get("id")): _author(user) for user in list_of(first_of(page.get("includes"), "users"))}
    for post in list_of(page.get("data")):
        references = list_of(first_of(post, "referenced_tweets", "referenced_posts"))
        if is_post_id(post.get("id")) and not any(one.get("type") in ("retweeted", "reposted") for one in references):
            yield _post(post, users.get(str(post.get("author_id")), Author()))


def missing_from(page: dict[str, Any]) -> list[str]:
    """The ids that were asked for and that X no longer shows to anybody."""
    return [
        error[name]
        for error in list_of(page.get("errors"))
        if text(error.get("type")).rsplit("/", 1)[-1] in _NO_LONGER_SHOWN
        for name in ("resource_id", "value")
        if is_post_id(error.get(name))
    ]


def author_of_embed(html: str, post_id: str) -> Author:
    """Who wrote a post, as its embed says at the end; nobody where that is another post's or no byline at all."""
    found = _BYLINE.search(html)
    if not found or found["id"] != post_id:
        return Author()
    return Author(text(unescaped(found["name"])), found["handle"])


def permalink(post_id: str, handle: str) -> str:
    """The address of a post in the archive's form; X finds a post without its author's handle too."""
    return f"https://twitter.com/{handle or 'i'}/status/{post_id}"


def is_post_id(value: Any) -> bool:
    """Whether this is what X calls a post."""
    return isinstance(value, str) and POST_ID.fullmatch(value) is not None


def _author(user: dict[str, Any]) -> Author:
    handle = text(user.get("username"))
    return Author(text(user.get("name")), handle if _HANDLE.fullmatch(handle) else "")


def _post(post: dict[str, Any], author: Author) -> Post:
    note = first_of(post, "note_tweet", "note_post")
    links = [*_links(post), *_links(note)][:MOST_LINKS]
    # X escapes the signs of HTML in plain text, and shortens every address.
    words = unescaped(text(first_of(note, "text")) or text(post.get("text")))
    for link in links:
        short, whole = text(link.get("url")), text(first_of(link, "unwound_url", "expanded_url"))
        if short.startswith(SHORTENER) and 0 < len(whole) <= LONGEST_ADDRESS:
            words = text(words.replace(short, whole))
    addresses = [text(link.get(name)) for link in links for name in ("unwound_url", "expanded_url")]
    metrics = post.get("public_metrics")
    return Post(
        id=next(filter(is_post_id, _versions(post)), post["id"]),
        author=author,
        text=text(words),
        posted_at=moment(post.get("created_at")),
        paper_ids=paper_ids(words, addresses),
        reading=Reading(
            NAME,
            reposts=count(first_of(metrics, "retweet_count", "repost_count")),
            likes=count(first_of(metrics, "like_count")),
            replies=count(first_of(metrics, "reply_count")),
        ),
    )


def _versions(post: dict[str, Any]) -> list[str]:
    """The ids that a post has had, the first one first: every edit makes a new one."""
    return list_of(first_of(post, "edit_history_tweet_ids", "edit_history_post_ids"), str)


def _links(holder: Any) -> list[dict[str, Any]]:
    """The addresses of a post, or of the long form that it has beyond 280 characters."""
    return list_of(first_of(first_of(holder, "entities"), "urls"))

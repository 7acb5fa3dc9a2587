"""Reads posts as Bluesky's AppView shows them, and fetches them by their addresses."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.connectors.bluesky_hosts import ask, told
from app.connectors.fields import count, first_of, list_of, moment, paper_ids, text
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError, FetchedMention, Reading

SOURCE_NAME = "bluesky"
COLLECTION = "app.bsky.feed.post"
# As many as app.bsky.feed.getPosts takes.
BATCH = 25
# Set by people who do not want to be shown to whoever is not signed in.
SIGNED_IN_ONLY = "!no-unauthenticated"
NO_HANDLE = "handle.invalid"

# The forms of atproto.com/specs/did and /record-key, in lengths that any real one has.
_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,200}")


def post_uri(did: Any, key: Any) -> str | None:
    """The at-uri of the post with this key by this account; None where the parts are none."""
    if not (isinstance(did, str) and isinstance(key, str) and _DID.fullmatch(did) and _KEY.fullmatch(key)):
        return None
    return f"at://{did}/{COLLECTION}/{key}"


def is_post_uri(uri: Any) -> bool:
    """Whether this is the at-uri of a post."""
    if not isinstance(uri, str):
        return False
    scheme, _, place = uri.partition("://")
    parts = place.split("/")
    return scheme == "at" and len(parts) == 3 and post_uri(parts[0], parts[2]) == uri


def get_posts(client: HttpClient, appview_url: str, uris: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The posts at up to 25 at-uris, as they are shown, by at-uri.

    Not among them are those that are deleted or blocked; those for signed-in people only are (see `is_public`).
    Raises ConnectorError where the answer is none.
    """
    answer = ask(client, f"{appview_url}/xrpc/app.bsky.feed.getPosts", [("uris", uri) for uri in uris])
    views = told(client, answer).get("posts")
    if not isinstance(views, list):
        raise ConnectorError("Bluesky gave no list of posts; the next run tries again.")
    return {view["uri"]: view for view in list_of(views) if is_post_uri(view.get("uri"))}


def is_public(view: dict[str, Any]) -> bool:
    """Whether a post's author lets it be shown to whoever is not signed in."""
    labels = list_of(first_of(first_of(view, "author"), "labels"))
    return all(label.get("val") != SIGNED_IN_ONLY for label in labels)


def read_post(view: dict[str, Any]) -> FetchedMention | None:
    """The mention that a post makes of arXiv papers, from an app.bsky.feed.defs#postView.

    None where it names no paper, is not public, or is no post at all.
    """
    uri, author, record = view.get("uri"), first_of(view, "author"), first_of(view, "record")
    if not is_post_uri(uri) or not is_public(view):
        return None
    words = text(first_of(record, "text"))
    papers = paper_ids(words, _links(record))
    if not papers:
        return None
    did, _, key = uri.removeprefix("at://").split("/")
    handle = text(first_of(author, "handle"))
    return FetchedMention(
        source=SOURCE_NAME,
        external_id=uri,
        url=f"https://bsky.app/profile/{did}/post/{key}",
        paper_ids=papers,
        author_name=text(first_of(author, "displayName")),
        author_handle="" if handle == NO_HANDLE else handle,
        text=words or None,
        posted_at=post_time(view),
        reading=Reading(
            SOURCE_NAME,
            likes=count(view.get("likeCount")),
            reposts=count(view.get("repostCount")),
            replies=count(view.get("replyCount")),
        ),
    )


def post_time(view: dict[str, Any]) -> datetime | None:
    """When a post was made: the earlier of its author's word, which may be any time, and the day it was seen first."""
    written = [first_of(first_of(view, "record"), "createdAt"), view.get("indexedAt")]
    times = [time for value in written if isinstance(value, str) and (time := moment(value))]
    return min(times, default=None)


def _links(record: Any) -> Iterator[str]:
    """The addresses that a post links to: those in its text, which is often cut short where it shows them, and cards.

    A card is an embed of its own, or the media beside a quoted post (app.bsky.embed.recordWithMedia).
    """
    for facet in list_of(first_of(record, "facets")):
        for feature in list_of(facet.get("features")):
            yield text(feature.get("uri"))
    embed = first_of(record, "embed")
    for holder in (embed, first_of(embed, "media")):
        yield text(first_of(first_of(holder, "external"), "uri"))

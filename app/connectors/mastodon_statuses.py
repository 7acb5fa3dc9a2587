"""Reads Mastodon's statuses: which may be counted, what they say, and one mention of the copies that instances have."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from app.connectors.fields import count, first_of, moment, paper_ids, text
from app.connectors.http import lane_of
from app.connectors.plain_text import read_html
from app.domain.quotes import web_address
from app.domain.sources import FetchedMention, KnownMention, Reading

NAME = "mastodon"
_STATUS_ID = re.compile(r"[0-9]{1,30}")


def mention_of(status: Any, host: str, papers: tuple[str, ...] = ()) -> FetchedMention | None:
    """A status that an instance at `host` tells of, where it names papers (or is known for `papers`); else None.

    A boost counts as the status inside it. Bots, accounts that do not want to be found (`indexable` false) and
    statuses that are not public for everybody are no mentions. The name of a status is its `uri` on every instance.
    """
    inner = first_of(status, "reblog") or status
    if not isinstance(inner, dict) or not may_be_found(inner):
        return None
    uri = web_address(text(inner.get("uri")))
    address = next((one for one in (web_address(text(inner.get("url"))), uri) if one.startswith("https://")), "")
    said = read_html(text(inner.get("content")))
    card = text(first_of(inner.get("card"), "url"))
    named = paper_ids(said.text, [*said.links, card]) or papers
    if not (uri and address and named):
        return None
    account = inner.get("account")
    return FetchedMention(
        source=NAME,
        external_id=uri,
        url=address,
        paper_ids=named,
        author_name=text(first_of(account, "display_name", "username")),
        author_handle=_handle(text(first_of(account, "acct")), host),
        text=text(said.text) or None,
        posted_at=moment(inner.get("created_at")),
        reading=Reading(
            NAME,
            reposts=count(inner.get("reblogs_count")),
            likes=count(inner.get("favourites_count")),
            replies=count(inner.get("replies_count")),
        ),
    )


def may_be_found(status: Mapping[str, Any]) -> bool:
    """Whether a status is public for everybody, by a person who lets it be found."""
    account = status.get("account")
    hidden = first_of(account, "bot") is True or first_of(account, "indexable") is False
    return not hidden and status.get("visibility") in (None, "public")


def together(first: FetchedMention, second: FetchedMention) -> FetchedMention:
    """One mention of two copies: the words of the first, all papers, and of each count the larger.

    An instance counts only what has reached it, so that no copy ever counts too many.
    """
    names = ("reposts", "likes", "replies")
    both = {name: [getattr(copy.reading, name) for copy in (first, second)] for name in names}
    most = {name: max((one for one in counts if one is not None), default=None) for name, counts in both.items()}
    papers = tuple(dict.fromkeys(first.paper_ids + second.paper_ids))
    return replace(first, paper_ids=papers, reading=Reading(NAME, **most))


def origin_id(known: KnownMention, instance: str) -> str | None:
    """What an instance calls a known status, where it was written there; an instance has ids of its own for others'."""
    for address in (known.external_id, known.url):
        last = address.rstrip("/").rsplit("/", 1)[-1]
        if lane_of(address) == lane_of(instance) and _STATUS_ID.fullmatch(last):
            return last
    return None


def next_page(headers: Mapping[str, str]) -> str:
    """The max_id of the next page, "" on the last one. The rest of the address is ours already, and so it stays."""
    links: Iterable[Mapping[str, str]] = parse_header_links(headers.get("Link", ""))
    for link in links:
        if link.get("rel") == "next":
            try:
                found = parse_qs(urlsplit(link.get("url", "")).query).get("max_id", [""])[-1]
            except ValueError:
                return ""
            return found if _STATUS_ID.fullmatch(found) else ""
    return ""


def _handle(acct: str, host: str) -> str:
    """An account's name with its host, which an instance leaves out of the names of its own."""
    return acct if not acct or "@" in acct else f"{acct}@{host}"

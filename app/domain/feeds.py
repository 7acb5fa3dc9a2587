"""A feed of posts as an Atom document (RFC 4287) and as a JSON Feed (1.1): one value, two spellings."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
# What no XML 1.0 document may hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One post. `id` never changes, whatever becomes of the post's words and address; times are aware."""

    id: str
    address: str
    title: str
    summary: str
    content: str  # HTML, cleaned, with addresses in full.
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """Posts, the newest first; `home` is the page that they are read on, the other addresses the feed's own."""

    title: str
    subtitle: str
    home: str
    atom: str
    json: str
    icon: str
    items: Sequence[FeedItem]

    @property
    def updated(self) -> datetime:
        """When the newest change was made; the beginning of time where there is no post yet."""
        return max((item.updated for item in self.items), default=datetime.fromtimestamp(0, UTC))


def lasting_id(first_sha256: str) -> str:
    """The id of a post for feeds, made of the hash of its first revision: the same at every address and for ever."""
    return uuid5(NAMESPACE_URL, f"sha256:{first_sha256}").urn


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document, UTF-8."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "id", feed.home)
    _text(root, "updated", _time(feed.updated))
    _text(root, "icon", feed.icon)
    _link(root, "self", feed.atom, "application/atom+xml")
    _link(root, "alternate", feed.home, "text/html")
    _link(root, "alternate", feed.json, "application/feed+json")
    _text(SubElement(root, "author"), "name", feed.title)
    for item in feed.items:
        entry = SubElement(root, "entry")
        _text(entry, "title", item.title)
        _text(entry, "id", item.id)
        _link(entry, "alternate", item.address, "text/html")
        _text(entry, "published", _time(item.published))
        _text(entry, "updated", _time(item.updated))
        _text(entry, "summary", item.summary)
        _text(entry, "content", item.content, type="html")
    return tostring(root, encoding="utf-8", xml_declaration=True)


def json_feed(feed: Feed) -> bytes:
    """The feed as a JSON Feed, UTF-8."""
    items = [
        {
            "id": item.id,
            "url": item.address,
            "title": item.title,
            "summary": item.summary,
            "content_html": item.content,
            "date_published": _time(item.published),
            "date_modified": _time(item.updated),
        }
        for item in feed.items
    ]
    told = {
        "version": JSON_FEED,
        "title": feed.title,
        "description": feed.subtitle,
        "home_page_url": feed.home,
        "feed_url": feed.json,
        "icon": feed.icon,
        "language": "en",
        "authors": [{"name": feed.title}],
        "items": items,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _NOT_XML.sub("", text)


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, "link", {"rel": relation, "type": kind, "href": _NOT_XML.sub("", address)})


def _time(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: what every reader of feeds takes."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

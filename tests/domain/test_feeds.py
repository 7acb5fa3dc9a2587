"""Feeds: what a reader of Atom or JSON Feed gets is what was put in, whatever the words; ids never change."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree

import feedparser
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feeds import Feed, FeedItem, atom, json_feed, lasting_id

NAMES = {"a": "http://www.w3.org/2005/Atom"}
ITEM = FeedItem(
    id=lasting_id("a" * 64),
    address="https://papers.example/hot-papers/2026-11-20",
    title="Hot Papers, 20 November 2026",
    summary="2 papers: Lanterns & Moss <1>; Scaling *down*.",
    content='<h2>1. Lanterns</h2><p>if a &lt; b &amp; c then <a href="https://arxiv.org/abs/2611.90001">this</a></p>',
    published=datetime(2026, 11, 20, 9, 3, 24, 123456, tzinfo=timezone(timedelta(hours=1))),
    updated=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
)
FEED = Feed(
    title="Hot Papers",
    subtitle="Papers that people talk about.",
    home="https://papers.example/hot-papers",
    atom="https://papers.example/hot-papers/feed.atom",
    json="https://papers.example/hot-papers/feed.json",
    icon="https://papers.example/static/icons/mark.svg",
    items=[ITEM],
)


def test_a_reader_of_atom_finds_everything() -> None:
    read = feedparser.parse(atom(FEED))
    assert not read.bozo and read.version == "atom10"
    assert (read.feed.title, read.feed.id, read.feed.author) == ("Hot Papers", FEED.home, "Hot Papers")
    assert read.feed.updated == "2026-11-21T08:00:00Z"
    links = {(link.rel, link.type): link.href for link in read.feed.links}
    assert links == {
        ("self", "application/atom+xml"): FEED.atom,
        ("alternate", "text/html"): FEED.home,
        ("alternate", "application/feed+json"): FEED.json,
    }
    (entry,) = read.entries
    assert (entry.title, entry.id, entry.link) == (ITEM.title, ITEM.id, ITEM.address)
    assert (entry.published, entry.updated) == ("2026-11-20T08:03:24Z", "2026-11-21T08:00:00Z")
    assert entry.summary == ITEM.summary
    assert entry.content[0].type == "text/html" and entry.content[0].value == ITEM.content


def test_an_atom_feed_has_what_its_standard_demands() -> None:
    root = ElementTree.fromstring(atom(FEED))
    for place in (root, root.find("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            assert len(place.findall(f"a:{name}", NAMES)) == 1
    # One alternate of each type; an author for all entries; only types that are declared hold markup.
    alternates = [link.get("type") for link in root.findall("a:link[@rel='alternate']", NAMES)]
    assert len(alternates) == len(set(alternates))
    assert root.find("a:author/a:name", NAMES).text
    assert root.find("a:entry/a:content", NAMES).get("type") == "html"


def test_a_json_feed_says_the_same() -> None:
    told = json.loads(json_feed(FEED))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert (told["title"], told["home_page_url"], told["feed_url"]) == (FEED.title, FEED.home, FEED.json)
    (item,) = told["items"]
    assert (item["id"], item["url"], item["title"]) == (ITEM.id, ITEM.address, ITEM.title)
    assert (item["summary"], item["content_html"]) == (ITEM.summary, ITEM.content)
    assert item["date_published"] == "2026-11-20T08:03:24Z" and item["date_modified"] == "2026-11-21T08:00:00Z"


def test_a_feed_without_posts_is_one_all_the_same() -> None:
    empty = replace(FEED, items=[])
    read = feedparser.parse(atom(empty))
    assert not read.bozo and read.entries == [] and read.feed.updated == "1970-01-01T00:00:00Z"
    assert json.loads(json_feed(empty))["items"] == []


@settings(max_examples=50)
@given(st.text(), st.text())
def test_no_words_break_out_of_a_feed(title: str, content: str) -> None:
    feed = replace(FEED, items=[replace(ITEM, title=title, content=content)])
    entry = ElementTree.fromstring(atom(feed)).find("a:entry", NAMES)
    found = (entry.find("a:title", NAMES).text or "", entry.find("a:content", NAMES).text or "")
    # XML evens line ends, and has no way to write most of what is no character.
    for said, kept in zip((title, content), found, strict=True):
        evened = said.replace("\r\n", "\n").replace("\r", "\n")
        assert kept.replace("\r\n", "\n").replace("\r", "\n") == "".join(sign for sign in evened if is_of_xml(sign))
    (item,) = json.loads(json_feed(feed))["items"]
    assert (item["title"], item["content_html"]) == (title, content)


def is_of_xml(sign: str) -> bool:
    return sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")


def test_an_id_stays_what_it_was_when_it_was_first_given() -> None:
    # Feed readers would show every post once more.
    assert lasting_id("a" * 64) == "urn:uuid:90112f62-7398-576f-9023-ec8b0014e316"
    assert lasting_id("b" * 64) != lasting_id("a" * 64)

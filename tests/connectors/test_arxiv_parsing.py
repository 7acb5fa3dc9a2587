"""arXiv's pages, feeds and calendar read from bytes: what is broken never passes for an empty day."""

import io
from datetime import date

import feedparser
import pytest

from app.connectors.arxiv_api import parse_api_answer
from app.connectors.arxiv_listing import UnreadableAnswer, parse_feed, parse_listing_page
from app.domain.listings import submission_window, weekend
from app.domain.papers import PaperId, parse_arxiv_id
from tests.fakes.arxiv_wire import FakePaper, atom_feed, listing_page, many_papers, rss_error, rss_feed

DAY = date(2021, 3, 24)


def test_weekends():
    assert weekend(date(2026, 11, 20)) is None
    assert weekend(date(2026, 11, 21)) == "arXiv has no listing on Saturdays."


@pytest.mark.parametrize(
    ("day", "holidays", "window"),
    [
        (date(2021, 3, 24), (), ("2021-03-22 18:00", "2021-03-23 18:00")),
        # The clocks of New York went forward on 14 March.
        (date(2021, 3, 16), (), ("2021-03-12 19:00", "2021-03-15 18:00")),
        (date(2021, 3, 22), (), ("2021-03-18 18:00", "2021-03-19 18:00")),
        (date(2020, 11, 30), (date(2020, 11, 27),), ("2020-11-25 19:00", "2020-11-27 19:00")),
    ],
)
def test_the_window_of_submissions(day, holidays, window):
    start, end = submission_window(day, frozenset(holidays))
    assert (f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}") == window


NEW = "<h3>Showing new listings for Wednesday, 24 March 2021</h3>"
PAPER = FakePaper("2103.99001", DAY)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "no heading with a listing date"),
        ("<h3>Showing new listings for Wednesday, 31 February 2021</h3>No updates", "no heading with a listing date"),
        (NEW, "neither papers nor the words"),
        (NEW + "<h3>New submissions (showing 1 of 1 entries)</h3>", "promises 1 new entries, 0 could be read"),
        (NEW + '<a title="Abstract" href="/abs/2103.99001">x</a>', "entries outside its sections"),
        (listing_page(NEW, [(PAPER, "new")], 0, 50, "").replace("2103.99001", "nonsense"), "promises 1 new entries, 0"),
    ],
)
def test_a_page_that_is_no_listing_is_never_an_empty_day(html: str, reason: str):
    with pytest.raises(UnreadableAnswer, match=reason):
        parse_listing_page(html.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"/etc/hosts",
        b"Rate exceeded.",
        b"<html><body>no</body></html>",
        b"<feed><entry></feed>",
        b"\xff\xfe\0",
        b"{}",
    ],
)
def test_bytes_that_are_no_feed_are_never_an_empty_day(body: bytes):
    with pytest.raises(UnreadableAnswer):
        parse_api_answer(body)
    with pytest.raises(UnreadableAnswer):
        parse_feed(body)


@pytest.mark.parametrize(
    "body",
    [
        rss_error("moss").encode(),
        rss_feed("cs", [(PAPER, "new")], DAY).encode()[:-40],
        rss_feed("cs", [(PAPER, "new")], DAY).encode().replace(b"<title>", b"<title>&nbsp;", 1),
        rss_feed("cs", [(PAPER, "new")], DAY).replace("UTF-8", "moss", 1).encode(),
        b'<!DOCTYPE rss [<!ENTITY a "aa">]><rss version="2.0"><channel><title>&a;</title></channel></rss>',
        b'<rss version="2.0"></rss>',
    ],
)
def test_a_daily_feed_that_is_broken_is_not_read_in_part(body: bytes):
    with pytest.raises(UnreadableAnswer):
        parse_feed(body)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_a_daily_feed_says_what_feedparser_reads_of_it(encoding: str):
    kinds = ("new", "cross", "replace", "replace-cross")
    old = FakePaper("math/0309136", DAY, title="Möbius & <Lanterns>", version=3)
    items = [(paper, kinds[n % 4]) for n, paper in enumerate([*many_papers(DAY, 20), old])]
    body = rss_feed("cs", items, DAY).replace("UTF-8", encoding, 1).encode(encoding)
    entries = feedparser.parse(io.BytesIO(body)).entries
    read = {parse_arxiv_id(entry.id.rpartition(":")[2]): entry.arxiv_announce_type for entry in entries}
    assert parse_feed(body) == read and len(read) == 21
    assert read[PaperId("math/0309136", 3)] == "new"


def test_a_paper_of_the_daily_feed_without_a_guid_is_known_by_its_link():
    body = rss_feed("cs", [(PAPER, "cross")], DAY).replace("guid", "other").replace("cross<", "\n cross <")
    assert parse_feed(body.encode()) == {PaperId("2103.99001"): "cross"}


def test_an_api_answer_that_was_cut_off_is_not_read_in_part():
    whole = atom_feed(many_papers(DAY, 3), 3, 0, 10).encode()
    assert len(parse_api_answer(whole).papers) == 3
    with pytest.raises(UnreadableAnswer):
        parse_api_answer(whole[:-40])

"""How long a listing of 2,000 papers takes to be read, by the desk's readers and by feedparser alone."""

import io
from collections.abc import Callable

import feedparser

from app.connectors.arxiv_api import parse_api_answer
from app.connectors.arxiv_listing import parse_feed
from benchmarks.invented import DAY, Inventor, number_of
from benchmarks.measure import Rounds, in_turns, timed
from tests.fakes.arxiv_wire import FakePaper, atom_feed, rss_feed

# What the desk tells feedparser where it asks it, so that only the desk's own part differs.
OPTIONS = {"sanitize_html": False, "resolve_relative_uris": False}
DESK, FLOOR = "desk", "floor"


def listed(papers: int) -> list[FakePaper]:
    """So many papers as arXiv knows them."""
    inventor = Inventor("listing")
    found = [inventor.paper(number_of(DAY, n), DAY) for n in range(papers)]
    texts = ("title", "authors", "abstract", "categories")
    return [FakePaper(one.arxiv_id, DAY, **{name: getattr(one, name) for name in texts}) for one in found]


def feed_body(papers: int) -> bytes:
    """The daily feed of a listing."""
    return rss_feed("cs", [(paper, "new") for paper in listed(papers)], DAY).encode()


def answer_body(papers: int) -> bytes:
    """The answer of the API about the same papers."""
    return atom_feed(listed(papers), papers, 0, papers).encode()


def read_feed(papers: int, rounds: int) -> Rounds:
    """The daily feed, which says what is listed."""
    return _beside(parse_feed, feed_body(papers), papers, rounds)


def read_answer(papers: int, rounds: int) -> Rounds:
    """The API's answer, which has all that is known of each paper."""
    return _beside(lambda body: parse_api_answer(body).papers, answer_body(papers), papers, rounds)


def _beside(read: Callable[[bytes], object], body: bytes, papers: int, rounds: int) -> Rounds:
    if len(read(body)) != papers:
        raise ValueError("the desk does not read every paper of the invented listing")
    sides = {
        DESK: lambda n: timed(lambda: read(body)),
        FLOOR: lambda n: timed(lambda: feedparser.parse(io.BytesIO(body), **OPTIONS)),
    }
    return in_turns(rounds, sides, warm=0)

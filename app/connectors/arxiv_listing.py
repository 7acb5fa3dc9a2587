"""Reads arXiv's listing pages and daily feeds: which papers belong to which listing date."""

import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from html.parser import HTMLParser

import feedparser

from app.domain.papers import PaperId, arxiv_id_from_url, parse_arxiv_id
from app.domain.sources import FetchedPaper

# New papers and cross-lists make up a listing, as they did on the blog; replacements are old papers.
MEMBERS = ("new", "cross")

_COUNT = r"([0-9][0-9,]{0,11})"
_SECTION = re.compile(
    rf"(New|Cross|Replacement) submissions.*?showing (?:first |last )?{_COUNT} of {_COUNT}", re.IGNORECASE | re.DOTALL
)
_HEADING = re.compile(
    r"(?:new listings for|results for .* on)\s+\w+, ([0-9]{1,2}) ([a-z]{3})[a-z]* ([0-9]{4})", re.IGNORECASE | re.DOTALL
)
_TOTAL = re.compile(rf"Total of {_COUNT} entries")
_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)(?=\s*(?:;|$))")


class UnreadableAnswer(Exception):
    """Bytes that are not what they should be; the message says why, for use after "could not be read: "."""


@dataclass(slots=True)
class Entry:
    """One paper as a listing page shows it; the texts are plain, with white space made single."""

    paper: PaperId
    kind: str
    title: str = ""
    authors: list[str] = field(default_factory=list)
    abstract: str = ""
    categories: list[str] = field(default_factory=list)
    comment: str = ""

    def as_paper(self, day: date) -> FetchedPaper:
        """The paper as far as the listing tells, to stand until the metadata API has it."""
        return FetchedPaper(
            arxiv_id=self.paper.arxiv_id,
            title=self.title,
            authors=tuple(self.authors),
            abstract=self.abstract,
            categories=tuple(self.categories),
            announced_on=day,
            version=self.paper.version,
            comment=self.comment or None,
            complete=False,
        )


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing: the date of its heading, its entries, and how many the whole listing has.

    Sections come in the order new, cross, replace; `done` says that the page has reached the replacements, after
    which no further page is of use.
    """

    day: date
    entries: tuple[Entry, ...]
    total: int
    done: bool


def parse_listing_page(body: bytes) -> ListingPage:
    """Read a page of /list/…/new or /catchup/…; the format is that of arXiv/arxiv-browse, templates/list.

    Raises UnreadableAnswer where the heading has no date, or the entries are not as many as their section says.
    """
    reader = _PageReader()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    day = _heading_date(" ".join(reader.headings))
    if day is None:
        raise UnreadableAnswer("the page has no heading with a listing date")
    text = "".join(reader.text)
    total = _TOTAL.search(text)
    if not reader.sections and not reader.entries and "No updates" not in text:
        raise UnreadableAnswer("the page has neither papers nor the words that there are none")
    _count_sections(reader)
    listed = _number(total[1]) if total else sum(section.total for section in reader.sections)
    done = any(section.kind == "replace" for section in reader.sections)
    return ListingPage(day, tuple(reader.entries), listed, done)


def parse_feed(body: bytes) -> dict[PaperId, str]:
    """The papers of a daily RSS feed with their announce type ("new", "cross", "replace", "replace-cross").

    Titles and authors are left to the listing page and the API, for the feed runs all authors into one text.
    """
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo or not feed.get("version") or not feed.feed:
        raise UnreadableAnswer("the feed is not well-formed")
    if str(feed.feed.get("title", "")).startswith("Feed error"):
        raise UnreadableAnswer("arXiv does not know the category")
    papers: dict[PaperId, str] = {}
    for entry in feed.entries:
        # feedparser's own dictionaries look for each name under its former names as well, which takes far longer.
        get = partial(dict.get, entry)
        # The guid, oai:arXiv.org:2103.99001v1, carries the version and the link does not.
        paper = parse_arxiv_id(get("id", "").rpartition(":")[2]) or arxiv_id_from_url(get("link", ""))
        if paper:
            papers[paper] = get("arxiv_announce_type", "")
    return papers


@dataclass(slots=True)
class _Section:
    kind: str
    shown: int
    total: int
    first_entry: int


class _PageReader(HTMLParser):
    """Collects headings, sections and entries; everything else on the page is text to search."""

    # Where a class of element belongs in an entry; the abstract is the one paragraph without a class of its own.
    FIELDS = {"list-title": "title", "list-authors": "authors", "list-comments": "comment", "list-subjects": "subjects"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.headings: list[str] = []
        self.sections: list[_Section] = []
        self.entries: list[Entry] = []
        self._kind = ""
        self._part = ""  # The field of the entry, or "heading", whose text is being read.
        self._part_tag = ""
        self._depth = 0
        self._held: list[str] = []
        self._in_entry = False
        self._descriptor = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "a" and given.get("title") == "Abstract":
            self._start_entry(given.get("href", ""))
        elif tag in ("h1", "h3"):
            self._begin("heading", tag)
        elif self._part:
            self._inside(tag, classes)
        elif self._in_entry:
            name = next((self.FIELDS[item] for item in classes if item in self.FIELDS), "")
            if name:
                self._begin(name, tag)
            elif tag == "p" and "mathjax" in classes:
                self._begin("abstract", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "dd":
            self._in_entry = False
        if not self._part:
            return
        if self._part == "authors" and tag == "a":
            self._end_author()
        if tag == "span":
            self._descriptor = False
        if tag == self._part_tag:
            self._depth -= 1
            if self._depth == 0:
                self._finish()

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._part and not self._descriptor:
            self._held.append(data)

    def _inside(self, tag: str, classes: list[str]) -> None:
        if tag == self._part_tag:
            self._depth += 1
        if "descriptor" in classes:
            self._descriptor = True
        elif tag == "br":
            self._held.append(" ")
        elif self._part == "authors" and tag == "a":
            self._held.clear()  # What stands between two names is a comma.

    def _begin(self, part: str, tag: str) -> None:
        self._part, self._part_tag, self._depth, self._descriptor = part, tag, 1, False
        self._held = []

    def _start_entry(self, href: str) -> None:
        paper = arxiv_id_from_url(f"https://arxiv.org{href}" if href.startswith("/") else href)
        self._in_entry = paper is not None
        if paper:
            self.entries.append(Entry(paper, self._kind))

    def _end_author(self) -> None:
        name = _plain(self._held)
        self._held.clear()
        if name:
            self.entries[-1].authors.append(name)

    def _finish(self) -> None:
        text, part = _plain(self._held), self._part
        self._part = ""
        if part == "heading":
            self._heading(text)
        elif part == "subjects":
            # The primary subject comes first, and each ends with its code: "Machine Learning (cs.LG)".
            self.entries[-1].categories = list(dict.fromkeys(_SUBJECT.findall(text)))
        elif part != "authors":
            setattr(self.entries[-1], part, text)

    def _heading(self, text: str) -> None:
        section = _SECTION.match(text)
        if section is None:
            self.headings.append(text)
            return
        kind = {"n": "new", "c": "cross", "r": "replace"}[section[1][0].lower()]
        self._kind = kind
        self.sections.append(_Section(kind, _number(section[2]), _number(section[3]), len(self.entries)))


def _heading_date(text: str) -> date | None:
    match = _HEADING.search(text)
    if match is None:
        return None
    try:
        return datetime.strptime(" ".join(match.groups()), "%d %b %Y").date()
    except ValueError:
        return None


def _count_sections(reader: _PageReader) -> None:
    """A page whose markup has changed would parse as a day without papers; its own counts give it away."""
    if reader.entries and (not reader.sections or reader.sections[0].first_entry):
        raise UnreadableAnswer("the page has entries outside its sections")
    if not reader.sections:
        return
    ends = [section.first_entry for section in reader.sections[1:]] + [len(reader.entries)]
    for section, end in zip(reader.sections, ends, strict=True):
        found = end - section.first_entry
        if found != section.shown:
            raise UnreadableAnswer(f"the page promises {section.shown} {section.kind} entries, {found} could be read")


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _plain(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())

"""A post as the parts of a page for readers: every text cleaned HTML in its place, formulas as MathML."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from urllib.parse import urljoin
from xml.etree import ElementTree

from markupsafe import Markup

from app.domain.markup import post_html
from app.domain.papers import abs_url, pdf_url
from app.domain.post_document import Correction, Entry, PostDocument
from app.domain.readable_math import HtmlSpelling, PlainSpelling, Spelling, readable

_LINE = re.compile(r"<(p|h1)>(.*)</\1>", re.DOTALL)
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_LINK_TAG = re.compile(r"</?a\b[^<>]*>")
_HREF = re.compile(r'(?<=<a href=")[^"]*(?=")')
# `retweets: 6090, favorites: 370 (03/25/2021 09:03:24)`, and the same of another source after its name.
_TOTALS = re.compile(r"(?P<counts>[^()]*\d[^()]*?)(?: \((?P<at>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)\))?", re.ASCII)
_TWITTER = re.compile(r"retweets: (\d+), favorites: (\d+)", re.ASCII)
_COUNT = re.compile(r"(?<=\d) (?=[a-z])", re.ASCII)
_NUMBER = re.compile(r"\b\d{4,18}\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One paper of a post. `anchor` is its place on the page, `words` its title as plain text.

    `counted` says its numbers, and `counted_at` in words when the last of them was read, where the post says so.
    `links` is what the post links to where it names no paper of arXiv's.
    """

    number: int
    anchor: str
    heading: Markup
    words: str
    authors: Markup
    arxiv_id: str | None
    links: Markup
    categories: Markup
    counted: tuple[Markup, ...]
    counted_at: str
    note: Markup
    abstract_html: Markup
    quotes: Markup

    @property
    def bare_heading(self) -> Markup:
        """The heading without links, to stand in a link itself."""
        return without_links(self.heading)


@dataclass(frozen=True, slots=True)
class PostPage:
    """A whole post; `closing` has its corrections in it, which `corrections` lists once more."""

    introduction: Markup
    entries: tuple[EntryPage, ...]
    closing: Markup
    corrections: tuple[Correction, ...]


def page_of(document: PostDocument) -> PostPage:
    """The parts of a post's page. Safe whatever the document holds: all of it comes from behind an allow-list."""
    anchors: dict[str, int] = {}
    for position, entry in enumerate(document.entries, start=1):
        anchors.setdefault(entry.arxiv_id or "", position)
    return PostPage(
        introduction=_html(document.introduction),
        entries=tuple(
            _entry(entry, entry.arxiv_id if anchors.get(entry.arxiv_id or "") == position else None, position)
            for position, entry in enumerate(document.entries, start=1)
        ),
        closing=_html(document.closing),
        corrections=document.about.corrections if document.about else (),
    )


def line_of(markdown: str) -> Markup:
    """One line of a post's Markdown, such as a title, as HTML without the paragraph around it."""
    page = _html(markdown)
    found = _LINE.fullmatch(page.strip())
    return Markup(found[2]) if found and "<p>" not in found[2] else Markup(escape(markdown))


def title_of(markdown: str) -> Markup:
    """The title of an entry: what its heading shows."""
    found = _LINE.fullmatch(_html(f"# {markdown}").strip())
    return Markup(found[2]) if found else Markup(escape(markdown))


def without_links(line: Markup) -> Markup:
    """A line of HTML with the words of its links alone."""
    return Markup(_LINK_TAG.sub("", line))


def in_words(line: Markup) -> str:
    """A line of HTML as plain text, its formulas on one line of Unicode."""
    return " ".join(unescape(_TAG.sub("", _readable(line, PlainSpelling()))).split())


def feed_html(page: PostPage, address: str) -> str:
    """The post as HTML for feed readers: formulas in tags that each of them knows, links in full.

    `address` is that of the post's own page, against which the links are read.
    """
    parts = [page.introduction, *(_feed_entry(entry) for entry in page.entries)]
    parts += [Markup("<hr>"), page.closing] if page.closing else []
    return _readable(in_full(Markup("\n").join(part for part in parts if part), address), HtmlSpelling())


def in_full(html: Markup, address: str) -> Markup:
    """Cleaned HTML whose links hold wherever it is read."""

    def joined(match: re.Match[str]) -> str:
        try:
            return escape(urljoin(address, unescape(match[0])))
        except ValueError:
            return match[0]

    return Markup(_HREF.sub(joined, html))


def _feed_entry(entry: EntryPage) -> Markup:
    where = entry.links
    if entry.arxiv_id:
        where = Markup('<a href="{}">arXiv:{}</a> · <a href="{}">PDF</a>').format(
            abs_url(entry.arxiv_id), entry.arxiv_id, pdf_url(entry.arxiv_id)
        )
    facts = Markup(" · ").join(part for part in (where, entry.categories, *entry.counted) if part)
    heading = Markup("<h2>{}. {}</h2>").format(entry.number, entry.heading)
    told = Markup("<p>{}</p>").format(facts) if facts else Markup("")
    return Markup("\n").join(
        part for part in (heading, entry.authors, told, entry.note, entry.abstract_html, entry.quotes)
    )


def _entry(entry: Entry, anchor: str | None, position: int) -> EntryPage:
    heading = title_of(entry.title)
    counted = [_totals(line) for line in entry.metrics]
    times = [at for _, at in counted if at]
    return EntryPage(
        number=entry.number,
        anchor=anchor or f"no-{position}",
        heading=heading,
        words=in_words(heading),
        authors=_html(entry.authors),
        arxiv_id=entry.arxiv_id,
        links=Markup("") if entry.arxiv_id else line_of(entry.links),
        categories=line_of(entry.categories.replace(") | [", "), [")) if entry.categories else Markup(""),
        counted=tuple(said for said, _ in counted),
        counted_at=_moment(max(times)) if times else "",
        note=_html(entry.note),
        abstract_html=_html(entry.abstract),
        quotes=_html("\n\n".join([*(quote.html for quote in entry.quotes), entry.remainder])),
    )


def _html(markdown: str) -> Markup:
    # The line break keeps a text that begins with a rule from being taken for a front matter.
    return Markup(post_html(f"\n{markdown}")) if markdown.strip() else Markup("")


def _totals(line: str) -> tuple[Markup, datetime | None]:
    """A line of numbers as it reads on a page, and when they were read."""
    found = _TOTALS.fullmatch(line)
    if not found:
        return line_of(line), None
    counts = found["counts"]
    if twitter := _TWITTER.fullmatch(counts):
        counts = f"{twitter[1]} retweets, {twitter[2]} favorites"
    at = None
    if found["at"]:
        try:
            at = datetime.strptime(found["at"], "%m/%d/%Y %H:%M:%S")
        except ValueError:
            return line_of(line), None
    said = _NUMBER.sub(lambda number: f"{int(number[0]):,}", line_of(counts))
    return Markup(_COUNT.sub("\u00a0", said)), at


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M}"


def _readable(html: str, spelling: Spelling) -> str:
    """The same with each formula spelled without MathML."""
    return _MATH.sub(lambda match: _spelled(match[0], spelling), html)


def _spelled(drawn: str, spelling: Spelling) -> str:
    try:
        element = ElementTree.fromstring(drawn.replace("&nbsp;", "\u00a0"))
    except ElementTree.ParseError:
        return drawn
    written = readable(element, spelling)
    return written if isinstance(spelling, HtmlSpelling) else escape(written)

"""A post as the page that a reader of its site would see, safe to show inside the desk."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import cast
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.blockprocessors import OListProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from app.domain.code_spans import split_code
from app.domain.front_matter import FENCE
from app.domain.markdown_text import without_stray_signs
from app.domain.mathematics import MATHML_ATTRIBUTES, MATHML_TAGS, mathml, split_math
from app.domain.post_document import CLOSING_RULE

# The blog's longest entry has 11,000 signs. Beyond this python-markdown takes too long, and the source is shown.
LONGEST_ENTRY = 40_000
SHORTEST_PAGE = 15_000

# python-markdown looks for the end of a link from every bracket of a paragraph, to the paragraph's end.
MOST_BRACKETS = 300
# From every backtick too, and again from the first after each that it finds.
MOST_BACKTICKS = 300

_TAGS = set(
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong sub sup table tbody td th "
    "thead tr ul".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "p": {"lang", "dir"}, "ol": {"start"}}
_CLASSES = {"blockquote": {"twitter-tweet", "bluesky-embed"}}
# Where a formula stood: code points that are no characters, around its number.
FORMULA = re.compile("\ufdd0([0-9]{1,9})\ufdd1")
_CODE_OR_TAG = re.compile("<code[^<>]*>[^<]*</code>|<[a-z][^<>]*\ufdd0[^<>]*>")
ENTRY_START = re.compile(rf"^(?=# [0-9]+\. |{CLOSING_RULE}$)", re.MULTILINE)
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*+")
# Where a quote stood, which is a paragraph of its own.
_QUOTE = re.compile("<p>\ufdd2([0-9]{1,9})\ufdd3</p>")
# What python-markdown puts in place of some signs, and does not find again in an address.
_REMAINS = re.compile("\x02klzzwxh:[0-9]+\x03?|[\x02\x03]")
# As python-markdown has it: after the fence nothing but the name of a language.
_CODE_FENCE = re.compile(r"(`{3,}|~{3,}) *\.?[\w#.+-]* *$")
# What stands behind such a pair it would take for what is in it.
_EMPTY_TAGS = re.compile("<(em|strong|code)></\\1>")
_TICKS = re.compile("`+")
# It would look for the end of such a tag in what follows, a quote's for instance.
_OPEN_TAG = re.compile(r"<(?=[A-Za-z/!?][^>]*$)")


def post_html(post: str | bytes) -> Markup:
    """A post as HTML without its front matter: formulas as MathML, quotes as static cards, no scripts, no images.

    Safe whatever the post holds: everything passes the allow-lists at the end. Links open nothing in the desk's name
    (`noopener noreferrer nofollow`), images become links. A text that cannot be rendered is shown as it is.
    """
    text = post.decode("utf-8", "replace") if isinstance(post, bytes) else post
    return body_html(_body(text.replace("\r\n", "\n")))


def body_html(text: str) -> Markup:
    """The same of what stands after the front matter, its lines ended by LF."""
    parts = ENTRY_START.split(without_stray_signs(text))
    pages = ("".join(parts[number] for number in page) for page in pages_of(parts))
    return Markup("\n".join(_page(page) for page in pages if page.strip()))


def pages_of(parts: Sequence[str]) -> Iterator[list[int]]:
    """Which parts, each beginning with an entry, make a page: what an entry breaks does not reach far, and costs stay
    linear."""
    page: list[int] = []
    length = 0
    for number, part in enumerate(parts):
        if length > SHORTEST_PAGE or length + len(part) > LONGEST_ENTRY:
            yield page
            page, length = [], 0
        page.append(number)
        length += len(part)
    yield page


def _page(text: str) -> str:
    """A piece of a post as HTML."""
    if len(text) > LONGEST_ENTRY:
        return f"<pre>{escape(text)}</pre>"
    formulas: list[str] = []
    try:
        page = rendered(text, formulas)
    except Exception:  # Whatever a hostile text makes it raise, RecursionError first of all.
        return f"<pre>{escape(text)}</pre>"
    return clean(drawn(page, formulas))


def marked_html(text: str) -> tuple[str, list[str]]:
    """Markdown of a post as the very HTML that `post_html` shows, but for its formulas: marks, and the formulas' list.

    Code keeps the class that names its language. A text that cannot be rendered is one block of code.
    """
    text, formulas = without_stray_signs(text), list[str]()
    if len(text) <= LONGEST_ENTRY:
        try:
            return clean(rendered(text, formulas), with_languages=True), formulas
        except Exception:  # As above.
            formulas.clear()
    return f"<pre>{escape(text)}</pre>", formulas


def rendered(text: str, formulas: list[str]) -> str:
    """Markdown as HTML that is not cleaned yet, with a mark for each formula, which goes onto the list."""
    quotes: list[str] = []
    source = "\n".join(without_formulas(text.split("\n"), formulas, quotes))
    source = _PARAGRAPH.sub(_without_many_brackets, source)
    page = markdown.markdown(source, extensions=["fenced_code", _AsOnSites()], output_format="html")
    page = _QUOTE.sub(lambda match: quotes[int(match[1])], _REMAINS.sub("", page))
    # In an address, and in code over several lines, a dollar is only a dollar.
    return _CODE_OR_TAG.sub(lambda tag: FORMULA.sub(lambda match: escape(_source(formulas, match)), tag[0]), page)


def _source(formulas: list[str], match: re.Match[str]) -> str:
    return formulas[int(match[1])] if int(match[1]) < len(formulas) else ""


def _body(text: str) -> str:
    """What stands after the front matter; the whole text if it has none."""
    lines = text.lstrip("\ufeff").split("\n")
    if lines[0].rstrip() != FENCE:
        return text
    end = next((number for number in range(1, len(lines)) if lines[number].rstrip() == FENCE), 0)
    return "\n".join(lines[end + 1 :])


def without_formulas(lines: list[str], formulas: list[str], quotes: list[str]) -> list[str]:
    """The lines with a numbered mark for each formula, and for each quote, whose signs mean nothing to Markdown.

    In code a dollar is only a dollar.
    """
    out, fence = [], ""
    for line in lines:
        if not fence and line.startswith("<blockquote") and line.endswith("</blockquote>"):
            quotes.append(line)
            out += ["", f"\ufdd2{len(quotes) - 1}\ufdd3", ""]
            continue
        mark = _CODE_FENCE.match(line)
        if mark and (not fence or line.rstrip() == fence):
            fence = "" if fence else mark[1]
        if fence or mark or not ("$" in line or "<" in line) or line.startswith(("<blockquote", "<script")):
            out.append(line)
            continue
        out.append("".join(piece if is_code else _marked(piece, formulas) for is_code, piece in split_code(line)))
    return out


def _marked(text: str, formulas: list[str]) -> str:
    """The text with a numbered mark for each formula, which goes onto the list, and without tags left open or empty."""
    pieces = []
    for is_math, piece in split_math(text):
        if is_math:
            formulas.append(piece)
            piece = f"\ufdd0{len(formulas) - 1}\ufdd1"
        pieces.append(piece)
    return _OPEN_TAG.sub("&lt;", _EMPTY_TAGS.sub("", "".join(pieces)))


def _without_many_brackets(match: re.Match[str]) -> str:
    return match[0].replace("[", "&#91;") if match[0].count("[") > MOST_BRACKETS else match[0]


def drawn(page: str, formulas: Sequence[str]) -> str:
    """A page with its formulas in the place of their marks."""
    return FORMULA.sub(lambda match: _drawn(formulas, int(match[1])), page)


def _drawn(formulas: Sequence[str], number: int) -> str:
    if number >= len(formulas):
        return ""
    return mathml(formulas[number]) or f"<code>{escape(formulas[number])}</code>"


def clean(page: str, *, with_languages: bool = False) -> str:
    """HTML without anything that the allow-lists do not have; `with_languages` leaves code the class that names one."""
    return (_CLEANER_OF_CODE if with_languages else _CLEANER).clean(page)


def _cleaner(code: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS | MATHML_TAGS,
        attributes=_ATTRIBUTES | MATHML_ATTRIBUTES | {"code": code},
        allowed_classes=_CLASSES,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


# Made once: to make the lists takes far longer than to clean a paragraph by them.
_CLEANER, _CLEANER_OF_CODE = _cleaner(set()), _cleaner({"class"})


class _AsOnSites(Extension):
    """Lists and inline code as sites have them; shows each image as a link: the desk loads nothing from elsewhere."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        """A list goes on in one of its own kind only. Images come after the inline patterns, which make them."""
        for name, tag in (("olist", "ol"), ("ulist", "ul")):
            lists = cast(OListProcessor, md.parser.blockprocessors[name])
            lists.LAZY_OL, lists.SIBLING_TAGS = False, [tag]
        md.inlinePatterns.register(_CodeSpans(BACKTICK_RE), "backtick", 190)
        md.treeprocessors.register(_ImageLinker(md), "images_as_links", 15)


class _CodeSpans(BacktickInlineProcessor):
    def find_code_spans(self, start: int, text: str) -> tuple[int, int | None]:
        """Where code begins and ends by CommonMark's rule: a run of backticks is closed by one of its length, or not.

        python-markdown itself would take a part of a run for code.
        """
        ticks = _TICKS.match(text, start)
        inside = ticks.end() if ticks else start
        if not ticks or text.count("`") > MOST_BACKTICKS:
            return inside, None
        closing = next((run for run in _TICKS.finditer(text, inside) if run[0] == ticks[0]), None)
        return inside, closing.start() if closing else None


class _ImageLinker(Treeprocessor):
    def run(self, root: Element) -> None:
        """Turn every `img` into `a`, in place."""
        for image in root.iter("img"):
            address, words = image.get("src", ""), image.get("alt", "")
            image.tag, image.text = "a", words or address
            image.attrib.clear()
            image.set("href", address)

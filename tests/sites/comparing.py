"""A post as its preview shows it, part by part, and where a built page says anything else."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html import escape

from app.domain.mathematics import formula
from app.domain.post_html import FORMULA, marked_html
from app.domain.posts import PostDocument, compose
from tests.sites.pages import Page, Part, even, read_page

# What may stand on a built page beside the elements of the preview, and the attributes that any may have.
_ELEMENTS = frozenset("h1 p ul ol li a em strong code pre blockquote br hr sub sup div span main time".split())
_ATTRIBUTES = frozenset("id href title start dir lang".split())
# Code is coloured by every generator in its own way.
_OF_CODE = frozenset("class style tabindex data-lang data-language is:raw".split())
# These are as many as in the preview; the others differ with how tight a list is, or are dropped where HTML is.
_COUNTED = ("h1", "a", "li", "blockquote", "pre", "table", "del", "input", "img", "script", "dl", "svg", "iframe")


def previewed(post: PostDocument, *, kramdown: bool) -> Page:
    """The preview in parts: what stands before the first paper, each paper, and with the last one the closing words.

    A formula reads as its source with its dollars, or as kramdown spells it for MathJax.
    """

    def shown(piece: PostDocument) -> list[Part]:
        return read_page(preview_of(piece, lambda span: escape(rf"\({formula(span)}\)" if kramdown else span))).parts

    pieces = [replace(post, entries=(), closing="")]
    pieces += [replace(post, introduction="", closing="", entries=(entry,)) for entry in post.entries]
    page = Page()
    for piece in pieces:
        page.parts += shown(piece)[-1:]
    if post.closing:
        _add(page.parts[-1], shown(replace(post, introduction="", entries=()))[0])
    return page


def differences(built: Page, preview: Page, *, html: bool, links_addresses: bool) -> Iterator[str]:
    """What a built page shows otherwise than the preview; nothing if it shows the same.

    `html` says whether tags may stand in the post, `links_addresses` that the generator makes links of bare addresses
    whatever is written for their signs; these lead where their words say.
    """
    yield from _strange(built)
    if links_addresses:
        built, preview = _without_addresses(built), _without_addresses(preview)
    if len(built.parts) != len(preview.parts):
        yield f"{len(built.parts)} parts instead of {len(preview.parts)}"
    for number, (found, wanted) in enumerate(zip(built.parts, preview.parts, strict=False)):
        if found.words != wanted.words:
            yield f"part {number}: {_around(found.words, wanted.words)}"
        if found.links != wanted.links:
            yield f"part {number}: links {found.links} instead of {wanted.links}"
        if found.starts != wanted.starts:
            yield f"part {number}: lists begin with {found.starts} instead of {wanted.starts}"
        for tag in _COUNTED:
            counts = found.elements[tag], wanted.elements[tag]
            # Without HTML, code that a template would read is written as words.
            if counts[0] != counts[1] and not (tag == "pre" and not html and counts[0] < counts[1]):
                yield f"part {number}: {counts[0]} times <{tag}> instead of {counts[1]}"


def _without_addresses(page: Page) -> Page:
    parts = []
    for part in page.parts:
        links = [
            (to, words) for to, words in part.links if even(to) not in (words, f"http://{words}", f"mailto:{words}")
        ]
        gone = Counter({"a": len(part.links) - len(links)})
        parts.append(replace(part, links=links, elements=part.elements - gone))
    return replace(page, parts=parts)


def _strange(built: Page) -> Iterator[str]:
    for number, part in enumerate(built.parts):
        for tag in set(part.elements) - _ELEMENTS:
            yield f"part {number}: <{tag}>"
        for tag, name in sorted(part.attributes):
            if name not in _ATTRIBUTES and not (name in _OF_CODE and tag in ("code", "pre", "div", "span")):
                yield f"part {number}: <{tag} {name}>"


def _around(found: str, wanted: str) -> str:
    at = next((at for at, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), 0)
    at = at or min(len(found), len(wanted))
    return f"{found[max(0, at - 40) : at + 60]!r} instead of {wanted[max(0, at - 40) : at + 60]!r}"


def preview_of(piece: PostDocument, draw: Callable[[str], str]) -> str:
    """The preview's own HTML of a short post, each formula as `draw` makes it."""
    page, formulas = _marked(piece)
    return f"<main>{FORMULA.sub(lambda match: draw(formulas[int(match[1])]), page)}</main>"


@cache
def _marked(piece: PostDocument) -> tuple[str, list[str]]:
    """Most of a comparison's time, and the same for every generator."""
    return marked_html(compose(piece).decode().split("\n---\n", 1)[1])


def _add(part: Part, more: Part) -> None:
    part.words = f"{part.words} {more.words}".strip()
    part.links += more.links
    part.starts += more.starts
    part.elements += more.elements

"""The page of a post from the HTML of its parts, each kept by its text, as long as none reaches into another."""

import re
from collections.abc import Callable, Hashable, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from markdown.extensions.fenced_code import FencedBlockPreprocessor
from markupsafe import Markup

from app.domain.markdown_text import without_stray_signs
from app.domain.mathematics import MATHML_TAGS
from app.domain.post_document import SCRIPT
from app.domain.post_html import (
    ENTRY_START,
    LONGEST_ENTRY,
    body_html,
    clean,
    drawn,
    pages_of,
    rendered,
    without_formulas,
)

Made = TypeVar("Made", bound=Sized)

# Stands for the entry that comes next. Its formula is none where a part leaves a block of code open.
_NEXT = "# \ufdd4$0$"
# Where a plain paragraph begins: whatever block stands before it, it is none of that.
_PARAGRAPH_START = re.compile(r"(?<=\n\n)(?=[A-Za-z])")
# What may act beyond its part: a line that opens code and was not taken for code, a tag, a comment or the like, a
# reference that makes a parser of HTML stop, and what defines a link for all of a page.
_REACHING = re.compile(
    r"""^(?:`{3,}|~{3,})
      | <(?=[A-Za-z/!?])
      | &\#(?!(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F])
      | ^[ \t>*+\-.)0-9]*\[[^][]*\]:""",
    re.MULTILINE | re.VERBOSE,
)
_SCRIPT_BLOCK = f"\n\n{SCRIPT}\n\n"
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?: [a-z-]+="[^"<>]*")*>|<')
# python-markdown and its callers call themselves for what is within; far from the limit it makes no difference.
_DEEPEST = 30
_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 p ul ol li blockquote pre".split())
# Where a block may stand.
_HOLDS_BLOCKS = frozenset({"", "li", "blockquote"})
_LISTS = frozenset({"ul", "ol"})
_INLINE = frozenset("a abbr b code del em i s strong sub sup math".split())


class Kept(Protocol):
    """What was made before under the same key, or what `make` makes now; see app/keeping.py."""

    def __call__(self, key: Hashable, make: Callable[[], Made], /) -> Made:
        """The key holds all that goes into what is made."""


@dataclass(frozen=True, slots=True)
class _Alone:
    """The clean HTML of a part, and the line breaks after it; both are empty where it cannot be had from it alone."""

    html: str = ""
    gap: str = ""

    def __len__(self) -> int:
        return len(self.html) + len(self.gap)


def html_of_parts(parts: Sequence[str], kept: Kept) -> Markup:
    """What `body_html` makes of the parts of a body, the first what stands before the entries, then from one to the
    next: the same to the byte, but made anew only of those parts that were not seen before.

    Where a part reaches beyond itself all of it is made anew.
    """
    made = [kept(("part", part), partial(_alone, part, kept)) for part in parts]
    if not all(one.html or not part.strip("\n") for one, part in zip(made, parts, strict=True)) or not _apart(parts):
        return body_html("".join(parts).replace("\r\n", "\n"))
    return Markup("\n".join(page for page in (_joined(made, page) for page in pages_of(parts)) if page))


def _apart(parts: Sequence[str]) -> bool:
    """Whether the parts are those that a page is made of, with a blank line between any two."""
    begin = all(ENTRY_START.match(part) for part in parts[1:])
    return begin and all(part.endswith("\n\n") or not part.strip("\n") for part in parts[:-1])


def _joined(made: Sequence[_Alone], page: Sequence[int]) -> str:
    html = "".join(f"{made[number].html}{made[number].gap}" for number in page)
    return html.removesuffix(made[page[-1]].gap) if page else ""


def _alone(part: str, kept: Kept) -> _Alone:
    """A part as the page shows it, whatever stands before and after it; nothing where that is not certain."""
    begins_within = ENTRY_START.search(part, 1) or (part[:1] != "\n" and not ENTRY_START.match(part))
    if len(part) > LONGEST_ENTRY or begins_within or "\r" in part or without_stray_signs(part) != part:
        return _Alone()
    # Paragraph by paragraph, so that a note costs itself; what goes on over a blank line is made in one.
    pieces = [piece for piece in _PARAGRAPH_START.split(part) if piece.strip("\n")]
    made = [kept(("piece", piece), partial(_piece, piece)) for piece in pieces]
    if not (made and all(made)):
        return _piece(part)
    return _Alone(_joined(made, range(len(made))), made[-1].gap)


def _piece(piece: str) -> _Alone:
    """The same of a part, or of what stands in it from a paragraph to the next."""
    formulas: list[str] = []
    try:
        html = rendered(f"{piece}{_NEXT}" if piece.endswith("\n\n") else f"{piece}\n\n{_NEXT}", formulas)
    except Exception:  # As on the page, where it breaks all of it.
        return _Alone()
    after = f"<h1>\ufdd4\ufdd0{len(formulas) - 1}\ufdd1</h1>"
    html = drawn(html.removesuffix(after), formulas) if html.endswith(after) and not _reaches(piece) else ""
    shown = html.rstrip("\n")
    if not (shown.startswith("<") and _is_whole(shown)):
        return _Alone()
    return _Alone(clean(shown), html[len(shown) :])


def _reaches(piece: str) -> bool:
    """Whether anything in a piece could act beyond it, or be acted upon."""
    source = "\n".join(without_formulas(piece.split("\n"), [], []))
    prose = FencedBlockPreprocessor.FENCED_BLOCK_RE.sub("", source)
    return bool(_REACHING.search(prose.replace(_SCRIPT_BLOCK, "\n\n")))


def _is_whole(html: str) -> bool:
    """Whether every tag is closed, in order and where it may stand: a parser that has read it is where it began."""
    inside = [""]
    for tag in _TAG.finditer(html.replace(SCRIPT, "")):
        closing, name = tag[1], tag[2]
        if closing:
            if inside.pop() != name:
                return False
        elif not _may_stand(name, inside):
            return False
        elif name not in ("br", "hr"):
            inside.append(name)
    return inside == [""]


def _may_stand(name: str | None, inside: Sequence[str]) -> bool:
    around = inside[-1]
    if "math" in inside:
        return name in MATHML_TAGS and name != "math"
    if len(inside) > _DEEPEST or (name == "a" and "a" in inside):
        return False
    if name == "li" or around in _LISTS:
        return name == "li" and around in _LISTS
    if name in _BLOCKS or name == "hr":
        return around in _HOLDS_BLOCKS
    return name == "br" or name in _INLINE

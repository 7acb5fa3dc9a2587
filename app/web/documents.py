"""A post as the page a reader would see: cleaned HTML in a document of its own, for a sandboxed frame or by itself."""

import re
from dataclasses import dataclass
from datetime import date

from flask import render_template

from app.domain.markup import post_html
from app.domain.posts import FrontMatter, PostUnreadable, parse
from app.web.filters import long_date
from app.web.security import POLICY

# For a document that stands by itself: no script has any business there.
BARE_HEADERS = {"Content-Security-Policy": POLICY.replace("script-src 'self'", "script-src 'none'")}

_ENTRY = re.compile(r"^(?=# [0-9]+\. )", re.MULTILINE)
_NUMBER = re.compile(r"# ([0-9]+)\. ")


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as it is read: its Markdown, the document for the frame, and its title."""

    markdown: str
    document: str
    title: str = ""

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The Markdown from entry to entry, each piece with the number of its entry; what is before them has none."""
        pieces = [piece for piece in _ENTRY.split(self.markdown) if piece]
        return [(found[1] if (found := _NUMBER.match(piece)) else "", piece) for piece in pieces]


def reading_of(data: bytes, *, drawn: bytes | None = None, empty: str = "This post has no papers.") -> Reading:
    """What a reader would see of a post's bytes; `empty` is said in the place of papers where there are none.

    `drawn` is the same post in the form of lumen, where its profile is another: what a generator would draw is not
    what the desk draws.
    """
    shown = data if drawn is None else drawn
    front = _front_of(shown)
    document = page_document(front, post_html(shown), empty=empty)
    return Reading(data.decode("utf8", "replace"), document, front.title)


def page_document(front: FrontMatter, html: str, *, empty: str, said: str = "") -> str:
    """The document of a post with this head and cleaned HTML; `said` is a discreet line above it."""
    context = {"title": front.title, "date": _day_of(front), "html": html, "empty": empty, "said": said}
    return render_template("partials/posts/_document.html", **context)


def _front_of(data: bytes) -> FrontMatter:
    try:
        return parse(data).front
    except PostUnreadable:
        return FrontMatter(title="Hot Papers")


def _day_of(front: FrontMatter) -> str:
    try:
        # The day alone: the archive's times are of a form that no reader of dates agrees on.
        return long_date(date.fromisoformat(front.date[:10]))
    except ValueError:
        return front.date

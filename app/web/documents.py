"""A post as the page a reader would see: cleaned HTML in a document of its own for a sandboxed frame."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from app.domain.markup import post_html
from app.domain.posts import PostUnreadable, parse
from app.web.filters import long_date


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as it is read: its title, its Markdown, and the document for the frame."""

    title: str
    markdown: str
    document: str


def reading_of(data: bytes) -> Reading:
    """What a reader would see of a post's bytes."""
    title, published = _front_of(data)
    document = render_template("partials/posts/_document.html", title=title, date=published, html=post_html(data))
    return Reading(title, data.decode("utf8", "replace"), document)


def _front_of(data: bytes) -> tuple[str, str]:
    try:
        front = parse(data).front
    except PostUnreadable:
        return "Hot Papers", ""
    try:
        # The day alone: the archive's times are of a form that no reader of dates agrees on.
        return front.title, long_date(date.fromisoformat(front.date[:10]))
    except ValueError:
        return front.title, front.date

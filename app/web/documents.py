"""A post as the page a reader would see: cleaned HTML in a document of its own for a sandboxed frame."""

import re
from dataclasses import dataclass

from flask import render_template

from app.domain.markup import post_html
from app.domain.posts import PostUnreadable, parse

FRONT_MATTER = re.compile(r"\A---\r?\n.*?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as it is read: its title and date as the front matter has them, and the document for the frame."""

    title: str
    markdown: str
    document: str


def reading_of(data: bytes) -> Reading:
    """What a reader would see of a post's bytes."""
    markdown = data.decode("utf8", "replace")
    title, date = _front_of(data)
    body = FRONT_MATTER.sub("", markdown, count=1)
    document = render_template("partials/posts/_document.html", title=title, date=date, html=post_html(body))
    return Reading(title, markdown, document)


def _front_of(data: bytes) -> tuple[str, str]:
    try:
        front = parse(data).front
    except PostUnreadable:
        return "Hot Papers", ""
    return front.title, front.date

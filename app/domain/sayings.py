"""What a mention says, as plain text for the screen, whichever form its source gave it in."""

import re

import nh3

from app.domain.entities import unescaped
from app.domain.quotes import LONGEST_EMBED

# Nothing but these is left after cleaning, in just this shape.
_BREAK = "<br>"
_PARAGRAPH_END = "</p>"
_TAG = re.compile("</?[a-z]+>")


def said(text: str | None, embed: str | None) -> str:
    """The mention's own words: its text, else the words of the first paragraph of its embed that has any.

    Line breaks are kept. The result is plain text and still has to be escaped where it is shown. An embed that is far
    too long to be one has no words here.
    """
    if text is not None:
        return text.strip()
    if not embed or len(embed) > LONGEST_EMBED:
        return ""
    cleaned = nh3.clean(embed, tags={"p", "br"}, attributes={"*": set()}, link_rel=None)
    for paragraph in cleaned.split(_PARAGRAPH_END):
        words = unescaped(_TAG.sub("", paragraph.replace(_BREAK, "\n"))).strip()
        if words:
            return words
    return ""

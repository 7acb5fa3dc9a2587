"""Every way that text from outside takes into a post or onto the screen; hostile until it has passed here."""

from app.domain.markdown_text import collapsed, markdown_text
from app.domain.mathematics import mathml, shortened, split_math
from app.domain.notes import note_markdown
from app.domain.post_html import post_html
from app.domain.quotes import date_in_words, is_tweet, network, quote_html, web_address
from app.domain.tex import inline_html, plain_text, tidy_markdown

__all__ = [
    "collapsed",
    "date_in_words",
    "inline_html",
    "is_tweet",
    "markdown_text",
    "mathml",
    "network",
    "note_markdown",
    "plain_text",
    "post_html",
    "quote_html",
    "shortened",
    "split_math",
    "tidy_markdown",
    "web_address",
]

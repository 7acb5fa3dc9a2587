"""What a reader sees of Markdown, by both renderers: the words, and the tags around them."""

from html.parser import HTMLParser

import markdown
from markdown_it import MarkdownIt

from app.domain.markup import split_math

COMMONMARK = MarkdownIt("commonmark")


class Shown(HTMLParser):
    """Collects text and tags of a page; comments and the like count as tags, since nobody sees them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_comment(self, data):
        self.tags.append("!")

    handle_decl = unknown_decl = handle_pi = handle_comment

    @property
    def seen(self) -> tuple[str, list[str]]:
        return "".join(self.words).strip(), self.tags


def renderings(source: str) -> list[tuple[str, list[str]]]:
    """Words and tags by python-markdown and by markdown-it's CommonMark."""
    return [Shown(markdown.markdown(source)).seen, Shown(COMMONMARK.render(source)).seen]


def without_formulas(text: str) -> str:
    """The text with a currency sign's worth of stand-in for each formula, which no renderer touches."""
    return "".join(f"¤{number}¤" if is_math else piece for number, (is_math, piece) in enumerate(split_math(text)))

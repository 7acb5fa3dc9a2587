"""Cleaned HTML as a tree, for those who write it otherwise: as an e-mail, or as plain text."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from app.domain.markup import post_html

_VOID = {"br", "hr"}


def tree_of(markdown: str) -> Element:
    """What a post's Markdown shows, as the elements under a `div`: cleaned, formulas as MathML, no script, no image."""
    return _Builder().built(str(post_html(markdown)))


def inline_of(markdown: str) -> Element:
    """The words of one line of a post's Markdown, without the paragraph around them."""
    root = tree_of(markdown)
    blocks = [child for child in root if child.tag in ("p", "h1")]
    if len(blocks) != 1:
        return root
    blocks[0].tag = "span"
    return blocks[0]


class _Builder(HTMLParser):
    """Builds the tree of HTML that is well-formed, as what nh3 writes is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()

    def built(self, page: str) -> Element:
        self.builder.start("div", {})
        self.feed(page)
        self.close()
        self.builder.end("div")
        return self.builder.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)

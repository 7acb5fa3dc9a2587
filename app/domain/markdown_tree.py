"""Markdown as the desk's preview understands it, as a small tree: what an editor saw, ready to be spelled otherwise."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from app.domain.post_html import FORMULA, marked_html

_VOID = frozenset({"br", "hr"})


@dataclass(frozen=True, slots=True)
class Formula:
    """Mathematics in a text: its source with its dollars."""

    span: str


@dataclass(slots=True)
class Node:
    """An element: its tag, its attributes, and texts, formulas and further elements within, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | Formula | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words within, formulas as their source."""
        return "".join(text_of(child) for child in self.children)


Child = Node | Formula | str


def text_of(child: Child) -> str:
    """The words of a child of a node, formulas as their source."""
    if isinstance(child, Node):
        return child.text
    return child.span if isinstance(child, Formula) else child


@lru_cache(maxsize=4096)
def markdown_tree(text: str) -> Node:
    """Markdown of a post as the tree that its preview shows; kept, so nobody may change it."""
    page, formulas = marked_html(text)
    return _Builder(formulas).built(page)


def html_tree(page: str) -> Node:
    """Clean HTML, such as a quote's, as a tree; a dollar in it is only a dollar."""
    return _Builder([]).built(page)


class _Builder(HTMLParser):
    """Reads HTML that an allow-list has made: every element closed, in order."""

    def __init__(self, formulas: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.formulas = formulas
        self.open = [Node("")]

    def built(self, page: str) -> Node:
        self.feed(page)
        self.close()
        return self.open[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        at = 0
        for mark in re.finditer(FORMULA, data):
            self._add(data[at : mark.start()])
            if int(mark[1]) < len(self.formulas):
                self.open[-1].children.append(Formula(self.formulas[int(mark[1])]))
            at = mark.end()
        self._add(data[at:])

    def _add(self, words: str) -> None:
        if words:
            self.open[-1].children.append(words)

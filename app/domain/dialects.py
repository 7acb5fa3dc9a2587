"""How Markdown is spelled for one kind of generator, so that its readers see what the preview shows, and no more."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.domain.markdown_tree import Node, html_tree, markdown_tree
from app.domain.respelling import Respelling

Template = Literal["liquid", "go", "jsx", "nunjucks"]
Mathematics = Literal["verbatim", "escaped", "kramdown"]

# Letters first, no sign that means anything anywhere: spelled alike in every dialect.
_PLAIN = re.compile(r"(?!.*www\.|import|export)[A-Za-z][A-Za-z0-9,;()'\"?%/.-]*(?::? [A-Za-z0-9,;()'\"?%/.-]+)*")
_CLASS = re.compile(r'(?<=<blockquote) class="[a-z-]+"')
_BREAK = re.compile("<br>")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a generator does to the body of a post.

    `templates` are those that run over the text and whose signs must not act. `mathematics` says how a formula is
    spelled: with its dollars as it is, as text that shows its source, or as kramdown's `$$…$$`. `html` says whether
    raw HTML may stand in a post, `kramdown` that Markdown is kramdown's and not CommonMark.
    """

    templates: frozenset[Template] = frozenset()
    mathematics: Mathematics = "verbatim"
    html: bool = True
    kramdown: bool = False


def respelled(markdown: str, dialect: Dialect, *, inline_start: bool = False) -> str:
    """Markdown of a post's field, spelled so that the dialect's generator shows what the preview shows.

    Words, emphasis, lists, quotations, code, links and formulas stay what they are; whatever else a generator would
    make of a sign (tables, footnotes, templates, attributes, links of bare addresses) it does not. `inline_start`
    says that the text goes on in a line, as a title does after `# 1. `.
    """
    return markdown if _PLAIN.fullmatch(markdown) else _respelled(markdown, dialect, inline_start)


def quote_markdown(html: str, dialect: Dialect) -> str:
    """A post's quote, a `<blockquote>` on one line, as Markdown: its words, who said them, where; no HTML."""
    return _respelling(dialect, html=False).blocks(html_tree(html))


def quote_html_plain(html: str) -> str:
    """A post's quote without the class by which a network's script would find it."""
    return _CLASS.sub("", html, count=1)


def respelled_html(html: str, dialect: Dialect) -> str:
    """A post's quote as raw HTML in which no template of the dialect sees a sign of its own."""
    if "jsx" in dialect.templates:
        html = _BREAK.sub("<br/>", html)
    if dialect.templates or dialect.kramdown:
        html = html.replace("{", "&#123;").replace("}", "&#125;")
    return html


@lru_cache(maxsize=4096)
def _respelled(markdown: str, dialect: Dialect, inline_start: bool) -> str:
    respelling = _respelling(dialect, html=dialect.html)
    if not inline_start:
        return respelling.blocks(markdown_tree(markdown))
    # As the preview has it: the text of a heading, after its number.
    tree = markdown_tree(f"# 1. {markdown}")
    number, *words = next((child.children for child in tree.children if isinstance(child, Node)), [""])
    before = [number.removeprefix("1.").removeprefix(" ")] if isinstance(number, str) else [number]
    return respelling.line([*before, *words])


def _respelling(dialect: Dialect, *, html: bool) -> Respelling:
    return Respelling(
        templates=frozenset(dialect.templates),
        mathematics=dialect.mathematics,
        html=html and "jsx" not in dialect.templates,
        kramdown=dialect.kramdown,
    )

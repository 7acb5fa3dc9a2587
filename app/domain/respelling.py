"""A tree of Markdown spelled again, every sign escaped that any generator might take for more than a letter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.domain.markdown_tree import Child, Formula, Node, text_of
from app.domain.mathematics import formula, quiet_formula
from app.domain.sign_escapes import escaped_ends, escaped_words, safe_address, without_template_signs

_BLOCKS = frozenset("blockquote dd dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul".split())
_LISTS = ("ul", "ol")
_EMPHASIS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
_TAGS = {"em": "em", "i": "em", "strong": "strong", "b": "strong", "sub": "sub", "sup": "sup"}
_STOPS = frozenset(".,:;!?")
# Beside these signs a star opens or closes emphasis in every Markdown.
_BESIDE_STARS = frozenset(" ()\"',.:;/?!-–—“”‘’…\u00a0")
_SPACES = re.compile("[ \t\n\r]+")
# What each template engine looks for, in code too; JSX leaves code alone.
_ACTING = {"go": r"\{\{[<%]|[%>]\}\}|<!--more-->", "liquid": r"\{[{%]", "nunjucks": r"\{[{%#]"}
_LANGUAGE = re.compile(r"language-([\w+#.-]{1,30})")
_PLAIN_TITLE = re.compile(r"[\w ,.;-]+")
_BREAK = "  \n"
_PROGRAM = ("import", "export")
# What Hugo draws as a picture instead of showing it.
_DRAWN = frozenset({"goat"})


@dataclass(frozen=True, slots=True)
class Respelling:
    """One way to spell a tree as Markdown; the fields are those of a dialect."""

    templates: frozenset[str]
    mathematics: str
    html: bool
    kramdown: bool

    def blocks(self, node: Node) -> str:
        """Everything in a node as blocks, a blank line between two of them; no line break at the end."""
        parts = [spelled for child in _grouped(node.children) if (spelled := self._block(child))]
        return "\n\n".join(self._parted(parts))

    def line(self, children: Sequence[Child]) -> str:
        """Words on one line, to stand after the sign of a heading or a list."""
        return escaped_ends(self._inline(children).replace(_BREAK, " ").strip(" "))

    def _parted(self, parts: Sequence[tuple[str, str]]) -> list[str]:
        """The blocks' texts; in kramdown a sign of its own keeps a list from going on in the next one."""
        texts = []
        for number, (tag, text) in enumerate(parts):
            before = parts[number - 1][0] if number else "ul"
            texts.append(f"^\n\n{text}" if self.kramdown and tag in _LISTS and before in _LISTS else text)
        return texts

    def _block(self, node: Node) -> tuple[str, str] | None:
        """A block's tag and text; None for one without words."""
        if node.tag in _LISTS:
            text = self._list(node)
        elif node.tag == "blockquote":
            text = _indented(self.blocks(node), "> ", "> ")
        elif node.tag == "pre":
            text = self._code_block(node)
        elif any(isinstance(child, Node) and child.tag in _BLOCKS for child in node.children):
            text = self.blocks(node)
        else:
            text = self._paragraph(node.children)
        return (node.tag, text) if text.strip() else None

    def _paragraph(self, children: Sequence[Child]) -> str:
        text = self._inline(children).strip(" \n")
        if self.mathematics == "kramdown" and len(children) == 1 and isinstance(children[0], Formula):
            return text if children[0].span.startswith("$$") else self._inline_formula(children[0].span)
        text = "\n".join(escaped_ends(line) if line.strip() else line for line in text.split("\n"))
        # MDX takes such a paragraph for a program.
        return f"&#{ord(text[0])};{text[1:]}" if "jsx" in self.templates and text.startswith(_PROGRAM) else text

    def _list(self, node: Node) -> str:
        """A list, loose if an item of it is."""
        items = [child for child in node.children if isinstance(child, Node) and child.tag == "li"]
        inside = [child.tag for item in items for child in item.children if isinstance(child, Node)]
        is_loose = "p" in inside or "pre" in inside
        start = node.attributes.get("start", "1")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        out = []
        for number, item in enumerate(items, start=first):
            marker = "* " if node.tag == "ul" else f"{number}. "
            out.append(_indented(self._item(item, is_loose=is_loose), marker, " " * len(marker)))
        # kramdown begins with 1 whatever is written.
        after = f'\n{{: start="{first}"}}' if self.kramdown and node.tag == "ol" and first != 1 else ""
        return ("\n\n" if is_loose else "\n").join(out) + after

    def _item(self, item: Node, *, is_loose: bool) -> str:
        parts = self._parted([spelled for child in _grouped(item.children) if (spelled := self._block(child))])
        return ("\n\n" if is_loose else "\n").join(parts)

    def _code_block(self, node: Node) -> str:
        """Code between fences, or spelled by entities where a template would see its signs between them."""
        text = node.text.removesuffix("\n")
        if self._would_act(text):
            if self.html:
                return f"<pre><code>{_entities(text)}</code></pre>"
            lines = (re.sub("^ |  |^$", "&nbsp;", escaped_words(line)) for line in text.split("\n"))
            return _BREAK.join(map(escaped_ends, lines))
        code = next((child for child in node.children if isinstance(child, Node)), node)
        named = _LANGUAGE.fullmatch(code.attributes.get("class", ""))
        language = named[1] if named and named[1] not in _DRAWN else ""
        fence = "`" * max(3, 1 + _longest_run(text))
        return f"{fence}{language}\n{text}\n{fence}"

    def _would_act(self, text: str) -> bool:
        return any(re.search(_ACTING[name], text) for name in self.templates if name in _ACTING)

    def _inline(self, children: Sequence[Child], *, nested: bool = False) -> str:
        out = []
        for number, child in enumerate(children):
            if isinstance(child, str):
                words = escaped_words(_SPACES.sub(" ", child))
                # Before a link it would make a picture of it.
                out.append(f"{words[:-1]}&#33;" if words.endswith("!") and children[number + 1 :] else words)
            elif isinstance(child, Formula):
                out.append(self._formula(child.span))
            elif child.tag == "br":
                out.append(_BREAK)
            elif child.tag == "code":
                out.append(self._code(child.text))
            elif child.tag == "a":
                out.append(self._link(child))
            else:
                beside = (_sign(children[:number], -1), _sign(children[number + 1 :], 0))
                out.append(self._emphasis(child, beside, nested=nested))
        return re.sub(r" *  \n *", _BREAK, "".join(out))

    def _emphasis(self, node: Node, beside: tuple[str, str], *, nested: bool) -> str:
        """Stars where they are sure to act beside these two signs, else tags, else the bare words."""
        inside = self._inline(node.children, nested=True)
        if node.tag not in _TAGS or not inside.strip():
            return inside
        words, stars = node.text, _EMPHASIS.get(node.tag)
        is_flat = not nested and not any(isinstance(child, Node) for child in node.children)
        # Behind a full stop or a colon stars close before a space and nothing else.
        ends = words[-1:].isalnum() or (words[-1:] in _STOPS and beside[1] in ("", " "))
        if stars and is_flat and words[:1].isalnum() and ends and self._is_starry(beside):
            return f"{stars}{inside}{stars}"
        return f"<{_TAGS[node.tag]}>{inside}</{_TAGS[node.tag]}>" if self.html else inside

    def _is_starry(self, outside: tuple[str, str]) -> bool:
        """Whether stars around plain words act between these two signs; without tags within a word too."""
        return all(sign in _BESIDE_STARS or (not self.html and sign.isalnum()) for sign in outside if sign)

    def _link(self, node: Node) -> str:
        inside = self._inline(node.children, nested=True).replace(_BREAK, " ")
        words = inside.strip(" ")
        # A space within the link is one beside it.
        before, after = (" " if inside != side else "" for side in (inside.lstrip(" "), inside.rstrip(" ")))
        address = safe_address(node.attributes.get("href", ""))
        if not address or not words:
            return inside
        # Hugo would take such a link for the box of a task.
        words = f"&#{ord(words)};" if words in ("x", "X") else words
        title = node.attributes.get("title", "")
        told = f' "{title}"' if _PLAIN_TITLE.fullmatch(title) else ""
        return f"{before}[{words}]({address}{told}){after}"

    def _code(self, text: str) -> str:
        """A code span; spelled by entities where something in it could act."""
        text = text.replace("\n", " ")
        if self._would_act(text) or (self.kramdown and re.search(r"[|`]|^\s|\s$|\$\$", text)):
            # Within tags kramdown leaves backslashes alone.
            spelled = re.sub(r"\\(.)", lambda match: f"&#{ord(match[1])};", escaped_words(text))
            return f"<code>{spelled}</code>" if self.html else spelled
        if not text.strip():
            return text
        ticks = "`" * (1 + _longest_run(text)) if "`" in text else "`"
        space = " " if text[0] in "` " or text[-1] in "` " else ""
        return f"{ticks}{space}{text}{space}{ticks}"

    def _formula(self, span: str) -> str:
        if self.mathematics == "verbatim":
            return without_template_signs(quiet_formula(span)) if self.templates else quiet_formula(span)
        if self.mathematics == "escaped":
            dollars = "$$" if span.startswith("$$") else "$"
            dollars = dollars.replace("$", "&#36;") if self.kramdown else dollars
            return f"{dollars}{escaped_words(_SPACES.sub(' ', formula(span)))}{dollars}"
        source = formula(span)
        if re.search(r"[|$<`]", source) or self._would_act(source):
            return self._inline_formula(span)
        return f"$${source}$$"

    def _inline_formula(self, span: str) -> str:
        """What kramdown would make of a formula within a line, for one that it would not see as such."""
        return f"&#92;({escaped_words(_SPACES.sub(' ', formula(span)))}&#92;)"


def _grouped(children: Sequence[Child]) -> list[Node]:
    """The children as blocks: whatever stands bare between two blocks is a paragraph."""
    out, bare = [], Node("p")
    for child in children:
        if isinstance(child, Node) and child.tag in _BLOCKS:
            out += [bare, child]
            bare = Node("p")
        else:
            bare.children.append(child)
    return [node for node in [*out, bare] if node.tag != "p" or node.text.strip()]


def _sign(children: Sequence[Child], at: int) -> str:
    """The sign that a row of children begins or ends with, a star for emphasis; empty if there are none."""
    if not children:
        return ""
    return "*" if isinstance(children[at], Node) else text_of(children[at])[at:][:1]


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join((first if number == 0 else others) + line for number, line in enumerate(lines)).strip(" ")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _entities(text: str) -> str:
    """Code as HTML on one line, without a brace."""
    spelled = escape(text).replace("{", "&#123;").replace("}", "&#125;")
    return spelled.replace("\n", "&#10;")

"""What a post shows as plain text: lines that are not too long, quotes under `>`, addresses in pointed brackets."""

import re
import textwrap
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.domain.readable_math import PlainSpelling, readable

WIDTH = 72
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table dl dt dd div".split())
# A line break within a paragraph, while the text around it is evened.
_BREAK = "\x0b"


def words_of(element: Element, *, with_addresses: bool = False) -> str:
    """The words of an element on one line, formulas readable; `with_addresses` puts that of each link behind it."""
    return re.sub(r"\s+", " ", _words(element, with_addresses)).strip()


def wrapped(text: str, *, first: str = "", after: str | None = None) -> str:
    """A paragraph in lines of at most WIDTH signs, unless an address is longer; each begins as told."""
    lines = [re.sub(r"[ \t\n\r]+", " ", line).strip() for line in text.split(_BREAK)]
    begin, out = first, list[str]()
    rest = first if after is None else after
    for line in lines:
        filled = textwrap.wrap(
            line,
            WIDTH,
            initial_indent=begin,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        out += filled or [begin.rstrip()]
        begin = rest
    return "\n".join(out)


def text_of(root: Element) -> str:
    """The blocks of an element as plain text, blank lines between them."""
    return "\n\n".join(_blocks(root))


def _blocks(element: Element) -> Iterator[str]:
    """Each block inside an element as text; words between blocks are a paragraph of their own."""
    loose = element.text or ""
    for child in element:
        if child.tag in _BLOCKS:
            yield from _paragraph(loose)
            yield from _block(child)
            loose = ""
        else:
            loose += _words(child, True)
        loose += child.tail or ""
    yield from _paragraph(loose)


def _paragraph(text: str) -> Iterator[str]:
    if text.strip():
        yield wrapped(text)


def _block(element: Element) -> Iterator[str]:
    match element.tag:
        case "blockquote":
            inside = "\n\n".join(_blocks(element))
            yield "\n".join(f"> {line}".rstrip() for line in inside.split("\n"))
        case "ul" | "ol":
            yield _list(element)
        case "pre":
            lines = "".join(element.itertext()).rstrip("\n").split("\n")
            yield "\n".join(f"    {line}".rstrip() for line in lines)
        case "hr":
            yield "* * *"
        case "table":
            yield "\n".join(" | ".join(words_of(cell) for cell in row) for row in element.iter("tr"))
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            yield wrapped(_words(element, True))
        case _:
            yield from _blocks(element)


def _list(element: Element) -> str:
    items, number = list[str](), int(element.get("start") or 1) if (element.get("start") or "1").isdecimal() else 1
    for item in element:
        bullet = f"{number}. " if element.tag == "ol" else "* "
        number += 1
        inside = "\n\n".join(_blocks(item))
        items.append(bullet + inside.replace("\n", "\n" + " " * len(bullet)).rstrip())
    return "\n".join(items)


def _words(element: Element, with_addresses: bool) -> str:
    if element.tag == "math":
        return readable(element, PlainSpelling())
    if element.tag == "br":
        return _BREAK
    inside = element.text or ""
    for child in element:
        inside += _words(child, with_addresses) + (child.tail or "")
    return _linked(element.get("href", ""), inside) if with_addresses and element.tag == "a" else inside


def _linked(address: str, words: str) -> str:
    """The words of a link and where it leads; said once where the words are the address, shortened or not."""
    if not address or words.strip().rstrip("…") in address:
        return address or words
    return f"{words} <{address}>"

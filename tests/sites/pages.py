"""What stands on a page that a generator has built, or in the desk's preview: words, links, elements."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_WORDLESS = frozenset({"script", "style"})
_EVENED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})
_DASHES = (("—", "---"), ("–", "--"), ("…", "..."))


def even(words: str) -> str:
    """Words with spaces, typographic quotes and dashes evened."""
    words = words.translate(_EVENED).replace("``", '"').replace("''", '"')
    # What stands alone kramdown displays.
    words = words.replace("\\[", "\\(").replace("\\]", "\\)")
    for sign, plain in _DASHES:
        words = words.replace(sign, plain)
    # Generators put dashes for hyphens in several ways: only where one stands is compared.
    return " ".join(re.sub("-{2,}", "--", re.sub(r"\.{2,}", "...", words)).split())


@dataclass(slots=True)
class Part:
    """A stretch of a page: its words as seen, links, what its lists begin with, how often each element stands in it."""

    words: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    starts: list[str] = field(default_factory=list)
    elements: Counter[str] = field(default_factory=Counter)
    attributes: set[tuple[str, str]] = field(default_factory=set)

    @property
    def heading(self) -> str:
        """The number that the part's heading begins with."""
        return self.words.split(".")[0].strip()


@dataclass(slots=True)
class Page:
    """A page: its title, its time, and the text of `main` in parts, each but the first beginning with an `h1`."""

    title: str = ""
    time: str = ""
    parts: list[Part] = field(default_factory=list)


def read_page(html: str) -> Page:
    """The page that a browser would show, as far as the tests look at it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for part in reader.page.parts:
        part.words = even(part.words)
        part.links = [(unquote(address), even(words)) for address, words in part.links]
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []
        self.link: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "time":
            self.page.time = dict(attrs).get("datetime") or ""
        if tag == "main":
            self.page.parts.append(Part())
        elif "main" in self.open:
            if tag == "h1":
                self.page.parts.append(Part())
            part = self.page.parts[-1]
            part.elements[tag] += 1
            part.attributes |= {(tag, name) for name, _ in attrs}
            if tag in ("br", "p", "li", "pre", "blockquote", "hr", "ul", "ol", "div", "td", "dd"):
                part.words += " "
            if tag == "ol":
                start = dict(attrs).get("start") or "1"
                part.starts.append(
                    start if len(start) < 10 else "1"
                )  # No Markdown but the preview's counts on from there.
            if tag == "a":
                self.link = [dict(attrs).get("href") or "", ""]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while self.open.pop() != tag:
            pass
        if "main" in self.open and tag == "a" and self.link:
            self.page.parts[-1].links.append((self.link[0], self.link[1]))
            self.link = []
        if "main" in self.open and tag in ("p", "li", "pre", "blockquote", "h1", "ul", "ol", "div"):
            self.page.parts[-1].words += " "

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.page.title += data
        if "main" in self.open and self.open[-1] not in _WORDLESS:
            self.page.parts[-1].words += data
            if self.link:
                self.link[1] += data

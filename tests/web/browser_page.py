"""A page as a browser has it: a tree of elements, and the parts of an answer put into it as htmx puts them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "meta", "link", "br", "img", "hr", "use"}
# What tells of something else than the lists, or of the moment when it was told.
BESIDE = {"toast", "handover", "collecting", "lens-menu", "choices", "data-as-of"}
# Numbers are counted by the page itself, unless it shows a part of the list or another order.
NUMBERS = {"data-number"}


@dataclass(eq=False)
class Element:
    """An element with what is in it; a text is its own element without a name."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    parent: "Element | None" = None
    text: str = ""

    @property
    def id(self) -> str:
        """Its id, empty where it has none."""
        return self.attributes.get("id", "")

    def all(self) -> Iterator["Element"]:
        """Itself and all elements in it."""
        yield self
        for child in self.children:
            yield from child.all()

    def at(self) -> int:
        """Its place in its parent."""
        return next(n for n, other in enumerate(self.parent.children) if other is self)

    def put(self, at: int, elements: list["Element"]) -> None:
        """Put elements into it, before the child at a place."""
        for element in elements:
            element.parent = self
        self.children[at:at] = elements

    def leave(self) -> None:
        """Take it out of its parent."""
        del self.parent.children[self.at()]

    def written(self, without: set[str]) -> str:
        """It as text that pages are compared by, without what has one of the ids, and without the attributes named."""
        if not self.name:
            return " ".join(self.text.split())
        if self.id in without:
            return ""
        shown = {name: value for name, value in sorted(self.attributes.items()) if name not in without}
        # Every page is given a token of its own.
        if shown.get("name") == "csrf_token":
            shown["value"] = ""
        inner = "\n".join(filter(None, (child.written(without) for child in self.children)))
        return f"<{self.name} {shown}>\n{inner}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = self.open = Element("top")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open.put(len(self.open.children), [element])
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        ending = self.open
        while ending.name != tag and ending.parent:
            ending = ending.parent
        if ending.parent:
            self.open = ending.parent

    def handle_data(self, data: str) -> None:
        self.open.put(len(self.open.children), [Element("", text=data)])


def read(text: str) -> Element:
    """The tree of a text."""
    reader = _Reader()
    reader.feed(text)
    return reader.top


@dataclass
class Page:
    """An open page, and what it sends along with all that it asks."""

    tree: Element

    def find(self, selector: str) -> Element | None:
        """An element by its id, or by a path of children from one, such as `#held > ul > #item-5`."""
        found: Element | None = None
        for step in selector.split(" > "):
            among = self.tree.all() if found is None else found.children
            name = step.removeprefix("#")
            found = next((e for e in among if e.name and (e.id == name if step[0] == "#" else e.name == name)), None)
            if found is None:
                return None
        return found

    def known(self) -> dict[str, str]:
        """The fields by which it says what it has seen; see static/js/requests.js."""
        seen = self.find("#seen").attributes
        waiting = next((e for e in self.find("#waiting").all() if e.attributes.get("name") == "up_to"), None)
        return {
            "seen": seen["value"],
            "ages": seen.get("data-ages", ""),
            **({"up_to": waiting.attributes["value"]} if waiting else {}),
        }

    def question(self) -> str:
        """The address by which it asks for news."""
        presence = self.find("#presence")
        known = f"&ages={self.known()['ages']}&up_to={self.known().get('up_to', '')}"
        return f"{self.find('#news').attributes['hx-get']}{known}&here={presence.attributes['data-here']}"

    def rows(self, name: str) -> list[int]:
        """The ids of the items in a list, in order."""
        rows = [e.id for e in self.find(f"#{name}").all() if e.attributes.get("class") == "item"]
        return [int(row.removeprefix("item-")) for row in rows]

    def take(self, text: str) -> list[str]:
        """Put an answer into the page, part by part; gives back the targets. All are looked for before any is put."""
        parts = re.findall(r'<hx-partial hx-target="([^"]*)" hx-swap="([^"]*)">(.*?)</hx-partial>', text, re.DOTALL)
        targets = [target.replace("&gt;", ">") for target, _, _ in parts]
        tasks = [
            (self.find(target), target, swap, body) for target, (_, swap, body) in zip(targets, parts, strict=True)
        ]
        for element, target, swap, body in tasks:
            if swap == "delete":
                if element is not None:
                    element.leave()
                continue
            assert element is not None, f"there is no {target} to put anything into"
            self._put(element, swap, [child for child in read(body).children if child.name])
        return targets

    def _put(self, element: Element, swap: str, coming: list[Element]) -> None:
        if swap in ("outerMorph", "outerHTML"):
            at, parent = element.at(), element.parent
            element.leave()
            parent.put(at, coming)
        elif swap == "innerHTML":
            element.children = []
            element.put(0, coming)
        elif swap == "beforebegin":
            element.parent.put(element.at(), coming)
        else:
            assert swap == "beforeend", swap
            element.put(len(element.children), coming)


def assert_same(page: Page, fresh: Page, without: set[str]) -> None:
    """A page shows what one that was just loaded does."""
    for region in ("edition-bar", "main"):
        told, expected = (side.find(f"#{region}").written(without).split("\n") for side in (page, fresh))
        assert told == expected

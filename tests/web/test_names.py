"""Whatever can be pressed or filled in has a name: words, a label, or one that is told where only an icon is seen."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import DAY
from tests.web.conftest import Laid

EDITION = f"/editions/{DAY}"
PAGES = (
    EDITION,
    f"{EDITION}?q=lanterns&category=cs.LG&without=source:twitter",
    f"{EDITION}/preview",
    f"{EDITION}/collecting",
    f"{EDITION}/publication",
    f"{EDITION}/history",
    f"{EDITION}/baton",
    "/editions/2026-11-21",
    "/items/1",
    "/items/1/menu",
    "/items/6/menu",
    "/items/1/mentions",
    "/items/1/history",
    f"/mentions/1/strike?date={DAY}",
    "/posts",
    "/look-backs",
    "/history",
    "/runs",
    "/runs/1",
    "/settings",
    "/keys",
    "/password",
    "/nowhere",
    "/styleguide",
)
PRESSED = {"a", "button", "summary", "dialog"}
FILLED = {"input", "textarea", "select"}
VOID = {"input", "meta", "link", "br", "hr", "img", "option", "source", "wbr"}


class Reader(HTMLParser):
    """Reads a page as somebody hears it: elements with their attributes and the words inside that are not hidden."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[dict] = []
        self.found: list[dict] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "words": "", "line": self.getpos()[0], "within": [e["tag"] for e in self.open]}
        element |= {name: value or "" for name, value in attrs}
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What closes itself holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in [element["tag"] for element in self.open] and self.open.pop()["tag"] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(element.get("aria-hidden") == "true" for element in self.open):
            for element in self.open:
                element["words"] += data

    def nameless(self) -> Iterator[str]:
        """Every control without a name."""
        by_id = {element["id"]: element for element in self.found if "id" in element}
        labelled = {element["for"] for element in self.found if element["tag"] == "label" and "for" in element}
        for element in self.found:
            if element["tag"] not in PRESSED | FILLED or element.get("type") == "hidden":
                continue
            if element["tag"] == "a" and "href" not in element:
                continue
            pointed = [by_id.get(name, {"words": "-"})["words"] for name in element.get("aria-labelledby", "").split()]
            said = [element.get("aria-label", ""), element.get("title", ""), *pointed]
            said += [element["words"]] if element["tag"] in PRESSED else []
            is_labelled = element.get("id") in labelled or "label" in element["within"]
            if not "".join(said).strip() and not (element["tag"] in FILLED and is_labelled):
                yield f"{element['tag']} {element.get('id') or element.get('class')} in line {element['line']}"


@pytest.mark.parametrize("address", PAGES)
def test_every_control_has_a_name(
    app: Flask, as_editor: FlaskClient, laid: Laid, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "debug", True)
    page = as_editor.get(address)
    assert (page.status_code, page.mimetype) == (404 if address == "/nowhere" else 200, "text/html")
    reader = Reader(page.text)
    assert any(element["tag"] in PRESSED for element in reader.found)
    assert not list(reader.nameless())


def test_the_empty_desk_and_the_door_too(client: FlaskClient, as_editor: FlaskClient) -> None:
    for page in (as_editor.get("/").text, client.get("/sign-in").text):
        assert not list(Reader(page).nameless())


def test_a_control_that_is_only_an_icon_needs_a_name() -> None:
    page = (
        '<button><svg aria-hidden="true"><use href="#i-drop"></use></svg></button><a href="/x" title="Away"></a><input>'
    )
    assert [found.split(" ")[0] for found in Reader(page).nameless()] == ["button", "input"]

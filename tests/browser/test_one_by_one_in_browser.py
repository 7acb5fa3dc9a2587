"""The scripts one by one, as who develops gets them; all other tests of the browser run on the one minified file."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from playwright.sync_api import BrowserContext, expect

from app.models import Editor
from tests.browser.conftest import Desk, sign_in

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"


def test_scripts_one_by_one_do_what_the_one_file_does(
    app: Flask, context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor
) -> None:
    app.debug = True
    context = context_of()
    page = sign_in(context)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "/scripts/" in request.url else None)
    page.reload()
    page.locator("#preview iframe").wait_for()
    assert sorted(url.rpartition("/")[2] for url in asked) == sorted(path.name for path in SCRIPTS.glob("*.js"))
    first, second, *_ = desk.ids()
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator(f"#picked > #item-{first}")).to_have_count(0)
    expect(page.locator("#desk.htmx-request")).to_have_count(0)
    expect(page.locator(f"#item-{second}.current")).to_be_visible()
    assert desk.ids()[0] == second

"""`make screenshots`: the pictures of the README and the handbook, taken of the demo by a real browser.

The clock stands still and the demo is the same every time, so a picture differs only where the desk looks different.
"""

import logging
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flask_migrate import upgrade
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.demo import DemoDay, weekday_before
from app.extensions import db
from app.queries.editions import edition_on
from app.services.accounts import add_editor, end_tour
from app.services.acting import Acting
from app.services.ingestion import ingest
from app.services.publishing import publish
from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, sign_in

DOCS = Path(__file__).resolve().parent.parent / "docs"
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
WIDE, NARROW = (1360, 860), (390, 844)


@dataclass(frozen=True)
class Picture:
    """A picture of the desk: its file, the window, and what is done before it is taken."""

    name: str
    do: Callable[[Page], None] = lambda page: None
    size: tuple[int, int] = WIDE
    scheme: str = "light"


def row(page: Page, title: str):
    """The row of a paper by a part of its title."""
    return page.locator(".item", has_text=title).first


def _keys(page: Page) -> None:
    page.keyboard.press("?")


def _palette(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Control+k")
    page.keyboard.type("dro")
    page.wait_for_timeout(400)


def _filters(page: Page) -> None:
    page.locator("#search").fill("bounds")
    page.wait_for_timeout(900)


def _strike(page: Page) -> None:
    page.locator("[id^=loud-]").get_by_role("link", name="Strike").click()
    page.locator("dialog[open] h2").wait_for()


def _lens(page: Page) -> None:
    page.goto(f"/editions/{DAY}?without=account:twitter:demo_fizzwick")
    page.locator("#preview iframe").wait_for()
    row(page, "would fall out").evaluate("row => row.scrollIntoView({block: 'center'})")


def _opened(page: Page) -> None:
    row(page, "Graph Neural Networks").locator(".title a").click()
    page.locator(".details").wait_for()
    page.wait_for_timeout(300)
    row(page, "Graph Neural Networks").evaluate("row => window.scrollBy(0, row.getBoundingClientRect().top - 120)")
    page.mouse.move(0, 0)


def _repeat(page: Page) -> None:
    row(page, "Caching What You Meant").scroll_into_view_if_needed()
    page.wait_for_timeout(300)


def _selected(page: Page) -> None:
    page.locator("#cut").scroll_into_view_if_needed()
    page.keyboard.press("j")
    for _ in range(3):
        page.keyboard.press("x")
        page.keyboard.press("j")


def _two(page: Page) -> None:
    """Mina and Ben write on the same note while Mina is offline."""
    context = page.context.browser.new_context(base_url=page.url.partition("/editions")[0], reduced_motion="reduce")
    ben = sign_in(context, "Ben")
    for one in (page, ben):
        row(one, "Scaling").locator(".title a").click()
        one.locator("textarea[name=note]").wait_for()
    page.context.set_offline(True)
    page.locator("textarea[name=note]").fill("The smallest model of the week, and the one that refuses most politely.")
    ben.locator("textarea[name=note]").fill("The smallest model of the week: read section 4 on when to refuse.")
    ben.get_by_text("saved 08:30").wait_for()
    page.context.set_offline(False)
    page.locator(".conflict").wait_for(timeout=20_000)
    page.locator("#presence [data-person=Ben]").wait_for(timeout=10_000)
    page.locator(".conflict").evaluate("part => part.scrollIntoView({block: 'center'})")


def _history(page: Page) -> None:
    for key in ("j", "J", "j", "j", "d", "c"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    page.keyboard.press("y")
    for number in (0, 1, 3):
        page.locator("main details summary").nth(number).click()


PICTURES = (
    Picture("desk.png"),
    Picture("desk-dark.png", scheme="dark"),
    Picture("desk-narrow.png", size=NARROW),
    Picture("desk-opened.png", _opened),
    Picture("desk-keys.png", _keys),
    Picture("desk-palette.png", _palette),
    Picture("desk-filters.png", _filters),
    Picture("desk-selected.png", _selected),
    Picture("desk-strike.png", _strike),
    Picture("desk-lens.png", _lens),
    Picture("desk-repeat.png", _repeat),
    # What these two do stays on the desk, so they come last.
    Picture("desk-two.png", _two),
    Picture("desk-history.png", _history),
)


def main() -> None:
    """Lay the demo on a throw-away desk, publish the day before, and take every picture, or those that are named."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"HOTPAPERS_INSTANCE_DIR": folder})
        app.extensions["clock"] = lambda: NOW
        with app.app_context():
            upgrade()
            _lay(app)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    _take(browser, f"http://127.0.0.1:{server.server_port}", picture)
                    print(f"docs/{picture.name}")
        server.shutdown()


def _lay(app) -> None:
    rules, by = app.extensions["rules"], Acting(None, NOW, app.extensions["rules"])
    ingest(db.session, [DemoDay(DAY)], day=DAY, clock=lambda: NOW, rules=rules)
    for name in ("Mina", "Ben"):
        end_tour(db.session, add_editor(db.session, name, password=PASSWORD, now=NOW).id, now=NOW)
    publish(db.session, edition_on(db.session, weekday_before(DAY)).id, by, targets=[])


def _take(browser: Browser, address: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        has_touch=picture.size == NARROW,
        reduced_motion="reduce",
    )
    page = sign_in(context)
    if picture.size != NARROW:
        page.locator("#preview iframe").wait_for()
    picture.do(page)
    page.wait_for_timeout(500)
    page.screenshot(path=DOCS / picture.name)
    context.close()


if __name__ == "__main__":
    main()

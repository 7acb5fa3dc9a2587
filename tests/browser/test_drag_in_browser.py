"""Dragging in a real browser: by mouse and by touch, over long lists, under other people's hands, and the cut."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, expect
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import Editor
from app.services import curation
from app.services.acting import Acting
from tests.browser.conftest import Desk, sign_in
from tests.factories import ingest_things, paper

STEPS = 20


def rows(page: Page, list_id: str) -> list[int]:
    """The items of a list as the page shows them."""
    return page.locator(f"#{list_id} > li").evaluate_all("rows => rows.map(row => Number(row.id.split('-')[1]))")


def drag(page: Page, row: Locator, target: Locator, *, drop: bool = True) -> None:
    """Take a row by its grip and carry it onto another one."""
    row.scroll_into_view_if_needed()
    start, end = row.locator(".grip").bounding_box(), target.bounding_box()
    x, y = start["x"] + 8, start["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(x, y + (end["y"] + end["height"] / 2 - y) * step / STEPS)
        page.wait_for_timeout(12)
    if drop:
        page.mouse.up()


def toast(page: Page) -> Locator:
    return page.locator("#toast p")


def frames(page: Page) -> None:
    """Wait until two frames are painted."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def scroll_beyond(page: Page, top: int, *, at: tuple[float, float]) -> None:
    """Wait at an edge until the page has scrolled so far by itself; a hand is never quite still."""
    for number in range(600):
        page.mouse.move(at[0], at[1] + number % 2)
        if page.evaluate("top => window.scrollY > top", top):
            return
        page.wait_for_timeout(30)
    raise AssertionError("the page does not scroll")


def settle(page: Page, x: float, y: float) -> None:
    """Carry on to a place and wait until the page scrolls no more; a hand is never quite still."""
    seen: list[float] = []
    while len(seen) < 8 or len(set(seen[-6:])) > 1:
        assert len(seen) < 400, "the page scrolls on"
        page.mouse.move(x, y + len(seen) % 2)
        page.wait_for_timeout(50)
        seen.append(page.evaluate("window.scrollY"))


def posts_of(page: Page) -> list[str]:
    """The addresses of the requests that change something, from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


def test_a_drag_moves_picks_and_puts_back_with_one_request_each(page: Page, desk: Desk) -> None:
    before, sent = desk.ids(), posts_of(page)
    drag(page, page.locator(f"#item-{before[0]}"), page.locator(f"#item-{before[2]}"))
    expect(toast(page)).to_contain_text("from no. 1 to no. 3")
    assert desk.ids() == [before[1], before[2], before[0], *before[3:]] == rows(page, "picked")
    assert len(sent) == 1
    order = desk.ids()
    drag(page, page.locator(f"#item-{order[0]}"), page.locator(f"#item-{order[2]}"), drop=False)
    page.keyboard.press("Escape")
    expect(page.locator("body")).not_to_have_class("dragging")
    page.mouse.up()
    assert rows(page, "picked") == desk.ids() == order
    assert len(sent) == 1
    candidate, last = desk.ids("candidate")[0], desk.ids()[-1]
    page.locator("#cut").scroll_into_view_if_needed()
    drag(page, page.locator(f"#candidates > #item-{candidate}"), page.locator(f"#item-{last}"))
    expect(toast(page)).to_contain_text("Picked")
    assert desk.ids().index(candidate) >= len(desk.ids()) - 2
    assert rows(page, "picked") == desk.ids()
    drag(page, page.locator(f"#item-{last}"), page.locator(f"#item-{desk.ids('candidate')[1]}"))
    expect(toast(page)).to_contain_text("back among the candidates")
    assert rows(page, "candidates") == desk.ids("candidate")
    assert last in desk.ids("candidate")
    assert rows(page, "picked") == desk.ids()
    assert len(sent) == 3


def test_a_drop_that_the_server_never_heard_of_is_taken_back(page: Page, desk: Desk, violations: list[str]) -> None:
    before = desk.ids()
    page.route("**/position", lambda route: route.abort())
    drag(page, page.locator(f"#item-{before[0]}"), page.locator(f"#item-{before[2]}"))
    expect(toast(page)).to_contain_text("cannot be reached")
    expect(page.locator("#picked > li").first).to_have_id(f"item-{before[0]}")
    assert rows(page, "picked") == before == desk.ids()
    violations[:] = [text for text in violations if "Failed to fetch" not in text]


@pytest.fixture
def long_page(
    context_of: Callable[..., BrowserContext], session: Session, rules: Rules, mina: Editor, app: Flask
) -> Page:
    """A hundred picked papers before Mina: far more than the page scrolls while a busy machine thinks."""
    ingest_things(session, rules, [paper(score=score) for score in (*range(500, 400, -1), *range(49, 20, -1))])
    page = sign_in(context_of())
    page.locator("#preview iframe").wait_for()
    return page


def test_a_drag_over_a_long_list_outlasts_an_action_of_another_and_its_arrival(
    long_page: Page, session: Session, rules: Rules, other_editor: Editor, clock
) -> None:
    page, desk = long_page, Desk(session)
    before, sent = desk.ids(), posts_of(page)
    drag(page, page.locator(f"#item-{before[0]}"), page.locator(f"#item-{before[3]}"), drop=False)
    # The page scrolls while the hand waits at its edge.
    box = page.viewport_size
    scroll_beyond(page, 600, at=(300, box["height"] - 20))
    settle(page, 300, box["height"] / 2)
    # Another editor acts, and the page hears of it while the hand is still holding.
    curation.drop(session, before[40], Acting(other_editor, clock(), rules), reason="off topic")
    with page.expect_response("**/news*"):
        page.evaluate(
            "htmx.ajax('GET', document.getElementById('news').getAttribute('hx-get'), {source: 'body', swap: 'none'})"
        )
    frames(page)
    assert before[40] in rows(page, "picked")
    page.mouse.up()
    expect(toast(page)).to_contain_text("Moved")
    expect(page.locator(f"#picked > #item-{before[40]}")).to_have_count(0)
    after = desk.ids()
    # It lies under the hand that dropped it.
    lies = page.locator(f"#item-{before[0]}").bounding_box()
    assert lies["y"] - lies["height"] < box["height"] / 2 < lies["y"] + 2 * lies["height"]
    assert rows(page, "picked") == after
    assert sorted(after) == sorted(item_id for item_id in before if item_id != before[40])
    assert rows(page, "candidates") == desk.ids("candidate")
    found = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(found) == len(set(found))
    assert len(sent) == 1


class Finger:
    """One finger on a screen, as the browser hears of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Lay the finger down, wait as a hand does before it moves, and carry."""
        self._send("touchStart", start)
        self.page.wait_for_timeout(250)
        for step in range(1, STEPS + 1):
            x, y = (a + (b - a) * step / STEPS for a, b in zip(start, end, strict=True))
            self._send("touchMove", (x, y))
            self.page.wait_for_timeout(16)
        self._send("touchEnd")


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_on_a_phone_everything_is_done_by_touch_alone(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor
) -> None:
    page = sign_in(context_of(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))
    first, second = desk.ids()[:2]
    finger = Finger(page)
    # Away from the edges, where the page would scroll.
    for _ in range(2):
        page.locator(f"#item-{first}").evaluate("row => row.scrollIntoView({block: 'center'})")
        frames(page)
    x, y = middle(page.locator(f"#item-{second}"))
    finger.drag(middle(page.locator(f"#item-{first} > .grip")), (x, y + 20))
    expect(toast(page)).to_contain_text("Moved")
    assert desk.ids()[:2] == [second, first] == rows(page, "picked")[:2]
    row = page.locator(f"#item-{first}")
    small = page.evaluate(
        """[...document.querySelectorAll('.item :is(.grip, .acts button, .acts a), #cut-handle')].slice(0, 40)
           .map(e => e.getBoundingClientRect()).filter(box => box.width < 36 || box.height < 36).length"""
    )
    assert small == 0
    row.locator("[data-act=drop]").tap()
    expect(page.locator(f"#picked > #item-{first}")).to_have_count(0)
    candidate = desk.ids("candidate")[0]
    page.locator(f"#item-{candidate} [data-act=pick]").tap()
    expect(page.locator(f"#picked > #item-{candidate} button.grip")).to_have_count(1)
    assert candidate in desk.ids()
    assert first in desk.ids("dropped")


def test_the_cut_is_dragged_to_a_row_and_stepped_by_keys(page: Page, desk: Desk) -> None:
    spoken, handle = page.locator("#spoken"), page.locator("#cut-handle")
    target = desk.items("candidate")[2]
    handle.scroll_into_view_if_needed()
    x, y = middle(handle)
    box = page.locator(f"#item-{target.id}").bounding_box()
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(x, y + (box["y"] + box["height"] - 4 - y) * step / STEPS)
    expect(page.locator(".cut-line")).to_be_visible()
    expect(spoken).to_have_text(f"Cut below “{target.paper.title}”, score 20.")
    page.mouse.up()
    expect(page.locator(".cut-line")).to_have_count(0)
    expect(page.get_by_label("Cut at")).to_have_value("20")
    assert desk.edition.cut == 20
    picked = len(desk.ids())
    assert rows(page, "picked") == desk.ids()
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(spoken).to_have_text(f"Cut at 15. {picked + 1} picked.")
    expect(handle).to_be_focused()
    assert desk.edition.cut == 15
    page.mouse.move(*middle(handle))
    page.mouse.down()
    page.mouse.move(x, 200, steps=5)
    page.keyboard.press("Escape")
    expect(spoken).to_have_text("The cut is where it was.")
    page.mouse.up()
    assert desk.edition.cut == 15

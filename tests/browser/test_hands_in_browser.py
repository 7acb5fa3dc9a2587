"""Hands in a real browser: grabbing by keys, the menu of a paper, what is seen before it is answered, a steady list."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, request
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import Editor
from app.services import curation
from app.services.acting import Acting
from tests.browser.conftest import Desk
from tests.browser.test_drag_in_browser import frames, long_page, posts_of, rows, toast

__all__ = ["long_page"]
TOP = "row => Math.round(row.getBoundingClientRect().top)"


def test_a_row_is_grabbed_carried_dropped_and_put_back_by_keys(
    page: Page, desk: Desk, session: Session, rules: Rules, other_editor: Editor, clock
) -> None:
    before, sent = desk.ids(), posts_of(page)
    spoken, grip = page.locator("#spoken"), page.locator(f"#item-{before[4]} > .grip")
    grip.focus()
    page.keyboard.press("Space")
    expect(spoken).to_contain_text("Position 5 of 8. Arrows move it, Space drops it, Escape puts it back.")
    expect(grip).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowUp")
    expect(spoken).to_have_text("Position 4 of 8.")
    page.keyboard.press("End")
    expect(spoken).to_have_text("Position 8 of 8.")
    page.keyboard.press("Escape")
    expect(spoken).to_have_text("Put back at position 5 of 8.")
    assert rows(page, "picked") == before
    assert sent == []
    page.keyboard.press("Enter")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    # What another does meanwhile comes after the drop.
    curation.drop(session, before[6], Acting(other_editor, clock(), rules))
    with page.expect_response("**/news*"):
        page.evaluate(
            "htmx.ajax('GET', document.getElementById('news').getAttribute('hx-get'), {source: 'body', swap: 'none'})"
        )
    expect(grip).to_be_focused()
    assert rows(page, "picked")[:3] == [before[0], before[4], before[1]]
    assert before[6] in rows(page, "picked")
    page.keyboard.press("Enter")
    expect(spoken).to_have_text("Dropped at position 2 of 8.")
    expect(page.locator(f"#picked > #item-{before[6]}")).to_have_count(0)
    expect(grip).to_be_focused()
    expect(grip).to_have_attribute("aria-pressed", "false")
    assert desk.ids() == rows(page, "picked") == [before[0], before[4], *before[1:4], before[5], before[7]]
    assert len(sent) == 1
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(spoken).to_contain_text("Put back at position 2 of 7.")
    assert rows(page, "picked") == desk.ids()
    assert len(sent) == 1


@pytest.fixture
def gate(app: Flask) -> Iterator[threading.Semaphore]:
    """Holds every action on an item up at the server until it is let through."""
    gate = threading.Semaphore(0)

    def wait() -> None:
        if request.method == "POST" and request.path.startswith("/items/"):
            gate.acquire(timeout=20)

    app.before_request_funcs.setdefault(None, []).append(wait)
    yield gate
    gate.release(100)


def test_what_is_done_is_seen_before_it_is_answered_and_answers_do_not_disturb_it(
    page: Page, desk: Desk, gate: threading.Semaphore
) -> None:
    picked, candidates = desk.ids(), desk.ids("candidate")
    page.locator(f"#item-{candidates[0]} [data-act=pick]").click()
    expect(page.locator("#picked > li").last).to_have_id(f"item-{candidates[0]}")
    expect(page.locator(f"#item-{candidates[1]} [data-act=pick]")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(f"#item-{candidates[2]} [data-act=drop]").click()
    page.locator(f"#item-{picked[0]} [data-act=down]").click()
    shown = [picked[1], picked[0], *picked[2:], candidates[0], candidates[1]]
    left = candidates[3:]
    assert desk.ids() == picked
    assert (rows(page, "picked"), rows(page, "candidates")) == (shown, left)
    # Whatever is painted from here on, the rows stand as they do now.
    page.evaluate(
        """() => {
          const ids = () => [...document.querySelectorAll('#picked > li, #candidates > li')].map(row => row.id);
          window.seen = new Set();
          const look = () => { window.seen.add(ids().join(' ')); requestAnimationFrame(look); };
          requestAnimationFrame(look);
        }"""
    )
    asked = zip((*candidates[:3], picked[0]), ("pick", "pick", "drop", "position"), strict=True)
    for item_id, act in asked:
        with page.expect_response(f"**/items/{item_id}/{act}"):
            gate.release()
        frames(page)
        assert (rows(page, "picked"), rows(page, "candidates")) == (shown, left), act
    expect(toast(page)).to_contain_text("Moved")
    assert page.evaluate("window.seen.size") == 1
    assert (desk.ids(), desk.ids("candidate")) == (shown, left)
    expect(page.locator("#dropped summary")).to_contain_text("1 dropped")


def test_a_refusal_puts_the_row_back_and_nothing_else(
    page: Page, desk: Desk, gate: threading.Semaphore, violations: list[str]
) -> None:
    picked, candidates = desk.ids(), desk.ids("candidate")
    page.route(f"**/items/{picked[1]}/drop", lambda route: route.fulfill(status=502, body="bad gateway"))
    page.locator(f"#item-{candidates[0]} [data-act=pick]").click()
    page.locator(f"#item-{picked[1]}").hover()
    page.locator(f"#item-{picked[1]} [data-act=drop]").click()
    assert rows(page, "picked") == [picked[0], *picked[2:], candidates[0]]
    gate.release()
    expect(toast(page)).to_contain_text("That did not work.")
    expect(page.locator("#picked > li").nth(1)).to_have_id(f"item-{picked[1]}")
    assert rows(page, "picked") == desk.ids() == [*picked, candidates[0]]
    violations[:] = [text for text in violations if "502" not in text]


def test_the_row_before_the_eye_stays_where_it_is(
    long_page: Page, session: Session, rules: Rules, other_editor: Editor, clock
) -> None:
    page, desk = long_page, Desk(session)
    candidates = desk.ids("candidate")
    row = page.locator(f"#item-{candidates[10]}")
    # The rows around it are measured only once they are near.
    for _ in range(3):
        row.evaluate("row => row.scrollIntoView({block: 'center'})")
        frames(page)
    top = row.evaluate(TOP)
    row.locator("[data-act=pick]").click()
    following = page.locator(f"#item-{candidates[11]}")
    expect(toast(page)).to_contain_text("Picked")
    # Rows that have come near are measured in the next two frames, and the place is corrected after them.
    frames(page)
    assert abs(following.evaluate(TOP) - top) <= 1
    by = Acting(other_editor, clock(), rules)
    for item_id in desk.ids()[:6]:
        curation.drop(session, item_id, by)
    page.mouse.move(5, 5)
    page.evaluate("htmx.trigger('#news', 'every')")
    expect(page.locator("#picked > li")).to_have_count(len(desk.ids()))
    assert abs(following.evaluate(TOP) - top) <= 1


def test_the_menu_moves_to_a_typed_number_and_closes_when_it_is_done(page: Page, desk: Desk) -> None:
    before = desk.ids()
    row = page.locator(f"#item-{before[5]}")
    row.hover()
    row.get_by_role("link", name="More").click()
    dialog = page.locator("#dialog")
    number = dialog.get_by_role("textbox", name="Position, 1 to 8")
    expect(number).to_be_focused()
    # It is selected, so that a number replaces it.
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("choose a number from 1 to 8")
    number.fill("2")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(toast(page)).to_contain_text("from no. 6 to no. 2")
    assert desk.ids() == rows(page, "picked")
    assert desk.ids()[1] == before[5]
    row.hover()
    row.get_by_role("link", name="More").click()
    dialog.get_by_role("button", name="Hold for the next edition").click()
    expect(dialog).to_be_hidden()
    expect(row).to_be_hidden()
    assert desk.ids("held") == [before[5]]
    # The focus is never nowhere, also when the paper left the page while its menu was open.
    other = page.locator(f"#item-{before[3]}")
    other.hover()
    other.get_by_role("link", name="More").click()
    expect(dialog).to_be_visible()
    other.evaluate("row => row.remove()")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(":focus")).to_have_count(1)

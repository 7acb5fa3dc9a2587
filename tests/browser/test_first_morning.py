"""The first morning: from an empty desk to the first edition, and round it by the tour, by keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect
from sqlalchemy.orm import Session

from app.services.accounts import add_editor
from app.web.tour import STEPS
from tests.browser.conftest import PASSWORD, Desk, sign_in

# What moved by itself since the page was asked for, as a share of the window.
SHIFTED = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => tell(sum), 300);
})"""


def test_a_new_editor_is_led_round_and_sent_off(
    context_of: Callable[..., BrowserContext], session: Session, desk: Desk, clock
) -> None:
    rui = add_editor(session, "Rui", password=PASSWORD, now=clock())
    page = sign_in(context_of(), "Rui")
    page.locator("#preview iframe").wait_for()
    assert page.evaluate(SHIFTED) < 0.01
    page.locator("#tour summary").focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="The list and the cut")
    expect(card).to_be_visible()
    pointed = []
    for number, step in enumerate(STEPS, 1):
        card = page.get_by_role("dialog", name=step.name)
        expect(card.get_by_text(f"{number} of {len(STEPS)}")).to_be_visible()
        expect(card.get_by_role("button", name="Done" if number == len(STEPS) else "Next")).to_be_focused()
        pointed.append(page.locator(".toured").evaluate("place => place.id || place.className"))
        expect(page.locator(".toured")).to_be_in_viewport()
        expect(card).to_be_in_viewport(ratio=1)
        if number < len(STEPS):
            page.keyboard.press("Enter")
    assert (pointed[0], pointed[-1]) == ("cut", "publish")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#tour, #tour-card, .toured")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    page.reload()
    expect(page.locator("#tour")).to_have_count(0)
    session.refresh(rui)
    assert rui.toured_at is not None
    page.keyboard.press("j")
    expect(page.locator("#picked .current")).to_have_count(1)


def test_without_scripts_the_steps_are_a_list_with_a_button(
    context_of: Callable[..., BrowserContext], session: Session, desk: Desk, clock
) -> None:
    add_editor(session, "Rui", password=PASSWORD, now=clock())
    page = sign_in(context_of(java_script_enabled=False), "Rui")
    page.locator("#tour summary").click()
    expect(page.locator("#tour li")).to_have_count(len(STEPS))
    expect(page.locator("#tour-card")).to_be_hidden()
    page.get_by_role("button", name="I know my way").click()
    expect(page.locator("#picked")).to_be_visible()
    expect(page.locator("#tour")).to_have_count(0)

"""The edition page in a real browser: buttons, strikes, texts, focus, preview, publishing."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from app.domain.editions import Rules
from app.models import Editor
from app.services.acting import Acting
from app.services.curation import pick
from tests.browser.conftest import Desk
from tests.conftest import Clock
from tests.factories import DAY

# The page asks for news every few seconds.
SOON = 10_000


def rows(page: Page, list_id: str) -> list[int]:
    """The items of a list as the page shows them."""
    return [int(row.get_attribute("id").split("-")[1]) for row in page.locator(f"#{list_id} > li").all()]


def toast(page: Page) -> Locator:
    return page.locator("#toast p")


def test_buttons_move_and_keep_the_focus(page: Page, desk: Desk) -> None:
    first, second = desk.ids()[:2]
    button = page.locator(f"#item-{first}").get_by_role("button", name="Down")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picked > li").first).to_have_id(f"item-{second}")
    expect(toast(page)).to_contain_text("Moved")
    expect(button).to_be_focused()
    assert desk.ids()[:2] == [second, first]


def test_after_a_drop_the_focus_is_on_the_next_row(page: Page, desk: Desk) -> None:
    candidates = desk.ids("candidate")
    button = page.locator(f"#item-{candidates[1]}").get_by_role("button", name="Drop")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#candidates > #item-{candidates[1]}")).to_have_count(0)
    expect(page.locator(f"#item-{candidates[2]}").get_by_role("button", name="Drop")).to_be_focused()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#candidates > #item-{candidates[1]}")).to_be_visible()
    assert rows(page, "candidates") == candidates == desk.ids("candidate")


def test_many_quick_presses_all_count(page: Page, desk: Desk) -> None:
    candidates = desk.ids("candidate")
    buttons = ", ".join(f"#item-{item_id} .acts .quiet" for item_id in candidates[:4])
    page.evaluate(f"document.querySelectorAll('{buttons}').forEach(button => button.click())")
    expect(page.locator("#candidates > li")).to_have_count(len(candidates) - 4)
    # A grip comes with the answer.
    expect(page.locator("#picked > li > button.grip")).to_have_count(len(page.locator("#picked > li").all()))
    assert rows(page, "picked") == desk.ids()
    assert set(candidates[:4]) <= set(desk.ids())


def test_a_strike_takes_the_banner_away_and_rescores_every_paper(page: Page, desk: Desk) -> None:
    carried = [item.id for item in desk.items() if item.score == 206]
    assert len(carried) == 3
    banner = page.locator(".notice.evidence")
    expect(banner).to_contain_text("One mention is counted for 3 papers")
    banner.get_by_role("button", name="Show the papers").click()
    expect(page.locator(".item.shown")).to_have_count(3)
    page.set_viewport_size({"width": 1200, "height": 320})
    banner.get_by_role("link", name="Strike it everywhere").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("tbody tr")).to_have_count(3)
    expect(dialog.get_by_label("Reason")).to_be_focused()
    assert dialog.evaluate("dialog => [dialog.scrollHeight > dialog.clientHeight, dialog.scrollTop]") == [True, 0]
    page.set_viewport_size({"width": 1200, "height": 900})
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(banner.get_by_role("link", name="Strike it everywhere")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("Reason").fill("advert")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(banner).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for item_id in carried:
        expect(page.locator(f"#item-{item_id} .why strong")).to_have_text("0")
    assert rows(page, "picked") == desk.ids()
    assert rows(page, "candidates") == desk.ids("candidate")
    page.locator("#edition-bar").get_by_role("button", name="Undo").click()
    expect(banner).to_be_visible()


def test_details_open_on_demand_and_stay_open(page: Page, desk: Desk) -> None:
    first = page.locator(f"#item-{desk.ids()[0]}")
    assert "We study imaginary lanterns." not in page.locator("#picked").inner_text()
    link = first.locator(".title a")
    link.click()
    expect(first).to_contain_text("We study imaginary lanterns.")
    expect(first).to_contain_text("Short proof, too.")
    expect(link).to_have_attribute("aria-expanded", "true")
    first.get_by_role("button", name="To the bottom").click()
    expect(toast(page)).to_contain_text("Moved")
    expect(page.locator("#picked > li").last).to_have_id(f"item-{desk.ids()[-1]}")
    expect(first).to_contain_text("Short proof, too.")
    link.click()
    expect(first).not_to_contain_text("Short proof, too.")


def test_what_is_typed_survives_what_else_is_done(page: Page, desk: Desk) -> None:
    first = page.locator(f"#item-{desk.ids()[0]}")
    first.hover()
    first.get_by_role("link", name="Headline and note").click()
    note = first.get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    note.press_sequentially("An hour of thought")
    page.locator(f"#item-{desk.ids('candidate')[0]}").get_by_role("button", name="Pick").click()
    expect(toast(page)).to_contain_text("Picked")
    first.get_by_role("button", name="To the bottom").click()
    expect(toast(page)).to_contain_text("Moved")
    expect(note).to_have_value("An hour of thought")
    first.get_by_role("button", name="Back among the candidates").click()
    expect(toast(page)).to_contain_text("back among the candidates")
    expect(page.locator(f"#candidates > #item-{desk.ids('candidate')[0]}")).to_be_visible()
    expect(note).to_have_value("An hour of thought")
    note.press("Escape")
    expect(page.locator("[data-dirty]")).to_have_count(0)
    assert "An hour of thought" in [item.note for item in desk.items("candidate")]


def test_a_form_that_expired_is_renewed_where_it_stands(page: Page, desk: Desk) -> None:
    candidate = desk.ids("candidate")[0]
    pick = page.locator(f"#item-{candidate}").get_by_role("button", name="Pick")
    page.evaluate("document.getElementById('csrf-token').content = 'old'")
    pick.click()
    expect(toast(page)).to_contain_text("This form had expired")
    pick.click()
    expect(toast(page)).to_contain_text("Picked")
    assert candidate in desk.ids()


def test_publish_asks_once_and_shows_path_and_hash(page: Page, desk: Desk) -> None:
    page.get_by_role("link", name="Publish").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{DAY}---Hot-Papers.md")
    dialog.get_by_role("link", name="Not yet").click()
    expect(dialog).to_be_hidden()
    assert desk.edition.status == "draft"
    page.get_by_role("link", name="Publish").click()
    dialog.get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**/posts/{DAY}")
    expect(page.get_by_role("status").first).to_have_text("Published.")
    expect(page.locator(".hash")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    expect(page.frame_locator("iframe").locator("h1").first).to_contain_text("1. Lanterns and Moss")


def test_an_empty_edition_is_asked_about_twice(page: Page, desk: Desk) -> None:
    for item_id in desk.ids():
        page.locator(f"#item-{item_id}").hover()
        page.locator(f"#item-{item_id}").get_by_role("button", name="Drop").click()
        expect(page.locator(f"#picked > #item-{item_id}")).to_have_count(0)
    expect(page.get_by_text("No paper is picked yet.")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Publish it empty?")
    assert desk.edition.status == "draft"
    dialog.get_by_role("button", name="Publish it empty").click()
    page.wait_for_url(f"**/posts/{DAY}")


def test_dates_are_one_click_apart(page: Page, desk: Desk) -> None:
    page.get_by_role("link", name="Previous day").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No papers were collected for Tuesday 17 November 2026.")
    page.get_by_role("link", name="Next day").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today’s edition")


def test_a_strange_answer_is_told_and_shown_nowhere(page: Page, desk: Desk) -> None:
    first = page.locator(f"#item-{desk.ids()[0]}")
    page.route("**/items/*", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    first.locator(".title a").click()
    expect(toast(page)).to_contain_text("That did not work.")
    expect(page.get_by_text("Bad gateway")).to_have_count(0)
    expect(first.locator(".title a")).not_to_have_attribute("aria-expanded", "true")


def test_a_paper_that_goes_elsewhere_while_it_is_opened_is_opened_there(
    page: Page, desk: Desk, mina: Editor, rules: Rules, clock: Clock
) -> None:
    candidate = desk.ids("candidate")[1]
    waiting: list[Route] = []
    page.route(f"**/items/{candidate}", lambda route: waiting.append(route), times=1)
    with page.expect_request(f"**/items/{candidate}"):
        page.locator(f"#item-{candidate} .title a").focus()
        page.keyboard.press("n")
    pick(desk.session, candidate, Acting(mina, clock(), rules))
    expect(page.locator(f"#picked > #item-{candidate}")).to_be_visible(timeout=SOON)
    waiting[0].continue_()
    expect(page.locator(f"#picked #note-{candidate}")).to_be_focused()

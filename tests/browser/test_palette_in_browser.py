"""Everything by name: actions, papers and places, found by typing and taken by Enter."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.browser.test_keys_in_browser import current, put_cursor, settled


def test_actions_papers_and_places_are_found_and_taken_by_keys(page: Page, desk: Desk) -> None:
    picked, candidates = desk.ids(), desk.ids("candidate")
    palette, field = page.locator("#palette"), page.get_by_role("combobox", name="What to do, or which paper")
    chosen = palette.locator("[role=option][aria-selected=true]")
    put_cursor(page, candidates[0])
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(palette.get_by_role("group", name="Judging")).to_contain_text("Pick the paper")
    expect(palette).not_to_contain_text("Move to the top")
    page.keyboard.type("drop paper")
    expect(chosen).to_contain_text("Drop the paper")
    expect(chosen.locator("kbd").first).to_have_text("D")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("Drop the paper and go on")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    settled(page, desk)
    assert desk.item(candidates[0]).state == "dropped"
    assert current(page) == candidates[1]

    page.keyboard.press("Control+k")
    name = desk.item(candidates[0]).paper.title
    page.keyboard.type(name)
    expect(chosen).to_contain_text(name)
    expect(chosen).to_contain_text("dropped")
    page.keyboard.press("Enter")
    assert current(page) == candidates[0]
    expect(page.locator(f"#dropped #item-{candidates[0]} .title a")).to_be_focused()
    expect(page.locator(f"#item-{candidates[0]}")).to_be_in_viewport()

    page.keyboard.press("Control+k")
    page.keyboard.type("zzqq")
    expect(palette).to_contain_text("Nothing is called so.")
    page.keyboard.press("Control+k")
    expect(palette).to_be_hidden()
    assert desk.ids() == picked

    page.keyboard.press("Control+k")
    page.keyboard.type("runs")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs")
    page.keyboard.press("Control+k")
    page.keyboard.type("newest")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.address}")

"""The history by keys: from the edition to a line, to what it changed, and back with a text that was brought back."""

from playwright.sync_api import Page, expect

from app.models import Editor
from app.services import curation
from app.services.acting import Acting
from tests.browser.conftest import Desk


def test_a_text_is_found_in_the_history_and_brought_back_by_keys(
    page: Page, desk: Desk, mina: Editor, clock, rules
) -> None:
    item = desk.items()[0]
    for note in ("Ten years of waiting.", "Nine years of waiting."):
        by = Acting(mina, clock.tick(), rules)
        item = desk.item(item.id)
        curation.annotate(desk.session, item.id, by, headline=None, note=note, version=item.version)
    page.set_viewport_size({"width": 320, "height": 800})
    page.locator("#main").focus()
    page.keyboard.press("y")
    page.wait_for_url("**/history")
    lines = page.locator(".past-line")
    expect(lines).to_have_count(4)
    lines.first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(lines.first.locator("del")).to_contain_text("Ten")
    expect(lines.first.locator("ins")).to_contain_text("Nine")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    back = lines.first.get_by_role("button", name="Bring back as it was before")
    back.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Brought back the note of")
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto(desk.address)
    row = page.locator(f"#item-{item.id}")
    expect(row).to_contain_text("Ten years of waiting.")
    row.locator(".by").click()
    page.keyboard.press("z")
    expect(row).to_contain_text("Nine years of waiting.")
    page.keyboard.press("Y")
    page.wait_for_url(f"**/items/{item.id}/history")
    expect(page.locator(".past-line")).to_have_count(4)

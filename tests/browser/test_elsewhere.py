"""A mail copied with one button keeps its headings and links where it is pasted, and the page breaks no policy."""

from playwright.sync_api import Page, expect

from app.services.acting import Acting
from app.services.publishing import publish
from tests.browser.conftest import Desk
from tests.factories import DAY


def test_a_mail_is_copied_with_its_marks_and_a_thread_post_by_post(page: Page, desk: Desk, mina, clock, rules) -> None:
    publish(desk.session, desk.edition.id, Acting(mina, clock(), rules), targets=[])
    page.goto(f"/posts/{DAY}/elsewhere")
    letter = page.frame_locator("#letter")
    expect(letter.get_by_role("heading", level=1)).to_have_text(f"Hot Papers {DAY}")
    page.get_by_role("button", name="Copy the mail").click()
    expect(page.locator("#toast")).to_contain_text("Copied.")
    pasted = page.context.new_page()
    pasted.set_content("<div id=place contenteditable>here</div>")
    pasted.locator("#place").click()
    pasted.keyboard.press("Control+a")
    pasted.keyboard.press("Control+v")
    expect(pasted.locator("#place h2")).to_have_count(8)
    expect(pasted.locator("#place h2 a").first).to_have_css("text-decoration-line", "none")
    pasted.close()
    page.goto(f"/posts/{DAY}/elsewhere/bluesky")
    page.get_by_role("button", name="Copy post 2", exact=True).click()
    expect(page.get_by_role("button", name="Copied post 2", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

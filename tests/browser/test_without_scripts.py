"""The desk without JavaScript: every action as a plain form."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Desk, sign_in
from tests.factories import DAY


@pytest.fixture
def plain(context_of: Callable[..., BrowserContext], desk: Desk, mina) -> Page:
    """The newest edition in a browser that runs no scripts."""
    return sign_in(context_of(java_script_enabled=False))


def test_pick_drop_move_and_undo(plain: Page, desk: Desk) -> None:
    candidate = desk.ids("candidate")[0]
    plain.locator(f"#item-{candidate}").get_by_role("button", name="Pick").click()
    expect(plain.get_by_role("status").first).to_contain_text("Picked")
    assert candidate in desk.ids()
    first, second = desk.ids()[:2]
    plain.locator(f"#item-{first}").get_by_role("button", name="Down").click()
    expect(plain.locator("#picked > li").first).to_have_id(f"item-{second}")
    plain.locator(f"#item-{first}").get_by_role("button", name="Drop").click()
    expect(plain.locator("#dropped summary")).to_contain_text("1 dropped")
    assert first not in desk.ids()
    for _ in range(3):
        plain.get_by_role("button", name="Undo").click()
    assert desk.ids()[:2] == [first, second]
    assert candidate in desk.ids("candidate")


def test_position_text_reason_and_strike_on_the_page_of_a_paper(plain: Page, desk: Desk) -> None:
    first = desk.ids()[0]
    plain.locator(f"#item-{first} .title a").click()
    expect(plain.locator(".abstract")).to_contain_text("We study imaginary lanterns.")
    plain.get_by_label("Position").fill("0")
    plain.get_by_role("button", name="Move", exact=True).click()
    expect(plain.get_by_role("alert")).to_contain_text("There is no position 0; choose a number from 1 to 8.")
    expect(plain.get_by_label("Position")).to_have_value("0")
    plain.get_by_label("Note").fill("Read this.")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator(f"#item-{first} .note")).to_have_text("Read this.")
    plain.locator(f"#item-{first} .title a").click()
    plain.get_by_role("link", name="Strike").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Strike the mention by @paperbird?")
    plain.get_by_label("Reason").fill("automated")
    plain.get_by_role("button", name="Strike it").click()
    expect(plain.get_by_role("status").first).to_contain_text("Struck the mention by @paperbird.")
    plain.locator(f"#item-{first} .title a").click()
    plain.get_by_label("Reason").fill("off topic")
    plain.get_by_role("button", name="Drop", exact=True).click()
    expect(plain.locator("#dropped summary")).to_contain_text("off topic")


def test_preview_and_publish(plain: Page, desk: Desk) -> None:
    plain.get_by_role("link", name="Open the preview").click()
    expect(plain.frame_locator("iframe").locator("h1").first).to_contain_text("1. Lanterns and Moss")
    plain.get_by_role("link", name="Markdown").click()
    expect(plain.locator("pre")).to_contain_text("# 1. Lanterns and Moss")
    plain.goto(desk.address)
    plain.get_by_role("link", name="Publish").click()
    expect(plain.locator("main")).to_contain_text("can be changed afterwards only by a correction")
    plain.get_by_role("button", name="Publish 8 papers").click()
    plain.wait_for_url(f"**/posts/{DAY}")
    expect(plain.locator("main")).to_contain_text("Published.")
    plain.goto(desk.address)
    assert plain.get_by_role("button", name="Drop").count() == 0

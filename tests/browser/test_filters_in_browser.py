"""Filters in a real browser: typing keeps the caret, links and Back keep the address, actions keep the filters."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

ROWS = "#picked > .item, #candidates > .item"


def test_a_day_is_filtered_by_typing_ticking_and_links_and_back_goes_back(page: Page, desk: Desk) -> None:
    rows, search, address = page.locator(ROWS), page.locator("#search"), desk.address
    everything = rows.count()
    moss = desk.items()[2]

    # Typing in the middle of a word: every answer leaves the field, its text and the caret alone.
    search.click()
    search.press_sequentially("norm", delay=90)
    expect(rows).to_have_count(3)
    search.press("Home")
    search.press_sequentially("ell ", delay=90)
    expect(page.locator("#filtered .matches")).to_have_text(f"3 of {everything} shown")
    expect(page).to_have_url(f"{page.url.split('/editions')[0]}{address}?q=ell+norm")
    assert search.evaluate("field => [document.activeElement === field, field.value, field.selectionStart]") == [
        True,
        "ell norm",
        4,
    ]
    assert page.locator("#picked .no").first.evaluate("e => getComputedStyle(e, '::before').content") == '"3"'

    # What an action makes fail the filter leaves, what stays keeps to it, and undo brings it back.
    page.locator("#picked > .item").first.hover()
    page.locator("#picked > .item").first.get_by_role("button", name="Drop").click()
    expect(page.locator("#dropped-said")).to_contain_text("1 dropped")
    expect(rows).to_have_count(2)
    expect(page.locator("#cut")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)

    # Escape clears; nothing of an earlier answer comes after it.
    search.press("Escape")
    expect(rows).to_have_count(everything)
    expect(page).to_have_url(page.url.split("?")[0])

    # A box, a chip, and Back.
    page.locator("#filter-menu summary").click()
    page.locator("#choices").get_by_label("candidates").check()
    expect(page.locator("#picked > .item")).to_have_count(0)
    expect(page.locator(".nothing:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator(".chip", has_text="candidates").click()
    expect(rows).to_have_count(everything)
    page.go_back()
    expect(page.locator("#picked > .item")).to_have_count(0)
    expect(page.locator("#choices").get_by_label("candidates")).to_be_checked()
    page.reload()
    expect(page.locator("#picked > .item")).to_have_count(0)

    # A saved view, from the filters that are on.
    page.locator("#save-view summary").click()
    page.get_by_label("A name for these filters").fill("Below")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Below", exact=True)).to_be_visible()
    expect(page.get_by_label("A name for these filters")).not_to_be_visible()
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(rows).to_have_count(everything)
    page.get_by_role("link", name="Below", exact=True).click()
    expect(page.locator("#picked > .item")).to_have_count(0)
    page.get_by_role("link", name="Clear", exact=True).click()

    # Text that is not saved keeps its row in sight, whatever is searched for.
    row = page.locator(f"#item-{moss.id}")
    row.locator(".title a").click()
    page.route("**/texts/note", lambda route: route.abort())
    row.locator("[name=note]").fill("not saved yet")
    search.fill("zebra")
    expect(rows).to_have_count(1)
    expect(row.locator("[name=note]")).to_have_value("not saved yet")
    page.unroute("**/texts/note")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(row.locator("[data-dirty]")).to_have_count(0)
    search.fill("zebras")
    expect(page.locator(".no-match")).to_be_visible()
    page.locator(".no-match a").click()
    expect(rows).to_have_count(everything)
    expect(search).to_have_value("")


def test_through_a_lens_nothing_is_dragged_and_the_way_back_is_a_link(page: Page, desk: Desk) -> None:
    page.locator("#lens-menu summary").click()
    page.get_by_role("link", name="@northpop on X").click()
    expect(page.locator("#filtered .lens")).to_contain_text("3 papers would fall out")
    expect(page.locator("#picked > .item").last.locator(".why")).to_contain_text("206 → 0")
    expect(page.locator("#picked .grip").first).not_to_be_visible()
    page.get_by_role("link", name="Look with all again").click()
    expect(page.locator("#filtered .lens")).to_have_count(0)
    expect(page.locator("#picked .grip").first).to_be_visible()

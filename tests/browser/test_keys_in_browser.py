"""The desk by keys alone: every key does what the register says, on any layout, and never where somebody types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import Editor
from app.services.accounts import add_editor
from app.services.acting import Acting
from app.services.curation import drop
from tests.browser.conftest import PASSWORD, Desk, sign_in
from tests.conftest import Clock
from tests.factories import DAY

SEND = """([key, code, more]) => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true, ...more}))"""


@pytest.fixture
def rui(session: Session, clock: Clock) -> Editor:
    """Rui, who may look and not change."""
    return add_editor(session, "Rui", password=PASSWORD, role="reader", now=clock())


def current(page: Page) -> int | None:
    """The item under the cursor."""
    found = page.locator(".item.current")
    return int(found.get_attribute("id").split("-")[1]) if found.count() else None


def toast(page: Page) -> Locator:
    return page.locator("#toast p")


def put_cursor(page: Page, item_id: int) -> None:
    """Choose a row by a click beside its words."""
    page.locator(f"#item-{item_id} .by").click()
    assert current(page) == item_id


def settled(page: Page, desk: Desk) -> None:
    """Wait until nothing is under way, and see that the page shows what is so."""
    expect(page.locator("#desk.htmx-request")).to_have_count(0)
    for list_id, state in (("picked", "picked"), ("candidates", "candidate")):
        expect(page.locator(f"#{list_id} > li")).to_have_count(len(desk.ids(state)))
        shown = page.locator(f"#{list_id} > li").evaluate_all("rows => rows.map(row => Number(row.id.slice(5)))")
        assert shown == desk.ids(state)


def test_a_day_is_judged_and_ordered_by_keys(page: Page, desk: Desk) -> None:
    press = page.keyboard.press
    first, second, third, *_ = desk.ids()
    candidates = desk.ids("candidate")
    assert current(page) is None
    press("p")
    expect(toast(page)).to_contain_text("j goes to the first one")
    press("j")
    assert current(page) == first
    expect(page.locator(f"#item-{first} .title a")).to_be_focused()
    press("ArrowDown")
    press("ArrowDown")
    press("k")
    assert current(page) == second
    press("Shift+J")
    expect(toast(page)).to_contain_text("Moved")
    press("Shift+T")
    expect(page.locator("#picked > li").last).to_have_id(f"item-{second}")
    press("t")
    expect(toast(page)).to_contain_text("to no. 1")
    assert (page.locator("#picked > li").first.get_attribute("id"), current(page)) == (f"item-{second}", second)
    press("p")
    expect(toast(page)).to_have_text("This paper is picked already.")
    press("d")
    assert current(page) == first
    settled(page, desk)
    assert desk.item(second).state == "dropped"
    press("z")
    expect(page.locator(f"#picked > #item-{second}")).to_be_visible()
    press("Control+y")
    expect(page.locator(f"#picked > #item-{second}")).to_have_count(0)
    put_cursor(page, candidates[1])
    before = page.locator(f"#item-{candidates[1]}").bounding_box()["y"]
    press("p")
    expect(page.locator(f"#picked > #item-{candidates[1]}")).to_have_count(1)
    expect(toast(page)).to_contain_text("Picked")
    settled(page, desk)
    expect(page.locator(f"#item-{candidates[1]} .title a")).to_be_focused()
    assert abs(page.locator(f"#item-{candidates[1]}").bounding_box()["y"] - before) < 90
    press("b")
    settled(page, desk)
    assert desk.ids("candidate") == candidates
    put_cursor(page, candidates[2])
    press("Shift+J")
    expect(toast(page)).to_have_text("Only a picked paper has a place; pick it first.")
    press("h")
    settled(page, desk)
    assert desk.item(candidates[2]).state == "held"
    assert current(page) == candidates[3]


def test_the_whole_edition_is_seen_to_by_keys(page: Page, desk: Desk) -> None:
    press = page.keyboard.press
    picked, candidates = desk.ids(), desk.ids("candidate")
    press("+")
    expect(page.locator("#picked > li")).to_have_count(9)
    press("-")
    expect(page.locator("#picked > li")).to_have_count(8)
    put_cursor(page, candidates[1])
    press("c")
    expect(page.locator("#picked > li")).to_have_count(10)
    assert desk.ids() == [*picked, *candidates[:2]]
    assert desk.edition.cut == 30
    put_cursor(page, picked[1])
    press("i")
    expect(page.locator(f"#item-{picked[1]}[data-pinned]")).to_have_count(1)
    press("i")
    expect(page.locator(f"#item-{picked[1]}[data-pinned]")).to_have_count(0)
    press("g")
    press("ArrowDown")
    press("Space")
    expect(toast(page)).to_contain_text("to no. 3")
    assert desk.ids()[2] == picked[1]
    press("m")
    # At once: no digit is lost to the question that is still to open.
    page.keyboard.type("5")
    press("Enter")
    expect(toast(page)).to_contain_text("to no. 5")
    assert desk.ids()[4] == picked[1]
    press("v")
    expect(page.locator("#preview").get_by_role("link", name="Page")).to_be_focused()
    press("v")
    expect(page.locator(f"#item-{picked[1]} .title a")).to_be_focused()
    for key, focus in (("/", "#search"), ("f", "#filter-menu :focus"), ("l", "#lens-menu :focus")):
        page.locator(f"#item-{picked[1]} .title a").focus()
        press(key)
        expect(page.locator(focus)).to_be_focused()
        press("Escape")
    page.locator(f"#item-{picked[0]} .title a").focus()
    press("s")
    expect(page.get_by_role("dialog")).to_contain_text("Short proof, too.")
    press("Escape")
    press(",")
    expect(page.get_by_role("heading", level=1)).to_contain_text("17 November")
    press(".")
    page.wait_for_url(f"**{desk.address}")
    press("Control+Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Publish")).to_be_focused()
    press("Enter")
    page.wait_for_url(f"**/posts/{DAY}")


def test_quick_presses_mean_the_paper_that_was_current(page: Page, desk: Desk) -> None:
    candidates = desk.ids("candidate")
    put_cursor(page, candidates[0])
    page.keyboard.type("DDPd")
    settled(page, desk)
    assert [desk.item(item_id).state for item_id in candidates[:4]] == ["dropped", "dropped", "picked", "dropped"]
    assert current(page) == candidates[4]
    page.keyboard.type("dd")
    settled(page, desk)
    assert desk.ids("candidate") == []
    assert current(page) == desk.ids()[-1]


def test_what_a_key_means_on_other_layouts(page: Page, desk: Desk) -> None:
    first, second, third, *_ = desk.ids()
    for key, code, more, expected in (
        ("о", "KeyJ", {}, first),
        ("ξ", "KeyJ", {}, second),
        ("j", "KeyC", {}, third),
        ("K", "KeyK", {"modifierCapsLock": True}, second),
        ("ż", "KeyJ", {"modifierAltGraph": True}, second),
        ("j", "KeyJ", {"isComposing": True}, second),
        ("∆", "KeyJ", {"altKey": True}, second),
        ("l", "KeyJ", {"ctrlKey": True}, second),
    ):
        page.evaluate(SEND, [key, code, more])
        assert current(page) == expected, (key, code, more)
    page.evaluate(SEND, ["?", "Minus", {"shiftKey": True}])
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Drop the paper and go on")
    page.keyboard.press("d")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#item-{second} .title a")).to_be_focused()
    page.evaluate(SEND, ["?", "KeyM", {"ctrlKey": True, "altKey": True, "modifierAltGraph": True}])
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    assert len(desk.ids()) == 8


def test_nothing_fires_where_somebody_types_or_when_switched_off(page: Page, desk: Desk) -> None:
    first, second, *_ = desk.ids()
    page.keyboard.press("j")
    page.keyboard.press("n")
    note = page.locator(f"#item-{first}").get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    page.keyboard.type("pick, drop? hold / xz+-.")
    page.keyboard.press("ArrowDown")
    expect(note).to_have_value("pick, drop? hold / xz+-.")
    assert (current(page), len(desk.ids())) == (first, 8)
    page.locator(".bar details:has(.avatar) summary").click()
    page.get_by_role("link", name="Keys").click()
    page.get_by_role("link", name="Single keys are on: change").click()
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("status").first).to_contain_text("Single keys are off")
    page.goto(desk.address)
    page.locator(f"#item-{first} .title a").focus()
    for key in ("d", "Shift+D", "j", "?", "+"):
        page.keyboard.press(key)
    assert current(page) == first
    page.keyboard.press("ArrowDown")
    assert current(page) == second
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator(f"#item-{second}")).to_contain_text("We study imaginary lanterns.")
    assert len(desk.ids()) == 8


def test_selected_papers_are_judged_together(page: Page, desk: Desk) -> None:
    candidates = desk.ids("candidate")
    bar = page.get_by_role("group", name="Selected papers")
    expect(bar).to_be_hidden()
    put_cursor(page, candidates[0])
    page.keyboard.type("xjjX")
    expect(bar).to_contain_text("3 selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.locator(f"#item-{candidates[1]} .choose").click()
    page.locator(f"#item-{candidates[3]} .choose").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    put_cursor(page, candidates[5])
    page.locator(f"#item-{candidates[5]}").get_by_role("button", name="Pick").click()
    expect(page.locator(f"#picked > #item-{candidates[5]}")).to_be_visible()
    settled(page, desk)
    assert desk.ids("candidate") == candidates[:5]
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("textbox", name="Reason").fill("off topic")
    bar.get_by_role("textbox", name="Reason").press("Enter")
    expect(bar).to_be_hidden()
    settled(page, desk)
    assert {desk.item(item_id).drop_reason for item_id in candidates[1:4]} == {"off topic"}
    page.keyboard.press("z")
    expect(page.locator("#candidates > li")).to_have_count(5)
    assert desk.ids("candidate") == candidates[:5]


def test_a_reader_goes_about_by_keys_and_changes_nothing(
    context_of: Callable[..., BrowserContext], desk: Desk, rui: Editor
) -> None:
    page = sign_in(context_of(), "Rui")
    page.keyboard.press("j")
    assert current(page) == desk.ids()[0]
    page.keyboard.press("d")
    expect(toast(page)).to_have_text("Readers may look at everything here but change nothing.")
    assert len(desk.ids()) == 8


def test_what_is_typed_after_a_key_that_asks_is_no_command(page: Page, desk: Desk) -> None:
    first = desk.ids()[0]
    put_cursor(page, first)
    page.route(f"**/items/{first}", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.keyboard.press("n")
    page.keyboard.press("d")
    page.keyboard.press("t")
    expect(page.locator(f"#item-{first} [name=note]")).to_be_focused()
    page.keyboard.type("dt")
    expect(page.locator(f"#item-{first} [name=note]")).to_have_value("dt")
    settled(page, desk)
    assert desk.ids()[0] == first


def test_the_cursor_is_nowhere_where_its_paper_went_and_all_others_are_leaving(
    page: Page, desk: Desk, mina: Editor, rules: Rules, clock: Clock
) -> None:
    first, second, *others = [*desk.ids(), *desk.ids("candidate")]
    put_cursor(page, second)
    page.keyboard.press("x")
    put_cursor(page, others[-1])
    page.keyboard.press("Shift+X")
    put_cursor(page, first)
    page.locator(f"#item-{first} .title a").focus()
    drop(desk.session, first, Acting(mina, clock(), rules))
    held: list[Route] = []
    page.route("**/position", lambda route: held.append(route))
    with page.expect_request("**/position"):
        page.keyboard.press("Shift+T")
    page.keyboard.press("d")
    expect(page.locator("#picked > li, #candidates > li")).to_have_count(1)
    assert current(page) == first
    held[0].continue_()
    expect(page.locator("#dropped .item")).to_have_count(2 + len(others))
    assert current(page) is None

"""Two editors on one edition in real browsers: what one does reaches the other within seconds and moves nothing."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.models import Editor
from app.services import curation
from app.services.accounts import add_editor
from app.services.acting import Acting
from tests.browser.conftest import PASSWORD, Desk, sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail

# In milliseconds; a page asks every three seconds.
SOON = 10_000


def rows(page: Page, list_id: str) -> list[int]:
    """The items of a list as the page shows them."""
    return [int(row.get_attribute("id").split("-")[1]) for row in page.locator(f"#{list_id} > li").all()]


def top_of(place: Locator) -> float:
    """Where something stands in the window."""
    return place.evaluate("element => element.getBoundingClientRect().top")


def caret_of(field: Locator) -> list[int]:
    """The selection in a field that has the focus."""
    return field.evaluate("field => document.activeElement === field ? [field.selectionStart, field.selectionEnd] : []")


@pytest.fixture
def ben(session, clock) -> Editor:
    """Ben, who edits and has a password."""
    return add_editor(session, "Ben Ashdown", password=PASSWORD, now=clock())


@pytest.fixture
def ben_page(context_of, desk: Desk, ben: Editor) -> Page:
    """The same edition before Ben."""
    return sign_in(context_of(viewport={"width": 1200, "height": 900}), "Ben Ashdown")


def test_what_ben_does_reaches_mina_within_seconds_and_touches_nothing_of_hers(
    page: Page, ben_page: Page, desk: Desk
) -> None:
    picked, candidates = desk.ids(), desk.ids("candidate")
    page.set_viewport_size({"width": 1200, "height": 520})
    mine = page.locator(f"#item-{picked[4]}")
    mine.get_by_role("link", name="Headline and note").click()
    note = mine.get_by_role("textbox", name="Note")
    note.press_sequentially("An hour of thought")
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    note.evaluate("field => field.scrollIntoView({ block: 'center' })")
    page.mouse.move(700, 300)
    where, caret = top_of(note), caret_of(note)
    note.evaluate("field => { field.marked = true }")

    ben_page.locator(f"#item-{picked[1]} [data-act=drop]").click()
    ben_page.locator(f"#item-{candidates[0]} [data-act=pick]").click()
    ben_page.locator(f"#item-{picked[0]} [data-act=down]").click()
    expect(page.locator(f"#picked > #item-{picked[1]}")).to_have_count(0, timeout=SOON)
    expect(page.locator(f"#picked > #item-{candidates[0]}")).to_have_count(1, timeout=SOON)
    expect(page.locator("#picked > li").nth(1)).to_have_id(f"item-{picked[0]}", timeout=SOON)
    assert rows(page, "picked") == desk.ids()
    # Her own paper is moved under her hand: everything in it stays, and so does its place before her eyes.
    ben_page.locator(f"#item-{picked[4]} [data-act=up]").click()
    expect(page.locator("#picked > li").nth(2)).to_have_id(f"item-{picked[4]}", timeout=SOON)
    assert (caret_of(note), note.input_value(), note.evaluate("field => field.marked")) == (
        caret,
        "An hour of thought",
        True,
    )
    assert abs(top_of(note) - where) <= 1
    page.keyboard.type("more ")
    expect(note).to_have_value("An hour ofmore  thought")

    # Who is on which paper stands at it, in both windows.
    expect(ben_page.locator(f"#item-{picked[4]} .here")).to_have_attribute(
        "title", "Mina is on this paper", timeout=SOON
    )
    ben_page.locator(f"#item-{picked[4]} .title a").click()
    expect(ben_page.locator(".writes-here")).to_have_text("Mina writes here", timeout=SOON)

    # It is thrown out under her hand: it stays until she leaves the text, and says so.
    ben_page.locator(f"#item-{picked[4]} [data-act=drop]").click()
    expect(mine.locator(".elsewhere")).to_contain_text("was dropped meanwhile", timeout=SOON)
    expect(page.locator("#edition-head")).to_contain_text("2 dropped")
    assert rows(page, "picked")[2] == picked[4]
    assert caret_of(note)
    page.locator(f"#item-{picked[2]} .title a").focus()
    expect(page.locator(f"#dropped #item-{picked[4]}")).to_have_count(1, timeout=SOON)
    assert rows(page, "picked") == desk.ids()
    expect(page.locator(f"#dropped #item-{picked[4]} [name=note]")).to_have_value("An hour ofmore  thought")


def test_an_answer_that_arrives_late_puts_no_old_value_back(
    page: Page, desk: Desk, session, rules, clock, ben: Editor
) -> None:
    late: list[tuple[Route, object]] = []
    page.route("**/cut", lambda route: late.append((route, route.fetch())), times=1)
    page.route("**/items/*", lambda route: late.append((route, route.fetch())), times=1)
    first, second = desk.ids()[:2]
    page.locator("#cut").get_by_role("button", name="One paper more").click()
    page.locator(f"#item-{second} .title a").click()
    for _ in range(100):
        if len(late) == 2:
            break
        page.wait_for_timeout(50)
    by = Acting(ben, clock(), rules)
    curation.move(session, second, to="top", by=by)
    curation.annotate(session, second, headline="Lit lanterns", note=None, version=desk.item(second).version, by=by)
    expect(page.locator("#picked > li").first).to_contain_text("Lit lanterns", timeout=SOON)
    assert rows(page, "picked") == desk.ids()
    for route, response in late[:2]:
        route.fulfill(response=response)
    # Asked for again, for what had come was older than what the page shows.
    expect(page.locator(f"#details-{second}").get_by_role("textbox", name="Headline")).to_have_value("Lit lanterns")
    expect(page.locator("#toast")).to_contain_text("Moved the cut")
    assert rows(page, "picked") == desk.ids()
    expect(page.locator("#picked > li").first).to_contain_text("Lit lanterns")
    assert first == rows(page, "picked")[1]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_an_idle_holder_is_relieved_with_one_key_and_the_handover_is_read(
    context_of, desk: Desk, mina: Editor, ben: Editor, session, rules, clock, scheme: str, width: int
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    curation.drop(session, desk.ids()[0], by=Acting(ben, clock(), rules))
    page = sign_in(context_of(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True))
    publish = page.locator("#publish")
    expect(publish).to_have_text("Ben publishes")
    publish.click()
    expect(page.locator("#dialog")).to_contain_text("Ben Ashdown: 1 dropped; no paper looked at.")
    assert not faults(page)
    page.keyboard.press("Escape")
    clock.tick(minutes=5)
    expect(publish).to_have_text("Take over", timeout=SOON)
    page.keyboard.press("a")
    expect(page.locator("#handover")).to_contain_text("You hold the baton now, and publish this edition.")
    expect(page.locator("#handover")).to_contain_text("Ben Ashdown: 1 dropped")
    assert not faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(publish).to_contain_text("Publish")
    page.locator("#handover").get_by_role("button", name="Close this message").click()
    expect(page.locator("#handover")).to_be_empty()
    assert desk.edition.baton_editor_id == mina.id

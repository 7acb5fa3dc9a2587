"""The waiting list in a real browser: it comes by itself, moves nothing, is taken and left in place, and undone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.domain.editions import Rules
from app.domain.sources import Reading
from app.services import curation
from app.services.acting import Acting
from tests.browser.conftest import Desk, sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail
from tests.factories import MORNING, ingest_things, paper

QUESTION = "htmx.trigger('#news', 'every')"


def rows(page: Page, list_id: str) -> list[int]:
    """The items of a list as the page shows them."""
    return [int(row.get_attribute("id").split("-")[1]) for row in page.locator(f"#{list_id} > li").all()]


@pytest.fixture
def begun(page: Page, desk: Desk) -> Page:
    """The page after its first action, with the pointer away from the lists."""
    last = desk.ids("candidate")[-1]
    page.locator(f"#item-{last}").get_by_role("button", name="Drop").click()
    expect(page.locator("#toast")).to_contain_text("Dropped")
    page.mouse.move(2, 2)
    return page


@pytest.fixture
def run_later(session, rules: Rules, desk: Desk):
    """A later run: the best paper is up and has another title, and there is a new one on top."""

    def run() -> None:
        best = desk.items()[0].paper.arxiv_id
        readings = (Reading("twitter", MORNING + timedelta(hours=4), reposts=950, likes=0),)
        things = [paper(best, readings=readings, title="Renamed since"), paper("2611.95001", score=2000)]
        ingest_things(session, rules, things)

    return run


def ask(page: Page) -> None:
    """Ask whether anything is new, as the page does every few seconds."""
    with page.expect_response("**/news?*"):
        page.evaluate(QUESTION)


def test_news_come_by_themselves_and_move_no_list(begun: Page, desk: Desk, run_later) -> None:
    before = rows(begun, "picked")
    mark = "document.querySelectorAll('.item').forEach(row => row.marked = true)"
    begun.evaluate(mark)
    run_later()
    expect(begun.locator("#waiting")).to_contain_text(
        "1 new above the cut, 1 number up, 1 text changed.", timeout=12_000
    )
    assert rows(begun, "picked") == before
    assert begun.evaluate("[...document.querySelectorAll('.item')].every(row => row.marked)")
    assert "Renamed since" not in begun.locator("#picked").inner_text()


def test_one_is_taken_in_place_and_the_focus_goes_to_the_next(begun: Page, desk: Desk, run_later) -> None:
    run_later()
    ask(begun)
    begun.locator("#waiting summary").click()
    expect(begun.locator(".change")).to_have_count(2)
    button = begun.locator(".change").first.get_by_role("button", name="Take")
    button.focus()
    begun.keyboard.press("Enter")
    expect(begun.locator("#toast")).to_contain_text("Took “Lanterns and Moss 2611.95001”")
    expect(begun.locator(".change")).to_have_count(1)
    expect(begun.locator("#waiting-papers")).to_have_attribute("open", "")
    expect(begun.locator(".change").get_by_role("button", name="Take")).to_be_focused()
    assert rows(begun, "picked") == desk.ids()
    expect(begun.locator("#picked > li").first).to_contain_text("2611.95001")


def test_all_is_taken_at_once_and_given_back(begun: Page, desk: Desk, run_later) -> None:
    before = rows(begun, "picked")
    run_later()
    ask(begun)
    begun.get_by_role("button", name="Take all").click()
    expect(begun.locator("#picked > li").first).to_contain_text("2611.95001")
    expect(begun.locator("#picked")).to_contain_text("Renamed since")
    expect(begun.locator("#waiting")).not_to_contain_text("New since you began")
    expect(begun.frame_locator("#preview-page").locator("body")).to_contain_text("Renamed since")
    begun.locator("#toast").get_by_role("button", name="Undo").click()
    expect(begun.locator("#waiting")).to_contain_text("1 new above the cut, 1 number up, 1 text changed.")
    assert rows(begun, "picked") == before == desk.ids()


def test_what_is_typed_survives_news_and_the_acts_of_others(
    begun: Page, desk: Desk, run_later, session, rules: Rules, clock, other_editor
) -> None:
    first = begun.locator(f"#item-{desk.ids()[0]}")
    first.get_by_role("link", name="Headline and note").click()
    note = first.get_by_role("textbox", name="Note")
    note.press_sequentially("An hour of thought")
    run_later()
    ask(begun)
    expect(begun.locator("#waiting")).to_contain_text("1 new above the cut")
    expect(note).to_be_focused()
    order = rows(begun, "picked")
    curation.move(session, desk.ids()[1], to="top", by=Acting(other_editor, clock(), rules))
    ask(begun)
    expect(begun.locator("#picked > li").first).to_have_id(f"item-{desk.ids()[0]}")
    assert rows(begun, "picked") == desk.ids() != order
    expect(note).to_have_value("An hour of thought")
    expect(note).to_be_focused()


def test_the_acts_of_others_come_by_themselves_while_nobody_is_busy(
    begun: Page, desk: Desk, session, rules: Rules, clock, other_editor
) -> None:
    curation.drop(session, desk.ids()[0], by=Acting(other_editor, clock(), rules))
    begun.evaluate("document.activeElement.blur()")
    ask(begun)
    expect(begun.locator("#edition-head")).to_contain_text("2 dropped")
    assert rows(begun, "picked") == desk.ids()


def test_nothing_is_asked_while_a_row_is_carried(begun: Page, desk: Desk, run_later) -> None:
    asked = []
    begun.on("request", lambda request: asked.append(request.url) if "/news" in request.url else None)
    run_later()
    begun.locator(f"#item-{desk.ids()[1]} > .grip").focus()
    begun.keyboard.press("Space")
    asked.clear()
    begun.evaluate(QUESTION)
    assert asked == []
    begun.keyboard.press("Escape")
    ask(begun)
    expect(begun.locator("#waiting")).to_contain_text("1 new above the cut")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 320)])
def test_axe_finds_nothing_in_what_waits_and_nothing_runs_over_the_edge(
    context_of, desk: Desk, mina, editor, rules: Rules, clock, session, run_later, scheme: str, width: int
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    curation.drop(session, desk.ids()[-1], by=Acting(editor, clock(), rules))
    gone = paper(desk.items()[1].paper.arxiv_id, comment="This paper has been withdrawn", title="A" * 90)
    ingest_things(session, rules, [gone])
    run_later()
    page = sign_in(context_of(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True))
    page.locator("#waiting summary").click()
    page.locator(".change").get_by_role("button", name="Leave").last.click()
    expect(page.locator("#waiting-left")).to_be_visible()
    page.locator("#waiting-left summary").click()
    assert not faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(page.locator(".change a[href*=items]").first.get_attribute("href"))
    assert not faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_desk_that_does_not_answer_is_asked_again_without_a_word(
    begun: Page, run_later, violations: list[str]
) -> None:
    begun.locator("#toast").get_by_role("button", name="Close").click()
    begun.route("**/news?*", lambda route: route.fulfill(status=503, body="Busy"))
    ask(begun)
    begun.unroute("**/news?*")
    begun.route("**/news?*", lambda route: route.abort())
    with begun.expect_event("requestfailed"):
        begun.evaluate(QUESTION)
    expect(begun.locator("#toast")).to_be_empty()
    begun.unroute("**/news?*")
    run_later()
    ask(begun)
    expect(begun.locator("#waiting")).to_contain_text("1 new above the cut")
    violations[:] = [text for text in violations if "Failed to fetch" not in text]


def test_whoever_is_signed_in_again_is_no_longer_told_to_sign_in(begun: Page) -> None:
    cookies = begun.context.cookies()
    begun.context.clear_cookies()
    expect(begun.locator("#toast")).to_contain_text("You are signed out", timeout=10_000)
    begun.context.add_cookies(cookies)
    # As it is when one comes back from the window in which one signed in.
    begun.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(begun.locator("#toast")).to_be_empty(timeout=10_000)

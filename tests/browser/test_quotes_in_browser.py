"""Choosing quotes in a real browser: by keys, in place, the preview along with it, and on the smallest screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.domain.editions import Rules
from app.models import Editor
from tests.browser.conftest import Desk, sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail
from tests.factories import ingest_things, mention, paper


@pytest.fixture
def talked(session, rules: Rules, desk: Desk) -> Desk:
    """The first paper is talked of: seven loud voices, twenty quiet ones, and one that nobody counted."""
    first = paper(desk.items()[0].paper.arxiv_id, score=900)
    words = "Moss keeps its own time, and nobody had measured it before this paper did; the lanterns help."
    loud = [
        mention(f"v{n}", first, reposts=90 - n, text=f"Voice {n}. {words}", author_handle=f"voice{n}") for n in range(7)
    ]
    quiet = [mention(f"q{n}", first, reposts=20 - n, text=f"Murmur {n}.", author_handle=f"hush{n}") for n in range(20)]
    ingest_things(session, rules, [first, *loud, *quiet])
    return desk


def row(page: Page, name: str) -> Locator:
    return page.locator(".mention", has_text=f"@{name}").first


def order(page: Page) -> list[str]:
    """Who is quoted, in the order of the page."""
    return [who.removeprefix("@") for who in page.locator(".quoted-one .said-by b").all_inner_texts()]


def test_quotes_are_chosen_by_keys_in_place_and_the_preview_follows(talked: Desk, page: Page) -> None:
    page.reload()
    first = talked.ids()[0]
    page.locator(f"#item-{first} .title a").click()
    expect(page.locator(".quotes-said")).to_contain_text("The post quotes 8 of 28 mentions, by the rule.")
    frame = page.frame_locator("#preview iframe")
    row(page, "voice0").get_by_role("button", name="Quote it later").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Moved the quote of @voice0")
    assert order(page)[:3] == ["voice1", "voice0", "voice2"]
    expect(row(page, "voice0").get_by_role("button", name="Quote it later")).to_be_focused()
    expect(frame.locator("blockquote").first).to_contain_text("Voice 1.")
    page.keyboard.press("Enter")
    expect(row(page, "voice0").locator(".quoted-as")).to_have_text("quoted 3rd")
    row(page, "voice2").get_by_role("button", name="Hide").click()
    expect(row(page, "voice2").locator(".quoted-as")).to_have_text("hidden by you")
    expect(row(page, "voice2").get_by_role("button", name="Quote", exact=True)).to_be_focused()
    expect(frame.locator("body")).not_to_contain_text("Voice 2.")
    page.locator(f"#more-{first} summary").click()
    row(page, "hush3").get_by_role("button", name="Quote", exact=True).click()
    expect(row(page, "hush3").locator(".quoted-as")).to_have_text("quoted 8th")
    expect(page.locator(f"#more-{first}")).to_have_attribute("open", "")
    page.get_by_role("button", name="Back to the rule").click()
    expect(page.locator(".quotes-said")).to_contain_text("by the rule")
    assert order(page)[0] == "voice0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_choice_fits_the_smallest_screen(
    context_of: Callable[..., BrowserContext], talked: Desk, mina: Editor, scheme: str
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    context = context_of(color_scheme=scheme, viewport={"width": 320, "height": 800}, bypass_csp=True)
    page = sign_in(context)
    first = talked.ids()[0]
    found = []
    for address in (f"/items/{first}", f"/items/{first}/quotes?q=voice"):
        page.goto(address)
        page.locator(".quoting").first.scroll_into_view_if_needed()
        found += faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        sizes = page.evaluate(
            "[...document.querySelectorAll('.quoting :is(button, a)')]"
            ".map(control => Math.min(control.offsetWidth, control.offsetHeight))"
        )
        assert sizes and min(sizes) >= 24
    assert found == []

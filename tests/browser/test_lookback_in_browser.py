"""Look back before a real browser: plots and titles in line at any width, tables opened by keyboard, axe, print."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import Reading
from app.models import Editor
from app.services.acting import Acting
from app.services.publishing import publish
from tests.browser.conftest import Desk, sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail
from tests.factories import DAY, MORNING, ingest_things, items, paper

ADDRESS = f"/editions/{DAY}/look-back"
WEEK = timedelta(days=7)


@pytest.fixture
def desk(session: Session, rules: Rules, clock, editor: Editor) -> Desk:
    """A published edition of ten picked and six passed papers, one of which has overtaken most by a week later."""
    first = (900, 500, 400, 300, 200, 150, 120, 90, 70, 60, 40, 38, 30, 20, 10, 5)
    title = "On the Norm $\\ell_2$ of Moss, or How a Lantern Learns to Read by its Own Light, Number {}"
    ingest_things(session, rules, [paper(score=score, title=title.format(score)) for score in first])
    listed = [*items(session), *items(session, "candidate")]
    publish(session, listed[0].edition_id, Acting(editor, clock(), rules), targets=[])
    grown = {40: 700, 38: 45, 200: 600, 60: 61}
    later = []
    for item in listed:
        score = grown.get(int(item.score), int(item.score) + 1)
        reading = Reading("twitter", clock() + WEEK, reposts=score)
        later.append(paper(item.paper.arxiv_id, title=item.paper.title, readings=(reading,)))
    ingest_things(session, rules, later, now=MORNING + WEEK)
    return Desk(session)


def middles(page: Page, selector: str) -> list[float]:
    """The heights at which things stand, by their middles."""
    return page.eval_on_selector_all(
        selector, "all => all.map(one => one.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2)"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_look_back_reads_at_every_width(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, scheme: str
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    page = sign_in(context_of(color_scheme=scheme, bypass_csp=True))
    found = []
    for width in (1200, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(ADDRESS)
        rows = middles(page, ".slope-names li")
        # The right-hand dots stand in the order of now, each beside its own title.
        right = page.locator(".slope circle").nth(1).bounding_box()["x"]
        dots = page.eval_on_selector_all(
            ".slope circle",
            "(all, right) => all.map(one => one.getBoundingClientRect()).filter(box => Math.abs(box.left - right) < 2)"
            ".map(box => (box.top + box.bottom) / 2).sort((a, b) => a - b)",
            right,
        )
        assert len(rows) == 11
        assert dots == pytest.approx(rows, abs=1)
        table = page.get_by_text("The three orders as a table")
        table.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".looked table")).to_be_visible()
        expect(page.get_by_role("columnheader", name="Paper")).to_have_count(3)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        found += faults(page)
        page.goto("/look-backs")
        expect(page.get_by_role("img", name="Not in the top now: no. 10")).to_have_count(1 if width > 700 else 0)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        found += faults(page)
    assert not found
    page.set_viewport_size({"width": 900, "height": 1200})
    page.goto(ADDRESS)
    page.emulate_media(media="print")
    for plot in page.locator(".plot").all():
        box = plot.bounding_box()
        assert box is not None and box["width"] > 200 and box["height"] > 200
    expect(page.locator(".slope circle.seat").first).to_be_visible()
    expect(page.locator(".bar")).to_be_hidden()

"""Readings over time before a real browser: lines drawn to size, tables opened by keyboard, axe, nothing too wide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import ConnectorError, FetchedReading, Reading
from app.models import Editor
from app.services.ingestion import ingest
from tests.browser.conftest import Desk, sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail
from tests.factories import DAY, MORNING, Source, mention, paper

ADDRESS = f"/editions/{DAY}"


@pytest.fixture
def desk(session: Session, rules: Rules, clock) -> Desk:
    """A paper that rises over four looks and one below the cut; Bluesky failed at the last look."""
    rising, quiet = paper("2611.90001"), paper("2611.90002")
    for hours, likes in ((0, 60), (5, 90), (10, 180), (15, 410)):
        now = MORNING + timedelta(hours=hours)
        words = [
            mention("1", rising, reading=Reading("twitter", now, likes=likes, reposts=30)),
            mention("2", quiet, reading=Reading("twitter", now, likes=likes // 20)),
        ]
        heard = mention("3", rising, source="bluesky", reading=Reading("bluesky", now, likes=40 + hours))
        points = FetchedReading(rising.arxiv_id, Reading("huggingface", now, points=20))
        stars = FetchedReading(rising.arxiv_id, Reading("github", now, stars=472 + hours))
        bluesky = [heard] if hours < 15 else [ConnectorError("Bluesky answered 502; the next run tries again.")]
        sources = [
            Source(rising, quiet, name="arxiv"),
            Source(*words, name="twitter"),
            Source(*bluesky, name="bluesky"),
            Source(points, name="huggingface"),
            Source(stars, name="github"),
        ]
        ingest(session, sources, day=DAY, clock=lambda now=now: now, rules=rules)
    clock.now = now + timedelta(minutes=10)
    return Desk(session)


def open_first(page: Page, desk: Desk) -> None:
    page.locator(f"#item-{desk.ids()[0]} .title a").click()
    page.locator(".details .trend").wait_for()


def test_a_line_is_drawn_beside_the_score(page: Page, desk: Desk) -> None:
    line = page.get_by_role("img", name="from 150 to 510 in 15 hours")
    box, path = line.bounding_box(), line.locator("path").bounding_box()
    assert (box["width"], round(box["height"])) == (64, 16)
    assert path["width"] > 50 and path["height"] > 8
    expect(page.locator("#candidates .spark")).to_have_count(1)
    expect(page.locator("#picked .rise")).to_have_text("rising")


def test_the_readings_open_by_keyboard_and_stay_open_when_the_page_changes(page: Page, desk: Desk) -> None:
    open_first(page, desk)
    trend = page.locator(".details .trend")
    expect(trend.locator("table")).to_be_hidden()
    trend.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(trend.locator("tbody tr")).to_have_count(4)
    page.locator(f"#item-{desk.ids('candidate')[0]}").get_by_role("button", name="Drop").click()
    page.locator("#toast button").first.wait_for()
    expect(trend.locator("table")).to_be_visible()


def test_the_head_leads_to_what_failed(page: Page, desk: Desk) -> None:
    page.get_by_role("link", name="Bluesky: 5 hours behind, could not be read since").click()
    expect(page.get_by_text("Bluesky answered 502")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1440)])
def test_axe_finds_nothing(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, scheme: str, width: int
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    page = sign_in(context_of(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True))
    open_first(page, desk)
    page.locator(".details .trend summary").click()
    found = faults(page)
    page.goto(f"/items/{desk.ids()[0]}")
    assert found + faults(page) == []


@pytest.mark.parametrize("width", [320])
def test_nothing_runs_over_the_edge(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, width: int
) -> None:
    page = sign_in(context_of(viewport={"width": width, "height": 800}))
    open_first(page, desk)
    page.locator(".details .trend summary").click()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    # What a row cannot hold is cut off, not scrolled to.
    edge = page.locator(".details").bounding_box()
    for table in page.locator(".details .parts").all():
        box = table.bounding_box()
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 0.5


def test_without_scripts_the_readings_open_too(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor
) -> None:
    page = sign_in(context_of(java_script_enabled=False))
    page.goto(f"/items/{desk.ids()[0]}")
    page.locator(".trend summary").click()
    expect(page.locator(".trend tbody tr")).to_have_count(4)

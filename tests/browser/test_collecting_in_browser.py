"""Collecting as an editor sees it: asked for with a click, watched source by source, without losing what is typed."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Run, RunRequest, Worker
from app.services.reports import SourceReport
from tests.factories import DAY


@pytest.fixture
def worker(session, clock) -> Worker:
    """A worker that was heard of just now."""
    worker = Worker(id=1, seen_at=clock(), next_at=clock() + timedelta(hours=2), said="The papers are here.")
    session.add(worker)
    session.commit()
    return worker


def reports(done: int) -> list[dict]:
    first = SourceReport("arxiv", found=300, done=300, expected=300, is_over=True)
    return [first.as_json(), SourceReport("hackernews", done=done, expected=120).as_json()]


def test_a_run_is_asked_for_and_watched_to_its_end(page: Page, desk, session, worker, clock):
    page.get_by_role("button", name="Collect now").click()
    expect(page.locator("#collecting-progress")).to_contain_text("The whole day was asked for")
    expect(page.locator("#collecting-progress")).to_contain_text("by Mina")
    session.rollback()
    request = session.scalars(select(RunRequest)).one()
    run = Run(day=DAY, started_at=clock(), heard_at=clock(), reports=reports(30))
    session.add(run)
    session.flush()
    request.run_id = run.id
    session.commit()
    expect(page.locator("#collecting-progress progress")).to_have_attribute("value", "30")
    typing = page.get_by_label("arXiv id, or any link to it")
    page.locator(".add-paper summary").click()
    typing.fill("2611.90")
    run.reports = reports(90)
    session.commit()
    expect(page.locator("#collecting-progress progress")).to_have_attribute("value", "90")
    expect(page.locator("#collecting-progress")).to_contain_text("90 of 120")
    assert typing.input_value() == "2611.90"
    expect(typing).to_be_focused()
    whole = SourceReport("arxiv", found=300, new=4, is_over=True)
    run.status, run.finished_at, run.reports = "succeeded", clock(), [whole.as_json()]
    request.ended_at = clock()
    session.commit()
    expect(page.locator("#collecting-progress")).to_contain_text("300 found, 4 new")
    assert page.locator("#collecting-progress").get_attribute("hx-get") is None


def test_a_paper_is_asked_for_and_a_mistake_is_said_beside_the_field(page: Page, desk, session, worker):
    page.locator(".add-paper summary").click()
    typing = page.get_by_label("arXiv id, or any link to it")
    typing.fill("moss and lanterns")
    typing.press("Enter")
    expect(page.locator("#add-refused")).to_contain_text("That names no arXiv paper")
    expect(page.get_by_label("arXiv id, or any link to it")).to_have_value("moss and lanterns")
    page.get_by_label("arXiv id, or any link to it").fill("https://arxiv.org/pdf/2611.95555v2")
    page.get_by_role("button", name="Fetch and add").click()
    expect(page.locator("#collecting-progress")).to_contain_text("2611.95555 was asked for")


def test_the_page_of_a_run_follows_it(page: Page, desk, session, clock):
    run = Run(day=DAY, started_at=clock(), heard_at=clock(), reports=reports(10))
    session.add(run)
    session.commit()
    page.goto(f"/runs/{run.id}")
    expect(page.locator("#run progress")).to_have_attribute("value", "10")
    over = SourceReport("hackernews", mentions=7, new_mentions=7, is_over=True)
    run.status, run.finished_at, run.reports = "succeeded", clock(), [over.as_json()]
    session.commit()
    expect(page.locator("#run")).to_contain_text("7 mentions, 7 of them new")
    expect(page.locator("#run progress")).to_have_count(0)

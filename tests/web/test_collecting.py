"""Collecting from the desk: asking for a run or a paper, watching it, and what the pages say of worker and sources."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest, Worker
from app.services.reports import SourceReport
from tests.factories import DAY
from tests.web.conftest import HTMX, press

ADDRESS = f"/editions/{DAY}"


@pytest.fixture
def worker(session: Session, clock) -> Worker:
    """A worker that was heard of just now."""
    worker = Worker(id=1, seen_at=clock(), next_at=clock() + timedelta(hours=2), said="The papers are here.")
    session.add(worker)
    session.commit()
    return worker


def requests(session: Session) -> list[RunRequest]:
    return list(session.scalars(select(RunRequest).order_by(RunRequest.id)))


def going_on(session: Session, clock) -> Run:
    """A run of the day, half way through its second source."""
    done = SourceReport("arxiv", found=300, done=300, expected=300, is_over=True)
    half = SourceReport("hackernews", done=40, expected=120, mentions=3)
    run = Run(day=DAY, started_at=clock(), heard_at=clock(), reports=[done.as_json(), half.as_json()])
    session.add(run)
    session.commit()
    return run


@pytest.mark.parametrize("htmx", [False, True])
def test_collecting_is_asked_for_and_waits_for_the_worker(as_editor, session, laid, worker, htmx):
    response = press(as_editor, f"{ADDRESS}/collect", htmx=htmx)
    assert [(asked.day, asked.arxiv_id, asked.run_id) for asked in requests(session)] == [(DAY, None, None)]
    if htmx:
        assert "The whole day was asked for" in response.text
        assert "by Ana" in response.text
    else:
        assert (response.status_code, response.location) == (303, f"{ADDRESS}/collecting")
        assert "The whole day was asked for" in as_editor.get(response.location).text


def test_without_a_worker_the_desk_says_what_to_start(as_editor, laid):
    response = press(as_editor, f"{ADDRESS}/collect", htmx=True)
    assert "No worker is running" in response.text
    assert "flask worker" in as_editor.get("/runs").text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_paper_is_asked_for_by_a_link(as_editor, session, laid, worker, htmx):
    press(as_editor, f"{ADDRESS}/papers", htmx=htmx, paper="see https://arxiv.org/abs/2611.90555v2.")
    assert [asked.arxiv_id for asked in requests(session)] == ["2611.90555"]
    assert "2611.90555 was asked for" in as_editor.get(ADDRESS).text


@pytest.mark.parametrize("htmx", [False, True])
def test_what_names_no_paper_comes_back_with_what_was_typed(as_editor, session, laid, htmx):
    response = press(as_editor, f"{ADDRESS}/papers", htmx=htmx, paper='moss "lanterns"')
    assert response.status_code == 422
    assert "That names no arXiv paper" in response.text
    assert 'value="moss &#34;lanterns&#34;"' in response.text
    assert requests(session) == []


def test_a_run_under_way_shows_how_far_each_source_is(as_editor: FlaskClient, session, laid, worker, clock):
    run = going_on(session, clock)
    for address in (ADDRESS, f"/runs/{run.id}"):
        page = as_editor.get(address).text
        assert '<progress max="120" value="40"' in page
        assert "40 of 120" in page
    watched = as_editor.get(f"{ADDRESS}/collecting", headers=HTMX).text
    assert "hx-trigger" in watched
    assert "Hacker News" in watched
    run.status, run.finished_at = "succeeded", clock()
    session.commit()
    assert "hx-trigger" not in as_editor.get(f"{ADDRESS}/collecting", headers=HTMX).text


def test_a_run_that_was_cut_off_says_so(as_editor, session, laid, clock):
    run = going_on(session, clock)
    run.status, run.finished_at, run.was_cut_off = "failed", clock(), True
    session.commit()
    assert "This run was cut off before its end." in as_editor.get(f"/runs/{run.id}").text
    assert "cut off" in as_editor.get("/runs").text


def test_a_request_that_could_not_be_met_is_said_for_a_while(as_editor, session, laid, clock):
    session.add(
        RunRequest(day=DAY, link="https://x.example", asked_at=clock(), ended_at=clock(), error="It is <dead>.")
    )
    session.commit()
    assert "It is &lt;dead&gt;." in as_editor.get(ADDRESS).text
    clock.tick(hours=1)
    assert "It is &lt;dead&gt;." not in as_editor.get(ADDRESS).text


def test_an_empty_day_can_be_collected_from_its_page(as_editor, worker):
    page = as_editor.get("/editions/2026-11-17").text
    assert 'action="/editions/2026-11-17/collect"' in page


def test_a_page_of_an_empty_day_goes_on_to_its_edition_once_there_is_one(as_editor, session, laid, clock):
    watched = as_editor.get(f"{ADDRESS}/collecting?empty=yes", headers=HTMX)
    assert (watched.status_code, watched.headers["HX-Redirect"]) == (204, ADDRESS)
    run = going_on(session, clock)
    assert as_editor.get(f"{ADDRESS}/collecting?empty=yes", headers=HTMX).status_code == 200
    run.status = "succeeded"
    session.commit()
    assert "HX-Redirect" not in as_editor.get(f"{ADDRESS}/collecting", headers=HTMX).headers


def test_an_empty_desk_offers_to_collect_the_newest_listing(as_editor, clock):
    clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    page = as_editor.get("/").text
    assert "Friday 20 November 2026" in page
    assert 'action="/editions/2026-11-20/collect"' in page


def test_a_reader_watches_and_is_offered_nothing(as_reader, session, laid, clock):
    going_on(session, clock)
    page = as_reader.get(ADDRESS).text
    assert "<progress" in page
    assert f'{ADDRESS}/collect"' not in page
    assert f"{ADDRESS}/papers" not in page


SECRET = "hunter2-app-password"


class TestSettingsPage:
    @pytest.fixture
    def settings(self, settings):
        """A desk with an account at Bluesky, that does not ask Hacker News."""
        account = {"HOTPAPERS_BLUESKY_HANDLE": "desk.example", "HOTPAPERS_BLUESKY_APP_PASSWORD": SECRET}
        return settings | account | {"HOTPAPERS_SOURCES_OFF": "hackernews"}

    def test_it_says_which_sources_are_off_and_why(self, as_editor):
        page = as_editor.get("/settings").text
        assert "set HOTPAPERS_REDDIT_CLIENT_ID and" in page
        assert "more with HOTPAPERS_GITHUB_TOKEN" in page

    def test_one_source_is_off_by_name(self, as_editor):
        assert "HOTPAPERS_SOURCES_OFF names it." in as_editor.get("/settings").text

    def test_it_shows_no_secret(self, as_editor, settings):
        page = as_editor.get("/settings").text
        assert SECRET not in page
        assert settings["HOTPAPERS_SECRET_KEY"] not in page
        assert "HOTPAPERS_BLUESKY_APP_PASSWORD" in page
        assert "desk.example" in page

    def test_it_shows_no_password_of_the_database(self, as_editor, app):
        app.config["DATABASE_URL"] = "postgresql+psycopg://desk:geheim@host/desk?password=geheim"
        page = as_editor.get("/settings").text
        assert "geheim" not in page
        assert "postgresql+psycopg://desk" in page

    def test_it_shows_when_each_source_was_last_asked(self, as_editor, laid):
        assert "not yet" in as_editor.get("/settings").text

"""How each source fared in the newest runs of a day, and how old its numbers are by that."""

from datetime import date, timedelta

import pytest

from app.domain.sources import FetchedReading, Reading
from app.models import Run, RunRequest
from app.queries.source_states import (
    LOOKED_BACK,
    Freshness,
    SourceState,
    freshness_of,
    hidden_sources,
    source_states,
)
from app.services import curation, rebase
from app.services.acting import Acting
from app.services.reports import SourceReport
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, mention


def at(hours: float):
    return MORNING + timedelta(hours=hours)


def well(source: str, **fields) -> SourceReport:
    return SourceReport(source, **{"found": 3, "is_over": True} | fields)


def failed(source: str, why: str = "It answered 502; the next run tries again.") -> SourceReport:
    return SourceReport(source, stopped=why, is_over=True)


@pytest.fixture
def ran(session):
    """Keeps a run that ended so many hours after the morning, with the given reports."""

    def keep(hours: float, *reports: SourceReport, day: date = DAY, **fields) -> Run:
        times = {"started_at": at(hours - 0.1), "finished_at": at(hours), "status": "succeeded"}
        run = Run(day=day, reports=[report.as_json() for report in reports], **times | fields)
        session.add(run)
        session.commit()
        return run

    return keep


def test_a_day_without_runs_has_no_states(session):
    assert source_states(session, DAY) == {}
    assert freshness_of(session, DAY, None) == Freshness()


def test_a_source_that_was_read_says_when(session, ran):
    run = ran(0, well("bluesky"))
    assert source_states(session, DAY) == {"bluesky": SourceState("succeeded", None, run.id, at(0))}


def test_a_source_that_failed_says_why_and_when_it_was_read_last(session, ran):
    ran(0, well("bluesky"), well("twitter"))
    ran(6, failed("bluesky", "An older reason."), well("twitter"))
    newest = ran(14, failed("bluesky"), well("twitter"))
    found = source_states(session, DAY)
    why = "It answered 502; the next run tries again."
    assert found["bluesky"] == SourceState("failed", why, newest.id, at(0))
    assert found["twitter"].read_at == at(14)


def test_a_few_bad_answers_are_no_failure_but_giving_up_is(session, ran):
    ran(0, well("bluesky"), well("twitter"))
    ran(3, well("bluesky", failed=2), well("twitter", stopped="The budget ended."))
    found = source_states(session, DAY)
    assert (found["bluesky"].status, found["bluesky"].said, found["bluesky"].read_at) == ("partial", None, at(3))
    assert (found["twitter"].status, found["twitter"].said, found["twitter"].read_at) == (
        "partial",
        "The budget ended.",
        at(0),
    )


def test_a_source_that_gave_nothing_but_problems_says_the_first(session, ran):
    problems = [{"where": "posts 1 to 50", "reason": "could not be read"}]
    ran(0, SourceReport("bluesky", failed=1, problems=problems, is_over=True))
    assert source_states(session, DAY)["bluesky"].said == "posts 1 to 50: could not be read"


def test_a_source_that_the_newest_run_left_out_was_skipped(session, ran):
    first = ran(0, well("bluesky"), well("twitter"))
    ran(6, well("twitter"))
    assert source_states(session, DAY)["bluesky"] == SourceState("skipped", None, first.id, at(0))


def test_a_source_that_is_off_says_what_would_turn_it_on(session, ran):
    ran(0, well("reddit"))
    ran(6, SourceReport("reddit", is_off=True, notices=["Reddit is off: set HOTPAPERS_REDDIT_ID to turn it on."]))
    state = source_states(session, DAY)["reddit"]
    assert (state.status, state.read_at) == ("off", at(0))
    assert state.said.startswith("Reddit is off")


def test_a_run_that_goes_on_tells_what_it_has_read_and_blames_nobody(session, ran):
    ran(0, well("bluesky"), well("twitter"), well("mastodon"))
    ran(3, well("twitter"), SourceReport("bluesky"), finished_at=None, status="running", heard_at=at(2.95))
    found = source_states(session, DAY)
    assert {source: (state.status, state.read_at) for source, state in found.items()} == {
        "twitter": ("succeeded", at(2.95)),
        "bluesky": ("succeeded", at(0)),
        "mastodon": ("succeeded", at(0)),
    }


@pytest.mark.parametrize("about", [{"arxiv_id": "2611.90001"}, {"link": "https://papers.example/1"}])
def test_a_run_about_one_paper_says_nothing_of_a_source(session, ran, about):
    ran(0, well("bluesky"))
    single = ran(6, failed("bluesky"))
    session.add(RunRequest(day=DAY, asked_at=at(5), run_id=single.id, **about))
    session.commit()
    assert source_states(session, DAY)["bluesky"].status == "succeeded"


def test_runs_of_other_days_and_of_long_ago_say_nothing(session, ran):
    ran(-1, well("bluesky"))
    for number in range(LOOKED_BACK):
        ran(number, failed("bluesky"))
    ran(20, well("bluesky"), day=DAY + timedelta(days=1))
    assert source_states(session, DAY)["bluesky"].read_at is None


# Ages


def test_numbers_are_as_old_as_the_last_look_that_found_them_unchanged(session, ran):
    ran(6, well("bluesky"), well("twitter"))
    ran(14, failed("bluesky"), well("twitter"), well("arxiv"), well("demo"))
    fresh = freshness_of(session, DAY, at(0))
    assert (fresh.newest, fresh.checked_at) == (at(14), at(14))
    assert fresh.read_at("twitter", at(0)) == at(14)
    assert fresh.lag("twitter", at(0)) is None
    assert fresh.lag("bluesky", at(0)) == timedelta(hours=8)
    assert fresh.lag("mastodon", at(2)) == timedelta(hours=12)
    assert [(lag.source, lag.by) for lag in fresh.lagging] == [("bluesky", timedelta(hours=8))]


def test_where_newer_numbers_are_hidden_nothing_was_found_unchanged_since(session, ran):
    ran(0, well("bluesky"), well("twitter"))
    ran(14, failed("bluesky"), well("twitter"))
    fresh = freshness_of(session, DAY, at(6), {7: {"twitter"}})
    assert (fresh.newest, fresh.checked_at) == (at(6), None)
    assert fresh.of_item(7).lag("twitter", at(0)) == timedelta(hours=6)
    assert fresh.of_item(8).lag("twitter", at(0)) is None
    assert [(lag.source, lag.by) for lag in fresh.lagging] == [("bluesky", timedelta(hours=6))]


def test_what_an_item_has_not_taken_is_hidden_by_source_but_for_stars(session, rules):
    edition = edition_of_scores(session, rules, [60, 70])
    second, first = items(session)
    curation.annotate(session, first.id, Acting(None, MORNING, rules), headline="Mine", note=None, version=1)
    name = first.paper.arxiv_id
    later = [
        FetchedReading(name, Reading("twitter", at(3), reposts=90)),
        mention("new", name, source="bluesky", likes=4),
        FetchedReading(second.paper.arxiv_id, Reading("github", at(3), stars=12)),
    ]
    assert hidden_sources(session, edition.id) == {}
    run = ingest_things(session, rules, later, now=at(3))
    assert hidden_sources(session, edition.id) == {first.id: {"twitter", "bluesky"}}
    rebase.take(session, edition.id, Acting(None, at(4), rules), up_to=run.id)
    assert hidden_sources(session, edition.id) == {}


def test_within_an_hour_nothing_is_said(session, ran):
    ran(0, well("bluesky"), well("twitter"))
    ran(1, failed("bluesky"), well("twitter"))
    fresh = freshness_of(session, DAY, at(0.5))
    assert (fresh.lagging, fresh.checked_at) == ([], None)
    assert fresh.lag("bluesky", at(0)) is None


def test_a_source_that_was_never_read_is_told_whatever_the_time(session, ran):
    ran(0, failed("bluesky"), well("twitter"), failed("arxiv"))
    assert [(lag.source, lag.by) for lag in freshness_of(session, DAY, at(0)).lagging] == [("bluesky", None)]


def test_without_runs_numbers_of_a_file_are_compared_with_each_other(session):
    fresh = freshness_of(session, DAY, at(6))
    assert (fresh.lag("twitter", at(6)), fresh.lag("twitter", at(0))) == (None, timedelta(hours=6))
    assert fresh.lag("twitter", None) is None

"""Everything that was read of papers: histories, signals, and what a horizon hides."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.domain.ranking import paper_score, source_totals
from app.domain.sources import FetchedReading, Reading
from app.domain.trends import score_trend
from app.queries.evidence import scoring_inputs
from app.queries.readings import history_of_items, signals_of_items, sources_read_since
from tests.factories import MORNING, edition_of_scores, ingest_things, items, mention, paper


def at(hours: float):
    return MORNING + timedelta(hours=hours)


@pytest.fixture
def watched(session, rules):
    """A paper of three runs: totals and a mention in each but the second, a second mention from the third on."""
    named = paper("2611.90001", readings=(Reading("hackernews", at(0), points=40),))
    one = mention("one", named, reading=Reading("twitter", at(0), likes=20))
    ingest_things(session, rules, [named, one], now=at(0))
    ingest_things(session, rules, [mention("one", named, reading=Reading("twitter", at(3), likes=30))], now=at(3))
    again = paper("2611.90001", readings=(Reading("hackernews", at(6), points=90),))
    two = mention("two", named, reading=Reading("bluesky", at(6), likes=5), source="bluesky")
    ingest_things(session, rules, [again, two], now=at(6))
    return items(session)[0]


def told(history):
    return sorted((str(reading.subject), reading.run, reading.counts.captured_at) for reading in history)


def test_a_history_holds_every_reading(session, watched):
    found = told(history_of_items(session, [watched.id])[watched.id])
    assert [(run, time) for _, run, time in found] == [(1, at(0)), (2, at(3)), (3, at(6)), (1, at(0)), (3, at(6))]


def test_it_ends_at_the_horizon_or_at_the_run_asked_for(session, watched):
    watched.horizon = 2
    session.commit()
    assert {run for _, run, _ in told(history_of_items(session, [watched.id])[watched.id])} == {1, 2}
    as_of = history_of_items(session, [watched.id], as_of=3)[watched.id]
    assert {run for _, run, _ in told(as_of)} == {1, 2, 3}


@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_the_last_point_is_the_score_that_the_desk_shows(session, rules, watched, horizon):
    watched.horizon = horizon
    session.commit()
    score = paper_score(source_totals(*scoring_inputs(session, [watched.id])[watched.id], rules.weights))
    assert score_trend(history_of_items(session, [watched.id])[watched.id], rules.weights)[-1][1] == score


def test_a_repost_is_in_no_history_and_an_unread_item_has_an_empty_one(session, rules):
    named = paper()
    ingest_things(session, rules, [named, mention("1", named, likes=5, repost_of="0"), mention("2", named)])
    item = items(session, "candidate")[0]
    assert history_of_items(session, [item.id, 4711]) == {item.id: [], 4711: []}


def test_histories_come_in_a_handful_of_statements(session, rules):
    sent: list[str] = []
    edition_of_scores(session, rules, [60] * 30)
    ids = [item.id for item in items(session)]
    listen = lambda *args: sent.append(args[2])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    assert all(history_of_items(session, ids).values())
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    assert len(sent) == 2


# Signals


@pytest.fixture
def starred(session, rules):
    """A paper with three readings of its stars, the second without a count, and one of its citations."""
    named = paper(score=60)
    numbers = [Reading("github", at(0), stars=472), Reading("github", at(3)), Reading("github", at(6), stars=512)]
    things = [named, *(FetchedReading(named.arxiv_id, reading) for reading in numbers)]
    things.append(FetchedReading(named.arxiv_id, Reading("semanticscholar", at(6), citations=7)))
    ingest_things(session, rules, things)
    return items(session)[0]


def test_stars_and_citations_are_told_with_their_change(session, starred):
    stars, citations = signals_of_items(session, [starred.id])[starred.id]
    assert (stars.kind, stars.value, stars.change, stars.first_at, stars.at) == ("stars", 512, 40, at(0), at(6))
    assert (citations.kind, citations.source, citations.value, citations.change) == (
        "citations",
        "semanticscholar",
        7,
        0,
    )


def test_they_are_in_no_score_and_make_no_point(session, starred):
    assert starred.score == 60
    assert [score for _, score in starred.trend] == [60]


def test_signals_end_at_the_horizon(session, rules, starred):
    starred.horizon = 1
    ingest_things(session, rules, [FetchedReading(starred.paper.arxiv_id, Reading("github", at(9), stars=900))])
    starred.horizon = 1
    session.commit()
    assert signals_of_items(session, [starred.id])[starred.id][0].value == 512


# What a horizon hides


def test_sources_with_newer_readings_than_the_item_has_taken_are_known(session, watched):
    assert sources_read_since(session, watched.id) == set()
    watched.horizon = 2
    session.commit()
    assert sources_read_since(session, watched.id) == {"hackernews", "bluesky"}

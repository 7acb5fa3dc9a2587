"""The score over time of an item: written with every score, as of its horizon, strikes and undo included."""

from datetime import timedelta

import pytest

from app.domain.sources import Reading
from app.services import evidence
from app.services.acting import Acting
from app.services.undo import undo
from tests.factories import MORNING, ingest_things, items, mention, mention_row, paper


@pytest.fixture
def looked_twice(session, rules):
    """A paper above the cut whose two mentions were counted in two runs, three hours apart."""
    named = paper("2611.90001")
    for hours, likes in ((0, 60), (3, 200)):
        at = MORNING + timedelta(hours=hours)
        quiet = mention("quiet", named, reading=Reading("twitter", at, likes=likes // 2))
        loud = mention("loud", named, reading=Reading("twitter", at, likes=likes))
        ingest_things(session, rules, [named, quiet, loud], now=at)
    return items(session)[0]


def scores_of(session) -> list[float]:
    (item,) = items(session)
    return [score for _, score in item.trend]


def test_filling_writes_every_look(session, looked_twice):
    assert looked_twice.trend == [[MORNING.isoformat(), 90.0], [(MORNING + timedelta(hours=3)).isoformat(), 300.0]]


def test_a_strike_goes_through_the_whole_line_and_undo_brings_it_back(session, rules, editor, clock, looked_twice):
    loud = mention_row(session, "loud").id
    evidence.strike(session, loud, edition_id=looked_twice.edition_id, by=Acting(editor, clock(), rules))
    (item,) = items(session)
    assert (item.score, [score for _, score in item.trend]) == (100, [30, 100])
    undo(session, item.edition_id, by=Acting(editor, clock.tick(), rules))
    assert scores_of(session) == [90, 300]


def test_what_is_collected_after_an_editor_acted_does_not_move_the_line(session, rules, editor, clock, looked_twice):
    quiet = mention_row(session, "quiet").id
    evidence.strike(session, quiet, edition_id=looked_twice.edition_id, by=Acting(editor, clock(), rules))
    later = Reading("twitter", MORNING + timedelta(hours=6), likes=999)
    ingest_things(session, rules, [mention("loud", "2611.90001", reading=later)], now=MORNING + timedelta(hours=6))
    assert scores_of(session) == [60, 200]


def test_the_source_that_failed_keeps_its_last_numbers(session, rules):
    named = paper(source="twitter", readings=(Reading("twitter", MORNING, reposts=60),))
    ingest_things(session, rules, [named])
    at = MORNING + timedelta(hours=3)
    ingest_things(session, rules, [mention("1", named, source="bluesky", reading=Reading("bluesky", at, likes=5))])
    assert scores_of(session) == [60, 65]

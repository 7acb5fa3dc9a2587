"""Papers that a budget does not cover take turns."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors.turns import in_turn
from app.domain.sources import SoughtPaper
from tests.fakes.listener import NOW

HOURS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))


def papers(heard: int, others: int) -> list[SoughtPaper]:
    return [SoughtPaper(f"2611.{10000 + place}", heard=place < heard) for place in range(heard + others)]


@given(heard=st.integers(0, 40), others=st.integers(0, 40), size=st.integers(0, 90), now=HOURS)
def test_nothing_is_lost_and_those_heard_of_come_first(heard: int, others: int, size: int, now: datetime):
    given = papers(heard, others)
    turned = in_turn(given, size, now)
    assert sorted(turned, key=lambda paper: paper.arxiv_id) == given
    assert all(paper.heard for paper in turned[:heard])
    assert turned[:heard] == given[:heard] or heard > size
    assert turned == given or heard + others > size


@settings(max_examples=30)
@given(others=st.integers(1, 25), now=HOURS, rhythm=st.integers(1, 24))
def test_every_paper_comes_first_in_some_hour_whatever_the_rhythm_of_the_runs(others: int, now: datetime, rhythm: int):
    runs = [now + timedelta(hours=rhythm * run) for run in range(50 * others)]
    first = {in_turn(papers(2, others), 2, run)[2].arxiv_id for run in runs}
    assert len(first) == others


def test_those_heard_of_take_turns_too_where_they_alone_are_too_many():
    first = {in_turn(papers(5, 5), 2, NOW + timedelta(hours=hour))[0].arxiv_id for hour in range(48)}
    assert first == {f"2611.{10000 + place}" for place in range(5)}


def test_six_runs_of_a_day_reach_three_times_as_many_as_one():
    reached = {
        paper.arxiv_id
        for hour in range(0, 24, 4)
        for paper in in_turn(papers(0, 300), 50, NOW + timedelta(hours=hour))[:50]
    }
    assert len(reached) >= 150

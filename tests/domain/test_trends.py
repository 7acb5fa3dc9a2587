"""The score over time: the rules of the score at every look, gaps that are no drops, and what rises."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ranking import CountedMention, CountedReading, paper_score, source_totals
from app.domain.trends import (
    MOST_POINTS,
    ONE_LOOK,
    RISING_RULE,
    PastReading,
    is_rising,
    score_trend,
    scored,
    trend_json,
    trend_points,
)

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
SOURCES = ("twitter", "bluesky", "hackernews")
WEIGHTS = {"twitter": 1.0, "bluesky": 0.5, "hackernews": 2.0}
COUNT = st.none() | st.integers(0, 10_000)
RUN = st.integers(1, 9)
COUNTS = {"reposts": COUNT, "likes": COUNT, "replies": COUNT, "points": COUNT}


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def said(subject: int, hour: float, likes: int | None, *, run: int = 0, **fields) -> PastReading:
    """A reading of a mention, by a run of its own unless one is given."""
    fields = {"source": "twitter"} | fields
    return PastReading(
        subject, run or int(hour * 100) + 10_000, CountedMention(likes=likes, captured_at=hours(hour), **fields)
    )


def total(hour: float, points: int, source: str = "hackernews", run: int = 0) -> PastReading:
    """A paper-level reading."""
    counts = CountedReading(source, None, None, None, points, hours(hour))
    return PastReading(source, run or int(hour * 100) + 10_000, counts)


@st.composite
def histories(draw: st.DrawFn) -> list[PastReading]:
    """Up to six mentions and three paper-level sources, each read at times of its own, in any order."""
    found = []
    for subject in range(draw(st.integers(0, 6))):
        flags = {"is_struck": draw(st.booleans()), "is_repost": draw(st.booleans())}
        source = draw(st.sampled_from(SOURCES))
        for minute in draw(st.sets(st.integers(0, 4_000), max_size=6)):
            counts = {name: draw(count) for name, count in COUNTS.items()}
            at = NOON + timedelta(minutes=minute)
            found.append(PastReading(subject, draw(RUN), CountedMention(source, captured_at=at, **counts, **flags)))
    for source in draw(st.sets(st.sampled_from(SOURCES))):
        for minute in draw(st.sets(st.integers(0, 4_000), max_size=6)):
            counts = {name: draw(count) for name, count in COUNTS.items()}
            at = NOON + timedelta(minutes=minute)
            found.append(PastReading(source, draw(RUN), CountedReading(source, **counts, captured_at=at)))
    return draw(st.permutations(found))


def score_now(history: list[PastReading]) -> float:
    """The score by the rules of ranking alone, from the newest reading of everything."""
    newest = {}
    for reading in sorted(history, key=lambda reading: reading.counts.captured_at):
        newest[reading.subject] = reading.counts
    readings = [counts for counts in newest.values() if isinstance(counts, CountedReading)]
    mentions = [counts for counts in newest.values() if isinstance(counts, CountedMention)]
    return paper_score(source_totals(readings, mentions, WEIGHTS))


@given(histories())
def test_the_last_point_is_the_score(history):
    points = score_trend(history, WEIGHTS)
    assert (points[-1][1] if points else 0) == score_now(history)


@given(histories())
def test_parts_and_line_told_together_are_those_told_apart(history):
    history = sorted(history, key=lambda reading: (reading.counts.captured_at, reading.run, str(reading.subject)))
    totals, points = scored(history, WEIGHTS)
    assert points == score_trend(history, WEIGHTS)
    assert paper_score(totals) == score_now(history)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_does_not_matter(history, random):
    assert score_trend(random.sample(history, len(history)), WEIGHTS) == score_trend(history, WEIGHTS)


@given(histories())
def test_points_follow_each_other_and_are_few(history):
    times = [at for at, _ in score_trend(history, WEIGHTS)]
    assert times == sorted(set(times))
    assert len(times) <= MOST_POINTS


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=2, max_size=8), min_size=1, max_size=5),
    st.data(),
)
def test_a_missing_reading_never_lowers_a_point(growths, data):
    history = []
    for subject, growth in enumerate(growths):
        likes = 0
        for hour, more in enumerate(growth):
            likes += more
            history.append(said(subject, 2 * hour, likes, source=SOURCES[subject % 3], run=hour + 1))
    kept = [reading for reading in history if data.draw(st.booleans())]
    scores = [score for _, score in score_trend(kept, WEIGHTS)]
    assert scores == sorted(scores)


def test_a_source_that_fails_in_between_keeps_its_last_reading():
    history = [said(1, 0, 40), total(0, 10), said(1, 3, 90), said(1, 6, 95), total(6, 12)]
    assert [score for _, score in score_trend(history, {})] == [50, 100, 107]


def test_a_mention_counts_from_its_first_reading_on_and_a_struck_one_never():
    history = [said(1, 0, 40), said(2, 3, 500, is_struck=True), said(3, 3, 7), said(4, 3, 99, is_repost=True)]
    assert score_trend(history, {}) == [(hours(0), 40), (hours(3), 47)]


def test_the_sources_of_one_run_make_one_point():
    history = [said(1, 0, 40, run=1), total(0.4, 10, run=1), said(1, 3, 41, run=2), total(3.6, 12, run=2)]
    assert score_trend(history, {}) == [(hours(0.4), 50), (hours(3.6), 53)]


def test_a_run_that_brings_a_whole_history_makes_many_points():
    history = [said(1, hour, 10 * hour, run=1) for hour in range(1, 5)]
    assert ONE_LOOK == timedelta(hours=1)
    assert [score for _, score in score_trend(history, {})] == [10, 20, 30, 40]


def test_what_is_no_number_of_the_score_makes_no_point():
    stars = PastReading("github", 1, CountedReading("github", None, None, None, None, NOON))
    assert score_trend([stars, said(1, 5, None)], {}) == []


def test_thinning_keeps_the_first_and_the_last():
    points = score_trend([said(1, 2 * number, number) for number in range(500)], {})
    assert len(points) == MOST_POINTS
    assert (points[0], points[-1]) == ((hours(0), 0), (hours(998), 499))


@given(histories())
def test_the_points_survive_being_kept_as_json(history):
    points = score_trend(history, WEIGHTS)
    assert trend_points(trend_json(points)) == points


@pytest.mark.parametrize(
    ("points", "rises"),
    [
        ([], False),
        ([(0, 500)], False),
        ([(0, 100), (6, 120)], True),
        ([(0, 100), (6, 119)], False),
        ([(0, 40), (6, 49.5)], False),
        ([(0, 40), (6, 50)], True),
        ([(0, 0), (24, 10)], True),
        ([(0, 120), (6, 300), (12, 110)], False),
        # What grew before the last 24 hours of readings is over.
        ([(0, 100), (20, 400), (44, 410)], False),
        ([(0, 100), (19, 400), (44, 900)], False),
    ],
)
def test_what_rises(points, rises):
    assert is_rising([(hours(hour), score) for hour, score in points]) is rises


def test_the_rule_says_its_numbers():
    for words in ("a fifth", "10 or more", "24 hours"):
        assert words in RISING_RULE


@given(histories())
def test_a_score_that_stands_still_does_not_rise(history):
    still = [(at, 80.0) for at, _ in score_trend(history, WEIGHTS)]
    assert not is_rising(still)


def test_a_strike_changes_the_whole_line():
    loud = said(2, 3, 500)
    assert [score for _, score in score_trend([said(1, 0, 40), loud, said(1, 6, 60)], {})] == [40, 540, 560]
    struck = loud._replace(counts=loud.counts._replace(is_struck=True))
    assert [score for _, score in score_trend([said(1, 0, 40), struck, said(1, 6, 60)], {})] == [40, 40, 60]

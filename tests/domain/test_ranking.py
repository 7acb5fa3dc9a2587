"""Scores and their parts, by the rules of the design."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ranking import (
    CountedMention,
    CountedReading,
    best_first,
    close_call,
    is_above_cut,
    mention_score,
    paper_score,
    rank_key,
    source_totals,
)

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
COUNT = st.none() | st.integers(0, 10_000)
MENTIONS = st.lists(
    st.builds(
        CountedMention,
        source=st.sampled_from(["twitter", "bluesky", "hackernews"]),
        reposts=COUNT,
        likes=COUNT,
        replies=COUNT,
        points=COUNT,
        is_struck=st.booleans(),
        is_repost=st.booleans(),
    ),
    max_size=8,
)


def reading(source: str, hours: int = 0, **counts: int | None) -> CountedReading:
    usual = {"reposts": None, "likes": None, "replies": None, "points": None}
    return CountedReading(source, **usual | counts, captured_at=NOON + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("counts", "weight", "score"),
    [
        ({"reposts": 3, "likes": 4}, 1, 7),
        ({"points": 312}, 1, 312),
        ({"points": 312}, 0.5, 156),
        ({"likes": 0}, 1, 0),
        ({"replies": 9}, 1, None),
        ({}, 1, None),
    ],
)
def test_a_mention_scores_reposts_likes_and_points(counts, weight, score):
    assert mention_score(CountedMention("twitter", **counts), weight) == score


def test_where_mentions_have_counts_the_papers_totals_do_not_stand():
    totals = source_totals([reading("twitter", reposts=900)], [CountedMention("twitter", likes=3)], {})
    assert [(total.score, total.voices) for total in totals] == [(3, 1)]


def test_where_no_mention_has_counts_the_newest_total_stands():
    readings = [
        reading("twitter", 0, reposts=900),
        reading("twitter", 6, reposts=950),
        reading("twitter", 3, reposts=999),
    ]
    totals = source_totals(readings, [CountedMention("twitter")], {})
    assert [(total.score, total.captured_at) for total in totals] == [(950, NOON + timedelta(hours=6))]


def test_when_all_counted_mentions_are_struck_the_source_adds_nothing():
    totals = source_totals([reading("twitter", reposts=900)], [CountedMention("twitter", likes=60, is_struck=True)], {})
    assert paper_score(totals) == 0


def test_sources_are_weighed_apart_and_the_largest_comes_first():
    mentions = [CountedMention("twitter", likes=10), CountedMention("hackernews", points=8)]
    totals = source_totals([], mentions, {"hackernews": 2})
    assert [(total.source, total.score) for total in totals] == [("hackernews", 16), ("twitter", 10)]


def test_the_loudest_voice_is_known():
    mentions = [CountedMention("twitter", likes=90), CountedMention("twitter", likes=10)]
    assert source_totals([], mentions, {})[0].loudest == 0.9


@given(MENTIONS)
def test_a_count_that_is_missing_is_never_zero(mentions):
    for total in source_totals([], mentions, {}):
        heard = [m for m in mentions if m.source == total.source and not m.is_struck and not m.is_repost]
        for name in ("reposts", "likes", "replies", "points"):
            if all(getattr(mention, name) is None for mention in heard):
                assert getattr(total, name) is None


@given(MENTIONS)
def test_striking_everything_leaves_nothing_and_reposts_never_count(mentions):

    assert paper_score(source_totals([], [m._replace(is_struck=True) for m in mentions], {})) == 0
    assert source_totals([], [m._replace(is_repost=True) for m in mentions], {}) == []


@given(MENTIONS, st.randoms(use_true_random=False))
def test_the_score_does_not_depend_on_the_order_of_mentions(mentions, random):
    shuffled = random.sample(mentions, len(mentions))
    assert paper_score(source_totals([], mentions, {})) == paper_score(source_totals([], shuffled, {}))


@pytest.mark.parametrize(("score", "above"), [(49.9, False), (50, True), (51, True)])
def test_the_cut_itself_is_above(score, above):
    assert is_above_cut(score, 50) is above


def test_equal_scores_go_by_id():
    assert sorted([(5, "b"), (9, "c"), (5, "a")], key=lambda found: rank_key(*found)) == [(9, "c"), (5, "a"), (5, "b")]


def test_the_unscored_come_last_in_their_given_order():
    assert best_first([("a", None), ("b", 3), ("c", None), ("d", 9)], lambda found: found[1]) == [
        ("d", 9),
        ("b", 3),
        ("a", None),
        ("c", None),
    ]


def parts(**scores: float) -> list[dict]:
    return [{"source": source, "score": score} for source, score in scores.items()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (parts(twitter=52), "falls below if X counted a quarter less"),
        (parts(twitter=30, bluesky=24), "falls below if X or Bluesky counted a quarter less"),
        (parts(twitter=36, bluesky=16), "falls below if X or Bluesky counted a quarter less"),
        (parts(twitter=44, bluesky=8), "falls below if X counted a quarter less"),
        (parts(hackernews=40), "would be above if Hacker News counted a quarter more"),
        (parts(twitter=3, bluesky=40), "would be above if Bluesky counted a quarter more"),
        (parts(twitter=60, reddit=-8), "falls below if X counted a quarter less"),
        (
            parts(twitter=57, reddit=-8),
            "would be above if Reddit counted a quarter less, or if X counted a quarter more",
        ),
    ],
)
def test_a_close_call_says_which_source_decides(given, words):
    assert close_call(given, 50).in_words == words


@pytest.mark.parametrize("given", [[], parts(twitter=39), parts(twitter=80), parts(twitter=30, bluesky=30, reddit=9)])
def test_what_is_no_close_call(given):
    assert close_call(given, 50) is None


WEIGHTS = st.dictionaries(st.sampled_from(["twitter", "bluesky", "hackernews"]), st.sampled_from([0, 0.25, 0.5, 1, 2]))


@given(
    st.lists(
        st.builds(
            CountedMention,
            source=st.sampled_from(["twitter", "bluesky", "hackernews"]),
            likes=st.integers(0, 60),
            is_struck=st.booleans(),
        ),
        max_size=6,
    ),
    WEIGHTS,
    st.integers(0, 150),
)
def test_a_close_call_is_what_counting_again_with_other_weights_finds(mentions, weights, cut):
    totals = source_totals([], mentions, weights)
    is_above = is_above_cut(paper_score(totals), cut)

    def deciding(factor: float) -> set[str]:
        found = set()
        for source in {mention.source for mention in mentions}:
            moved = weights | {source: weights.get(source, 1) * factor}
            if is_above_cut(paper_score(source_totals([], mentions, moved)), cut) != is_above:
                found.add(source)
        return found

    call = close_call([total.as_json() for total in totals], cut)
    assert (set(call.less) if call else set()) == deciding(0.75)
    assert (set(call.more) if call else set()) == deciding(1.25)
    assert call is None or call.is_above is is_above

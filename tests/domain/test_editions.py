"""Order keys, positions, and where a score puts a paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.editions import (
    DIGITS,
    NotAllowed,
    Placed,
    already_in_place,
    check_cut,
    check_reason,
    cut_for_one_fewer,
    cut_for_one_more,
    in_score_order,
    index_by_score,
    key_between,
    keys_between,
    placed_by_score,
    settle,
    spread_keys,
    target_position,
)

KEYS = st.text(DIGITS, min_size=1, max_size=12).map(lambda key: key.rstrip("0")).filter(bool)


@given(KEYS, KEYS)
def test_a_key_fits_between_any_two(one, other):
    low, high = sorted((one, other))
    if low == high:
        with pytest.raises(ValueError, match="no key fits"):
            key_between(low, high)
        return
    between = key_between(low, high)
    assert low.encode() < between.encode() < high.encode()
    assert not between.endswith("0")


@given(KEYS)
def test_there_is_room_at_both_ends(key):
    assert key_between(None, key).encode() < key.encode() < key_between(key, None).encode()


@given(st.lists(st.integers(0, 1000), max_size=150))
def test_any_sequence_of_insertions_keeps_the_order(places):
    keys: list[str] = []
    for place in places:
        index = place % (len(keys) + 1)
        before = keys[index - 1] if index else None
        after = keys[index] if index < len(keys) else None
        keys.insert(index, key_between(before, after))
    assert keys == sorted(keys, key=str.encode)
    assert len(set(keys)) == len(keys)


@given(st.integers(0, 5000))
def test_spread_keys_ascend_and_leave_room(count):
    keys = spread_keys(count)
    assert len(keys) == count
    assert keys == sorted(set(keys), key=str.encode)
    assert all(keys) and not any(key.endswith("0") for key in keys)
    assert all(len(key) <= 3 for key in keys)


def test_keys_of_one_gap_grow_slowly():
    low, high = key_between(None, None), key_between(key_between(None, None), None)
    for _ in range(300):
        high = key_between(low, high)
    assert len(high) < 70


@pytest.mark.parametrize(
    ("to", "current", "count", "position"),
    [
        (1, 3, 5, 1),
        (5, 3, 5, 5),
        ("up", 3, 5, 2),
        ("up", 1, 5, 1),
        ("down", 5, 5, 5),
        ("top", 4, 5, 1),
        ("bottom", 1, 5, 5),
        ("top", None, 1, 1),
    ],
)
def test_the_position_that_a_move_means(to, current, count, position):
    assert target_position(to, current, count) == position


@pytest.mark.parametrize("to", [0, -3, 6, 10_000, "sideways", ""])
def test_positions_there_are_not(to):
    with pytest.raises(NotAllowed, match="choose a number from 1 to 5"):
        target_position(to, 3, 5)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_a_paper_put_by_its_score_keeps_a_sorted_list_sorted(others, own):
    ranked = sorted((-score, f"26{number}") for score, number in others)
    order = [Placed(n, "", -score, arxiv_id) for n, (score, arxiv_id) in enumerate(ranked)]
    index = index_by_score(order, own[0], f"27{own[1]}")
    ranked.insert(index, (-own[0], f"27{own[1]}"))
    assert ranked == sorted(ranked)


def test_what_an_editor_placed_does_not_count_as_a_rank():
    order = [Placed(1, "", 5, "a", is_fixed=True), Placed(2, "", 90, "b"), Placed(3, "", 60, "c")]
    assert index_by_score(order, 70, "d") == 2
    assert index_by_score(order, 95, "d") == 1
    assert index_by_score(order, 10, "d") == 3


@given(st.lists(st.integers(0, 9), max_size=12), st.sets(st.integers(1, 12)), st.lists(st.integers(0, 9), max_size=12))
def test_papers_put_by_their_scores_at_once_stand_as_if_put_one_by_one(scores, fixed, others):
    order = standing(*scores, fixed=tuple(fixed))
    items = [Placed(100 + n, "", score, f"2611.{80000 + n}") for n, score in enumerate(others)]
    one_by_one = [item.item_id for item in order]
    by_id = {item.item_id: item for item in [*order, *items]}
    for item in items:
        there = [by_id[item_id] for item_id in one_by_one]
        one_by_one.insert(index_by_score(there, item.score, item.arxiv_id), item.item_id)
    placed = placed_by_score(order, items)
    assert [item.item_id for item in placed] == one_by_one
    keys = [item.order_key for item in placed]
    assert keys == sorted(set(keys))
    assert [item for item in placed if item.item_id < 100] == order


def test_a_thousand_keys_in_one_gap_ascend_and_stay_short():
    low, high = "V", "V1"
    keys = keys_between(low, high, 1000)
    assert [low, *keys, high] == sorted({low, *keys, high})
    assert max(map(len, keys)) <= 5


def test_a_reason_of_just_the_length_is_taken():
    check_reason("x" * 200)
    with pytest.raises(NotAllowed, match="201 characters"):
        check_reason("x" * 201)


def standing(*scores: int, fixed: tuple[int, ...] = ()) -> list[Placed]:
    """A picked list of the given scores, its items numbered from 1; those numbered in `fixed` were placed by hand."""
    keys = spread_keys(len(scores))
    return [
        Placed(n, key, score, f"2611.{90000 + n}", n in fixed)
        for n, (key, score) in enumerate(zip(keys, scores, strict=True), 1)
    ]


@pytest.mark.parametrize(
    ("order", "staying"),
    [
        (standing(90, 80, 70), {1, 2, 3}),
        (standing(90, 80, 300, 70), {1, 2, 4}),
        (standing(10, 90, 80, 70), {2, 3, 4}),
        (standing(90, 80, 300, 70, fixed=(3,)), {1, 2, 4}),
        (standing(90, 40, 70), {1, 3}),
        (standing(), set()),
    ],
)
def test_the_fewest_papers_move(order, staying):
    assert already_in_place(order, {item.item_id for item in order}, 50) == staying


def test_what_may_not_move_is_what_the_others_must_fit_around():
    order = standing(70, 60, 300, 55)
    assert already_in_place(order, {1, 2, 4}, 50) == {4}
    assert already_in_place(order, {3}, 50) == set()


@given(st.lists(st.integers(45, 60), max_size=12), st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_a_list_that_is_settled_stays_and_one_that_is_not_becomes_settled(scores, free, fixed):
    order = standing(*scores, fixed=tuple(fixed))
    free = {item.item_id for item in order if item.item_id in free and not item.is_fixed}

    def settled(order: list[Placed]) -> list[Placed]:
        return settle(order, [item for item in order if item.item_id in free], 50).order

    once = settled(order)
    assert settled(once) == once
    assert [item for item in once if item.item_id not in free] == [item for item in order if item.item_id not in free]
    ranks = [(-item.score, item.arxiv_id) for item in once if item.item_id in free]
    held = [item for item in order if item.item_id not in free and not item.is_fixed]
    if not held:
        assert ranks == sorted(ranks)


@given(st.lists(st.integers(0, 99), max_size=12), st.lists(st.integers(0, 99), max_size=6), st.integers(0, 99))
def test_rule_and_score_leave_exactly_what_reaches_the_cut_and_say_what_moved(picked, others, cut):
    order = standing(*picked)
    coming = [Placed(100 + n, "", score, f"2611.{80000 + n}") for n, score in enumerate(others)]
    settled = settle(order, [*order, *coming], cut)
    stood = {item.item_id: item for item in order}
    assert [item.score for item in settled.order] == sorted((s for s in picked + others if s >= cut), reverse=True)
    assert [item.order_key for item in settled.order] == sorted({item.order_key for item in settled.order})
    for item in settled.order:
        assert (item == stood.get(item.item_id)) is (item.item_id not in settled.moved)


@given(st.lists(st.integers(0, 9), max_size=12), st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_in_the_order_of_the_scores_pinned_papers_keep_their_numbers_and_the_rest_stand_by_rank(scores, pinned, fixed):
    order = standing(*scores, fixed=tuple(fixed | pinned))
    found = in_score_order(order, pinned)
    assert sorted(item.item_id for item in found) == [item.item_id for item in order]
    assert [item.order_key for item in found] == [item.order_key for item in order]
    assert all(now == was for was, now in zip(order, found, strict=True) if was.item_id in pinned)
    loose = [item for item in found if item.item_id not in pinned]
    assert [(-item.score, item.arxiv_id) for item in loose] == sorted((-i.score, i.arxiv_id) for i in loose)
    assert not any(item.is_fixed for item in loose)
    assert in_score_order(found, pinned) == found


@pytest.mark.parametrize(
    ("picked", "cut"), [([90, 60, 60], 90), ([60], 61), ([60.5], 61), ([0], 1), ([-3], 0), ([], None)]
)
def test_the_cut_that_one_paper_fewer_reaches(picked, cut):
    assert cut_for_one_fewer(picked) == cut


@pytest.mark.parametrize(("candidates", "cut"), [([40, 30, 40], 40), ([0.5], 0.5), ([0, 0], None), ([], None)])
def test_the_cut_that_one_paper_more_reaches(candidates, cut):
    assert cut_for_one_more(candidates) == cut


@pytest.mark.parametrize("cut", [-1, -0.001, 1e10, float("inf"), float("-inf"), float("nan")])
def test_what_is_no_cut(cut):
    with pytest.raises(NotAllowed, match="A cut is a number from 0 to 1,000,000,000, such as 50."):
        check_cut(cut)


def test_the_smallest_and_the_largest_cut():
    check_cut(0)
    check_cut(1e9)

"""What became of an edition: texts compared word by word, lists that moved, and changes taken back on paper."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.history import (
    Piece,
    Stood,
    differences,
    must_move,
    place_in_words,
    shortened,
    word_changes,
)

TEXTS = st.lists(st.sampled_from(["moss", "lantern", "the ", " ", "\n", "a"]), max_size=40).map("".join)
ORDERS = st.lists(st.integers(1, 12), unique=True, max_size=12)


def stood(*states: str, **fields) -> Stood:
    """An edition of papers in the given states, the picked ones in the order given."""
    items = {
        number: {"state": state, "order_key": str(number) if state == "picked" else None, "score": 10.0, "note": None}
        for number, state in enumerate(states, 1)
    }
    return Stood(7, {"cut": 50.0} | fields, items, {number: f"2611.{number:05}" for number in items})


def test_words_that_went_and_came_are_told_apart_from_those_that_stayed():
    assert word_changes("Ten years of waiting.", "Nine years of waiting.") == [
        Piece("gone", "Ten "),
        Piece("come", "Nine "),
        Piece("same", "years of waiting."),
    ]
    assert word_changes(None, "Read it.") == [Piece("come", "Read it.")]
    assert word_changes("Read it.", "") == [Piece("gone", "Read it.")]
    assert word_changes("Read it.", "Read it.") == [Piece("same", "Read it.")]


@given(TEXTS, TEXTS)
def test_compared_texts_hold_both_texts_whole(before, after):
    pieces = word_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "come") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_what_stayed_far_from_any_change_is_left_out():
    long = " ".join(f"w{number}" for number in range(60)) + " "
    short = shortened(word_changes(f"old {long}end", f"new {long}end"))
    assert [piece.kind for piece in short] == ["gone", "come", "same", "skipped"]
    assert short[2].text.split() == [f"w{number}" for number in range(12)]
    both = shortened(word_changes(f"old {long}end", f"new {long}stop"))
    assert [piece.kind for piece in both] == ["gone", "come", "same", "skipped", "same", "gone", "come"]


@given(ORDERS, ORDERS)
def test_what_need_not_move_stands_in_the_same_order_before_and_after(before, after):
    moved, both = must_move(before, after), set(before) & set(after)
    assert moved <= both
    stay = both - moved
    assert [one for one in before if one in stay] == [one for one in after if one in stay]


def test_one_paper_moved_is_one_and_not_all_that_it_passed():
    assert must_move([1, 2, 3, 4, 5], [5, 1, 2, 3, 4]) == {5}
    assert must_move([1, 2, 3], [1, 2, 3]) == set()


def test_places_are_told_in_words():
    assert place_in_words("picked", 3) == "no. 3"
    assert place_in_words("picked", None) == "picked"
    assert place_in_words("candidate", None) == "a candidate"
    assert place_in_words(None, None) == "not in the edition"


def test_changes_are_taken_back_and_what_is_of_others_is_passed_over():
    now = stood("picked", "dropped", cut=80.0)
    now.take_back(
        [
            {"edition_id": 7, "of_edition": {"cut": [50.0, 80.0], "unknown": [1, 2]}},
            {"edition_id": 8, "of_edition": {"cut": [1.0, 2.0]}},
            {"item_id": 2, "fields": {"state": ["picked", "dropped"], "order_key": ["0", None], "parts": [[], [1]]}},
            {"item_id": 99, "fields": {"state": ["picked", "dropped"]}},
            {"mention_id": 3, "strike": [None, {}]},
        ]
    )
    assert now.fields == {"cut": 50.0}
    assert now.listed("picked") == [2, 1]
    assert now.numbers() == {2: 1, 1: 2}
    assert "parts" not in now.items[2]


def test_what_differs_between_two_moments_is_told_by_kind():
    then, now = (
        stood("picked", "picked", "candidate", "held", "dropped"),
        stood("picked", "candidate", "picked", "held", "held", cut=30.0),
    )
    now.items[1]["note"] = "Read it."
    found = differences(then, now, ["note"])
    assert (found.picked, found.unpicked, found.moved, found.others) == ([3], [2], [], [5])
    assert (found.texts, found.of_edition) == ([(1, "note")], ["cut"])
    assert found.is_order
    same = differences(then, then, ["note"])
    assert not same.is_any

"""Two texts line by line: whatever they are, both can be read off the comparison again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.line_changes import LINES_AROUND, LONGEST, Line, TooLongToCompare, line_changes

texts = st.lists(st.sampled_from(["", "a lamp", "a lit lamp", "moss", "moss and lamps", "- - -"]), max_size=12).map(
    "\n".join
)


def text_of(line: Line) -> str:
    """The whole line."""
    return "".join(piece.text for piece in line.pieces)


def read_off(before: str, after: str, kind: str) -> list[str]:
    """One of the two texts, read off a comparison; lines that are skipped are taken from it."""
    whole = (before if kind == "gone" else after).split("\n")
    lines: list[str] = []
    for line in line_changes(before, after):
        if line.kind == "skipped":
            lines += whole[len(lines) :][: line.count]
        elif line.kind in ("same", kind):
            lines.append(text_of(line))
    return lines


@settings(max_examples=60)
@given(texts, texts)
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    assert read_off(before, after, "gone") == before.split("\n")
    assert read_off(before, after, "come") == after.split("\n")


@settings(max_examples=60)
@given(texts, texts)
def test_lines_keep_their_numbers(before: str, after: str) -> None:
    old, new = before.split("\n"), after.split("\n")
    for line in line_changes(before, after):
        if line.kind in ("same", "gone"):
            assert old[line.before - 1] == text_of(line)
        if line.kind in ("same", "come"):
            assert new[line.after - 1] == text_of(line)


@given(texts)
def test_the_same_text_differs_in_nothing(text: str) -> None:
    assert {line.kind for line in line_changes(text, text)} <= {"skipped"}


def test_a_changed_line_is_told_as_gone_and_come_with_its_words_marked() -> None:
    gone, come = line_changes("We study one lamp in the moss.", "We study two lamps in the moss.")
    assert [piece.text for piece in gone.pieces if piece.kind == "gone"] == ["one lamp "]
    assert [piece.text for piece in come.pieces if piece.kind == "come"] == ["two lamps "]


def test_lines_that_have_nothing_in_common_are_not_compared_word_by_word() -> None:
    gone, come = line_changes("A first lamp.", "Moss everywhere else.")
    assert [piece.kind for piece in gone.pieces] == ["gone"]
    assert [piece.kind for piece in come.pieces] == ["come"]


def test_what_is_far_from_a_change_is_skipped_and_counted() -> None:
    before = "\n".join(f"line {n}" for n in range(1, 31))
    lines = line_changes(before, before.replace("line 15\n", "line 15 and more\n"))
    around = ["same"] * LINES_AROUND
    assert [line.kind for line in lines] == ["skipped", *around, "gone", "come", *around, "skipped"]
    assert (lines[0].count, lines[-1].count) == (14 - LINES_AROUND, 15 - LINES_AROUND)


def test_only_line_feeds_break_lines_and_signs_that_nobody_sees_are_shown() -> None:
    gone, come = line_changes("one\u2028two\x0bthree", "one\u2028two\rthree")
    assert (text_of(gone), text_of(come)) == ("one\u2028two␋three", "one\u2028two␍three")


def test_texts_that_are_far_too_long_are_not_compared() -> None:
    with pytest.raises(TooLongToCompare):
        line_changes("a" * LONGEST, "b")


def test_many_lines_that_all_differ_are_told_as_gone_and_come() -> None:
    old = "\n".join(f"first {n}" for n in range(1500))
    new = "\n".join(f"second {n}" for n in range(1500))
    lines = line_changes(f"same\n{old}\nend", f"same\n{new}\nend")
    assert [sum(line.kind == kind for line in lines) for kind in ("gone", "come")] == [1500, 1500]
    assert [text_of(line) for line in (lines[0], lines[-1])] == ["same", "end"]

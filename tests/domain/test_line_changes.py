"""Two texts line by line: whatever they are, both can be read off the comparison again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.line_changes import LINES_AROUND, Line, line_changes

texts = st.lists(st.sampled_from(["", "a lamp", "a lit lamp", "moss", "moss and lamps", "- - -"]), max_size=12).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


def told(before: str, after: str) -> list[tuple[str, str]]:
    """The kinds and texts of the lines that are shown."""
    return [(line.kind, line.text) for line in line_changes(before, after).lines]


def readable(before: str, after: str, kind: str) -> str:
    """One of the two texts, read off a comparison; skipped lines are looked up by their numbers."""
    lines: list[str] = []
    for line in line_changes(before, after).lines:
        if line.kind == "skipped":
            start = (line.before if kind == "gone" else line.after) - 1
            lines += (before if kind == "gone" else after).split("\n")[start : start + line.count]
        elif line.kind in ("same", kind):
            lines.append(line.text)
    return "".join(f"{line}\n" for line in lines)


@settings(max_examples=200)
@given(texts, texts)
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    assert readable(before, after, "gone") == before
    assert readable(before, after, "come") == after


@settings(max_examples=100)
@given(texts, texts)
def test_lines_keep_their_numbers(before: str, after: str) -> None:
    old, new = before.split("\n"), after.split("\n")
    for line in line_changes(before, after).lines:
        if line.kind in ("same", "gone"):
            assert old[line.before - 1] == line.text
        if line.kind in ("same", "come"):
            assert new[line.after - 1] == line.text


@given(texts)
def test_the_same_text_differs_in_nothing(text: str) -> None:
    assert not line_changes(text, text).is_any


def test_a_changed_line_is_told_as_gone_and_come_with_its_words_marked() -> None:
    found = line_changes("We study one lamp in the moss.\n", "We study two lamps in the moss.\n")
    assert (found.gone, found.come) == (1, 1)
    gone, come = found.lines
    assert [piece.text for piece in gone.pieces if piece.kind == "gone"] == ["one lamp "]
    assert [piece.text for piece in come.pieces if piece.kind == "come"] == ["two lamps "]


def test_lines_that_have_nothing_in_common_are_not_compared_word_by_word() -> None:
    gone, come = line_changes("A first lamp.\n", "Moss everywhere else.\n").lines
    assert {piece.kind for piece in (*gone.pieces, *come.pieces)} == {"same"}


def test_what_is_far_from_a_change_is_skipped_and_counted() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 31))
    lines = line_changes(before, before.replace("line 15\n", "line 15 and more\n")).lines
    assert [line.kind for line in lines] == [
        "skipped",
        *["same"] * LINES_AROUND,
        "gone",
        "come",
        *["same"] * LINES_AROUND,
        "skipped",
    ]
    assert (lines[0].count, lines[-1].count) == (12, 13)
    assert lines[-1] == Line("skipped", 18, 18, (), 13)


def test_only_line_feeds_break_lines() -> None:
    assert told("one\u2028two\x0bthree\n", "one\u2028two\x0bfour\n")[0] == ("gone", "one\u2028two\x0bthree")
    assert not line_changes("one\r\ntwo\r\n", "one\ntwo").is_any


def test_very_long_texts_are_compared_by_what_they_begin_and_end_with() -> None:
    old = "".join(f"first {n}\n" for n in range(2500))
    new = "".join(f"second {n}\n" for n in range(2500))
    found = line_changes(f"same\n{old}end\n", f"same\n{new}end\n")
    assert (found.gone, found.come) == (2500, 2500)
    assert (found.lines[0].text, found.lines[-1].text) == ("same", "end")

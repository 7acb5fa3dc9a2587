"""What is kept is what would be made, it is made once, and never more is kept than there is room for."""

from hypothesis import given
from hypothesis import strategies as st

from app.keeping import Keep


@given(st.integers(1, 30), st.lists(st.text(max_size=8)))
def test_what_comes_out_is_what_would_be_made_whatever_was_asked_before(size: int, asked: list[str]) -> None:
    keep = Keep(size)

    for word in asked:
        assert keep.get(word, lambda word=word: word * 2) == word * 2


def test_a_thing_is_made_once_as_long_as_there_is_room() -> None:
    keep, made = Keep(10), []

    def make() -> str:
        made.append(1)
        return "four"

    assert [keep.get("key", make), keep.get("key", make)] == ["four", "four"]
    assert len(made) == 1


def test_what_was_not_asked_for_longest_goes_first() -> None:
    keep, made = Keep(8), []

    def get(key: str) -> None:
        keep.get(key, lambda: made.append(key) or "four")

    for key in ("first", "second", "first", "third", "first", "second"):
        get(key)

    assert made == ["first", "second", "third", "second"]


def test_what_is_larger_than_the_whole_room_is_made_and_not_kept() -> None:
    keep = Keep(3)

    assert keep.get("key", lambda: "four") == "four"
    assert keep.get("key", lambda: "other") == "other"

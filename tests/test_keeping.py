"""What is kept is what would be made, it is made once, and never more is kept than there is room for."""

from hypothesis import given
from hypothesis import strategies as st

from app.keeping import Keep, KeepNewest


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


def test_the_newest_form_of_a_thing_is_given_again_only_where_it_is_made_of_the_same() -> None:
    keep, made = KeepNewest(2), []

    def get(name: str, made_of: object) -> None:
        keep.get(name, made_of, lambda: made.append((name, made_of)) or "thing")

    for made_of in ("old", "old", "new", "old"):
        get("one", made_of)
    assert made == [("one", "old"), ("one", "new"), ("one", "old")]
    get("other", "old")
    get("one", "old")
    assert made[3:] == [("other", "old")]


def test_with_one_thing_too_many_all_are_made_anew() -> None:
    keep, made = KeepNewest(2), []
    for name in ("one", "two", "three", "one"):
        keep.get(name, "same", lambda name=name: made.append(name) or name)
    assert made == ["one", "two", "three", "one"]


def test_what_moved_while_a_thing_was_made_lets_it_be_kept_by_nobody() -> None:
    keep = KeepNewest(2)
    assert keep.get("one", "same", lambda: "half", lambda: False) == "half"
    assert keep.get("one", "same", lambda: "whole") == "whole"
    assert keep.get("one", "same", lambda: "other") == "whole"

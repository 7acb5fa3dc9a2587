"""The texts that editors write: their lengths, how they are tidied, and the seals that tell versions apart."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.editions import NotAllowed
from app.domain.texts import LIMITS, check_text, seal, tidy

NOW = datetime(2026, 11, 18, 8, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("headline", "x" * 301, "The headline has 301 characters; shorten it to 300 or fewer."),
        ("note", "x" * 20_001, "The note has 20,001 characters; shorten it to 20,000 or fewer."),
        ("closing", "x" * 20_001, "The closing words have 20,001 characters; shorten it to 20,000 or fewer."),
        ("headline", "two\nlines", "A headline is one line"),
    ],
)
def test_a_text_that_is_too_long_is_refused_with_its_length(field: str, text: str, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        check_text(field, text)


@pytest.mark.parametrize("field", LIMITS)
def test_a_text_of_just_the_length_is_taken(field: str) -> None:
    check_text(field, "x" * LIMITS[field])


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(text) != ""


def test_a_text_that_became_another_and_the_same_again_has_another_seal() -> None:
    assert seal("a", NOW) == seal("a", NOW)
    assert seal("a", NOW) != seal("b", NOW)
    assert seal("a", NOW) != seal("a", NOW + timedelta(microseconds=1))
    assert seal(None, None) == seal("", None)

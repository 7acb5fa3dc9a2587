"""Lenses as they stand in addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lens import LENS_LIMIT, Lens, read_lens

SOURCES = st.sampled_from(["twitter", "bluesky", "hackernews", "semanticscholar"])
ACCOUNTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(st.builds(Lens, SOURCES, st.none() | ACCOUNTS))
def test_a_lens_is_read_as_it_was_written(lens):
    assert read_lens(str(lens)) == lens


def test_lenses_as_people_see_them():
    assert str(Lens("bluesky")) == "source:bluesky"
    assert str(Lens("twitter", "northpop")) == "account:twitter:northpop"
    assert read_lens("account:twitter:Ada Fernsby: moss") == Lens("twitter", "Ada Fernsby: moss")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bluesky",
        "source:",
        "source",
        "source:a:b",
        "account:twitter",
        "account:twitter:",
        "account::x",
        "paper:7",
        "source:\0",
        "account:twitter:" + "x" * LENS_LIMIT,
    ],
)
def test_what_is_no_lens(text):
    assert read_lens(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_harm(text):
    lens = read_lens(text)
    assert lens is None or str(lens) == text

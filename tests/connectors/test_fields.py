"""Single values of answers: what is taken, and what counts as not said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.connectors.fields import (
    COUNT_END,
    LONGEST_TEXT,
    count,
    first_of,
    list_of,
    moment,
    paper_ids,
    text,
    writable,
)
from app.domain.entities import unescaped

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(("value", "taken"), [(0, 0), (42, 42), (3.0, 3), (-0.0, 0), (COUNT_END - 1, COUNT_END - 1)])
def test_counts_that_are_taken(value: Any, taken: int):
    assert (count(value), type(count(value))) == (taken, int)


@pytest.mark.parametrize(
    "value", [None, True, False, -1, 1.5, COUNT_END, 10**400, 1e308, NAN, INFINITY, -INFINITY, "7", [], {}]
)
def test_what_is_no_count_is_not_said(value: Any):
    assert count(value) is None


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("  moss \n", "moss"),
        ("a\nb", "a\nb"),
        ("a\0b\ud83dc", "abc"),
        ("\0 a", "a"),
        ("😀", "😀"),
        ("x" * 10 * LONGEST_TEXT, "x" * LONGEST_TEXT),
        (None, ""),
        (7, ""),
        (["a"], ""),
        (b"a", ""),
    ],
)
def test_texts(value: Any, taken: str):
    assert text(value) == taken


def test_what_no_database_holds_is_left_out():
    assert writable("\0 moss\ud800\n\udfff") == " moss\n"


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("a &amp; b &#x27;c&#39; &eacute; &#38;#65;", "a & b 'c' é &#65;"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("&#" + "1" * 5000 + "; &lt;", "&#" + "1" * 5000 + "; <"),
        ("&#x" + "1" * 5000 + ";", "\ufffd"),
    ],
)
def test_entities_are_decoded_however_long(words: str, taken: str):
    assert unescaped(words) == taken


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T12:00:00Z",
        " 2026-11-20T12:00:00.000Z ",
        "2026-11-20T07:00:00-05:00",
        "2026-11-20 12:00",
        int(NOON.timestamp()),
        NOON.timestamp(),
    ],
)
def test_times_are_utc(value: Any):
    assert moment(value) == NOON
    assert moment(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "yesterday",
        "2026-02-30",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-20T25:00:00Z",
        "\ud83d" * 20,
        0,
        -1,
        1_795_176_000_000,
        10**400,
        NAN,
        INFINITY,
        {},
    ],
)
def test_times_that_cannot_be_are_not_said(value: Any):
    assert moment(value) is None


def test_the_first_value_that_is_there():
    assert first_of({"a": None, "b": 0, "c": 1}, "a", "b", "c") == 0
    assert first_of({"a": None}, "a", "b") is None
    assert first_of(["a"], "a") is None
    assert first_of(None, "a") is None


def test_lists_keep_what_is_of_their_kind():
    assert list_of([{"a": 1}, None, "x", {}]) == [{"a": 1}, {}]
    assert list_of(["a", 1, None], str) == ["a"]
    assert list_of({"a": 1}) == list_of(None) == list_of("ab", str) == []


def test_papers_of_links_come_before_those_that_only_the_words_name():
    words = "Compare arXiv:2611.99003v2 with https://arxiv.org/abs/2611.99001 and 10.48550/arXiv.2611.99002."
    links = ["https://arxiv.org/pdf/2611.99001v3", "https://moss.example/", "https://arxiv.org/abs/2611.99001"]
    assert paper_ids(words, links) == ("2611.99001", "2611.99003", "2611.99002")
    assert paper_ids() == ()

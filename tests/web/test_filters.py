"""How values read on the pages."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.domain.markup import inline_html
from app.web import filters

TWITTER = {
    "source": "twitter",
    "reposts": 6090,
    "likes": 370,
    "points": None,
    "score": 6460.0,
    "voices": 0,
    "loudest": None,
}
BLUESKY = TWITTER | {"source": "bluesky", "score": 12.0}
POINTS = {
    "source": "hackernews",
    "reposts": None,
    "likes": None,
    "points": 312,
    "score": 312.0,
    "voices": 2,
    "loudest": 0.9,
}


PLAIN = {"headline": None, "is_new": False, "lens_tag": None, "pinned": False}


def test_a_score_in_words() -> None:
    assert filters.score_in_words([TWITTER]) == "6,090 reposts, 370 likes on X"
    assert filters.score_in_words([POINTS]) == "312 points from 2 voices on Hacker News"
    several = [TWITTER, POINTS | {"voices": 1}]
    assert filters.score_in_words(several) == "6,460 on X · 312 points on Hacker News"
    assert filters.score_in_words([TWITTER | {"reposts": 1, "likes": None}]) == "1 repost on X"
    assert filters.score_in_words([]) == "nobody counted yet"


def test_what_is_not_known_is_not_said() -> None:
    assert filters.counts_in_words({"reposts": None, "likes": 0, "points": None}) == "0 likes"
    assert filters.counts_given([TWITTER, POINTS]) == ["reposts", "likes", "points", "voices"]


@pytest.mark.parametrize(
    ("state", "score", "parts", "words"),
    [
        ("picked", 312, [POINTS], ["one voice carries 90 %"]),
        ("picked", 40, [], ["below the cut"]),
        ("candidate", 60, [], ["above the cut"]),
        ("candidate", 45, [TWITTER | {"score": 45.0}], ["close call"]),
        ("picked", 55, [TWITTER | {"score": 55.0}], ["close call"]),
        ("candidate", 55, [TWITTER | {"score": 55.0}], ["above the cut", "close call"]),
        ("picked", 55, [TWITTER | {"score": 28.0}, BLUESKY, BLUESKY | {"source": "reddit"}], ["close call"]),
        ("picked", 61, [TWITTER | {"score": 20.0}, BLUESKY | {"score": 20.0}, POINTS | {"score": 21.0}], []),
        ("picked", 500, [POINTS | {"voices": 1, "loudest": 1.0}], []),
        ("picked", 999, [POINTS | {"loudest": 0.999}], ["one voice carries 99 %"]),
    ],
)
def test_what_an_editor_should_notice(state: str, score: float, parts: list[dict], words: list[str]) -> None:
    row = SimpleNamespace(state=state, score=score, **PLAIN)
    assert [word for word, *_ in filters.tags(row, parts, 50)] == words


def test_a_close_call_says_what_decides() -> None:
    row, parts = SimpleNamespace(state="candidate", score=45, **PLAIN), [POINTS | {"score": 45.0}]
    said = "Would be above if Hacker News counted a quarter more."
    assert [means for word, _, means in filters.tags(row, parts, 50) if word == "close call"] == [said]


def test_numbers_and_dates() -> None:
    assert [filters.grouped(number) for number in (0, 6090, 12.5, 1234567.0)] == ["0", "6,090", "12.5", "1,234,567"]
    assert filters.counted(1, "paper") == "1 paper"
    assert filters.counted(1200, "paper") == "1,200 papers"
    assert filters.long_date(date(2021, 3, 24)) == "Wednesday 24 March 2021"
    assert filters.short_date(date(1, 1, 1)) == "Mon 1 January 1"


def test_times_are_those_of_the_desks_zone(app: Flask) -> None:
    app.config["TIMEZONE"] = ZoneInfo("Europe/Vienna")
    with app.app_context():
        assert ">18 November 2026, 09:02<" in filters.local_time(datetime(2026, 11, 18, 8, 2, tzinfo=UTC))
        assert ">09:02<" in filters.short_time("2026-11-18T08:02:00+00:00")
        assert ">17 November, 09:02<" in filters.short_time("2026-11-17T08:02:00+00:00")
        assert ">28 July 2020, 10:02<" in filters.short_time("2020-07-28T08:02:00+00:00")


def test_many_authors_and_long_notes_are_cut_short() -> None:
    names = [f"A{n}" for n in range(9)]
    assert filters.first_authors(names) == "A0, A1, A2, A3, A4, A5 and 3 more"
    assert filters.first_authors(names[:6]).endswith("A5")
    assert len(filters.note_start("x" * 400)) == 281


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_only_web_addresses_are_linked(url: str) -> None:
    assert filters.safe_link(url) is None
    assert filters.safe_link("https://bird.example/1")


@given(st.text("abIj19,.:;()?! -$", max_size=24))
def test_words_alone_are_shown_as_any_title_is(title: str) -> None:
    assert filters.tex(title) == inline_html(title)

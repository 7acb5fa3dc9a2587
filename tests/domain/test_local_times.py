"""Local times: a gap is refused, an hour that comes twice is asked about, and every moment can be typed again."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.local_times import (
    FIRST,
    SECOND,
    LocalTime,
    NoSuchTime,
    TwoTimes,
    local_of,
    moment_in_words,
    read_local,
    suggested,
    zone_in_words,
)

VIENNA, NEW_YORK, UTC_ZONE = (ZoneInfo(name) for name in ("Europe/Vienna", "America/New_York", "UTC"))
ST_JOHNS, LORD_HOWE, KOLKATA = (ZoneInfo(name) for name in ("America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"))
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def test_a_time_is_read_in_its_zone() -> None:
    assert read_local(LocalTime(date(2026, 11, 24), time(9)), VIENNA) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert read_local(LocalTime(date(2026, 7, 24), time(9)), VIENNA) == datetime(2026, 7, 24, 7, tzinfo=UTC)
    assert read_local(LocalTime(date(2026, 7, 24), time(9)), UTC_ZONE) == datetime(2026, 7, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_time_in_the_gap_is_refused_in_a_sentence(minute: int) -> None:
    with pytest.raises(NoSuchTime) as refused:
        read_local(LocalTime(SPRING, time(2, minute)), VIENNA)
    assert str(refused.value) == (
        f"There is no 02:{minute:02} on Sun 28 March 2027 in Europe/Vienna, for the clocks are put forward then; the"
        f" same moment is called 03:{minute:02}, so choose that or another time."
    )


def test_the_gap_ends_where_the_clocks_go_on() -> None:
    assert read_local(LocalTime(SPRING, time(1, 59)), VIENNA) == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert read_local(LocalTime(SPRING, time(3)), VIENNA) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_asked_about() -> None:
    with pytest.raises(TwoTimes) as asked:
        read_local(LocalTime(AUTUMN, time(2, 30)), VIENNA)
    first, second = asked.value.choices[FIRST], asked.value.choices[SECOND]
    assert (first, second) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert [zone_in_words(moment, VIENNA) for moment in (first, second)] == [
        "Europe/Vienna, UTC+2",
        "Europe/Vienna, UTC+1",
    ]
    assert read_local(LocalTime(AUTUMN, time(2, 30), FIRST), VIENNA) == first
    assert read_local(LocalTime(AUTUMN, time(2, 30), SECOND), VIENNA) == second


def test_which_of_two_says_nothing_of_a_time_that_comes_once() -> None:
    assert read_local(LocalTime(AUTUMN, time(9), SECOND), VIENNA) == datetime(2026, 10, 25, 8, tzinfo=UTC)


@settings(max_examples=100)
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from([VIENNA, NEW_YORK, UTC_ZONE, ST_JOHNS, LORD_HOWE, KOLKATA]),
)
def test_every_moment_can_be_typed_and_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    minute = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert read_local(local_of(minute, zone), zone) == minute


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.times(),
    st.sampled_from([VIENNA, NEW_YORK, ST_JOHNS, LORD_HOWE, KOLKATA]),
)
def test_whatever_is_read_shows_as_typed_on_the_zones_clocks(day: date, typed: time, zone: ZoneInfo) -> None:
    wanted = LocalTime(day, typed.replace(second=0, microsecond=0, fold=0), FIRST)
    try:
        here = read_local(wanted, zone).astimezone(zone)
    except NoSuchTime:
        return
    assert (here.date(), here.time().replace(fold=0)) == (wanted.day, wanted.time)


def test_a_moment_is_told_with_its_zone_written_out() -> None:
    assert moment_in_words(datetime(2026, 11, 24, 8, tzinfo=UTC), VIENNA) == (
        "Tue 24 November 2026, 09:00 (Europe/Vienna, UTC+1)"
    )
    assert moment_in_words(datetime(2026, 7, 24, 8, tzinfo=UTC), UTC_ZONE) == "Fri 24 July 2026, 08:00 (UTC)"
    assert zone_in_words(datetime(2026, 11, 24, tzinfo=UTC), ST_JOHNS) == "America/St_Johns, UTC−3:30"
    assert zone_in_words(datetime(2026, 11, 24, tzinfo=UTC), KOLKATA) == "Asia/Kolkata, UTC+5:30"


def test_the_next_full_hour_is_offered() -> None:
    assert suggested(datetime(2026, 11, 24, 8, 10, tzinfo=UTC), VIENNA) == LocalTime(date(2026, 11, 24), time(10))
    assert suggested(datetime(2026, 11, 24, 8, 50, tzinfo=UTC), VIENNA) == LocalTime(date(2026, 11, 24), time(11))
    night = suggested(datetime(2027, 3, 28, 0, 20, tzinfo=UTC), VIENNA)
    assert read_local(night, VIENNA) - datetime(2027, 3, 28, 0, 20, tzinfo=UTC) < timedelta(minutes=75)

"""Dates as Python, JavaScript and Hugo read them; what Node 20 and Hugo 0.111.3 answered stands beside each text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import hugo_date, python_date, readings
from app.domain.front_matter import iso_date
from app.domain.javascript_dates import javascript_date


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# As `new Date(text).toISOString()` of Node 20.20 (V8 11.3) gave them; None for Invalid Date.
NODE = {
    "2021-03-25T09:03:24.Z": None,
    "2021-03-25T09:03:24.250.Z": None,
    "2021-03-25T09:03:24.000Z": "2021-03-25T09:03:24",
    "2021-03-25T09:03:24Z": "2021-03-25T09:03:24",
    "2021-03-25T09:03Z": "2021-03-25T09:03",
    "2021-03-25T09:03:24.25+09:00": "2021-03-25T00:03:24.250",
    "2021-03-25T09:03:24+0900": "2021-03-25T00:03:24",
    "2021-03-25T24:00:00Z": "2021-03-26",
    "2021-03-25T24:00:01Z": None,
    "2021-03-25T09:60Z": None,
    "2021-03-25": "2021-03-25",
    "2021-02-31": "2021-03-03",
    "2021-13-01": None,
    "2026-11-20 08:30:00 +0100": "2026-11-20T07:30",
    "2026-11-20 08:30:00 -07:00": "2026-11-20T15:30",
    "Fri, 20 Nov 2026 08:30:00 GMT": "2026-11-20T08:30",
    "Fri Nov 20 2026 08:30:00 GMT+0100 (CET)": "2026-11-20T07:30",
    "Fri, 20 Nov 26 8:30 pm EST": "2026-11-21T01:30",
    "+002026-11-20T08:30Z": "2026-11-20T08:30",
    "2026-11-20T08:30:00.1234567Z": "2026-11-20T08:30:00.123",
    "yesterday": None,
    "": None,
    "20 Nov 2026 08:30:00 UTC)": None,
    "2026-11-20 08:::3:0.5 -07:00": "2026-11-20T15:00:03",
}
# Those that name no zone, as the clock on the wall says it.
NODE_LOCAL = {
    "2021-03-25T09:03:24": datetime(2021, 3, 25, 9, 3, 24),
    "2021-03-25 09:03:24": datetime(2021, 3, 25, 9, 3, 24),
    "11/20/2026 8:30 pm": datetime(2026, 11, 20, 20, 30),
    "Nov 20": datetime(2001, 11, 20),
    "2026-11-2": datetime(2026, 11, 2),
}


@pytest.mark.parametrize("text", NODE)
def test_javascript_reads_a_date_as_node_does(text: str) -> None:
    wanted = NODE[text]
    assert javascript_date(text) == (at(wanted) if wanted else None)


@pytest.mark.parametrize("text", NODE_LOCAL)
def test_a_date_without_a_zone_is_in_that_of_whoever_reads_it(text: str) -> None:
    assert javascript_date(text) == NODE_LOCAL[text]


# As Hugo 0.111.3 printed {{ .Date.UTC }} for them; None where it made year 1 or 0 of them.
HUGO = {
    "2021-03-25T09:03:24.Z": None,
    "2021-03-25T09:03:24.000Z": "2021-03-25T09:03:24",
    "2021-03-25T09:03:24.000+09:00": "2021-03-25T00:03:24",
    "2021-03-25T9:03:24Z": "2021-03-25T09:03:24",
    "2021-03-25": "2021-03-25",
    "2021-02-31": None,
    "2026-11-20 08:30:00 +0100": "2026-11-20T07:30",
    "2026-11-20 08:30:00,5 -07:00": "2026-11-20T15:30:00.500",
    "2026-11-20 08:30:00Z": "2026-11-20T08:30",
    "Friday, 20-Nov-26 08:30:00 UTC": "2026-11-20T08:30",
    "Fri Nov 20 08:30:00 +0100 2026": "2026-11-20T07:30",
    "20 Nov 26 08:30 +0100": "2026-11-20T07:30",
    "20 Nov 2026": "2026-11-20",
    "3:04PM": None,
    "2026-11-20T08:30Z": None,
    "11/20/2026": None,
}


@pytest.mark.parametrize("text", HUGO)
def test_hugo_reads_a_date_by_its_layouts(text: str) -> None:
    wanted = HUGO[text]
    assert hugo_date(text) == (at(wanted) if wanted else None)


def test_python_reads_iso_dates_alone() -> None:
    assert python_date("2021-03-25") == at("2021-03-25")
    assert python_date("2021-03-25T09:03:24.123456+09:00") == at("2021-03-25T00:03:24.123")
    assert python_date("2021-03-25T09:03:24") == datetime(2021, 3, 25, 9, 3, 24)
    assert python_date("Fri, 20 Nov 2026 08:30:00 GMT") is None


@given(
    st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_a_date_as_posts_have_it_is_the_same_moment_to_all(moment: datetime, offset: timedelta) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(offset))
    assert set(readings(iso_date(moment)).values()) == {moment}


@given(st.text("0123456789:-+.,TZtz ()/aApPmMnNoOvVgGuUcC\u2028é", max_size=40))
def test_whatever_the_text_is_nobody_stumbles(text: str) -> None:
    assert all(moment is None or isinstance(moment, datetime) for moment in readings(text).values())

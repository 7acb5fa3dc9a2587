"""The dialects in which hosts say how long to stay away."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.resets import (
    REMAINDERS,
    RESETS,
    asked_pause,
    in_words,
    is_spent,
    reset_pause,
    retry_after,
)

NOW = 1_795_187_400.0  # 15:10 UTC on 20 November 2026.


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"x-rate-limit-reset": "1795187490"}, 90),
        ({"X-RateLimit-Reset": "1795187490"}, 90),
        ({"RateLimit-Reset": "1795187490"}, 90),
        ({"X-Ratelimit-Reset": "90"}, 90),
        ({"X-RateLimit-Reset": "86400.5"}, 86400.5),
        ({"X-RateLimit-Reset": " 0 "}, 0),
        ({"X-RateLimit-Reset": "2026-11-20T15:11:30.000000Z"}, 90),
        ({"X-RateLimit-Reset": "2026-11-20T10:11:30-05:00"}, 90),
        ({"X-RateLimit-Reset": "2026-11-20T15:11:30"}, 90),
        ({"RateLimit": '"api";r=0;t=90', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}, 90),
        ({"RateLimit": '"pages";r=10;t=900, "api";r=0;t=90'}, 90),
        ({"RateLimit": '"pages"; r=0; t=90, "api"; r=0; t=30'}, 90),
        ({"RateLimit": '"api";r=498;t=90'}, 90),
        # What has passed is no reason to wait, and what cannot be read is not there.
        ({"x-ratelimit-reset": "1795187000"}, 0),
        ({"x-ratelimit-reset": "1999-12-31T23:59:59Z"}, 0),
        ({"x-ratelimit-reset": "0001-01-01T00:00:00+23:59"}, 0),
        ({"x-ratelimit-reset": "soon", "ratelimit-reset": "7"}, 7),
        *(
            ({"x-ratelimit-reset": value}, None)
            for value in ("", "-5", "nan", "inf", "1e3", "1_0", "٣", "9" * 400, "60, 60", "2026-11-31")
        ),
        *(
            ({"RateLimit": value}, None)
            for value in ("", "t=5", '"api";r=0', '"api";r=x;t=9', '"api";r=0;t=-9', ";=,=;")
        ),
        ({}, None),
        ({"Retry-After": "9"}, None),
    ],
)
def test_a_reset_in_any_dialect_is_seconds_from_now(headers: dict[str, str], pause: float | None):
    assert reset_pause(headers, NOW) == pause


@given(
    st.sampled_from(RESETS),
    st.floats(0, 30 * 86400).map(lambda seconds: round(seconds, 3)),
    st.sampled_from(["epoch", "to go", "iso", "window"]),
)
def test_every_dialect_tells_the_same_pause(name: str, pause: float, dialect: str):
    headers = {
        "epoch": {name: f"{NOW + pause:.3f}"},
        "to go": {name: f"{pause:.3f}"},
        "iso": {name: datetime.fromtimestamp(NOW + pause, UTC).isoformat()},
        "window": {"RateLimit": f'"api";r=0;t={pause:.3f}'},
    }[dialect]
    told = reset_pause(headers, NOW)
    assert told is not None and math.isclose(told, pause, abs_tol=0.002)


@given(st.sampled_from([*RESETS, *REMAINDERS, "ratelimit", "retry-after"]), st.text(max_size=40))
def test_no_header_is_too_odd_to_be_read(name: str, value: str):
    pause = asked_pause({name: value}, NOW)
    assert pause is None or (0 <= pause < math.inf and in_words(pause))
    assert is_spent({name: value}) in (True, False)


@pytest.mark.parametrize(
    ("headers", "spent"),
    [
        ({"x-rate-limit-remaining": "0"}, True),
        ({"X-Ratelimit-Remaining": "0.0"}, True),
        ({"RateLimit-Remaining": "0"}, True),
        ({"RateLimit": '"api";r=0;t=210'}, True),
        ({"RateLimit": '"pages";r=9;t=3, "api";r=0;t=210'}, True),
        ({"x-rate-limit-remaining": "1"}, False),
        ({"x-rate-limit-remaining": ""}, False),
        ({"x-rate-limit-remaining": "none"}, False),
        ({"RateLimit": '"api";r=1;t=210'}, False),
        ({}, False),
    ],
)
def test_nothing_left_in_any_dialect(headers: dict[str, str], spent: bool):
    assert is_spent(headers) == spent


def test_retry_after_goes_before_a_reset():
    headers = {"Retry-After": "7", "X-RateLimit-Reset": "90"}
    assert asked_pause(headers, NOW) == 7
    assert asked_pause(headers | {"Retry-After": "whenever"}, NOW) == 90
    assert asked_pause({"Retry-After": "0", "X-RateLimit-Reset": "90"}, NOW) == 0


def test_a_refusal_whose_reset_has_passed_names_no_pause():
    assert asked_pause({"X-RateLimit-Reset": "1795187000"}, NOW) is None
    assert asked_pause({"X-RateLimit-Reset": "0"}, NOW) is None
    assert asked_pause({}, NOW) is None


def test_retry_after_is_seconds_or_a_date():
    assert retry_after(" 120 ", 0) == 120
    assert retry_after("Fri, 31 Dec 1999 23:59:59 GMT", 946684799 - 5) == 5
    assert [retry_after(text, 0) for text in ("", "later", "1.5", "²", "Fri, 99 Dec 1999 23:59:59 GMT")] == [None] * 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (0.2, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (301, "6 minutes"),
        (7200, "2 hours"),
        (7201, "3 hours"),
        (172800, "2 days"),
        (1e12, "more than a year"),
    ],
)
def test_a_pause_in_words(seconds: float, words: str):
    assert in_words(seconds) == words

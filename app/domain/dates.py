"""A post's date as its readers take it: by Python's rule, by JavaScript's and by Hugo's."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from app.domain.javascript_dates import javascript_date

_DAY_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMED_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = r"(?P<name>(?i:" + "|".join(_MONTHS) + "))"
_DATE = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
# Go takes one digit of an hour, and a fraction of a second where its layout has none.
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?"
_SHORT_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_COLON = r"(?P<zone>Z|[+-]\d{2}:\d{2})"
_PLAIN = r"(?P<zone>Z|[+-]\d{4})"
_WORD = r"(?P<word>[A-Z]{3,4}T?|GMT[+-]\d{1,2}|[+-]\d{2})"

# The layouts with a date in them of github.com/spf13/cast, by which Hugo 0.111 reads front matter, in its order.
_HUGO = tuple(
    re.compile(layout, re.ASCII)
    for layout in (
        _DATE,
        f"{_DATE}T{_TIME}{_COLON}",
        f"{_DATE}T{_TIME}",
        rf"(?i:{_NAMED_DAY}), (?P<day>\d{{2}}) {_MONTH} (?P<year>\d{{4}}) {_TIME} (?P<zone>[+-]\d{{4}})",
        rf"(?i:{_NAMED_DAY}), (?P<day>\d{{2}}) {_MONTH} (?P<year>\d{{4}}) {_TIME} {_WORD}",
        rf"(?P<day>\d{{2}}) {_MONTH} (?P<short>\d{{2}}) {_SHORT_TIME} (?P<zone>[+-]\d{{4}})",
        rf"(?P<day>\d{{2}}) {_MONTH} (?P<short>\d{{2}}) {_SHORT_TIME} {_WORD}",
        rf"(?i:{_LONG_DAY}), (?P<day>\d{{2}})-{_MONTH}-(?P<short>\d{{2}}) {_TIME} {_WORD}",
        rf"{_DATE} {_TIME} (?P<zone>[+-]\d{{4}}) {_WORD}",
        rf"{_DATE}T{_TIME}(?P<zone>[+-]\d{{4}})",
        f"{_DATE} {_TIME}{_PLAIN}",
        f"{_DATE} {_TIME}",
        rf"(?i:{_NAMED_DAY}) {_MONTH} +(?P<day>\d{{1,2}}) {_TIME} (?P<year>\d{{4}})",
        rf"(?i:{_NAMED_DAY}) {_MONTH} +(?P<day>\d{{1,2}}) {_TIME} {_WORD} (?P<year>\d{{4}})",
        rf"(?i:{_NAMED_DAY}) {_MONTH} (?P<day>\d{{2}}) {_TIME} (?P<zone>[+-]\d{{4}}) (?P<year>\d{{4}})",
        f"{_DATE} {_TIME}{_COLON}",
        rf"(?P<day>\d{{2}}) {_MONTH} (?P<year>\d{{4}})",
        rf"{_DATE} {_TIME} (?P<zone>[+-]\d{{2}}:\d{{2}})",
        rf"{_DATE} {_TIME} (?P<zone>[+-]\d{{4}})",
    )
)


def readings(text: str) -> dict[str, datetime | None]:
    """The moment that each reader takes the text for, to the millisecond, or None for no date.

    Without a zone where the text names none and the reader therefore takes its own; a day alone is midnight in UTC to
    all of them.
    """
    return {"Python": python_date(text), "JavaScript": _to_millisecond(javascript_date(text)), "Hugo": hugo_date(text)}


def python_date(text: str) -> datetime | None:
    """The moment that `datetime.fromisoformat` reads, in UTC where the text names a zone."""
    try:
        moment = datetime.fromisoformat(text)
        return _to_millisecond(moment.replace(tzinfo=UTC) if _DAY_ALONE.fullmatch(text) else moment)
    except (ValueError, OverflowError):
        return None


def hugo_date(text: str) -> datetime | None:
    """The moment that Hugo reads, in UTC where the text names a zone; Hugo makes the year 1 of all that it cannot read.

    A zone by its letters alone, which means something else on every machine, counts as none unless it is UTC's.
    """
    for layout in _HUGO:
        found = layout.fullmatch(text)
        if found and (moment := _moment(found.groupdict())):
            is_day = "hour" not in found.groupdict()
            return _to_millisecond(moment.replace(tzinfo=UTC) if is_day else moment)
    return None


def _moment(said: Mapping[str, str | None]) -> datetime | None:
    year = int(said.get("year") or 0)
    if short := said.get("short"):
        year = int(short) + (1900 if int(short) >= 69 else 2000)
    month = _MONTHS.index(name.title()) + 1 if (name := said.get("name")) else int(said.get("month") or 0)
    try:
        moment = datetime(year, month, int(said["day"] or 0), *(int(said.get(n) or 0) for n in _CLOCK))
        offset = _offset(said.get("zone") or ("Z" if said.get("word") in ("UTC", "GMT") else ""))
        moment += timedelta(microseconds=int(((said.get("fraction") or "") + "000000")[:6]))
        return moment if offset is None else (moment - offset).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


_CLOCK = ("hour", "minute", "second")


def _offset(zone: str) -> timedelta | None:
    if not zone or zone == "Z":
        return timedelta() if zone else None
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 24 or minutes > 60:
        raise ValueError
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _to_millisecond(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

"""Checks one value of a candidates file at a time: its type, its size, and what no database or page could hold."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

# More than there are people to count.
MAX_COUNT = 2**31 - 1
# arXiv's own, and some to come: at the ends of the calendar a time zone's hours lead out of it.
YEARS = range(1991, 2101)
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The profile of ISO 8601 that RFC 3339 names, seconds and offset left free.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)


class BadField(Exception):
    """A value that cannot be taken; the message follows the name of the place: "line 7" + "has no title"."""


class Record:
    """The fields of one JSON object. Every reader returns a checked value, None for a missing one, or raises BadField.

    A field that is null counts as missing; fields that nobody asks for may hold anything.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def get(self, name: str) -> Any:
        """The value as it came, unchecked."""
        return self._fields.get(name)

    def text(self, name: str, longest: int) -> str | None:
        """A text as it stands, white space and all."""
        value = self._fields.get(name)
        return None if value is None else _text(value, name, longest)

    def required_text(self, name: str, longest: int, *, blank: bool = False) -> str:
        """A text that must be there, and must hold more than white space unless `blank`."""
        value = self.text(name, longest)
        if value is None:
            raise BadField(f"has no {name}")
        # A paper may be called "0", so only white space counts as nothing.
        if not blank and value.strip() == "":
            raise BadField(f"has an empty {name}")
        return value

    def texts(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of texts that must be there."""
        value = self._fields.get(name)
        if value is None:
            raise BadField(f"has no {name}")
        if not isinstance(value, list):
            raise BadField(f"has {name} that are not a list")
        if len(value) > most:
            raise BadField(f"has more than {most} {name}")
        return tuple(_text(item, name, longest) for item in value)

    def count(self, name: str) -> int | None:
        """A whole number from 0 to MAX_COUNT."""
        value = self._fields.get(name)
        if value is None:
            return None
        # True is an int to Python, and 3.0 may be any of several ids gone through a spreadsheet.
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadField(f"has {name} that is not a whole number")
        if not 0 <= value <= MAX_COUNT:
            raise BadField(f"has {name} that is not between 0 and {MAX_COUNT}")
        return value

    def day(self, name: str) -> date | None:
        """A date as YYYY-MM-DD."""
        value = self.text(name, 100)
        if value is None:
            return None
        if not _DAY.fullmatch(value):
            raise BadField(f"has {name} that is not a date such as 2021-03-24")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise BadField(f"has {name} that is not in the calendar: {value}") from None
        if day.year not in YEARS:
            raise BadField(f"has {name} that is not of these times: {value}")
        return day

    def moment(self, name: str) -> datetime | None:
        """A time of ISO 8601, aware and in UTC; one without an offset is taken as UTC."""
        value = self.text(name, 100)
        if value is None:
            return None
        if not _MOMENT.fullmatch(value):
            raise BadField(f"has {name} that is not a time such as 2021-03-25T09:03:25Z")
        try:
            moment = datetime.fromisoformat(value.upper())
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadField(f"has {name} that is on no clock or calendar: {value}") from None
        if moment.year not in YEARS:
            raise BadField(f"has {name} that is not of these times: {value}")
        return moment

    def source(self) -> str:
        """The name of the source, in the form that settings and queries use."""
        value = self.required_text("source", 100)
        if not _SOURCE.fullmatch(value):
            raise BadField(f"has a source that is not a short name in small letters: {value[:40]!r}")
        return value

    def web_address(self, name: str) -> str:
        """An http or https address that must be there: it becomes a link, which "javascript:" must never."""
        value = self.required_text(name, 2_048)
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            good = False
        if not good or any(character.isspace() for character in value):
            raise BadField(f"has {name} that is not a web address")
        return value


def as_record(value: Any) -> Record:
    """The fields of a JSON object. Raises BadField where the value is none."""
    if not isinstance(value, dict):
        raise BadField("is not a JSON object")
    return Record(value)


def _text(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str):
        raise BadField(f"has {name} that is not text")
    if len(value) > longest:
        raise BadField(f"has {name} of more than {longest} characters")
    # PostgreSQL takes no NUL, and half of a surrogate pair cannot be written as UTF-8.
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadField(f"has {name} with a character that cannot be stored")
    return value

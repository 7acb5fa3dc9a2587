"""Reads one value of an answer at a time, whatever a network put there: a checked value comes out, or nothing."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.domain.papers import arxiv_id_from_url, arxiv_ids_from_text

T = TypeVar("T")

# Beyond this JSON's numbers lose their last digits, and no post has so many readers.
COUNT_END = 2**53
LONGEST_TEXT = 20_000
# arXiv's own years, and some to come: at the ends of the calendar a time zone's hours lead out of it.
YEARS = range(1991, 2101)
# PostgreSQL takes no NUL, and half of a surrogate pair cannot be written as UTF-8.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def count(value: Any) -> int | None:
    """A whole number from 0 up to 2**53, also one written as 3.0; None for anything else, True and False included."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < COUNT_END else None


def text(value: Any) -> str:
    """A text without white space around it or what no database holds, cut where it is far too long; else ""."""
    if not isinstance(value, str):
        return ""
    return writable(value[: 2 * LONGEST_TEXT]).strip()[:LONGEST_TEXT]


def writable(words: str) -> str:
    """The same without NUL and halves of surrogate pairs, which no database and no encoding takes."""
    return _UNWRITABLE.sub("", words)


def moment(value: Any) -> datetime | None:
    """An aware UTC time from ISO 8601 (one without an offset is UTC) or from seconds since 1970; None if impossible."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip())
            found = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year in YEARS else None


def first_of(mapping: Any, *names: str) -> Any:
    """The first value under these names that is not null; None where there is none, or no JSON object at all."""
    if not isinstance(mapping, dict):
        return None
    return next((mapping[name] for name in names if mapping.get(name) is not None), None)


def list_of(value: Any, kind: type[T] = dict) -> list[T]:
    """The parts of a list that are of one kind; an empty list where the value is no list."""
    return [part for part in value if isinstance(part, kind)] if isinstance(value, list) else []


def paper_ids(words: str = "", links: Iterable[str] = ()) -> tuple[str, ...]:
    """The papers that a post names: those of its links in order, then those that only its words name; no versions."""
    linked = [paper.arxiv_id for link in links if (paper := arxiv_id_from_url(link))]
    return tuple(dict.fromkeys(linked + [paper.arxiv_id for paper in arxiv_ids_from_text(words)]))

"""The demo: two invented days of papers, moved to any date, as a connector that needs no network and no keys.

The files beside this one are candidates files for 19 and 20 November 2026; everything in them is invented.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from app.connectors.candidates import parse_line
from app.domain.listings import newest_weekday
from app.domain.sources import Expected, Fetched, Question

FOLDER = Path(__file__).resolve().parent
FIRST = "papers.jsonl"
# What a second look finds: nine papers with other numbers, one of them withdrawn, and two new ones.
LATER = "later.jsonl"
# The days that the files speak of.
WRITTEN_FOR = date(2026, 11, 20)
WRITTEN_FOR_BEFORE = date(2026, 11, 19)
# Ids of the present form with five digits began in 2015, and the demo lays papers on the weekday before as well.
EARLIEST = date(2016, 1, 1)


class DemoDay:
    """The invented papers of `day` and of the weekday before it; `later` gives what a second look would find."""

    name = "demo"

    def __init__(self, day: date, *, later: bool = False) -> None:
        self._day = day
        self._file = LATER if later else FIRST

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Every invented paper with its mentions, as if read on the morning of its own date."""
        text = moved((FOLDER / self._file).read_text(encoding="utf-8"), self._day)
        lines = text.strip().split("\n")
        yield Expected(len(lines))
        for number, line in enumerate(lines, 1):
            yield from parse_line(line.encode(), f"line {number}", None)


def moved(text: str, day: date) -> str:
    """A demo file with its two days moved to `day` and the weekday before, in dates, arXiv ids and mention ids.

    Each date has papers and mentions of its own, so demo days of several dates live side by side.
    """
    names = dict(zip(_names(WRITTEN_FOR), _names(day), strict=True))
    names |= zip(_names(WRITTEN_FOR_BEFORE), _names(weekday_before(day)), strict=True)
    # One pass, for what one day is moved to may be what the other is moved from.
    return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], text)


def weekday_before(day: date) -> date:
    """The last weekday before a date."""
    return newest_weekday(day - timedelta(days=1))


def _names(day: date) -> tuple[str, ...]:
    """How the files write a day: as a date, in mention ids, in words, and in new and old arXiv ids.

    The invented ids have the day behind a 9, far above the numbers that arXiv gives in a month.
    """
    return (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%y%m}.9{day:%d}",
        f"chao-dyn/99{day:%m}9{day:%d}",
    )

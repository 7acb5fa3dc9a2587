"""When arXiv lists papers: its days off, and which submissions a listing nominally takes."""

from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
# The /catchup/ pages reach this far back.
CATCHUP_DAYS = 90
_CUTOFF = time(14)


def day_off(day: date, holidays: Set[date]) -> str | None:
    """Why arXiv has no listing on `day`, as a sentence; None where it has one. `holidays` are such weekdays."""
    if day.weekday() >= 5:
        return f"arXiv has no listing on {day:%A}s."
    if day in holidays:
        return f"arXiv has no listing on its holiday {day}."
    return None


def submission_window(day: date, holidays: Set[date]) -> tuple[datetime, datetime]:
    """Start and end, aware UTC, of the submissions that the listing of `day` nominally takes; the end is not in it.

    The rule is arXiv's (info.arxiv.org/help/availability): until 14:00 in New York on the working day before, Friday
    for Monday. After days without a listing the window is as much longer. Moderators hold papers back for days, so
    it is an approximation of the listing and no substitute for it.
    """
    return _cutoff(_listing_before(day, holidays)), _cutoff(day)


def _listing_before(day: date, holidays: Set[date]) -> date:
    before = day - timedelta(days=1)
    while day_off(before, holidays):
        before -= timedelta(days=1)
    return before


def _cutoff(day: date) -> datetime:
    last = day - timedelta(days=3 if day.weekday() == 0 else 1)
    return datetime.combine(last, _CUTOFF, NEW_YORK).astimezone(UTC)

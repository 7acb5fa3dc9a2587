"""When arXiv lists papers: its days off, and which submissions a listing nominally takes."""

from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.sources import ConnectorError, NotYet

NEW_YORK = ZoneInfo("America/New_York")
# The /catchup/ pages reach this far back.
CATCHUP_DAYS = 90
# The source that says which papers there are; all others only say what is said of them.
LISTING = "arxiv"
_CUTOFF = time(14)
_ANNOUNCED = time(20)
# No paper is older; the day on which arXiv opened.
ARXIV_BEGAN = datetime(1991, 8, 14, tzinfo=UTC)


class TooOld(ConnectorError):
    """The listing pages do not reach back to the day."""

    def __init__(self, day: date) -> None:
        super().__init__(f"arXiv's listing pages do not reach back to {day}.", permanent=True)


class NotAnnounced(NotYet):
    """The listing of the day is not out."""

    def __init__(self, day: date) -> None:
        super().__init__(f"arXiv has not announced {day} yet.")


def announced_at(day: date) -> datetime:
    """When the listing of a day comes out, aware UTC: at 20:00 in New York on the evening before."""
    return datetime.combine(day - timedelta(days=1), _ANNOUNCED, NEW_YORK).astimezone(UTC)


def newest_weekday(today: date) -> date:
    """`today`, or the Friday before a weekend, for arXiv announces nothing then."""
    return today - timedelta(days=max(0, today.weekday() - 4))


def weekend(day: date) -> str | None:
    """Why arXiv never has a listing on `day`, as a sentence; None on weekdays."""
    return f"arXiv has no listing on {day:%A}s." if day.weekday() >= 5 else None


def holiday_near(day: date, holidays: Set[date]) -> str | None:
    """Why a listing of `day` that does not appear is no failure, as a sentence; None where no holiday explains it.

    Whether a holiday of arXiv drops the listing of that day or of the next is not certain: after Thanksgiving 2020 it
    was the next one. So a holiday stops nobody from looking; it only explains what is not there.
    """
    near = [holiday for holiday in (day, day - timedelta(days=1)) if holiday in holidays]
    return f"arXiv has announced nothing for {day}; it has a holiday on {near[0]}." if near else None


def submission_window(day: date, holidays: Set[date]) -> tuple[datetime, datetime]:
    """Start and end, aware UTC, of the submissions that the listing of `day` nominally takes; the end is not in it.

    The rule is arXiv's (info.arxiv.org/help/availability): until 14:00 in New York on the working day before, Friday
    for Monday. After days without a listing the window is as much longer. Moderators hold papers back for days, so
    it is an approximation of the listing and no substitute for it.
    """
    return _cutoff(_listing_before(day, holidays)), _cutoff(day)


def _listing_before(day: date, holidays: Set[date]) -> date:
    before = day - timedelta(days=1)
    while before.weekday() >= 5 or before in holidays:
        before -= timedelta(days=1)
    return before


def _cutoff(day: date) -> datetime:
    last = day - timedelta(days=3 if day.weekday() == 0 else 1)
    return datetime.combine(last, _CUTOFF, NEW_YORK).astimezone(UTC)

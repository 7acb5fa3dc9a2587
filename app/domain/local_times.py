"""Times as people write them, in a zone whose clocks are put forward and back: which moment each means; its words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from app.domain.editions import NotAllowed

# Which of the two a time is where clocks are put back and it comes twice.
FIRST, SECOND = "first", "second"


class NoSuchTime(NotAllowed):
    """A time that no clock of the zone shows on that day, because the clocks are put forward over it."""


class TwoTimes(NotAllowed):
    """A time that comes twice, because the clocks are put back over it; `choices` are both, by FIRST and SECOND."""

    def __init__(self, sentence: str, choices: dict[str, datetime]) -> None:
        super().__init__(sentence)
        self.choices = choices


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A day and a time of day as typed; `which` says FIRST or SECOND where it comes twice, else nothing."""

    day: date
    time: time
    which: str = ""


def read_local(typed: LocalTime, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which clocks in a zone show a time.

    Raises NoSuchTime where they never do, and TwoTimes where they do twice and nobody said which is meant.
    """
    earlier = datetime.combine(typed.day, typed.time, zone).replace(fold=0)
    later = earlier.replace(fold=1)
    if _comes_back(earlier) != earlier.replace(tzinfo=None):
        after = _comes_back(earlier)
        raise NoSuchTime(
            f"There is no {typed.time:%H:%M} on {day_in_words(typed.day)} in {zone_name(zone)}, for the clocks are put"
            f" forward then; the same moment is called {after:%H:%M}, so choose that or another time."
        )
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    choices = {FIRST: earlier.astimezone(UTC), SECOND: later.astimezone(UTC)}
    if typed.which not in choices:
        raise TwoTimes(
            f"{typed.time:%H:%M} comes twice on {day_in_words(typed.day)} in {zone_name(zone)}, for the clocks are put"
            " back then; say which one is meant.",
            choices,
        )
    return choices[typed.which]


def _comes_back(moment: datetime) -> datetime:
    """What a clock shows at the moment that a written time names, which is another time where that does not exist."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None)


def zone_name(zone: tzinfo) -> str:
    """What a zone is called: Europe/Vienna, UTC."""
    return str(zone)


def offset_in_words(moment: datetime, zone: tzinfo) -> str:
    """How far the zone's clocks are from UTC at a moment: UTC, UTC+1, UTC−3:30."""
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    if not offset:
        return "UTC"
    hours, rest = divmod(abs(offset), timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return f"UTC{'+' if offset > timedelta(0) else '−'}{hours}{f':{minutes:02}' if minutes else ''}"


def zone_in_words(moment: datetime, zone: tzinfo) -> str:
    """A zone and its distance from UTC at a moment: `Europe/Vienna, UTC+1`; of UTC itself the name alone."""
    name, offset = zone_name(zone), offset_in_words(moment, zone)
    return name if name == offset else f"{name}, {offset}"


def day_in_words(day: date) -> str:
    """A day with its weekday: Tue 24 November 2026."""
    return f"{day:%a} {day.day} {day:%B} {day.year}"


def moment_in_words(moment: datetime, zone: tzinfo) -> str:
    """A moment with its zone written out: `Tue 24 November 2026, 09:00 (Europe/Vienna, UTC+1)`."""
    here = moment.astimezone(zone)
    return f"{day_in_words(here.date())}, {here:%H:%M} ({zone_in_words(moment, zone)})"


def suggested(now: datetime, zone: tzinfo) -> LocalTime:
    """A time to offer: the next full hour that is a quarter of an hour away or more, on the zone's clocks."""
    hour = (now + timedelta(minutes=75)).astimezone(zone).replace(minute=0)
    return local_of(hour.astimezone(UTC), zone)


def local_of(moment: datetime, zone: tzinfo) -> LocalTime:
    """A moment as it is typed in a zone, which one of two said where it comes twice."""
    here = moment.astimezone(zone)
    is_twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    which = (SECOND if here.fold else FIRST) if is_twice else ""
    return LocalTime(here.date(), here.time().replace(second=0, microsecond=0, fold=0), which)

"""When the worker looks for what: listings as they come out, and each day's numbers again as they grow.

Times are those of New York, by which arXiv keeps its days. A listing is looked for from half past midnight, once an
hour until it is there; its numbers are read again 6, 24, 72 hours and 7 days later.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from app.domain.listings import NEW_YORK, holiday_near, weekend

FIRST_LOOK = time(0, 30)
LOOK_EVERY = timedelta(hours=1)
# A day that was missed, because the desk was off or arXiv was, is asked for again at this distance.
MISSED_EVERY = timedelta(hours=6)
# How far back a missed day is still looked for.
BACK_DAYS = 7
REFRESH_AFTER = tuple(timedelta(hours=hours) for hours in (6, 24, 72, 168))
# arXiv asks that nobody puts the same question to it within hours, unless its own answer was incomplete.
LISTING_AGAIN_AFTER = timedelta(hours=24)
INCOMPLETE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of a day as the schedule sees it; runs that were cut off, or are going on, are left out.

    `listing` is how arXiv's part of it ended (succeeded, partial, failed, pending), None where it was not asked;
    `found` how many papers it listed and `new` how many of them the desk did not have; `said` its sentence where it
    did not succeed. `has_numbers` says that the networks were asked too.
    """

    day: date
    started_at: datetime
    listing: str | None
    found: int = 0
    new: int = 0
    said: str = ""
    has_numbers: bool = True
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A run to be made: of which day, whether arXiv is asked, whether the networks are."""

    day: date
    with_listing: bool
    with_numbers: bool = True


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due now, most urgent first; when something is next, aware UTC; and how things stand, as a sentence."""

    due: tuple[Due, ...]
    next_at: datetime
    said: str


def agenda(
    now: datetime,
    runs: Sequence[PastRun],
    *,
    holidays: Set[date],
    incomplete: Set[date],
    since: date,
    filled: Set[date] | None = None,
) -> Agenda:
    """What to do at `now`, from all runs of the last days.

    `incomplete` are days with papers that arXiv's API did not have yet; days before `since`, when the desk began,
    are not looked for. Where arXiv is off, `filled` are the days that got papers in another way; only their numbers
    are read then. The same runs and the same time give the same agenda, so a worker may be stopped at any moment.
    """
    today = now.astimezone(NEW_YORK).date()
    days = [today - timedelta(days=back) for back in range(BACK_DAYS + 2)]
    plans = [
        _plan(day, now, [run for run in runs if run.day == day], day in incomplete, filled)
        for day in days
        if day.weekday() < 5 and (day >= since or any(run.day == day for run in runs))
    ]
    due = tuple(plan.due for plan in plans if plan.due)
    if due:
        what = f"The papers of {due[0].day} are" if due[0].with_listing else f"The numbers of {due[0].day} are"
        return Agenda(due, now, f"{what} being collected now.")
    tomorrow = _next_first_look(today)
    next_at = min([plan.next_at for plan in plans if plan.next_at] + [tomorrow])
    if filled is not None:
        return Agenda((), next_at, f"arXiv is off, so no listing is looked for; next look {shown(next_at, today)}.")
    return Agenda((), next_at, _said(today, runs, holidays, next_at))


@dataclass(frozen=True, slots=True)
class _Plan:
    due: Due | None
    next_at: datetime | None


def _plan(day: date, now: datetime, runs: Sequence[PastRun], is_incomplete: bool, filled: Set[date] | None) -> _Plan:
    """What one weekday needs."""
    if any(run.is_demo for run in runs):
        return _Plan(None, None)
    first = first_look(day)
    if now < first:
        return _Plan(None, first)
    if filled is not None:
        return _refresh(day, now, first, runs, False) if day in filled else _Plan(None, None)
    is_today = day == now.astimezone(NEW_YORK).date()
    refresh = _refresh(day, now, first, runs, is_incomplete) if is_listed(runs, or_in_part=True) else None
    if refresh and is_listed(runs, or_in_part=not is_today):
        return refresh
    look = _look(day, now, first, runs, is_today)
    if refresh is None:
        return look
    if refresh.due:
        return _Plan(replace(refresh.due, with_listing=refresh.due.with_listing or look.due is not None), None)
    # What is missing of a listing that came in part is looked for every hour; the networks have been asked.
    due = replace(look.due, with_numbers=False) if look.due else None
    return _Plan(due, min((at for at in (look.next_at, refresh.next_at) if at), default=None))


def _look(day: date, now: datetime, first: datetime, runs: Sequence[PastRun], is_today: bool) -> _Plan:
    """Whether the listing of a day that is not there yet is looked for now, or when."""
    looked = max((run.started_at for run in runs if run.listing is not None), default=None)
    if is_today:
        slot = first + (now - first) // LOOK_EVERY * LOOK_EVERY
        is_due, following = looked is None or looked < slot, slot + LOOK_EVERY
    elif any(run.listing == "succeeded" for run in runs):
        # It had no papers for a reason that arXiv gave itself, such as a holiday.
        return _Plan(None, None)
    else:
        following = now + MISSED_EVERY if looked is None else looked + MISSED_EVERY
        is_due = looked is None or following <= now
    return _Plan(Due(day, True), None) if is_due else _Plan(None, following)


def is_listed(runs: Iterable[PastRun], *, or_in_part: bool = False) -> bool:
    """Whether the whole listing of a day was read; once the day is over a part has to do."""
    enough = ("succeeded", "partial") if or_in_part else ("succeeded",)
    return any(run.listing in enough and run.found for run in runs)


def _refresh(day: date, now: datetime, first: datetime, runs: Sequence[PastRun], is_incomplete: bool) -> _Plan:
    after = (INCOMPLETE_AFTER, *REFRESH_AFTER) if is_incomplete else REFRESH_AFTER
    asked = max((run.started_at for run in runs if run.has_numbers), default=first)
    if any(run.new and run.started_at > asked for run in runs):
        return _Plan(Due(day, False), None)
    passed = [distance for distance in after if first + distance <= now]
    upcoming = min((first + distance for distance in after if first + distance > now), default=None)
    if not passed or asked >= first + passed[-1]:
        return _Plan(None, upcoming)
    with_listing = is_incomplete or passed[-1] >= LISTING_AGAIN_AFTER
    return _Plan(Due(day, with_listing), upcoming)


def first_look(day: date) -> datetime:
    """When the listing of a day is looked for first, aware UTC."""
    return datetime.combine(day, FIRST_LOOK, NEW_YORK).astimezone(UTC)


def _next_first_look(today: date) -> datetime:
    day = today + timedelta(days=1)
    while weekend(day):
        day += timedelta(days=1)
    return first_look(day)


def _said(today: date, runs: Sequence[PastRun], holidays: Set[date], next_at: datetime) -> str:
    """How the day stands, and when the next look is."""
    following = f"next look {shown(next_at, today)}."
    of_today = [run for run in runs if run.day == today]
    if reason := weekend(today):
        return f"{reason.removesuffix('.')}; {following}"
    if any(run.is_demo for run in of_today):
        return f"The desk has an invented day on {today}; {following}"
    if is_listed(of_today):
        return f"The papers of {today} are here; {following}"
    asked = [run for run in of_today if run.listing is not None]
    if not asked:
        return f"The listing of {today} has not been looked for yet; {following}"
    last = max(asked, key=lambda run: run.started_at)
    if last.listing != "failed" and (reason := holiday_near(today, holidays)):
        return f"{reason.removesuffix('.')}; {following}"
    return f"{_clause(last, today)}; {following}"


def _clause(run: PastRun, today: date) -> str:
    if run.said:
        return run.said.removesuffix(".").removesuffix("; the next run tries again")
    return f"arXiv has no papers for {today} yet" if not run.found else f"Part of the listing of {today} is missing"


def shown(at: datetime, today: date) -> str:
    """A time in words for people: in New York, with the day where it is not today."""
    there = at.astimezone(NEW_YORK)
    clock = f"at {there:%H:%M} in New York"
    return clock if there.date() == today else f"on {there:%A}, {there:%Y-%m-%d}, {clock}"

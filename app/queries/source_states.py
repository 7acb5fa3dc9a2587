"""How old an edition's numbers are: how the newest runs fared at each source, and when each was read last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, union
from sqlalchemy.orm import Session

from app.models import Item, MentionedPaper, MetricsSnapshot, Run, RunRequest
from app.queries.evidence import COUNTS

# How many runs of a day are looked through for the last good look at a source.
LOOKED_BACK = 12
# From this on a source's numbers are told to be older than the others.
BEHIND = timedelta(hours=1)
# One tells which papers there are, the others bring what was read of many sources some time ago.
WITHOUT_NUMBERS = frozenset({"arxiv", "demo", "file"})


@dataclass(frozen=True, slots=True)
class SourceState:
    """How the newest run that had a word of a source fared there.

    `status` is that of its report, or "skipped" where the very newest run left out a source that is well. `said` is
    why it was not read, or not wholly. `read_at` is when a run last read it to its end, None where none of the newest
    runs did.
    """

    status: str
    said: str | None
    run_id: int
    read_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether the newest run read all of it; a few bad answers among many good ones are no failure."""
        return self.status in ("succeeded", "pending") or (self.status == "partial" and self.said is None)


@dataclass(frozen=True, slots=True)
class Lag:
    """A source whose numbers are behind the newest ones, by how much where that is known."""

    source: str
    state: SourceState
    by: timedelta | None


# Without slots, for its names are worked out once: every answer to an action has them, of the same ages.
@dataclass(frozen=True)
class Freshness:
    """When an edition's numbers were read last, and how each source stands; without either nothing is said of age.

    `checked_at` is the same time where it is well after the newest number itself, which was found unchanged then.
    `hidden` are the sources, by item, of which newer numbers wait to be taken.
    """

    newest: datetime | None = None
    states: Mapping[str, SourceState] = field(default_factory=dict)
    checked_at: datetime | None = None
    hidden: Mapping[int, set[str]] = field(default_factory=dict)

    @cached_property
    def stamp(self) -> str:
        """A short name for all that the ages in rows are told by; with another one they may all be others."""
        states = sorted((source, state.status, state.said, state.read_at) for source, state in self.states.items())
        told = (self.newest, states)
        hidden = sorted((item_id, sorted(sources)) for item_id, sources in self.hidden.items())
        return sha256(repr((told, hidden)).encode()).hexdigest()[:12]

    @cached_property
    def told(self) -> str:
        """All that rows tell ages by, but for what is hidden of each item: its own times and how each source stands."""
        return repr((self.newest, sorted(self.states.items())))

    def of_item(self, item_id: int) -> "Freshness":
        """The same for one item: a look that found another number, not taken yet, makes this one no younger."""
        hidden = self.hidden.get(item_id, set()) & self.states.keys()
        if not hidden:
            return self
        return replace(self, states={**self.states, **{s: replace(self.states[s], read_at=None) for s in hidden}})

    def read_at(self, source: str, captured_at: datetime | None) -> datetime | None:
        """When a number was read last: a look that found it unchanged kept no reading of its own."""
        state = self.states.get(source)
        return max((at for at in (captured_at, state and state.read_at) if at), default=None)

    def lag(self, source: str, captured_at: datetime | None) -> timedelta | None:
        """By how much a number is behind the newest ones; None where that is not worth a word."""
        read_at = self.read_at(source, captured_at)
        if self.newest is None or read_at is None or self.newest - read_at <= BEHIND:
            return None
        return self.newest - read_at

    @property
    def lagging(self) -> list[Lag]:
        """The sources that were not read well and are behind, or were never read, in the order of their names."""
        found = []
        for source, state in sorted(self.states.items()):
            by = self.lag(source, None)
            if not state.is_well and state.status != "off" and (by or state.read_at is None):
                found.append(Lag(source, state, by))
        return found


def freshness_of(
    session: Session, day: date, captured_at: datetime | None, hidden: Mapping[int, set[str]] | None = None
) -> Freshness:
    """How old the numbers of a day's edition are, the newest that it shows being of `captured_at`.

    Where newer ones are `hidden`, by item and source, a later look has not found those that are shown unchanged.
    """
    states = {s: state for s, state in source_states(session, day).items() if s not in WITHOUT_NUMBERS}
    if hidden:
        return Freshness(captured_at, states, None, hidden)
    times = [captured_at, *(state.read_at for state in states.values())]
    newest = max((at for at in times if at), default=None)
    is_later = newest is not None and captured_at is not None and newest - captured_at > BEHIND
    return Freshness(newest, states, newest if is_later else None)


_ITEM, _NAMED, _READ = Item.__table__.c, MentionedPaper.__table__.c, MetricsSnapshot.__table__.c
_RUN, _OTHER = Run.__table__.c, Item.__table__.alias().c
_EDITION_ID = bindparam("edition_id")
_HIDES = (
    # Asked first, and then nearly always nothing else: whether any run is newer than what is shown.
    select(func.max(_RUN.id)).scalar_subquery()
    > select(func.min(_OTHER.horizon)).where(_OTHER.edition_id == _EDITION_ID).scalar_subquery(),
    _ITEM.edition_id == _EDITION_ID,
    _READ.run_id > _ITEM.horizon,
    or_(*(_READ[name].is_not(None) for name in COUNTS)),
)
HIDDEN = union(
    select(_ITEM.id, _READ.source)
    .join_from(Item.__table__, MetricsSnapshot.__table__, _READ.paper_id == _ITEM.paper_id)
    .where(*_HIDES),
    select(_ITEM.id, _READ.source)
    .join_from(Item.__table__, MentionedPaper.__table__, _NAMED.paper_id == _ITEM.paper_id)
    .join(MetricsSnapshot.__table__, _READ.mention_id == _NAMED.mention_id)
    .where(*_HIDES),
)


def hidden_sources(session: Session, edition_id: int) -> dict[int, set[str]]:
    """The sources of which the horizon of an edition's item hides newer counts, for each item that has any."""
    found: dict[int, set[str]] = {}
    for item_id, source in session.execute(HIDDEN, {"edition_id": edition_id}):
        found.setdefault(item_id, set()).add(source)
    return found


def source_states(session: Session, day: date) -> dict[str, SourceState]:
    """How each source fared in the newest runs of a day; runs about a single paper say nothing of a source."""
    runs = list(session.execute(RUNS_OF, {"day": day}))
    ended = [run for run in runs if run.finished_at is not None]
    asked_last = {report["source"] for report in ended[0].reports or []} if ended else set()
    states: dict[str, SourceState] = {}
    for run, report in _reports(runs):
        source, state = report["source"], _state(run, report)
        known = states.setdefault(source, state)
        if known.read_at is None and state.read_at is not None:
            states[source] = replace(known, read_at=state.read_at)
    for source, state in states.items():
        if state.is_well and ended and state.run_id < ended[0].id and source not in asked_last:
            states[source] = replace(state, status="skipped")
    return states


def newest_reads(session: Session, first: date, last: date) -> dict[date, dict[str, datetime]]:
    """When a run last read each source to its end for each of some days, also where it found nothing new."""
    found: dict[date, dict[str, datetime]] = {}
    runs = list(session.execute(_RUNS.where(_RUN.day.between(first, last), _RUN.finished_at.is_not(None))))
    for run, report in _reports(runs):
        state = _state(run, report)
        if state.read_at is not None:
            found.setdefault(run.day, {}).setdefault(report["source"], state.read_at)
    return found


_ABOUT = RunRequest.__table__.c
# The runs that were not about a single paper, newest first.
_RUNS = (
    select(_RUN.id, _RUN.day, _RUN.started_at, _RUN.heard_at, _RUN.finished_at, _RUN.reports)
    .where(~exists().where(_ABOUT.run_id == _RUN.id, or_(_ABOUT.arxiv_id.is_not(None), _ABOUT.link.is_not(None))))
    .order_by(_RUN.id.desc())
)
RUNS_OF = _RUNS.where(_RUN.day == bindparam("day", type_=_RUN.day.type)).limit(LOOKED_BACK)


def _reports(runs: Iterable[Any]) -> Iterable[tuple[Any, Mapping[str, Any]]]:
    """The reports of the runs, newest first, but for sources that were being read when they were written."""
    return ((run, report) for run in runs for report in run.reports or [] if report["status"] != "running")


def _state(run: Any, report: Mapping[str, Any]) -> SourceState:
    state = SourceState(report["status"], _said(report), run.id)
    return replace(state, read_at=run.finished_at or run.heard_at or run.started_at) if state.is_well else state


def _said(report: Mapping[str, Any]) -> str | None:
    """Why a source is off, gave up or gave nothing; None where it was read, a few bad answers aside."""
    if report["status"] == "off":
        return next(iter(report["notices"]), None)
    if report["stopped"] and report["status"] != "pending":
        return report["stopped"]
    if report["status"] == "failed":
        return next((f"{problem['where']}: {problem['reason']}" for problem in report["problems"]), None)
    return None

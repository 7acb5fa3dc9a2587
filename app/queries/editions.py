"""What the edition page shows: the edition, its items in their order, and the days around it."""

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Text, bindparam, cast, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from app.models import AuditEvent, Edition, Item
from app.queries.evidence import chunks
from app.queries.rows import Read, Row, read_among, read_edition
from app.queries.shown import EVERYTHING, Arranged, Shown, arrange

# Of so many papers with the highest scores it is asked how new their numbers are.
ASKED = 40
REASONS_SHOWN = 4
_ITEM = Item.__table__.c


def _best_of(state: str) -> Any:
    of_state = (_ITEM.edition_id == bindparam("edition_id"), _ITEM.state == literal_column(f"'{state}'"))
    best = select(_ITEM.id, _ITEM.score).where(*of_state).order_by(_ITEM.score.desc(), _ITEM.id).limit(ASKED)
    return best.subquery().select()


# Of each list its best, which an index has in order, so that a thousand need not be put in order.
_BEST_OF_EACH = union_all(*map(_best_of, ("picked", "candidate", "held", "dropped"))).subquery()
_BEST = select(_BEST_OF_EACH.c.id).order_by(_BEST_OF_EACH.c.score.desc(), _BEST_OF_EACH.c.id).limit(ASKED).subquery()
# Found by the index first, so that no more parts are carried along than are looked into.
BEST_PARTS = select(cast(_ITEM.parts, Text)).join_from(_BEST, Item.__table__, _ITEM.id == _BEST.c.id)
COMMON_REASONS = (
    select(_ITEM.drop_reason)
    .where(_ITEM.edition_id == bindparam("edition_id"), _ITEM.state == "dropped", _ITEM.drop_reason.is_not(None))
    .group_by(_ITEM.drop_reason)
    .order_by(func.count().desc(), _ITEM.drop_reason)
    .limit(REASONS_SHOWN)
)
_ON_DAY = select(Edition).where(Edition.date == bindparam("day")).execution_options(populate_existing=True)


@dataclass(frozen=True, slots=True)
class Desk:
    """An edition with the rows asked for, as somebody looks at it; the counts are of all its items, by state.

    `shown` holds, by state, the ids of all items that are shown, in the order shown, also of those that were not asked
    for. `captured_at` is when the newest number of the best papers was read at its source; no pick or drop changes it.
    """

    id: int
    date: Day
    status: str
    version: int
    cut: float
    counts: dict[str, int]
    picked: list[Row]
    candidates: list[Row]
    held: list[Row]
    dropped: list[Row]
    shown: dict[str, list[int]]
    captured_at: datetime | None
    drop_reasons: list[str]
    new_count: int
    new_since: datetime | None
    fall_out: int
    come_in: int

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.status == "draft"

    @property
    def count(self) -> int:
        """How many papers the edition has, in whatever state."""
        return sum(self.counts.values())

    @property
    def shown_count(self) -> int:
        """How many of them are shown."""
        return sum(map(len, self.shown.values()))

    def rows(self, state: str) -> list[Row]:
        """The rows of one of its lists."""
        return {"picked": self.picked, "candidate": self.candidates, "held": self.held, "dropped": self.dropped}[state]

    @property
    def all_rows(self) -> list[Row]:
        """All rows that it holds."""
        return [*self.picked, *self.candidates, *self.held, *self.dropped]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows that are asked for: whole lists by their states, and single items whatever their list."""

    states: Container[str]
    item_ids: Container[int]

    def holds(self, state: str, item_id: int) -> bool:
        """Whether a row is asked for."""
        return state in self.states or item_id in self.item_ids


@dataclass(frozen=True, slots=True)
class EditionLink:
    """An edition as a list of editions shows it."""

    date: Day
    status: str
    picked: int


def edition_on(session: Session, date: Day) -> Edition | None:
    """The edition of a date."""
    return session.scalar(_ON_DAY, {"day": date})


def version_of(session: Session, edition_id: int) -> int:
    """The version of an edition as it is at this moment, whatever is remembered of it."""
    return session.scalar(select(Edition.version).where(Edition.id == edition_id)) or 0


def version_with(session: Session, item_id: int) -> int | None:
    """The version of the edition that an item stands in, None where there is no such item."""
    return session.scalar(select(Edition.version).join(Item).where(Item.id == item_id))


def events_since(session: Session, edition_id: int, version: int) -> Sequence[AuditEvent]:
    """What was done in an edition after a version of it, in the order of the versions it got by that."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id, AuditEvent.version > version)
    query = query.order_by(AuditEvent.version, AuditEvent.id).execution_options(populate_existing=True)
    return session.scalars(query).all()


def items_among(session: Session, edition_id: int, item_ids: Iterable[int]) -> set[int]:
    """Those of some items that stand in an edition, also those that wait there."""
    found: set[int] = set()
    for ids in chunks(item_ids):
        found |= set(session.scalars(select(Item.id).where(Item.edition_id == edition_id, Item.id.in_(ids))))
    return found


def newest_edition_date(session: Session) -> Day | None:
    """The date of the newest edition."""
    return session.scalar(select(func.max(Edition.date)))


def desk(session: Session, edition: Edition, shown: Shown = EVERYTHING) -> Desk:
    """The edition with its lists, of each what is shown in the order shown."""
    read = read_edition(session, edition.id)
    return _desk(session, edition, arrange(session, edition, shown, items=read.places), read)


def desk_of(session: Session, edition: Edition, arranged: Arranged, *, only: Wanted | None = None) -> Desk:
    """The edition from its lists as they were arranged, with all rows that are shown, or those of `only`."""
    if only is None:
        return _desk(session, edition, arranged, read_edition(session, edition.id))
    wanted = [i for state, ids in arranged.shown.items() for i in ids if only.holds(state, i)]
    return _desk(session, edition, arranged, read_among(session, wanted))


def _desk(session: Session, edition: Edition, arranged: Arranged, read: Read) -> Desk:
    """The edition with those rows that are shown and were read."""
    found = read.rows(_extras(arranged, {values.id for values in read.values}))
    rows = {state: [found[item_id] for item_id in ids if item_id in found] for state, ids in arranged.shown.items()}
    return Desk(
        id=edition.id,
        date=edition.date,
        status=edition.status,
        version=edition.version,
        cut=edition.cut,
        counts={state: len(ids) for state, ids in arranged.order.items()},
        picked=rows["picked"],
        candidates=rows["candidate"],
        held=rows["held"],
        dropped=rows["dropped"],
        shown=arranged.shown,
        captured_at=captured_at(session, edition.id),
        drop_reasons=drop_reasons(session, edition.id) if arranged.order["dropped"] else [],
        new_count=len(arranged.new.intersection(chain.from_iterable(arranged.order.values()))),
        new_since=arranged.new_since,
        fall_out=len(arranged.falls_out),
        come_in=len(arranged.comes_in),
    )


def _extras(arranged: Arranged, item_ids: Container[int]) -> dict[int, tuple[Any, ...]]:
    """What rows show beside their columns, of those items that are shown and were read, as the last fields of Row."""
    numbers = {item_id: number for number, item_id in enumerate(arranged.order["picked"], 1)}
    new, scores = arranged.new, arranged.scores
    tags = dict.fromkeys(arranged.falls_out, "would fall out") | dict.fromkeys(arranged.comes_in, "would come in")
    return {
        i: (numbers.get(i), i in new, scores.get(i), tags.get(i))
        for i in chain.from_iterable(arranged.shown.values())
        if i in item_ids
    }


def captured_at(session: Session, edition_id: int) -> datetime | None:
    """When the newest number of the best papers was read, whatever was decided about them."""
    # All of them as one text, which is a little less work than each by itself.
    best = json.loads(f"[{','.join(session.scalars(BEST_PARTS, {'edition_id': edition_id}))}]")
    times = [part["captured_at"] for parts in best for part in parts if part.get("captured_at")]
    return datetime.fromisoformat(max(times)) if times else None


def drop_reasons(session: Session, edition_id: int) -> list[str]:
    """Why papers were dropped, the commonest reasons first."""
    return list(session.scalars(COMMON_REASONS, {"edition_id": edition_id}))


def day_beside(session: Session, date: Day, step: int, holidays: Iterable[Day]) -> Day | None:
    """The next day in a direction (1 or -1) that has an edition or on which arXiv lists papers."""
    day = date
    for _ in range(14):
        try:
            day += timedelta(days=step)
        except OverflowError:
            return None
        if (day.weekday() < 5 and day not in holidays) or edition_on(session, day):
            return day
    return day


def editions_beside(session: Session, date: Day) -> tuple[Day | None, Day | None]:
    """The dates of the nearest editions before and after a date."""
    before = session.scalar(select(func.max(Edition.date)).where(Edition.date < date))
    after = session.scalar(select(func.min(Edition.date)).where(Edition.date > date))
    return before, after


_EDITION, _DATE = Edition.__table__.c, bindparam("date", type_=Edition.__table__.c.date.type)
_LATER = select(_EDITION.date).where(_EDITION.date > _DATE).order_by(_EDITION.date).limit(bindparam("limit"))
_EARLIER = select(_EDITION.date).where(_EDITION.date <= _DATE).order_by(_EDITION.date.desc())
_PICKED = select(func.count()).where(_ITEM.edition_id == _EDITION.id, _ITEM.state == "picked").scalar_subquery()
AROUND = (
    select(_EDITION.date, _EDITION.status, _PICKED)
    .where(
        or_(
            # Each in a table of its own, for a limit may not stand in a list of values everywhere.
            _EDITION.date.in_(select(_LATER.subquery().c.date)),
            _EDITION.date.in_(select(_EARLIER.limit(bindparam("limit") + 1).subquery().c.date)),
        )
    )
    .order_by(_EDITION.date.desc())
)


def editions_around(session: Session, date: Day, limit: int = 4) -> list[EditionLink]:
    """The editions nearest to a date, `limit` on each side and its own, newest first."""
    return [EditionLink(*row) for row in session.execute(AROUND, {"date": date, "limit": limit})]

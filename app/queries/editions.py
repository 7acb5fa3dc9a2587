"""What the edition page shows: the edition, its items in their order, and the days around it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.ranking import rank_key
from app.models import AuditEvent, Edition, Item, Paper
from app.queries.evidence import chunks, former_papers

# The words of a paper that a list shows.
SHOWN_TEXTS = ("title", "authors", "categories")


@dataclass(frozen=True, slots=True)
class Row:
    """An item as a list shows it; title, authors and categories as of its horizon."""

    id: int
    state: str
    score: float
    parts: list[dict[str, Any]]
    trend: list[list[Any]]
    headline: str | None
    note: str | None
    drop_reason: str | None
    # When an editor chose its place; a paper picked later passes it by.
    placed_at: datetime | None
    arxiv_id: str
    title: str
    authors: list[str]
    categories: list[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """An edition with the items asked for; the counts are of all of them."""

    id: int
    date: Day
    status: str
    version: int
    cut: float
    counts: dict[str, int]
    picked: list[Row]
    candidates: list[Row]
    dropped: list[Row]
    # The ids of all candidates, best first, also of those that were not asked for.
    candidate_order: list[int]

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.status == "draft"

    @property
    def captured_at(self) -> datetime | None:
        """When the newest number on the page was read at its source."""
        shown = [*self.picked, *self.candidates[: len(self.picked) or 20]]
        times = [part["captured_at"] for row in shown for part in row.parts if part.get("captured_at")]
        return datetime.fromisoformat(max(times)) if times else None


@dataclass(frozen=True, slots=True)
class EditionLink:
    """An edition as a list of editions shows it."""

    date: Day
    status: str
    picked: int


def edition_on(session: Session, date: Day) -> Edition | None:
    """The edition of a date."""
    return session.scalar(select(Edition).where(Edition.date == date).execution_options(populate_existing=True))


def newest_event_of(session: Session, edition_id: int) -> AuditEvent | None:
    """What was done last in an edition, and by whom."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id).options(joinedload(AuditEvent.editor))
    return session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))


def newest_edition_date(session: Session) -> Day | None:
    """The date of the newest edition."""
    return session.scalar(select(func.max(Edition.date)))


def desk(session: Session, edition: Edition, *, candidate_ids: Iterable[int] | None = None) -> Desk:
    """The edition with its lists in order; of the candidates only `candidate_ids` where they are given."""
    order = item_order(session, edition.id)
    wanted = order["candidate"]
    if candidate_ids is not None:
        only = set(candidate_ids)
        wanted = [item_id for item_id in wanted if item_id in only]
    found = _rows(session, [*order["picked"], *wanted, *order["dropped"]])
    return Desk(
        id=edition.id,
        date=edition.date,
        status=edition.status,
        version=edition.version,
        cut=edition.cut,
        counts={state: len(ids) for state, ids in order.items()},
        picked=[found[item_id] for item_id in order["picked"]],
        candidates=[found[item_id] for item_id in wanted],
        dropped=[found[item_id] for item_id in order["dropped"]],
        candidate_order=order["candidate"],
    )


def item_order(session: Session, edition_id: int) -> dict[str, list[int]]:
    """The ids of an edition's items by state, each list in its order."""
    query = select(Item.id, Item.state, Item.order_key, Item.score, Paper.arxiv_id).join(Paper)
    items = session.execute(query.where(Item.edition_id == edition_id)).all()
    by_score = sorted(items, key=lambda item: rank_key(item.score, item.arxiv_id))
    return {
        "picked": [i.id for i in sorted(items, key=lambda item: item.order_key or "") if i.state == "picked"],
        "candidate": [i.id for i in by_score if i.state == "candidate"],
        "dropped": [i.id for i in by_score if i.state == "dropped"],
    }


def _rows(session: Session, item_ids: Sequence[int]) -> dict[int, Row]:
    names = ("state", "score", "parts", "trend", "headline", "note", "drop_reason", "placed_at")
    columns = [Item.id, *(getattr(Item, name) for name in names)]
    texts = [Paper.arxiv_id, *(getattr(Paper, name) for name in SHOWN_TEXTS)]
    found: dict[int, Row] = {}
    for ids in chunks(item_ids):
        former = former_papers(session, ids)
        for values in session.execute(select(*columns, *texts).join(Paper).where(Item.id.in_(ids))):
            fields = dict(values._mapping)
            before = former.get(values.id, {})
            found[values.id] = Row(**fields | {name: before[name] for name in SHOWN_TEXTS if name in before})
    return found


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


def editions_around(session: Session, date: Day, limit: int = 4) -> list[EditionLink]:
    """The editions nearest to a date, `limit` on each side and its own, newest first."""
    later = select(Edition.date).where(Edition.date > date).order_by(Edition.date).limit(limit)
    earlier = select(Edition.date).where(Edition.date <= date).order_by(Edition.date.desc()).limit(limit + 1)
    dates = [*session.scalars(later), *session.scalars(earlier)]
    picked = (
        select(func.count())
        .where(Item.edition_id == Edition.id, Item.state == "picked")
        .correlate(Edition)
        .scalar_subquery()
    )
    query = select(Edition.date, Edition.status, picked).where(Edition.date.in_(dates)).order_by(Edition.date.desc())
    return [EditionLink(*row) for row in session.execute(query)]

"""The last few actions in an edition: what they changed, and the rows of that as they stand now, each by its place.

Every action of an editor is answered from here, so no statement reads more than it shows, and all are built once.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, case, cast, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.models import (
    Announcement,
    AuditEvent,
    Edition,
    Item,
    Look,
    MentionedPaper,
    Paper,
    Revision,
    Run,
)
from app.queries.editions import COMMON_REASONS
from app.queries.presence import Ask
from app.queries.rows import OF_ROW, Read, Row, former_of

editions, items, papers, events = Edition.__table__, Item.__table__, Paper.__table__, AuditEvent.__table__
runs, looks, revisions = Run.__table__, Look.__table__, Revision.__table__
announcements, mentioned = Announcement.__table__, MentionedPaper.__table__
EDITION_ID = bindparam("edition_id")
# Says of a column of items' ids which of them are asked for.
Asked = Callable[[Any], Any]
# What nobody does in an edition without acting on it from then on; a strike may come from outside.
BEGIN = (
    *("item.picked", "item.dropped", "item.held", "item.returned", "item.moved", "item.annotated", "item.pinned"),
    *("item.unpinned", "item.updated", "item.quoted", "edition.ordered", "edition.cut", "edition.written"),
)


@dataclass(frozen=True, slots=True)
class Stand:
    """An edition as it stands, and the newest of all runs, whatever its edition; 0 where there is none.

    `had_begun` says that an editor had acted on it by the version that a page has seen.
    """

    id: int
    date: Day
    status: str
    version: int
    cut: float
    acted_at: datetime | None
    baton_editor_id: int | None
    publish_at: datetime | None
    run_id: int
    is_running: bool
    had_begun: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """Rows that stand one after another in the list of a state: before an item, or at the end where that is None."""

    state: str
    before: int | None
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Picture:
    """Changed items as they stood together at one version of their edition; `revised` have other words by now."""

    version: int
    coming: list[Coming]
    # Those of which an earlier published edition has the paper.
    ran_before: list[int]

    @property
    def rows(self) -> list[Row]:
        """All rows of it."""
        return [row for coming in self.coming for row in coming.rows]


def _one(column: Any) -> Any:
    """That a column is the id of the one item asked for, which it nearly always is; so the driver can be asked."""
    return column == bindparam("item_id")


def _few(column: Any) -> Any:
    """That a column is one of some ids. Written out they are found by their key, as one list only by the edition."""
    return column.in_(bindparam("item_ids", expanding=True))


def _in_bytes(text: Any) -> Any:
    """A text as Python compares it; PostgreSQL would sort it by its locale."""
    return cast(text, LargeBinary)


def _stand() -> Any:
    columns = [editions.c[name] for name in Stand.__slots__[:-3]]
    newest = select(runs.c.id).order_by(runs.c.id.desc()).limit(1)
    is_running = newest.with_only_columns(runs.c.status).scalar_subquery() == "running"
    begins = events.c.kind.in_([literal_column(f"'{kind}'") for kind in BEGIN])
    had_begun = exists().where(events.c.edition_id == EDITION_ID, events.c.version <= bindparam("seen"), begins)
    run = {"run_id": func.coalesce(newest.scalar_subquery(), 0), "is_running": func.coalesce(is_running, False)}
    labels = [column.label(label) for label, column in (run | {"had_begun": had_begun}).items()]
    return select(*columns, *labels).where(editions.c.id == EDITION_ID)


def _below(is_asked: Asked) -> Any:
    """The next item of the same list that is none of those asked for, by the order of each list."""
    other, its = items.alias(), papers.alias()
    there = select(other.c.id).where(other.c.edition_id == EDITION_ID, ~is_asked(other.c.id)).limit(1)
    picked = there.where(other.c.order_key > items.c.order_key).order_by(other.c.order_key)
    is_lower = or_(other.c.score < items.c.score, _in_bytes(its.c.arxiv_id) > _in_bytes(papers.c.arxiv_id))
    ranked = (
        there.join(its, its.c.id == other.c.paper_id)
        .where(other.c.state == items.c.state, other.c.score <= items.c.score, is_lower)
        .order_by(other.c.score.desc(), _in_bytes(its.c.arxiv_id))
    )
    lists = [query.correlate(items, papers).scalar_subquery() for query in (picked, ranked)]
    return case((items.c.state == "picked", lists[0]), else_=lists[1])


def _is_new() -> Any:
    """Whether an item is new since the editor's last look; see queries/looks.py."""
    look = select(looks.c.before_run_id)
    look = look.where(looks.c.edition_id == EDITION_ID, looks.c.editor_id == bindparam("editor_id")).scalar_subquery()
    announced = exists().where(
        announcements.c.paper_id == items.c.paper_id,
        announcements.c.announced_on == bindparam("day"),
        announcements.c.run_id.between(look + 1, items.c.horizon),
    )
    heard = exists().where(
        mentioned.c.paper_id == items.c.paper_id, mentioned.c.run_id.between(look + 1, items.c.horizon)
    )
    return or_(announced, heard)


def _ran_before() -> Any:
    """Whether an earlier published edition has the paper; see queries/repeats.py."""
    earlier, there = items.alias(), editions.alias()
    return (
        exists()
        .where(earlier.c.paper_id == items.c.paper_id, earlier.c.state == "picked", there.c.id == earlier.c.edition_id)
        .where(there.c.post_id.is_not(None), there.c.retracted_at.is_(None), there.c.date < bindparam("day"))
    )


def _rows(is_asked: Asked) -> Any:
    is_revised = exists().where(revisions.c.paper_id == items.c.paper_id, revisions.c.run_id > items.c.horizon)
    version = select(editions.c.version).where(editions.c.id == EDITION_ID).scalar_subquery()
    beside = {"is_new": _is_new(), "below": _below(is_asked), "ran_before": _ran_before(), "is_revised": is_revised}
    labels = [column.label(label) for label, column in (beside | {"version": version}).items()]
    query = select(*OF_ROW, items.c.order_key, *labels).join_from(items, papers)
    return query.where(items.c.edition_id == EDITION_ID, is_asked(items.c.id))


def _loud(is_asked: Asked) -> Any:
    """Whether a mention of the items asked for names several papers of the edition, whatever their states."""
    own, its, other = items.alias(), mentioned.alias(), items.alias()
    return (
        select(its.c.mention_id)
        .join(own, own.c.paper_id == its.c.paper_id)
        .join(mentioned, mentioned.c.mention_id == its.c.mention_id)
        .join(other, other.c.paper_id == mentioned.c.paper_id)
        .where(is_asked(own.c.id), other.c.edition_id == EDITION_ID)
        .group_by(its.c.mention_id)
        .having(func.count(other.c.id.distinct()) >= bindparam("at_least"))
        .limit(1)
    )


STAND = _stand()
ROW, ROWS, LOUD_ONE, LOUD = _rows(_one), _rows(_few), _loud(_one), _loud(_few)
EVENTS = (
    select(*(events.c[name] for name in ("id", "kind", "at", "editor_id", "version", "versions", "summary", "changes")))
    .where(events.c.edition_id == EDITION_ID, events.c.version > bindparam("seen"))
    .order_by(events.c.version, events.c.id)
)
COUNTS = (
    select(items.c.state, func.count().label("count")).where(items.c.edition_id == EDITION_ID).group_by(items.c.state)
)


def stand_of(ask: Ask, edition_id: int, seen: int) -> Stand:
    """An edition as it stands now, whatever is remembered of it, for a page that has seen a version of it."""
    (row,) = ask(STAND, {"edition_id": edition_id, "seen": seen})
    return Stand(*row)


def steps_since(ask: Ask, edition_id: int, version: int) -> Sequence[Any]:
    """What was done in an edition after a version of it, in the order of the versions it got: rows of events."""
    return ask(EVENTS, {"edition_id": edition_id, "seen": version})


def counts_of(ask: Ask, edition_id: int) -> dict[str, int]:
    """How many papers an edition has, by state; those that wait are in none of its lists."""
    counts = dict.fromkeys(("picked", "candidate", "held", "dropped"), 0)
    return counts | {row[0]: row[1] for row in ask(COUNTS, {"edition_id": edition_id}) if row[0] in counts}


def reasons_of(ask: Ask, edition_id: int) -> list[str]:
    """Why papers were dropped, the commonest reasons first."""
    return [row[0] for row in ask(COMMON_REASONS, {"edition_id": edition_id})]


def is_named_with_others(session: Session, ask: Ask, edition_id: int, item_ids: Sequence[int], at_least: int) -> bool:
    """Whether any mention of some items names `at_least` papers of the edition, in whatever state they are."""
    asked: dict[str, Any] = {"edition_id": edition_id, "at_least": at_least}
    if len(item_ids) == 1:
        return bool(ask(LOUD_ONE, asked | {"item_id": item_ids[0]}))
    return session.execute(LOUD, asked | {"item_ids": item_ids}).first() is not None


def picture_of(session: Session, ask: Ask, stand: Stand, item_ids: Collection[int], editor_id: int) -> Picture:
    """Some items of an edition as its lists show them now, to somebody who looks at all of it.

    It is read in one statement, and so of one moment: rows and those that they stand before fit to each other, and to
    its version. They have no numbers, which a page that shows all papers counts by itself. An item that waits stands
    in no list.
    """
    asked: dict[str, Any] = {"edition_id": stand.id, "day": stand.date, "editor_id": editor_id}
    if len(item_ids) == 1:
        rows = ask(ROW, asked | {"item_id": next(iter(item_ids))})
    else:
        rows = session.execute(ROWS, asked | {"item_ids": list(item_ids)}).all()
    found = [row for row in rows if row.state != "waiting"]
    revised = [row.id for row in found if row.is_revised]
    extras = {row.id: (None, row.is_new, None, None) for row in found}
    shown = Read(found, former_of(session, revised) if revised else {}).rows(extras)
    coming: dict[tuple[str, int | None], list[Row]] = {}
    for values in sorted(found, key=_place):
        coming.setdefault((values.state, values.below), []).append(shown[values.id])
    return Picture(
        version=found[0].version if found else stand.version,
        coming=[Coming(state, below, rows) for (state, below), rows in coming.items()],
        ran_before=[row.id for row in found if row.ran_before],
    )


def _place(values: Any) -> tuple[str, float, str]:
    return (values.order_key or "", -values.score, values.arxiv_id)

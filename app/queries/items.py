"""What the details of one item show: abstract, mentions, place, and the texts an editor wrote."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.models import Edition, Item
from app.queries.editions import version_with
from app.queries.evidence import Evidence, PaperText, evidence_of_items, texts_of_items
from app.queries.readings import Signal, signals_of_items, sources_read_since
from app.queries.source_states import Freshness, freshness_of
from app.queries.waiting import newest_finished_run
from app.queries.writings import Stand, stands_of_item


@dataclass(frozen=True, slots=True)
class Details:
    """One item, opened. `position` is None unless it is picked."""

    id: int
    state: str
    version: int
    score: float
    parts: list[dict[str, Any]]
    trend: list[list[Any]]
    headline: str | None
    note: str | None
    # How its texts stand, by field, and the version of the edition as of which they were read, or an earlier one.
    texts: dict[str, Stand]
    as_of: int
    quotes: list[int] | None
    drop_reason: str | None
    decided_at: datetime | None
    pinned_at: datetime | None
    edition: Edition
    position: int | None
    picked_count: int
    text: PaperText
    mentions: list[Evidence]
    signals: list[Signal]
    freshness: Freshness
    # The sources of which newer numbers wait to be taken.
    hidden: set[str]


class EditionOf(NamedTuple):
    """The edition that an item stands in, as far as an action on the item has to know it beforehand."""

    id: int
    date: date
    status: str


_EDITIONS, _ITEMS = Edition.__table__, Item.__table__
# Every action on an item begins with it, so it is built once and past the ORM.
_EDITION_OF = (
    select(*(_EDITIONS.c[name] for name in EditionOf._fields))
    .join_from(_ITEMS, _EDITIONS)
    .where(_ITEMS.c.id == bindparam("item"))
)


def edition_of(session: Session, item_id: int) -> EditionOf | None:
    """The edition that an item stands in, or None where there is no such item."""
    row = session.execute(_EDITION_OF, {"item": item_id}).one_or_none()
    return None if row is None else EditionOf(*row)


def details_of_item(session: Session, item_id: int) -> Details | None:
    """An item with all that is loaded when it is opened, or None where there is no such item."""
    # Read first, so that no text is taken for a newer one than it is.
    version = version_with(session, item_id)
    item = session.get(Item, item_id, populate_existing=True)
    if item is None:
        return None
    picked = (Item.edition_id == item.edition_id, Item.state == "picked")
    # The key of an item that is not picked is None, and nothing compares with that.
    up_to_it = select(func.count()).where(*picked, Item.order_key <= (item.order_key or ""))
    # Of a paper that still waits nobody has seen anything; it is shown as it would be taken.
    as_of = newest_finished_run(session) if item.state == "waiting" else None
    edition = session.get_one(Edition, item.edition_id, populate_existing=True)
    is_draft = edition.status == "draft"
    return Details(
        id=item.id,
        state=item.state,
        version=item.version,
        score=item.score,
        parts=item.parts,
        trend=item.trend,
        headline=item.headline,
        note=item.note,
        texts=stands_of_item(session, item),
        as_of=version,
        quotes=item.quotes,
        drop_reason=item.drop_reason,
        decided_at=item.decided_at,
        pinned_at=item.pinned_at,
        edition=edition,
        position=session.scalar(up_to_it) if item.state == "picked" else None,
        picked_count=session.scalar(select(func.count()).where(*picked)) or 0,
        text=texts_of_items(session, [item_id], as_of=as_of)[item_id],
        mentions=evidence_of_items(session, [item_id], as_of=as_of).get(item_id, []),
        signals=signals_of_items(session, [item_id]).get(item_id, []),
        freshness=freshness_of(session, edition.date, _newest(item.parts)) if is_draft else Freshness(),
        hidden=sources_read_since(session, item_id) if is_draft and as_of is None else set(),
    )


def _newest(parts: list[dict[str, Any]]) -> datetime | None:
    times = [part["captured_at"] for part in parts if part.get("captured_at")]
    return datetime.fromisoformat(max(times)) if times else None

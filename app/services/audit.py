"""The audit events: what kinds there are, and how one is recorded with before and after of every field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.markup import shortened
from app.models import AuditEvent, Edition, Item
from app.services.acting import Acting

# What an action may change of an item, and so what an event keeps of it and an undo puts back.
ITEM_FIELDS = (
    "state",
    "order_key",
    "score",
    "parts",
    "trend",
    "horizon",
    "left_run_id",
    "headline",
    "note",
    "remark",
    "quotes",
    "drop_reason",
    "decided_at",
    "placed_at",
    "pinned_at",
    "update_of",
)
TIMES = ("decided_at", "placed_at", "pinned_at", "struck_at")
DATES = ("update_of",)
# As much of a title as a summary shows.
SHOWN_TITLE = 60

# Every action runs it, so it is built once and past the ORM.
_INSERT = insert(AuditEvent.__table__).returning(AuditEvent.__table__.c.id)


class Kind(StrEnum):
    """Every kind of audit event."""

    RUN_ASKED = "run.asked"
    PAPER_ADDED = "paper.added"
    EDITION_FILLED = "edition.filled"
    EDITION_PUBLISHED = "edition.published"
    EDITION_IMPORTED = "edition.imported"
    EDITION_REOPENED = "edition.reopened"
    EDITION_CLOSED = "edition.closed"
    EDITION_SCHEDULED = "edition.scheduled"
    EDITION_UNSCHEDULED = "edition.unscheduled"
    EDITION_NOT_PUBLISHED = "edition.not_published"
    POST_RETRACTED = "post.retracted"
    POST_RESTORED = "post.restored"
    POST_TAKEN_BACK = "post.taken_back"
    DELIVERY_DECIDED = "delivery.decided"
    MAIL_SENT = "mail.sent"
    ITEM_PICKED = "item.picked"
    ITEM_DROPPED = "item.dropped"
    ITEM_HELD = "item.held"
    ITEM_RETURNED = "item.returned"
    ITEM_MOVED = "item.moved"
    ITEM_ANNOTATED = "item.annotated"
    ITEM_PINNED = "item.pinned"
    ITEM_UNPINNED = "item.unpinned"
    EDITION_ORDERED = "edition.ordered"
    EDITION_CUT = "edition.cut"
    ITEM_UPDATED = "item.updated"
    ITEM_QUOTED = "item.quoted"
    EDITION_WRITTEN = "edition.written"
    EDITION_RESTORED = "edition.restored"
    BATON_TAKEN = "baton.taken"
    BATON_LAID_DOWN = "baton.laid_down"
    LINK_MADE = "link.made"
    LINK_ENDED = "link.ended"
    MENTION_STRUCK = "mention.struck"
    MENTION_UNSTRUCK = "mention.unstruck"
    DATA_TAKEN = "data.taken"
    DATA_LEFT = "data.left"
    ACTION_UNDONE = "action.undone"
    ACTION_REDONE = "action.redone"
    UNDO_PASSED_OVER = "undo.passed_over"


UNDOABLE = (
    Kind.PAPER_ADDED,
    Kind.ITEM_PICKED,
    Kind.ITEM_DROPPED,
    Kind.ITEM_HELD,
    Kind.ITEM_RETURNED,
    Kind.ITEM_MOVED,
    Kind.ITEM_ANNOTATED,
    Kind.ITEM_PINNED,
    Kind.ITEM_UNPINNED,
    Kind.EDITION_ORDERED,
    Kind.EDITION_CUT,
    Kind.ITEM_UPDATED,
    Kind.ITEM_QUOTED,
    Kind.EDITION_WRITTEN,
    Kind.EDITION_RESTORED,
    Kind.MENTION_STRUCK,
    Kind.MENTION_UNSTRUCK,
    Kind.DATA_TAKEN,
    Kind.DATA_LEFT,
)


class Claimed(NamedTuple):
    """A draft edition that is locked for an action, with the version that it got by it."""

    id: int
    date: date
    version: int


class Recorded(NamedTuple):
    """An event that was just written."""

    id: int


@dataclass(frozen=True, slots=True)
class Acted:
    """What an action did: its event (None when nothing had to change) and every item whose row changed."""

    edition_id: int | None
    event_id: int | None
    item_ids: list[int]


def plain(name: str, value: Any) -> Any:
    """A field's value as JSON can hold it: times and dates as ISO 8601."""
    return value.isoformat() if name in TIMES + DATES and value is not None else value


def unplain(name: str, value: Any) -> Any:
    """The field's value again."""
    if value is None:
        return None
    if name in TIMES:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name in DATES else value


def snapshot(item: Item) -> dict[str, Any]:
    """An item's changeable fields as plain data."""
    return {name: plain(name, getattr(item, name)) for name in ITEM_FIELDS}


def item_changes(before: Mapping[int, Mapping[str, Any]], items: Iterable[Item]) -> list[dict[str, Any]]:
    """What differs between snapshots taken earlier and the items as they are now, one dict per changed item."""
    changes = []
    for item in items:
        after = snapshot(item)
        fields = {
            name: [before[item.id][name], after[name]] for name in ITEM_FIELDS if before[item.id][name] != after[name]
        }
        if fields:
            changes.append({"item_id": item.id, "fields": fields})
    return changes


def quoted_title(title: str) -> str:
    """The beginning of a title in quotation marks, as summaries name a paper."""
    return f"“{shortened(' '.join(title.split()), SHOWN_TITLE)}”"


def record(
    session: Session,
    by: Acting,
    kind: Kind,
    summary: str,
    *,
    edition: Edition | Claimed | None = None,
    changes: Iterable[Mapping[str, Any]] = (),
    **about: int | None,
) -> Recorded:
    """Add one event to the transaction; the caller commits. `about` may give item_id, mention_id, undoes_id."""
    session.flush()
    values = {
        "kind": kind,
        "at": by.now,
        "editor_id": by.editor_id,
        "edition_id": edition.id if edition else None,
        "version": edition.version if edition else None,
        "summary": summary,
        "changes": list(changes),
    }
    return Recorded(session.execute(_INSERT, values | about).scalar_one())

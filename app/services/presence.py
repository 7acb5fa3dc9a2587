"""Presence: that somebody has an edition open, and what was looked at; nobody ever waits for it to be written."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.models import Glance, Item, Presence
from app.services.transactions import transaction

# As long as nothing else is new, what is known of somebody is written this often.
OFTEN = timedelta(seconds=10)
# A paper that is looked at again within this was looked at once.
SAME_GLANCE = timedelta(minutes=1)
# Milliseconds that are waited for another writer; after that it is left for the next time.
MOMENT = 50

_ITEM, _GLANCE, _PRESENCE = Item.__table__.c, Glance.__table__.c, Presence.__table__.c
# Asked with most questions of an open page, so built once, and their rows are plain ones.
_LOOKED_AT = (
    select(_ITEM.id, _GLANCE.at)
    .outerjoin_from(
        Item.__table__,
        Glance.__table__,
        and_(_GLANCE.item_id == _ITEM.id, _GLANCE.editor_id == bindparam("editor_id")),
    )
    .where(_ITEM.edition_id == bindparam("edition_id"), _ITEM.id.in_(bindparam("item_ids", expanding=True)))
)
_KNOWN = select(*(_PRESENCE[name] for name in ("item_id", "field", "seen_at", "active_at"))).where(
    _PRESENCE.editor_id == bindparam("editor_id"), _PRESENCE.edition_id == bindparam("edition_id")
)


def be_here(
    session: Session,
    edition_id: int,
    editor_id: int,
    now: datetime,
    *,
    item_id: int | None = None,
    field: str | None = None,
    is_active: bool = False,
    looked: Collection[int] = (),
) -> None:
    """Remember that somebody has an edition open: on an item, in a text, and which items were looked at since.

    Only who did something is somewhere else than before: of two windows the one that is worked in counts. It is
    nobody's action: it leaves no event, and the edition is not touched. Where another writes at the moment it is left
    out; the page says it again a few seconds later.
    """
    named = {*looked, *([item_id] if item_id is not None else [])}
    glances = _glances(session, edition_id, editor_id, named) if named else {}
    item_id = item_id if item_id in glances else None
    fresh = [item for item in looked if item in glances and not _is_same(glances[item], now)]
    values = _values(session, (editor_id, edition_id), now, item_id, field, is_active)
    if not values and not fresh:
        return
    try:
        with transaction(session), _impatiently(session):
            if values:
                _write(session, values, editor_id=editor_id, edition_id=edition_id)
            for glanced in sorted(set(fresh)):
                _write_glance(session, editor_id, glanced, now)
    except (IntegrityError, OperationalError):
        # Another window, or somebody's action, was there first.
        return


def is_due(seen_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to write again that somebody is here, who was last heard of at `seen_at`, if ever."""
    return seen_at is None or now - seen_at >= OFTEN


def _glances(
    session: Session, edition_id: int, editor_id: int, item_ids: Collection[int]
) -> dict[int, datetime | None]:
    """Those of some items that stand in the edition, each with when the editor last looked at it."""
    asked = {"edition_id": edition_id, "editor_id": editor_id, "item_ids": list(item_ids)}
    return {item_id: at for item_id, at in session.execute(_LOOKED_AT, asked)}


def _is_same(looked_at: datetime | None, now: datetime) -> bool:
    """Whether who looks at an item now is still at the glance of before."""
    return looked_at is not None and looked_at > now - SAME_GLANCE


def _values(
    session: Session, key: tuple[int, int], now: datetime, item_id: int | None, field: str | None, is_active: bool
) -> dict[str, Any]:
    """What is to be written of somebody now; nothing where the same was written a moment ago."""
    known = session.execute(_KNOWN, dict(zip(("editor_id", "edition_id"), key, strict=True))).first()
    if known is None:
        return {"seen_at": now, "active_at": now, "item_id": item_id, "field": field}
    values: dict[str, Any] = {}
    if is_active and (now - known.active_at >= OFTEN or (known.item_id, known.field) != (item_id, field)):
        values = {"active_at": now, "item_id": item_id, "field": field}
    if values or is_due(known.seen_at, now):
        values["seen_at"] = now
    return values


def _write(session: Session, values: dict[str, Any], **key: int) -> None:
    mine = (Presence.editor_id == key["editor_id"], Presence.edition_id == key["edition_id"])
    written = session.execute(update(Presence).where(*mine).values(values).execution_options(synchronize_session=False))
    if not written.rowcount:
        session.execute(insert(Presence).values({**key, **values}))


def _write_glance(session: Session, editor_id: int, item_id: int, now: datetime) -> None:
    mine = (Glance.editor_id == editor_id, Glance.item_id == item_id)
    written = session.execute(update(Glance).where(*mine).values(at=now).execution_options(synchronize_session=False))
    if not written.rowcount:
        session.execute(insert(Glance).values(editor_id=editor_id, item_id=item_id, at=now))


@contextmanager
def _impatiently(session: Session) -> Iterator[None]:
    """Within, another writer is waited for no longer than a moment."""
    if session.connection().dialect.name != "sqlite":
        session.execute(text(f"SET LOCAL lock_timeout = {MOMENT}"))
        yield
        return
    patience = session.scalar(text("PRAGMA busy_timeout"))
    session.execute(text(f"PRAGMA busy_timeout = {MOMENT}"))
    try:
        yield
    finally:
        # The connection is used again, by those who wait.
        session.execute(text(f"PRAGMA busy_timeout = {patience}"))

"""Presence: that somebody has an edition open, and what was looked at; nobody ever waits for it to be written."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update
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
    known = _items_here(session, edition_id, named) if named else set()
    item_id = item_id if item_id in known else None
    fresh = _fresh_glances(session, editor_id, known & set(looked), now)
    values = _values(session, (editor_id, edition_id), now, item_id, field, is_active)
    if not values and not fresh:
        return
    try:
        with transaction(session), _impatiently(session):
            if values:
                _write(session, values, editor_id=editor_id, edition_id=edition_id)
            for glanced in sorted(fresh):
                _write_glance(session, editor_id, glanced, now)
    except (IntegrityError, OperationalError):
        # Another window, or somebody's action, was there first.
        return


def _items_here(session: Session, edition_id: int, item_ids: Collection[int]) -> set[int]:
    return set(session.scalars(select(Item.id).where(Item.edition_id == edition_id, Item.id.in_(item_ids))))


def _fresh_glances(session: Session, editor_id: int, item_ids: Collection[int], now: datetime) -> set[int]:
    """The items of which it is not known yet that they were looked at by now."""
    if not item_ids:
        return set()
    query = select(Glance.item_id).where(Glance.editor_id == editor_id, Glance.item_id.in_(item_ids))
    return set(item_ids) - set(session.scalars(query.where(Glance.at > now - SAME_GLANCE)))


def _values(
    session: Session, key: tuple[int, int], now: datetime, item_id: int | None, field: str | None, is_active: bool
) -> dict[str, Any]:
    """What is to be written of somebody now; nothing where the same was written a moment ago."""
    known = session.get(Presence, key, populate_existing=True)
    if known is None:
        return {"seen_at": now, "active_at": now, "item_id": item_id, "field": field}
    values: dict[str, Any] = {}
    if is_active and (now - known.active_at >= OFTEN or (known.item_id, known.field) != (item_id, field)):
        values = {"active_at": now, "item_id": item_id, "field": field}
    if values or now - known.seen_at >= OFTEN:
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

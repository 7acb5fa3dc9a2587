"""How the texts of an edition and of its papers stand: what they say, when they were saved, and who wrote them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, null, select
from sqlalchemy.orm import Session, joinedload

from app.domain.texts import EDITION_TEXTS, ITEM_TEXTS, digest, seal
from app.models import AuditEvent, Edition, Item, Paper, Writing

# How far back in the log it is looked for who changed a text last.
EVENTS_ASKED = 50


@dataclass(frozen=True, slots=True)
class Stand:
    """A text as it stands: `seen` is what a page sends along with its next save of it.

    `saved_at` is when it was saved as it stands; None where nobody has saved it by itself, or something else, such as
    an undo, has changed it since.
    """

    field: str
    text: str | None
    seen: str
    saved_at: datetime | None


class LastSave(NamedTuple):
    """The last save of a text by itself, as `Writing` has it."""

    id: int
    writer: str
    sequence: int
    digest: str
    saved_at: datetime
    event_id: int | None


class Run(NamedTuple):
    """The entry of the log that the last save of a text belongs to, as `AuditEvent` has it."""

    id: int
    version: int
    versions: list[int] | None
    changes: list[dict[str, Any]]


class Owned(NamedTuple):
    """A text as a save finds it: of which edition it is, what it says, and its last save with its run, if there is one.

    The state and the title are those of the item whose text it is.
    """

    edition_id: int
    text: str | None
    state: str | None
    title: str | None
    last: LastSave | None
    run: Run | None


_EDITIONS, _ITEMS, _PAPERS = (model.__table__ for model in (Edition, Item, Paper))
_WRITINGS, _EVENTS = Writing.__table__, AuditEvent.__table__
_SAVE = [*(_WRITINGS.c[name] for name in LastSave._fields), *(_EVENTS.c[name] for name in Run._fields)]
_HAS_RUN = _EVENTS.c.id == _WRITINGS.c.event_id
# Every save asks one of these, so they are built once and past the ORM; which text it is, each has a statement for.
_OF_ITEM = {
    field: select(_ITEMS.c.edition_id, _ITEMS.c[field], _ITEMS.c.state, _PAPERS.c.title, *_SAVE)
    .join_from(_ITEMS, _PAPERS)
    .outerjoin(_WRITINGS, (_WRITINGS.c.item_id == _ITEMS.c.id) & (_WRITINGS.c.field == field))
    .outerjoin(_EVENTS, _HAS_RUN)
    .where(_ITEMS.c.id == bindparam("owner"))
    for field in ITEM_TEXTS
}
_OF_EDITION = {
    field: select(_EDITIONS.c.id, _EDITIONS.c[field], null(), null(), *_SAVE)
    .outerjoin_from(
        _EDITIONS,
        _WRITINGS,
        (_WRITINGS.c.edition_id == _EDITIONS.c.id) & _WRITINGS.c.item_id.is_(None) & (_WRITINGS.c.field == field),
    )
    .outerjoin(_EVENTS, _HAS_RUN)
    .where(_EDITIONS.c.id == bindparam("owner"))
    for field in EDITION_TEXTS
}


def owned_text(session: Session, edition_id: int, item_id: int | None, field: str) -> Owned | None:
    """A text of an item, or without one of the edition; None where there is no such item."""
    query, owner = (_OF_EDITION[field], edition_id) if item_id is None else (_OF_ITEM[field], item_id)
    row = session.execute(query, {"owner": owner}).one_or_none()
    if row is None:
        return None
    of, last, run = row[:4], row[4:10], row[10:]
    return Owned(*of, LastSave(*last) if last[0] is not None else None, Run(*run) if run[0] is not None else None)


def stand_of(field: str, text: str | None, writing: Writing | LastSave | None) -> Stand:
    """How a text stands after its last save."""
    saved_at = writing.saved_at if writing else None
    is_as_saved = writing is not None and writing.digest == digest(text)
    return Stand(field, text, seal(text, saved_at), saved_at if is_as_saved else None)


def stands_of_item(session: Session, item: Item) -> dict[str, Stand]:
    """How the texts of an item stand, by field."""
    found = session.scalars(select(Writing).where(Writing.item_id == item.id).execution_options(populate_existing=True))
    saves = {writing.field: writing for writing in found}
    return {field: stand_of(field, getattr(item, field), saves.get(field)) for field in ITEM_TEXTS}


def stands_of_edition(session: Session, edition: Edition) -> dict[str, Stand]:
    """How the texts of an edition stand, by field."""
    query = select(Writing).where(Writing.edition_id == edition.id, Writing.item_id.is_(None))
    saves = {writing.field: writing for writing in session.scalars(query.execution_options(populate_existing=True))}
    return {field: stand_of(field, getattr(edition, field), saves.get(field)) for field in EDITION_TEXTS}


def last_writer(session: Session, edition_id: int, item_id: int | None, field: str) -> str | None:
    """The name of the editor whose action changed a text last; None for the command line, and where it is long ago."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id).options(joinedload(AuditEvent.editor))
    if item_id is not None:
        query = query.where((AuditEvent.item_id == item_id) | AuditEvent.item_id.is_(None))
    for event in session.scalars(query.order_by(AuditEvent.id.desc()).limit(EVENTS_ASKED)):
        if any(_touches(change, item_id, field) for change in event.changes):
            return event.editor.name if event.editor else None
    return None


def _touches(change: dict, item_id: int | None, field: str) -> bool:
    if item_id is None:
        return field in change.get("of_edition", {})
    return change.get("item_id") == item_id and field in change["fields"]

"""Undo: the inverse of an editor's newest action, applied as a new action, or refused in one sentence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.editions import NotAllowed, key_between
from app.models import AuditEvent, Edition, Editor, Item, Strike
from app.services.acting import Acting
from app.services.audit import UNDOABLE, Acted, Kind, item_changes, record, snapshot, unplain
from app.services.evidence import claim_reached, draft_items_naming, strike_fields
from app.services.scoring import claim_edition, clear_places, picked_order, rescore
from app.services.transactions import transaction


def next_undo(session: Session, edition_id: int, editor: Editor | None) -> AuditEvent | None:
    """The newest action of this editor in this edition that is not undone yet, or None."""
    later = aliased(AuditEvent)
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.edition_id == edition_id,
            AuditEvent.editor_id == editor.id if editor else AuditEvent.editor_id.is_(None),
            AuditEvent.kind.in_(UNDOABLE),
            ~exists().where(later.undoes_id == AuditEvent.id),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def undo(session: Session, edition_id: int, by: Acting) -> Acted:
    """Take back the editor's newest action in this edition; call it again to go further back.

    Raises NotAllowed when there is nothing to undo, or when somebody has since changed what would be put back.
    """
    try:
        with transaction(session):
            return _undo_newest(session, edition_id, by)
    except Overtaken as overtaken:
        with transaction(session):
            edition = claim_edition(session, edition_id, by.now)
            about = {"edition": edition, "item_id": overtaken.event.item_id, "mention_id": overtaken.event.mention_id}
            passed = f"could not undo any more: {overtaken.event.summary}"
            record(session, by, Kind.UNDO_PASSED_OVER, passed, undoes_id=overtaken.event.id, **about)
        raise


class Overtaken(NotAllowed):
    """The action cannot be taken back, because something came after; the next undo is of the one before it."""

    def __init__(self, event: AuditEvent, reason: str) -> None:
        cannot = f"This cannot be undone any more, because {reason}: {event.summary}."
        super().__init__(f"{cannot} Undo again for the action before it.")
        self.event = event


def _undo_newest(session: Session, edition_id: int, by: Acting) -> Acted:
    while event := next_undo(session, edition_id, by.editor):
        edition = _claim(session, edition_id, event, by.now)
        if next_undo(session, edition_id, by.editor) is event:
            return _apply(session, edition, event, by)
        # It was undone in another window while this one waited for the lock; the one before it is meant now.
        session.rollback()
    raise NotAllowed("There is nothing of yours to undo in this edition.")


def _claim(session: Session, edition_id: int, event: AuditEvent, now: datetime) -> Edition:
    """Lock the edition, and with it the others that a strike reached. Raises NotAllowed when it is published."""
    if event.mention_id is None:
        return claim_edition(session, edition_id, now)
    return claim_reached(session, event.mention_id, edition_id, now) or session.get_one(Edition, edition_id)


def _apply(session: Session, edition: Edition, event: AuditEvent, by: Acting) -> Acted:
    of_items = {change["item_id"]: change["fields"] for change in event.changes if "item_id" in change}
    query = select(Item).where(Item.id.in_(of_items)).order_by(Item.id).options(joinedload(Item.edition))
    items = list(session.scalars(query.execution_options(populate_existing=True)))
    named = draft_items_naming(session, event.mention_id) if event.mention_id else []
    # Papers that came under the mention since, or whose edition followed the rules by itself when it was struck.
    others = [item for item in named if item.id not in of_items]
    before = {item.id: snapshot(item) for item in [*items, *others]}
    for item in items:
        _refuse_overtaken(event, item, of_items[item.id], before[item.id])
    strikes = [_put_back_strike(session, event, change) for change in event.changes if "mention_id" in change]
    _put_back_items(session, items, of_items)
    rescore(session, others, by.rules)
    undone = record(
        session,
        by,
        Kind.ACTION_UNDONE,
        f"undid: {event.summary}",
        edition=edition,
        item_id=event.item_id,
        mention_id=event.mention_id,
        undoes_id=event.id,
        changes=[*strikes, *item_changes(before, [*items, *others])],
    )
    return Acted(edition.id, undone.id, [item.id for item in [*items, *others]])


def _refuse_overtaken(
    event: AuditEvent, item: Item, fields: Mapping[str, list[Any]], now_is: Mapping[str, Any]
) -> None:
    """An undo must not wipe out what came after. A key may differ: neighbours of what moves may be given fresh ones."""
    if item.edition.status != "draft":
        raise Overtaken(event, f"{item.edition.date} is published")
    is_placed_since = item.placed_at is not None and item.placed_at > event.at
    for name, (_, after) in fields.items():
        if now_is[name] != after and (name != "order_key" or is_placed_since):
            raise Overtaken(event, "it was changed since")


def _put_back_strike(session: Session, event: AuditEvent, change: Mapping[str, Any]) -> dict[str, Any]:
    former, made = change["strike"]
    mention_id = change["mention_id"]
    struck = session.scalar(select(Strike).where(Strike.mention_id == mention_id))
    if strike_fields(struck) != made:
        raise Overtaken(event, "the strike was changed since")
    if former is None:
        session.execute(delete(Strike).where(Strike.mention_id == mention_id))
    else:
        session.add(Strike(mention_id=mention_id, **{name: unplain(name, value) for name, value in former.items()}))
    session.flush()
    return {"mention_id": mention_id, "strike": [made, former]}


def _put_back_items(session: Session, items: list[Item], of_items: Mapping[int, Mapping[str, list[Any]]]) -> None:
    """Write the former values. Places are cleared first, because order keys are unique at every moment.

    They are written after all else, so that rows alike are written together.
    """
    placed = {item.id: (item.state, item.order_key) for item in items}
    for item in items:
        for name, (former, _) in of_items[item.id].items():
            if name not in ("state", "order_key"):
                setattr(item, name, unplain(name, former))
        item.version += 1
    session.flush()
    clear_places(session, [item for item in items if "order_key" in of_items[item.id]])
    taken = {item.edition_id: set[str]() for item in items}
    for edition_id, keys in taken.items():
        keys |= {found.order_key for found in picked_order(session, edition_id)}
    for item in items:
        fields = of_items[item.id]
        if "order_key" in fields:
            item.state = fields["state"][0] if "state" in fields else placed[item.id][0]
            item.order_key = _free_key(taken[item.edition_id], fields["order_key"][0])
        elif "state" in fields:
            item.state = fields["state"][0]
    session.flush()


def _free_key(taken: set[str], key: str | None) -> str | None:
    """The former key, or one just behind it where another item has taken it since; it is taken from then on."""
    if key in taken:
        key = key_between(key, min((other for other in taken if other > key), default=None))
    if key is not None:
        taken.add(key)
    return key

"""Undo and redo, many deep and per person: the inverse of an editor's newest event, or one sentence of refusal."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Editor
from app.services.acting import Acting
from app.services.applying import Overtaken, apply_inverse, claim_for
from app.services.audit import UNDOABLE, Acted, Kind, record
from app.services.placing import claim_edition
from app.services.transactions import transaction


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the two ways through what an editor did: which event is next on it, and its words."""

    next_event: Callable[[Session, int, Editor | None], AuditEvent | None]
    kind: Kind
    did: str
    nothing: str
    overtaken: str
    passed: str


def next_undo(session: Session, edition_id: int, editor: Editor | None) -> AuditEvent | None:
    """The newest action of this editor in this edition that stands, done for the first time or again; or None."""
    return session.scalar(_standing(edition_id, editor).where(AuditEvent.kind.in_([*UNDOABLE, Kind.ACTION_REDONE])))


def next_redo(session: Session, edition_id: int, editor: Editor | None) -> AuditEvent | None:
    """The newest undo of this editor in this edition that stands, or None.

    Whoever does something new after an undo does not do again what was undone before; what others do does not count.
    """
    newest_fresh = (
        select(func.coalesce(func.max(AuditEvent.id), 0))
        .where(AuditEvent.edition_id == edition_id, _by(editor), AuditEvent.kind.in_(UNDOABLE))
        .scalar_subquery()
    )
    query = _standing(edition_id, editor).where(AuditEvent.kind == Kind.ACTION_UNDONE, AuditEvent.id > newest_fresh)
    return session.scalar(query)


def _by(editor: Editor | None) -> ColumnElement[bool]:
    return AuditEvent.editor_id == editor.id if editor else AuditEvent.editor_id.is_(None)


def _standing(edition_id: int, editor: Editor | None) -> Select[tuple[AuditEvent]]:
    """The newest event of an editor in an edition that no other has taken back or passed over.

    A correction ends where it began: what was done before the edition was opened again is what readers have.
    """
    later, opened = aliased(AuditEvent), aliased(AuditEvent)
    began = select(func.coalesce(func.max(opened.id), 0)).where(
        opened.edition_id == edition_id, opened.kind == Kind.EDITION_REOPENED
    )
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id, _by(editor))
    query = query.where(AuditEvent.id > began.scalar_subquery())
    return query.where(~exists().where(later.undoes_id == AuditEvent.id)).order_by(AuditEvent.id.desc()).limit(1)


UNDO = _Way(
    next_undo,
    Kind.ACTION_UNDONE,
    "undid",
    "There is nothing of yours to undo in this edition.",
    "This cannot be undone any more, because {reason}: {summary}. Undo again for the action before it.",
    "could not undo any more",
)
REDO = _Way(
    next_redo,
    Kind.ACTION_REDONE,
    "did again",
    "There is nothing of yours to do again in this edition.",
    "This cannot be done again, because {reason}: {summary}. Redo again for what you undid before it.",
    "could not do again",
)


def undo(session: Session, edition_id: int, by: Acting, *, event_id: int | None = None) -> Acted:
    """Take back the editor's newest action in this edition; call it again to go further back.

    `event_id` says which action is meant: it is taken back only as long as it is the newest. Raises NotAllowed when
    there is nothing to undo, or when somebody has since changed what would be put back.
    """
    return _go(session, edition_id, by, UNDO, event_id)


def redo(session: Session, edition_id: int, by: Acting) -> Acted:
    """Do again what the editor undid last in this edition; call it again for what was undone before that.

    Raises NotAllowed as `undo` does, and when the editor has done something new since.
    """
    return _go(session, edition_id, by, REDO, None)


def _go(session: Session, edition_id: int, by: Acting, way: _Way, event_id: int | None) -> Acted:
    """Go one step, or pass over an event that was overtaken, so that the next step is the one beyond it."""
    try:
        with transaction(session):
            return _step(session, edition_id, by, way, event_id)
    except Overtaken as overtaken:
        event, reason = overtaken.event, overtaken.reason
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
        about = {"edition": edition, "item_id": event.item_id, "mention_id": event.mention_id}
        summary = _what(session, event)
        record(session, by, Kind.UNDO_PASSED_OVER, f"{way.passed}: {summary}", undoes_id=event.id, **about)
    raise NotAllowed(way.overtaken.format(reason=reason, summary=summary))


def _step(session: Session, edition_id: int, by: Acting, way: _Way, event_id: int | None) -> Acted:
    while event := way.next_event(session, edition_id, by.editor):
        _refuse_other(session, event, event_id)
        edition = claim_for(session, edition_id, event, by)
        if way.next_event(session, edition_id, by.editor) is event:
            summary = f"{way.did}: {_what(session, event)}"
            return apply_inverse(session, edition, event, by, kind=way.kind, summary=summary)
        # It was taken in another window while this one waited for the lock; the one before it is meant now.
        session.rollback()
    _refuse_other(session, None, event_id)
    raise NotAllowed(way.nothing)


def _refuse_other(session: Session, event: AuditEvent | None, event_id: int | None) -> None:
    """An undo of one action must not be one of another."""
    if event_id is None or (event is not None and event.id == event_id):
        return
    if session.scalar(select(exists().where(AuditEvent.undoes_id == event_id))):
        raise NotAllowed("This was taken back already.")
    raise NotAllowed("You have done something else since; undo that first, step by step.")


def _what(session: Session, event: AuditEvent) -> str:
    """The action that an event did, undid or did again, in words."""
    while event.undoes_id is not None:
        event = session.get_one(AuditEvent, event.undoes_id)
    return event.summary

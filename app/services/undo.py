"""Undo and redo, many deep and per person: the inverse of an editor's newest event, or one sentence of refusal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, bindparam, exists, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import AuditEvent
from app.models.editors import Account
from app.services.acting import Acting
from app.services.applying import Overtaken, apply_inverse, claim_for
from app.services.audit import UNDOABLE, Acted, Kind, record
from app.services.placing import claim_edition
from app.services.transactions import transaction


class Step(NamedTuple):
    """What an undo or a redo would take back: the event, and what it says."""

    id: int
    summary: str


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the two ways through what an editor did: which event is next on it, and its words."""

    next_event: Callable[[Session, int, Account | None], Step | None]
    kind: Kind
    did: str
    nothing: str
    overtaken: str
    passed: str


_EVENTS = AuditEvent.__table__


def _of_editor(events: FromClause) -> ColumnElement[bool]:
    """The events of one editor in one edition; those of the command line are of no editor."""
    is_theirs = events.c.editor_id.is_not_distinct_from(bindparam("editor", type_=Integer))
    return and_(events.c.edition_id == bindparam("edition"), is_theirs)


def is_one_of(events: FromClause, kinds: Iterable[Kind]) -> ColumnElement[bool]:
    """Written out, for a list of parameters would be written anew each time that the statement runs."""
    return events.c.kind.in_([literal_column(f"'{kind}'") for kind in kinds])


def _standing(*kinds: Kind) -> Select[tuple[int, str]]:
    """The newest event of an editor in an edition, of some kinds, that no other has taken back or passed over.

    A correction ends where it began: what was done before the edition was opened again is what readers have. It is
    asked of each event whether that came later, so that only the newest of the log are read.
    """
    later, opened = _EVENTS.alias(), _EVENTS.alias()
    is_before = (opened.c.edition_id == _EVENTS.c.edition_id, opened.c.kind == Kind.EDITION_REOPENED)
    query = select(_EVENTS.c.id, _EVENTS.c.summary).where(_of_editor(_EVENTS), is_one_of(_EVENTS, kinds))
    query = query.where(~exists().where(*is_before, opened.c.id > _EVENTS.c.id))
    query = query.where(~exists().where(later.c.undoes_id == _EVENTS.c.id))
    return query.order_by(_EVENTS.c.id.desc()).limit(1)


def _newest_fresh() -> ColumnElement[int]:
    """The newest thing that an editor did in an edition for the first time, undone or not; 0 where there is none."""
    fresh = _EVENTS.alias()
    query = select(fresh.c.id).where(_of_editor(fresh), is_one_of(fresh, UNDOABLE)).order_by(fresh.c.id.desc()).limit(1)
    return func.coalesce(query.scalar_subquery(), 0)


# Asked for with every page and every action, so they are built once and past the ORM.
NEXT_UNDO = _standing(*UNDOABLE, Kind.ACTION_REDONE)
_NEXT_REDO = _standing(Kind.ACTION_UNDONE).where(_EVENTS.c.id > _newest_fresh())


def next_undo(session: Session, edition_id: int, editor: Account | None) -> Step | None:
    """The newest action of this editor in this edition that stands, done for the first time or again; or None."""
    return _next(session, NEXT_UNDO, edition_id, editor)


def next_redo(session: Session, edition_id: int, editor: Account | None) -> Step | None:
    """The newest undo of this editor in this edition that stands, or None.

    Whoever does something new after an undo does not do again what was undone before; what others do does not count.
    """
    return _next(session, _NEXT_REDO, edition_id, editor)


def _next(session: Session, query: Select[tuple[int, str]], edition_id: int, editor: Account | None) -> Step | None:
    asked = {"edition": edition_id, "editor": editor.id if editor else None}
    row = session.execute(query, asked).one_or_none()
    return None if row is None else Step(*row)


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
    while step := way.next_event(session, edition_id, by.editor):
        _refuse_other(session, step, event_id)
        event = session.get_one(AuditEvent, step.id)
        edition = claim_for(session, edition_id, event, by)
        # A run of saves may have gone on until the lock was got.
        session.refresh(event)
        if way.next_event(session, edition_id, by.editor) == step:
            summary = f"{way.did}: {_what(session, event)}"
            return apply_inverse(session, edition, event, by, kind=way.kind, summary=summary)
        # It was taken in another window while this one waited for the lock; the one before it is meant now.
        session.rollback()
    _refuse_other(session, None, event_id)
    raise NotAllowed(way.nothing)


def _refuse_other(session: Session, step: Step | None, event_id: int | None) -> None:
    """An undo of one action must not be one of another."""
    if event_id is None or (step is not None and step.id == event_id):
        return
    if session.scalar(select(exists().where(AuditEvent.undoes_id == event_id))):
        raise NotAllowed("This was taken back already.")
    raise NotAllowed("You have done something else since; undo that first, step by step.")


def _what(session: Session, event: AuditEvent) -> str:
    """The action that an event did, undid or did again, in words."""
    while event.undoes_id is not None:
        event = session.get_one(AuditEvent, event.undoes_id)
    return event.summary

"""The handover of an edition, read from the log: what the baton’s holder did since, and how far down was looked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.handover import in_words, looked_in_words
from app.models import AuditEvent, Edition, Glance, Item
from app.queries.repeats import earlier_runs
from app.queries.shown import item_order

BATON_KINDS = ("baton.taken", "baton.laid_down")
# The state that a kind of action gives to its papers: what else it changed on the way is not counted.
_STATES = {
    "item.picked": ("picked", "picked"),
    "item.dropped": ("dropped", "dropped"),
    "item.held": ("held", "held"),
    "item.returned": ("returned", "candidate"),
}
_OF_ONE_ITEM = {
    "paper.added": "added",
    "item.moved": "moved",
    "item.pinned": "pinned",
    "item.unpinned": "unpinned",
    "item.updated": "updated",
    "item.quoted": "quoted",
}
_OF_MENTION = {"mention.struck": "struck", "mention.unstruck": "unstruck"}
_OF_EDITION = {
    "edition.cut": "cut",
    "edition.ordered": "ordered",
    "edition.restored": "restored",
    "data.taken": "taken",
    "data.left": "left",
    "action.undone": "undone",
    "action.redone": "redone",
}
_TEXTS = ("headline", "note", "remark", "introduction", "closing")


@dataclass(frozen=True, slots=True)
class Handover:
    """What one person did in an edition since a time, by the log; what was taken back since does not count.

    `counts` has the names of domain/handover.py: papers, texts and mentions are each counted once, however often the
    same was done to them. `repeats` are the dropped ones that ran before. `deepest` is the place in page order, from 1,
    of the lowest of the `papers` on the page that the person looked at.
    """

    name: str
    since: datetime
    counts: dict[str, int]
    repeats: int
    deepest: int | None
    papers: int

    @property
    def parts(self) -> list[str]:
        """All of it in words, each part for itself."""
        done = in_words(self.counts, self.repeats) or ["nothing changed"]
        return [*done, looked_in_words(self.deepest, self.papers)]


def handover(
    session: Session, edition: Edition, editor_id: int, name: str, since: datetime, *, before: int | None = None
) -> Handover:
    """What somebody did in an edition since a time; with `before` only up to the event of that id."""
    events = _events(session, edition.id, editor_id, since, before)
    done = _done(events)
    order = item_order(session, edition.id)
    page = [*order["picked"], *order["candidate"]]
    looked = _glanced(session, edition.id, editor_id, since) | {event.item_id for event in events if event.item_id}
    dropped = done.get("dropped", set())
    return Handover(
        name=name,
        since=since,
        counts={what: len(found) for what, found in done.items()},
        repeats=len(earlier_runs(session, edition, item_ids=dropped)) if dropped else 0,
        deepest=max((place for place, item_id in enumerate(page, 1) if item_id in looked), default=None),
        papers=len(page),
    )


def newest_taking(session: Session, edition_id: int) -> AuditEvent | None:
    """The event by which the baton of an edition last went from hand to hand."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id, AuditEvent.kind.in_(BATON_KINDS))
    return session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))


def _events(
    session: Session, edition_id: int, editor_id: int, since: datetime, before: int | None
) -> Sequence[AuditEvent]:
    """The person's events since then. What was done in the very moment before the baton came is not among them."""
    until = [AuditEvent.id < before] if before is not None else []
    came = select(func.coalesce(func.max(AuditEvent.id), 0)).where(
        AuditEvent.edition_id == edition_id, AuditEvent.kind.in_(BATON_KINDS), *until
    )
    query = (
        select(AuditEvent)
        .where(AuditEvent.edition_id == edition_id, AuditEvent.editor_id == editor_id, AuditEvent.at >= since, *until)
        .where(AuditEvent.id > came.scalar_subquery())
        .order_by(AuditEvent.id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _glanced(session: Session, edition_id: int, editor_id: int, since: datetime) -> set[int]:
    query = select(Glance.item_id).join(Item, Item.id == Glance.item_id)
    return set(
        session.scalars(query.where(Item.edition_id == edition_id, Glance.editor_id == editor_id, Glance.at >= since))
    )


def _done(events: Sequence[AuditEvent]) -> dict[str, set[Any]]:
    """What was done to what, by the names that the handover tells, of the events that stand."""
    here = {event.id for event in events}
    taken_back: set[int] = set()
    # The newest first: an undo that was itself taken back takes nothing back.
    for event in reversed(events):
        if event.kind in ("action.undone", "action.redone") and event.id not in taken_back and event.undoes_id:
            taken_back.add(event.undoes_id)
    done: dict[str, set[Any]] = {}
    for event in events:
        # An undo of what was done here is told by its not being told.
        if event.id not in taken_back and event.undoes_id not in here:
            for what, which in _deeds(event):
                done.setdefault(what, set()).add(which)
    return done


def _deeds(event: AuditEvent) -> Iterable[tuple[str, Any]]:
    """What one event did to which paper, text or mention."""
    if event.kind in _STATES:
        what, state = _STATES[event.kind]
        for change in event.changes:
            if change.get("fields", {}).get("state", [None])[-1] == state:
                yield what, change["item_id"]
    elif event.kind in ("item.annotated", "edition.written"):
        for change in event.changes:
            for field in {**change.get("fields", {}), **change.get("of_edition", {})}.keys() & set(_TEXTS):
                yield field, change.get("item_id")
    elif event.kind in _OF_ONE_ITEM:
        yield _OF_ONE_ITEM[event.kind], event.item_id
    elif event.kind in _OF_MENTION:
        yield _OF_MENTION[event.kind], event.mention_id
    elif event.kind in _OF_EDITION:
        yield _OF_EDITION[event.kind], event.id

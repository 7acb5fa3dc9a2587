"""Who has an edition open, on which paper, and who may publish it: its baton, and whether its holder is at work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Edition, Editor, Item, Paper, Presence
from app.queries.evidence import former_papers

# Who was not heard of for so long is not here.
HERE = timedelta(seconds=20)
# Who did nothing for so long is idle.
IDLE = timedelta(minutes=5)
# What stands in place of a text for somebody who asks for the baton.
ASKS = "baton"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has an edition open: on which item, in which text, and whether anything was done of late."""

    id: int
    name: str
    may_edit: bool
    item_id: int | None
    field: str | None
    is_idle: bool

    @property
    def asks(self) -> bool:
        """Whether the person asks for the baton."""
        return self.field == ASKS


@dataclass(frozen=True, slots=True)
class Baton:
    """Who may publish an edition, since when, and whether that person is here and at work.

    `editor_id` is None where nobody holds it. `active_at` is when the holder last did something there.
    """

    editor_id: int | None
    name: str
    since: datetime | None
    active_at: datetime | None
    is_here: bool
    is_idle: bool

    @property
    def is_free(self) -> bool:
        """Whether anybody may take it: nobody holds it, or the holder is away or idle."""
        return self.editor_id is None or self.is_idle or not self.is_here


def people_here(session: Session, edition_id: int, now: datetime) -> list[Person]:
    """Everybody who has the edition open now, by name."""
    query = (
        select(Presence, Editor)
        .join(Editor, Editor.id == Presence.editor_id)
        .where(Presence.edition_id == edition_id, Presence.seen_at > now - HERE, Editor.disabled_at.is_(None))
        .order_by(Editor.name_key)
        .execution_options(populate_existing=True)
    )
    return [
        Person(
            id=editor.id,
            name=editor.name,
            may_edit=editor.may_edit,
            item_id=presence.item_id,
            field=presence.field,
            is_idle=presence.active_at <= now - IDLE,
        )
        for presence, editor in session.execute(query)
    ]


def baton_of(session: Session, edition: Edition, now: datetime) -> Baton:
    """Who holds the baton of an edition, and whether that person is here and at work.

    What somebody does in the edition counts as being here and at work, with or without scripts on the page.
    """
    holder_id = edition.baton_editor_id
    holder = session.get(Editor, holder_id) if holder_id is not None else None
    if holder is None:
        return Baton(None, "", None, None, is_here=False, is_idle=False)
    presence = session.get(Presence, (holder.id, edition.id), populate_existing=True)
    is_at_work = presence and presence.seen_at > now - HERE and presence.active_at > now - IDLE
    acted_at = None if is_at_work else _newest_act(session, edition.id, holder.id)
    did = [time for time in (acted_at, edition.baton_at, presence and presence.active_at) if time is not None]
    seen = [*did, *([presence.seen_at] if presence else [])]
    return Baton(
        editor_id=holder.id,
        name=holder.name,
        since=edition.baton_at,
        active_at=max(did, default=None),
        is_here=holder.may_edit and max(seen, default=now - HERE) > now - HERE,
        is_idle=max(did, default=now - IDLE) <= now - IDLE,
    )


def _newest_act(session: Session, edition_id: int, editor_id: int) -> datetime | None:
    """When somebody last did something in an edition; within a run of autosaves the newest is what counts."""
    at = func.max(func.coalesce(AuditEvent.ended_at, AuditEvent.at, type_=AuditEvent.at.type))
    return session.scalar(select(at).where(AuditEvent.edition_id == edition_id, AuditEvent.editor_id == editor_id))


def other_editors(session: Session, editor_id: int) -> list[Editor]:
    """All other people who may edit, by name."""
    query = select(Editor).where(Editor.role == "editor", Editor.disabled_at.is_(None), Editor.id != editor_id)
    return list(session.scalars(query.order_by(Editor.name_key)))


def titles_of_items(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    """What each item is called: its headline, or its paper's title as of the item's horizon."""
    former = former_papers(session, item_ids) if item_ids else {}
    query = select(Item.id, Item.headline, Paper.title).join(Paper).where(Item.id.in_(item_ids))
    return {
        item_id: headline or former.get(item_id, {}).get("title", title)
        for item_id, headline, title in session.execute(query)
    }

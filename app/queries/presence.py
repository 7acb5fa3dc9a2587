"""Who has an edition open, on which paper, and who may publish it: its baton, and whether its holder is at work."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Edition, Editor, Item, Paper, Presence, Run
from app.queries.evidence import former_papers

# Who was not heard of for so long is not here.
HERE = timedelta(seconds=20)
# Who did nothing for so long is idle.
IDLE = timedelta(minutes=5)
# What stands in place of a text for somebody who asks for the baton.
ASKS = "baton"

# The way a statement is asked: through a session, or past it where that is too long a way; its rows have names.
Ask = Callable[[Select[Any], Mapping[str, Any]], Sequence[Any]]

_EDITION, _EDITOR, _PRESENCE = Edition.__table__.c, Editor.__table__.c, Presence.__table__.c
_RUN, _EVENT = Run.__table__.c, AuditEvent.__table__.c
# Every open page asks this every few seconds: so it is one statement, built once, and its rows are plain ones. It goes
# from the accounts, which are few, to presences by their key, for no index has an edition's presences together.
MEETING = (
    select(
        _EDITION.id.label("edition_id"),
        *(_EDITION[name] for name in ("status", "version", "baton_editor_id", "baton_at")),
        select(func.max(_RUN.id)).where(_RUN.status != "running").scalar_subquery().label("run_id"),
        *(_EDITOR[name] for name in ("id", "name", "role")),
        case((_EDITOR.id == bindparam("me"), _EDITOR.password_hash)).label("password_hash"),
        *(_PRESENCE[name] for name in ("item_id", "field", "seen_at", "active_at")),
    )
    .select_from(Editor.__table__)
    .outerjoin(Edition.__table__, _EDITION.date == bindparam("day"))
    .outerjoin(
        Presence.__table__,
        and_(
            _PRESENCE.editor_id == _EDITOR.id,
            _PRESENCE.edition_id == _EDITION.id,
            _PRESENCE.seen_at > bindparam("heard_since"),
        ),
    )
    .where(_EDITOR.disabled_at.is_(None), or_(_PRESENCE.editor_id.is_not(None), _EDITOR.id == bindparam("me")))
    .order_by(_EDITOR.name_key)
)
# Within a run of autosaves the newest is what counts.
_NEWEST_ACT = select(func.max(func.coalesce(_EVENT.ended_at, _EVENT.at, type_=_EVENT.at.type))).where(
    _EVENT.edition_id == bindparam("edition_id"), _EVENT.editor_id == bindparam("holder")
)
HOLDER = (
    select(
        *(_EDITOR[name] for name in ("name", "role", "disabled_at")),
        *(_PRESENCE[name] for name in ("seen_at", "active_at")),
        _NEWEST_ACT.scalar_subquery().label("acted_at"),
    )
    .select_from(Editor.__table__)
    .outerjoin(
        Presence.__table__,
        and_(_PRESENCE.editor_id == _EDITOR.id, _PRESENCE.edition_id == bindparam("edition_id")),
    )
    .where(_EDITOR.id == bindparam("holder"))
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has an edition open: on which item, in which text, and whether anything was done of late."""

    id: int
    name: str
    may_edit: bool
    item_id: int | None
    field: str | None
    is_idle: bool
    # Left out of what a person is compared and shown by, for they go on all the time that somebody is here.
    seen_at: datetime = dataclasses.field(repr=False, compare=False)
    active_at: datetime = dataclasses.field(repr=False, compare=False)

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


_NOBODY = Baton(None, "", None, None, is_here=False, is_idle=False)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An edition as somebody with an account meets it at one moment: how new it is, who is here, and who publishes.

    `edition_id` is None where there is no such edition. `run_id` is the newest run that is not going on, 0 where there
    is none, `people` everybody who has it open, by name, and `password_hash` that of the account.
    """

    password_hash: str | None
    edition_id: int | None
    status: str
    version: int
    run_id: int
    people: list[Person]
    baton: Baton


def through(session: Session) -> Ask:
    """The way through a session."""
    return lambda statement, values: session.execute(statement, values).all()


def meet(ask: Ask, day: Day | None, editor_id: int, now: datetime) -> Meeting | None:
    """The edition of a day as an editor meets it now; None where there is no such account, or it was closed."""
    asked = {"day": day, "me": editor_id, "heard_since": now - HERE}
    rows = ask(MEETING, asked)
    mine = next((row for row in rows if row.id == editor_id), None)
    if mine is None:
        return None
    people = [
        Person(
            id=row.id,
            name=row.name,
            may_edit=row.role == "editor",
            item_id=row.item_id,
            field=row.field,
            is_idle=row.active_at <= now - IDLE,
            seen_at=row.seen_at,
            active_at=row.active_at,
        )
        for row in rows
        if row.seen_at is not None
    ]
    holder = (mine.edition_id, mine.baton_editor_id, mine.baton_at)
    baton = _baton(ask, *holder, now, people) if mine.status == "draft" else _NOBODY
    return Meeting(mine.password_hash, mine.edition_id, mine.status, mine.version, mine.run_id or 0, people, baton)


def baton_of(session: Session, edition: Edition, now: datetime) -> Baton:
    """Who holds the baton of an edition, and whether that person is here and at work.

    What somebody does in the edition counts as being here and at work, with or without scripts on the page.
    """
    return _baton(through(session), edition.id, edition.baton_editor_id, edition.baton_at, now)


def _baton(
    ask: Ask,
    edition_id: int,
    holder_id: int | None,
    since: datetime | None,
    now: datetime,
    people: Iterable[Person] = (),
) -> Baton:
    if holder_id is None:
        return _NOBODY
    for person in people:
        if person.id == holder_id and not person.is_idle:
            active_at = max(since or person.active_at, person.active_at)
            return Baton(holder_id, person.name, since, active_at, is_here=person.may_edit, is_idle=False)
    (holder,) = ask(HOLDER, {"edition_id": edition_id, "holder": holder_id})
    did = [time for time in (holder.acted_at, since, holder.active_at) if time is not None]
    seen = [*did, *([holder.seen_at] if holder.seen_at else [])]
    may_edit = holder.role == "editor" and holder.disabled_at is None
    return Baton(
        editor_id=holder_id,
        name=holder.name,
        since=since,
        active_at=max(did, default=None),
        is_here=may_edit and max(seen, default=now - HERE) > now - HERE,
        is_idle=max(did, default=now - IDLE) <= now - IDLE,
    )


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

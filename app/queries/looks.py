"""What is new in an edition since somebody looked at it last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from app.models import Announcement, Edition, Item, Look, MentionedPaper


@dataclass(frozen=True, slots=True)
class LastLook:
    """The look before this one: when it was, and up to which run it saw the edition."""

    at: datetime | None
    run_id: int


_LOOK = Look.__table__.c
LAST_LOOK = select(_LOOK.before_at, _LOOK.before_run_id).where(
    _LOOK.edition_id == bindparam("edition_id"), _LOOK.editor_id == bindparam("editor_id")
)


def last_look(session: Session, edition_id: int, editor_id: int) -> LastLook | None:
    """Somebody's last look at an edition before the present one, None in a first look."""
    look = session.execute(LAST_LOOK, {"edition_id": edition_id, "editor_id": editor_id}).first()
    return LastLook(look.before_at, look.before_run_id) if look and look.before_run_id is not None else None


def new_since(session: Session, edition: Edition, run_id: int) -> set[int]:
    """The items of an edition that a later run announced, or of which one brought a mention, as far as each is read."""
    announced = (
        select(Item.id)
        .join(Announcement, Announcement.paper_id == Item.paper_id)
        .where(Announcement.announced_on == edition.date, Announcement.run_id > run_id)
        .where(Announcement.run_id <= Item.horizon, Item.edition_id == edition.id)
    )
    mentioned = (
        select(Item.id)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .where(MentionedPaper.run_id > run_id, MentionedPaper.run_id <= Item.horizon, Item.edition_id == edition.id)
    )
    return set(session.scalars(union(announced, mentioned)))

"""Editions that are to be published by themselves: which are due, and which should have been published and were not."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Edition, Editor

# A worker looks every minute; what it has not published by then it does not publish.
OVERDUE_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An edition that is to be published at a time, in whose name, and what stood in the way where it was not."""

    edition_id: int
    date: Day
    publish_at: datetime
    editor: str | None
    problem: str | None


def due_editions(session: Session, now: datetime) -> list[int]:
    """The ids of the drafts whose time has come and that nothing stood in the way of yet, the earliest first."""
    query = select(Edition.id).where(Edition.status == "draft", Edition.publish_at <= now)
    return list(
        session.scalars(query.where(Edition.publish_problem.is_(None)).order_by(Edition.publish_at, Edition.id))
    )


def overdue(session: Session, now: datetime) -> list[Scheduled]:
    """The drafts that should have been published by now and were not, the earliest first."""
    query = (
        select(Edition.id, Edition.date, Edition.publish_at, Editor.name, Edition.publish_problem)
        .outerjoin(Editor, Editor.id == Edition.publish_editor_id)
        .where(Edition.status == "draft", Edition.publish_at.is_not(None))
        .where(or_(Edition.publish_problem.is_not(None), Edition.publish_at <= now - OVERDUE_AFTER))
        .order_by(Edition.publish_at, Edition.id)
    )
    return [Scheduled(*row) for row in session.execute(query)]

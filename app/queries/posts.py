"""The archive: the published posts, and one post with its deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Delivery, Edition, Editor, Item, Post


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post as the archive lists it."""

    date: Day
    file_name: str
    revision: int
    sha256: str
    published_at: datetime
    editor: str | None
    papers: int
    undelivered: int


def posts_in_archive(session: Session) -> list[PostLine]:
    """The newest revision of every post, newest first."""
    papers = select(func.count()).where(Item.edition_id == Edition.id, Item.state == "picked").correlate(Edition)
    waiting = select(func.count()).where(Delivery.post_id == Post.id, Delivery.status != "delivered").correlate(Post)
    query = (
        select(
            Edition.date,
            Post.file_name,
            Post.revision,
            Post.sha256,
            Post.published_at,
            Editor.name,
            papers.scalar_subquery(),
            waiting.scalar_subquery(),
        )
        .join(Edition, Edition.id == Post.edition_id)
        .outerjoin(Editor, Editor.id == Post.editor_id)
        .where(Post.id.in_(select(func.max(Post.id)).group_by(Post.edition_id)))
        .order_by(Edition.date.desc())
    )
    return [PostLine(*row) for row in session.execute(query)]


def post_on(session: Session, date: Day) -> Post | None:
    """The newest revision of a date's post."""
    query = select(Post).join(Edition).where(Edition.date == date).order_by(Post.revision.desc()).limit(1)
    return session.scalar(query)


def deliveries_of(session: Session, post_id: int) -> Sequence[Delivery]:
    """A post's deliveries in the order they were asked for."""
    query = select(Delivery).where(Delivery.post_id == post_id).order_by(Delivery.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def posts_beside(session: Session, date: Day) -> tuple[Day | None, Day | None]:
    """The dates of the posts before and after a date."""
    dates = select(Edition.date).join(Post, Post.edition_id == Edition.id)
    before = session.scalar(dates.where(Edition.date < date).order_by(Edition.date.desc()).limit(1))
    after = session.scalar(dates.where(Edition.date > date).order_by(Edition.date).limit(1))
    return before, after

"""The archive: the published posts, and one post with its deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.models import AuditEvent, Delivery, Edition, Editor, Post, PostEntry
from app.queries.drafts import DraftedEdition

# A delivery that is still to arrive, or that an editor has to decide about.
UNARRIVED = ("waiting", "failed", "changed")


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post as the archive lists it; `is_open` says that it is being corrected."""

    date: Day
    file_name: str
    revision: int
    sha256: str
    published_at: datetime
    editor: str | None
    papers: int
    undelivered: int
    is_retracted: bool
    is_open: bool
    grace_until: datetime | None


def posts_in_archive(session: Session) -> list[PostLine]:
    """Every edition's post as readers have it, or had it before it was withdrawn, newest first."""
    papers = select(func.count()).where(PostEntry.post_id == Post.id).correlate(Post)
    waiting = select(func.count()).where(Delivery.post_id == Post.id, Delivery.status.in_(UNARRIVED)).correlate(Post)
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
            Edition.retracted_at.is_not(None),
            Edition.status == "draft",
            Post.grace_until,
        )
        .join(Edition, Edition.post_id == Post.id)
        .outerjoin(Editor, Editor.id == Post.editor_id)
        .order_by(Edition.date.desc())
    )
    return [PostLine(*row) for row in session.execute(query)]


def post_of(session: Session, edition: Edition | DraftedEdition) -> Post | None:
    """The revision of an edition's post that readers have, or had before it was withdrawn; None before the first."""
    return session.get(Post, edition.post_id) if edition.post_id else None


def post_on(session: Session, date: Day) -> Post | None:
    """The same of a date's edition."""
    return session.scalar(select(Post).join(Edition, Edition.post_id == Post.id).where(Edition.date == date))


def revisions_of(session: Session, edition_id: int) -> Sequence[Post]:
    """Every revision that was ever frozen of an edition, the newest first, also those that were taken back."""
    query = select(Post).where(Post.edition_id == edition_id).order_by(Post.revision.desc())
    return session.scalars(query.options(defer(Post.markdown), defer(Post.record))).all()


def newest_retraction(session: Session, edition_id: int) -> AuditEvent | None:
    """The event by which an edition's post was withdrawn last; the first of its changes has the reason."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id, AuditEvent.kind == "post.retracted")
    return session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))


def retracted_before_publishing(session: Session, edition_id: int) -> datetime | None:
    """Since when an edition's post was retracted when it was published last, by the event of that; None where it was
    not."""
    query = select(AuditEvent.changes).where(
        AuditEvent.edition_id == edition_id, AuditEvent.kind == "edition.published"
    )
    changes = session.scalar(query.order_by(AuditEvent.id.desc()).limit(1)) or []
    former = [change.get("of_edition", {}).get("retracted_at", [None])[0] for change in changes]
    return next((datetime.fromisoformat(was) for was in former if was), None)


def revision_of(session: Session, edition_id: int, revision: int) -> Post | None:
    """One revision of an edition's post by its number."""
    return session.scalar(select(Post).where(Post.edition_id == edition_id, Post.revision == revision))


def is_in_grace(post: Post, now: datetime) -> bool:
    """Whether a revision that was published has not gone out yet, so that it can be taken back."""
    return post.grace_until is not None and now < post.grace_until


def deliveries_of(session: Session, post_id: int) -> Sequence[Delivery]:
    """A post's deliveries in the order they were asked for."""
    query = select(Delivery).where(Delivery.post_id == post_id).order_by(Delivery.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def posts_beside(session: Session, date: Day) -> tuple[Day | None, Day | None]:
    """The dates of the posts before and after a date."""
    dates = select(Edition.date).where(Edition.post_id.is_not(None))
    before = session.scalar(dates.where(Edition.date < date).order_by(Edition.date.desc()).limit(1))
    after = session.scalar(dates.where(Edition.date > date).order_by(Edition.date).limit(1))
    return before, after

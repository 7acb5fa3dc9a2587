"""What readers may see: the posts that are out, each as the revision that they have, and the papers in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Edition, Post, PostEntry, PublicState
from app.queries.posts import retracted_before_publishing

# The name that the database gives to what readers see: another one with each change of that, but for the time.
NAME_OF_STATE = select(PublicState.__table__.c.name)


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom it is read for: everybody, at a moment.

    `former` has, for each edition whose newest revision can still be taken back, the post that readers have until then,
    or None.
    """

    former: dict[int, int | None]

    def post_id(self, edition: type[Edition] = Edition) -> ColumnElement[Any]:
        """The id of the post that readers have of an edition, retracted or not; NULL where they have none."""
        return case(self.former, value=edition.id, else_=edition.post_id) if self.former else edition.post_id

    def have(self, edition: type[Edition] = Edition) -> ColumnElement[bool]:
        """Whether readers have a post of an edition."""
        return and_(self.post_id(edition).is_not(None), edition.retracted_at.is_(None))


@dataclass(frozen=True, slots=True)
class OutPost:
    """A post that readers have, or had: `retracted` says which.

    `published_at` and `first_sha256` are those of its first revision, `changed_at` and `sha256` those of this one;
    `before` and `after` are the dates of the posts beside it that are out.
    """

    date: Day
    post_id: int
    revision: int
    sha256: str
    changed_at: datetime
    published_at: datetime
    first_sha256: str
    retracted: bool
    before: Day | None
    after: Day | None


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post as lists name it."""

    date: Day
    papers: int


@dataclass(frozen=True, slots=True)
class Place:
    """One paper's place in a post; `printed` is its title as Markdown."""

    date: Day
    position: int
    number: int
    arxiv_id: str | None
    printed: str

    @property
    def anchor(self) -> str:
        """Where on the post's page it stands."""
        return self.arxiv_id or f"no-{self.position}"


def next_grace_end(session: Session, now: datetime) -> datetime | None:
    """When readers are the next to have something else without a change of the database; None where nothing waits."""
    return session.scalar(select(func.min(Post.grace_until)).where(Post.grace_until > now))


def readers_at(session: Session, now: datetime) -> Readers:
    """Readers as of `now`; a revision that can be taken back until later is not theirs yet."""
    former = aliased(Post)
    query = (
        select(Post.edition_id, former.id)
        .join(Edition, Edition.post_id == Post.id)
        .outerjoin(former, and_(former.edition_id == Post.edition_id, former.revision == Post.replaces))
        .where(Post.grace_until > now)
    )
    rows = session.execute(query).all()
    had_none = {row.edition_id for row in rows if retracted_before_publishing(session, row.edition_id)}
    return Readers({row.edition_id: None if row.edition_id in had_none else row.id for row in rows})


def newest_posts(session: Session, readers: Readers, limit: int) -> list[OutPost]:
    """The newest posts that are out, newest first."""
    query = _posts(readers).where(readers.have()).order_by(Edition.date.desc()).limit(limit)
    return [OutPost(*row) for row in session.execute(query)]


def post_of_day(session: Session, readers: Readers, day: Day) -> OutPost | None:
    """The post of a date, also a retracted one; None where readers never had one."""
    row = session.execute(_posts(readers).where(Edition.date == day)).one_or_none()
    return OutPost(*row) if row else None


def _posts(readers: Readers) -> Select[Any]:
    first, other = aliased(Post), aliased(Edition)
    return (
        select(
            Edition.date,
            Post.id,
            Post.revision,
            Post.sha256,
            Post.published_at,
            first.published_at,
            first.sha256,
            Edition.retracted_at.is_not(None),
            select(func.max(other.date)).where(readers.have(other), other.date < Edition.date).scalar_subquery(),
            select(func.min(other.date)).where(readers.have(other), other.date > Edition.date).scalar_subquery(),
        )
        .join(Post, Post.id == readers.post_id())
        .join(first, and_(first.edition_id == Edition.id, first.revision == 1))
    )


def all_posts(session: Session, readers: Readers) -> list[PostLine]:
    """Every post that is out with how many papers it has, newest first."""
    papers = select(func.count()).where(PostEntry.post_id == readers.post_id()).correlate(Edition).scalar_subquery()
    query = select(Edition.date, papers).where(readers.have()).order_by(Edition.date.desc())
    return [PostLine(*row) for row in session.execute(query)]


def changes_of_posts(session: Session, readers: Readers) -> dict[Day, datetime]:
    """The date of every post that is out, newest first, and when it last changed."""
    query = select(Edition.date, Post.published_at).join(Post, Post.id == readers.post_id()).where(readers.have())
    return {day: changed for day, changed in session.execute(query.order_by(Edition.date.desc()))}


def places_between(session: Session, readers: Readers, first: Day, end: Day) -> list[Place]:
    """The papers of all posts from `first` to before `end`, in the order of the days and of each post."""
    query = _places(readers).where(Edition.date >= first, Edition.date < end)
    return [Place(*row) for row in session.execute(query.order_by(Edition.date, PostEntry.position))]


def places_of_paper(session: Session, readers: Readers, arxiv_id: str) -> list[Place]:
    """Where a paper stands in posts that are out, the newest first."""
    query = _places(readers).where(PostEntry.arxiv_id == arxiv_id)
    return [Place(*row) for row in session.execute(query.order_by(Edition.date.desc(), PostEntry.position))]


def _places(readers: Readers) -> Select[Any]:
    return (
        select(Edition.date, PostEntry.position, PostEntry.number, PostEntry.arxiv_id, PostEntry.title)
        .select_from(PostEntry)
        # By way of its post an entry finds its edition, which knows no index of the posts that it points to.
        .join(Post, Post.id == PostEntry.post_id)
        .join(Edition, Edition.id == Post.edition_id)
        .where(PostEntry.post_id == readers.post_id(), readers.have())
    )


def papers_elsewhere(session: Session, readers: Readers, post: OutPost) -> set[str]:
    """Those papers of a post that another post has too."""
    here, there = aliased(PostEntry), aliased(PostEntry)
    elsewhere = exists().where(
        there.arxiv_id == here.arxiv_id,
        Post.id == there.post_id,
        Edition.id == Post.edition_id,
        there.post_id == readers.post_id(),
        readers.have(),
        Edition.date != post.date,
    )
    return set(session.scalars(select(here.arxiv_id).where(here.post_id == post.post_id, elsewhere)))


def records_of(session: Session, post_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The records of posts."""
    rows = session.execute(select(Post.id, Post.record).where(Post.id.in_(post_ids)))
    return {row.id: row.record for row in rows}

"""Deliveries: which are due, what each of them is to do, and how those of an edition stand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.delivery import Order
from app.models import AuditEvent, Delivery, Edition, Editor, Post
from app.models.columns import UtcTime
from app.queries.posts import UNARRIVED

COMMAND_LINE = "the command line"
# By what kind of event somebody had a post delivered.
KINDS = {
    "published": "edition.published",
    "corrected": "edition.published",
    "retracted": "post.retracted",
    "restored": "post.restored",
    "taken back": "post.taken_back",
}
# What is due is tried within a minute; where it is not, there is no worker that does it.
OVERDUE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come."""

    id: int
    edition_id: int
    target: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as pages tell it, without the contents that it found."""

    id: int
    date: Day
    edition_id: int
    post_id: int
    file_name: str
    revision: int
    target: str
    action: str
    event: str
    status: str
    made_at: datetime
    not_before: datetime | None
    attempts: int
    attempted_at: datetime | None
    claimed_until: datetime | None
    next_at: datetime | None
    delivered_at: datetime | None
    receipt: str | None
    error: str | None
    found_sha256: str | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to arrive, or to be decided about."""
        return self.status in UNARRIVED

    def is_under_way(self, now: datetime) -> bool:
        """Whether somebody is trying it."""
        return self.claimed_until is not None and self.claimed_until > now

    def due_at(self) -> datetime | None:
        """When it is tried next; None where an editor has to say so first."""
        if self.status not in ("waiting", "failed") or (self.status == "failed" and self.next_at is None):
            return None
        return max(self.next_at or self.made_at, self.not_before or self.made_at)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been tried and nobody does."""
        due_at = self.due_at()
        return due_at is not None and not self.is_under_way(now) and now - due_at > OVERDUE_AFTER


# In place of a time that is known when a statement is run.
NOW = bindparam("now", type_=UtcTime)


def is_due(now: Any, *, backing_off: bool = False) -> ColumnElement[bool]:
    """Whether a delivery may be tried now; with `backing_off` also what would be tried later, or by hand only."""
    is_time = or_(and_(Delivery.status == "waiting", Delivery.next_at.is_(None)), Delivery.next_at <= now)
    return and_(
        Delivery.status.in_(("waiting", "failed")),
        or_(Delivery.not_before.is_(None), Delivery.not_before <= now),
        or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now),
        true() if backing_off else is_time,
    )


def is_under_way(due: Any, now: Any) -> ColumnElement[bool]:
    """Whether another delivery of the same edition to the same target is being tried."""
    other = aliased(Delivery)
    query = select(other.id).join(Post, Post.id == other.post_id)
    return exists(
        query.where(
            Post.edition_id == due.edition_id,
            other.target == due.target,
            other.id != due.id,
            other.claimed_until > now,
        )
    )


# Both answers to whether what is put off counts, built once: publishing waits for them.
_DUE = {
    backing_off: select(Delivery.id, Post.edition_id, Delivery.target)
    .join(Post, Post.id == Delivery.post_id)
    .where(is_due(NOW, backing_off=backing_off))
    .order_by(Delivery.id)
    for backing_off in (False, True)
}
_DUE_OF_POST = {backing_off: query.where(Post.id == bindparam("post_id")) for backing_off, query in _DUE.items()}


def due_deliveries(
    session: Session, now: datetime, *, post_id: int | None = None, backing_off: bool = False
) -> list[Due]:
    """What may be tried now, of one post or of all, in the order in which it was asked for."""
    query = _DUE[backing_off] if post_id is None else _DUE_OF_POST[backing_off]
    return [
        Due(*row) for row in session.execute(query, {"now": now} | ({} if post_id is None else {"post_id": post_id}))
    ]


def files_to_come(session: Session, edition_id: int, targets: Collection[str]) -> list[str]:
    """Those of the targets at which a file of an edition has not arrived yet."""
    query = select(Delivery.target).join(Post, Post.id == Delivery.post_id).distinct()
    open_ones = Post.edition_id == edition_id, Delivery.status.in_(UNARRIVED), Delivery.target.in_(targets)
    return sorted(session.scalars(query.where(*open_ones)))


def last_tried(session: Session, edition_id: int, target: str) -> Delivery | None:
    """What was last tried for an edition at a target."""
    query = select(Delivery).join(Post, Post.id == Delivery.post_id)
    query = query.where(Post.edition_id == edition_id, Delivery.target == target, Delivery.attempts > 0)
    return session.scalar(query.order_by(Delivery.id.desc()).limit(1).execution_options(populate_existing=True))


def order_of(session: Session, delivery: Delivery) -> Order:
    """What a target is to do by a delivery."""
    post = delivery.post
    edition = session.get_one(Edition, post.edition_id)
    return Order(
        key=f"delivery-{delivery.id}",
        action=delivery.action,
        event=delivery.event,
        file_name=post.file_name,
        data=post.markdown,
        replaces=frozenset(_ours(session, delivery)),
        title=f"Hot Papers {edition.date}",
        date=edition.date,
        revision=post.revision,
        papers=_papers(post.record),
        editor=_who_ordered(session, delivery),
        note=post.note or "",
        sha256=post.sha256,
    )


def _ours(session: Session, delivery: Delivery) -> set[str]:
    """What may stand there because we put it: earlier revisions, and what was ordered before. And what may go besides.

    Never what was ordered later, or a slow attempt would bring the old post back.
    """
    post = delivery.post
    ordered = select(Delivery.post_id).where(Delivery.id < delivery.id)
    query = select(Post.sha256).where(
        Post.edition_id == post.edition_id, or_(Post.revision < post.revision, Post.id.in_(ordered))
    )
    own = {post.sha256} if delivery.action == "remove" else set()
    allowed = {delivery.may_replace} if delivery.may_replace else set()
    return {*session.scalars(query), *own, *allowed}


def _papers(record: Mapping[str, Any]) -> int:
    return len(record["document"]["entries"] if record.get("kind") == "archive" else record.get("items", ()))


def _who_ordered(session: Session, delivery: Delivery) -> str:
    query = (
        select(Editor.name)
        .select_from(AuditEvent)
        .outerjoin(Editor, Editor.id == AuditEvent.editor_id)
        .where(
            AuditEvent.edition_id == delivery.post.edition_id,
            AuditEvent.kind == KINDS[delivery.event],
            AuditEvent.at <= (delivery.made_at or delivery.post.published_at),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return session.scalar(query) or COMMAND_LINE


_DELIVERY, _POST, _EDITION = Delivery.__table__.c, Post.__table__.c, Edition.__table__.c
_LINES = (
    select(
        _EDITION.date,
        _POST.edition_id,
        _POST.file_name,
        _POST.revision,
        _POST.published_at,
        *(_DELIVERY[name] for name in DeliveryLine.__slots__ if name in _DELIVERY),
    )
    .join_from(Delivery.__table__, Post.__table__, _POST.id == _DELIVERY.post_id)
    .join(Edition.__table__, _EDITION.id == _POST.edition_id)
    .order_by(_DELIVERY.id.desc())
)
OF_DATE = _LINES.where(_EDITION.date == bindparam("date", type_=_EDITION.date.type))
BY_ID = _LINES.where(_DELIVERY.id == bindparam("delivery_id"))
NOT_ARRIVED = _LINES.where(_DELIVERY.status.in_(UNARRIVED))


def deliveries_on(session: Session, date: Day) -> Sequence[DeliveryLine]:
    """Everything that was ever ordered for a date's edition, the newest first."""
    return _lines(session.execute(OF_DATE, {"date": date}))


def delivery_line(session: Session, delivery_id: int) -> DeliveryLine | None:
    """One delivery, if there is such a one."""
    return next(iter(_lines(session.execute(BY_ID, {"delivery_id": delivery_id}))), None)


def unarrived(session: Session) -> Sequence[DeliveryLine]:
    """What has not arrived of any edition, the newest first."""
    return _lines(session.execute(NOT_ARRIVED))


def _lines(rows: Iterable[Row[Any]]) -> Sequence[DeliveryLine]:
    found = []
    for row in rows:
        fields = dict(row._mapping)
        published_at = fields.pop("published_at")
        found.append(DeliveryLine(**fields | {"made_at": fields["made_at"] or published_at}))
    return found

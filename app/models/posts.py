"""The frozen layer: posts and their deliveries, written only by publishing. Triggers refuse any change of a post."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime
from app.models.editions import Edition
from app.models.editors import Editor


class Post(db.Model):
    """The frozen Markdown of an edition, byte for byte, and the record from which it can be rebuilt."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("edition_id", "revision"), Index(None, "grace_until"))

    id: Mapped[PrimaryKey]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    revision: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str]
    markdown: Mapped[bytes]
    sha256: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcTime)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    # What readers are told of a correction; only a later revision has it.
    note: Mapped[str | None]
    # The number of the revision that readers had until then, and have again where this one is taken back.
    replaces: Mapped[int | None]
    # Until then it can be taken back and readers do not have it; NULL where it went out at once.
    grace_until: Mapped[datetime | None] = mapped_column(UtcTime)

    edition: Mapped[Edition] = relationship(foreign_keys=edition_id)
    editor: Mapped[Editor | None] = relationship()


class PostEntry(db.Model):
    """One paper in a post, in short, so that lists of posts and papers need no record; it can be made of that anew."""

    __tablename__ = "post_entries"
    __table_args__ = (Index(None, "arxiv_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    # From 1, in the order of the post.
    position: Mapped[int] = mapped_column(primary_key=True)
    # As printed; in the archive it is not always the position.
    number: Mapped[int]
    arxiv_id: Mapped[str | None]
    # Markdown, as the post's document has it.
    title: Mapped[str]


class PublicState(db.Model):
    """One row: the name of what readers see as it is now. Triggers give it another with every change of that."""

    __tablename__ = "public_state"
    __table_args__ = (CheckConstraint("id = 1", name="only"),)

    id: Mapped[PrimaryKey]
    name: Mapped[str]


class Delivery(db.Model):
    """An order to put one post to one target, or to remove it there, with its attempts and what came of it.

    Of an edition and a target the newest order counts. One that did not arrive before the next is `superseded`; one
    that found something else standing there is `changed` until an editor decides, and `left` if that was to stay.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("action in ('put', 'remove')", name="action"),
        CheckConstraint("event in ('published', 'corrected', 'retracted', 'restored', 'taken back')", name="event"),
        CheckConstraint("status in ('waiting', 'delivered', 'failed', 'changed', 'superseded', 'left')", name="status"),
        Index(None, "post_id", "target"),
        Index(None, "status", "next_at"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    target: Mapped[str]
    action: Mapped[str] = mapped_column(default="put", server_default="put")
    # Why it was ordered.
    event: Mapped[str] = mapped_column(default="published", server_default="published")
    status: Mapped[str] = mapped_column(default="waiting")
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Until then the post can be taken back, and nothing is delivered.
    not_before: Mapped[datetime | None] = mapped_column(UtcTime)
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Whoever tries it has it until then; if that process dies, another may take it up afterwards.
    claimed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    # A failed one without a time is tried again by hand only.
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    receipt: Mapped[str | None]
    error: Mapped[str | None]
    # What stood at the target instead of what we knew to be there, and what of it an editor let us replace.
    found: Mapped[bytes | None] = mapped_column(deferred=True)
    found_sha256: Mapped[str | None]
    may_replace: Mapped[str | None]

    post: Mapped[Post] = relationship()

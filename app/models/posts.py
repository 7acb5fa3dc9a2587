"""The frozen layer: posts and their deliveries, written only by publishing. Triggers refuse any change of a post."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime
from app.models.editions import Edition
from app.models.editors import Editor


class Post(db.Model):
    """The frozen Markdown of an edition, byte for byte, and the record from which it can be rebuilt."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("edition_id", "revision"),)

    id: Mapped[PrimaryKey]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    revision: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str]
    markdown: Mapped[bytes]
    sha256: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcTime)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))

    edition: Mapped[Edition] = relationship()
    editor: Mapped[Editor | None] = relationship()


class Delivery(db.Model):
    """One post on its way to one target, with its attempts and its receipt."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'delivered', 'failed')", name="status"),
        UniqueConstraint("post_id", "target"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    target: Mapped[str]
    status: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    receipt: Mapped[str | None]
    error: Mapped[str | None]

    post: Mapped[Post] = relationship()

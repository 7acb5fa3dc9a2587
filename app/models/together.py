"""Writing and working together: the last save of every text, who is here and has looked at what, links for readers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime
from app.models.editors import Editor

_OF_EDITION = text("item_id is null")


class Writing(db.Model):
    """The last save of one text of an item (headline, note, remark) or of an edition (introduction, closing).

    `writer` names the page that saved it and `sequence` counts that page's saves of it, so that its own slow or
    overlapping requests are no conflict, and one that arrives late changes nothing. `digest` is that of the text as
    saved: where the text is another by now, somebody has changed it since. `event_id` is the run's entry in the log.
    """

    __tablename__ = "writings"
    __table_args__ = (
        UniqueConstraint("item_id", "field"),
        Index(None, "edition_id", "field", unique=True, sqlite_where=_OF_EDITION, postgresql_where=_OF_EDITION),
    )

    id: Mapped[PrimaryKey]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    field: Mapped[str]
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    writer: Mapped[str]
    sequence: Mapped[int]
    digest: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(UtcTime)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("audit_events.id"))

    editor: Mapped[Editor | None] = relationship()


class Presence(db.Model):
    """That somebody has an edition open: on which paper and in which text, when the page last asked for news, and when
    the person last did something."""

    __tablename__ = "presences"

    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id", ondelete="SET NULL"))
    field: Mapped[str | None]
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    active_at: Mapped[datetime] = mapped_column(UtcTime)

    editor: Mapped[Editor] = relationship()


class Glance(db.Model):
    """That somebody has looked at a paper of an edition: had it under the cursor, opened it, or acted on it."""

    __tablename__ = "glances"

    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


class ReadingLink(db.Model):
    """That a draft may be read by whoever has its secret link; the link is signed from `nonce` and not kept."""

    __tablename__ = "reading_links"

    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), primary_key=True)
    nonce: Mapped[str]
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    made_at: Mapped[datetime] = mapped_column(UtcTime)

    editor: Mapped[Editor | None] = relationship()

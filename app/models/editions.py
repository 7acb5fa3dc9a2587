"""The human layer: editions, their items, strikes, and the audit events that record every action."""

from datetime import date as Day
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime, order_key_type
from app.models.editors import Editor
from app.models.papers import Mention, Paper


class Edition(db.Model):
    """The dated issue being edited. `version` grows by one with every action on it.

    A draft can be edited; one that has a post is being corrected.
    """

    __tablename__ = "editions"
    __table_args__ = (CheckConstraint("status in ('draft', 'published')", name="status"),)

    id: Mapped[PrimaryKey]
    date: Mapped[Day] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default="draft")
    cut: Mapped[float]
    version: Mapped[int] = mapped_column(default=1)
    # The first human action; from then on ingestion leaves the edition alone.
    acted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Markdown before the first entry of the post and after the last.
    introduction: Mapped[str | None]
    closing: Mapped[str | None]
    # Who may publish it, and since when; nobody holds the baton of an edition that nobody has acted on.
    baton_editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    baton_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # The revision that readers have, also while it is corrected or withdrawn.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id", use_alter=True))
    retracted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # When it is to be published by itself, in whose name, and what that editor said to a rehearsal that was not good
    # and to the readers of a correction; and why it was not published then, where that could not be.
    publish_at: Mapped[datetime | None] = mapped_column(UtcTime)
    publish_editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    publish_reason: Mapped[str | None]
    publish_note: Mapped[str | None]
    publish_problem: Mapped[str | None]

    baton_editor: Mapped[Editor | None] = relationship(foreign_keys=baton_editor_id)
    publish_editor: Mapped[Editor | None] = relationship(foreign_keys=publish_editor_id)

    @property
    def is_out(self) -> bool:
        """Whether readers have a post of it; one in its grace counts, see queries/posts.py."""
        return self.post_id is not None and self.retracted_at is None


class Item(db.Model):
    """A paper's place in one edition.

    `horizon` is the run as of which its numbers and texts are read. A paper that is found after an editor has acted
    stays `waiting` until an editor takes it; one that is `held` is kept for the next edition. Only a picked item has an
    `order_key`. `decided_at` and `placed_at` say that an editor, not the rule, chose its state or its place, and
    `pinned_at` that it keeps its number when the list goes back to the order of the scores.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'candidate', 'picked', 'held', 'dropped')", name="state"),
        CheckConstraint("(state = 'picked') = (order_key is not null)", name="order_key_if_picked"),
        UniqueConstraint("edition_id", "paper_id"),
        UniqueConstraint("edition_id", "order_key"),
        Index(None, "edition_id", "state", "score"),
        Index(None, "paper_id"),
    )

    id: Mapped[PrimaryKey]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    state: Mapped[str] = mapped_column(default="candidate")
    order_key: Mapped[str | None] = mapped_column(order_key_type())
    score: Mapped[float] = mapped_column(default=0)
    # The parts of the score, one dict per source, largest first; see domain/ranking.py.
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # The score over time as of the horizon, oldest first: [[ISO 8601 time, score], …]; see domain/trends.py.
    trend: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    horizon: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    # Newer data up to this run was looked at and left; it is offered again when a later run changes it.
    left_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    headline: Mapped[str | None]
    note: Mapped[str | None]
    # For the editors alone; it is in no post and no record.
    remark: Mapped[str | None]
    # The ids of the mentions to quote, in their order; NULL quotes by the rule, an empty list quotes none.
    quotes: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    drop_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    placed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    pinned_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # The date of the earlier edition that had this paper, where it runs again as an update of what stood there.
    update_of: Mapped[Day | None]
    # Grows with every human change of this item; a form that carries an older one is refused.
    version: Mapped[int] = mapped_column(default=1)

    edition: Mapped[Edition] = relationship()
    paper: Mapped[Paper] = relationship()


class Strike(db.Model):
    """That an editor took a mention out of every score; it survives every later ingest."""

    __tablename__ = "strikes"

    id: Mapped[PrimaryKey]
    mention_id: Mapped[int] = mapped_column(ForeignKey("mentions.id"), unique=True)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    struck_at: Mapped[datetime] = mapped_column(UtcTime)
    reason: Mapped[str | None]

    mention: Mapped[Mention] = relationship()
    editor: Mapped[Editor | None] = relationship()


class AuditEvent(db.Model):
    """Who did what to which edition, when, with before and after of every field; append-only.

    `editor_id` is NULL for the machine and the command line. `undoes_id` names the event that this one took back.
    Only the event of a run of autosaves grows, as long as the run goes on: from `at` until `ended_at`.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "edition_id", "id"), Index(None, "edition_id", "version"))

    id: Mapped[PrimaryKey]
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    # The version that the edition got by it; `versions` lists all of them for a run of autosaves.
    version: Mapped[int | None]
    versions: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    mention_id: Mapped[int | None] = mapped_column(ForeignKey("mentions.id"))
    summary: Mapped[str]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("audit_events.id"), unique=True)

    editor: Mapped[Editor | None] = relationship()


class View(db.Model):
    """A way of looking at a day's papers that an editor has saved: a name for a set of filters."""

    __tablename__ = "views"
    __table_args__ = (UniqueConstraint("editor_id", "name"),)

    id: Mapped[PrimaryKey]
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"))
    name: Mapped[str]
    # The filters as they stand in an address: category=cs.CL&source=bluesky.
    query: Mapped[str]


class Look(db.Model):
    """Up to which finished run somebody has seen an edition, in this look at it and in the one before."""

    __tablename__ = "looks"

    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    # 0 stands for "before any run".
    run_id: Mapped[int]
    # Of the look before this one; nobody has looked before a first look.
    before_run_id: Mapped[int | None]
    before_at: Mapped[datetime | None] = mapped_column(UtcTime)

"""The machine layer: papers, mentions, their readings, written only by ingestion."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime


class Run(db.Model):
    """One ingestion run. Its id orders the machine layer: everything can be read as of a run."""

    __tablename__ = "runs"
    __table_args__ = (CheckConstraint("status in ('running', 'succeeded', 'partial', 'failed')", name="status"),)

    id: Mapped[PrimaryKey]
    day: Mapped[date | None]
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    status: Mapped[str] = mapped_column(default="running")
    # Its process ended before it did; what it had read is kept, and the rest is taken up by another run.
    was_cut_off: Mapped[bool] = mapped_column(default=False)
    # False for a run of chosen sources or of a file, which says nothing of the others.
    asked_all: Mapped[bool] = mapped_column(default=True)
    # The last sign of life of a run that is going on.
    heard_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # One report per source (services/reports.py), kept up to date while the run goes on.
    reports: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class RunRequest(db.Model):
    """That an editor wants a run, of a day or of one paper for its edition; it stands until its run has ended."""

    __tablename__ = "run_requests"

    id: Mapped[PrimaryKey]
    day: Mapped[date]
    # A paper to be added to the edition of the day, or a page that links it; neither asks for the whole day.
    arxiv_id: Mapped[str | None]
    link: Mapped[str | None]
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    # The newest run that was made for it.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Why it could not be done, as a sentence.
    error: Mapped[str | None]


class Worker(db.Model):
    """What the worker says of itself: one row, which every worker of the desk writes."""

    __tablename__ = "workers"

    id: Mapped[PrimaryKey]
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    # When it looks next, and why then.
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    said: Mapped[str]


class Paper(db.Model):
    """One arXiv work, keyed by its id without version."""

    __tablename__ = "papers"

    id: Mapped[PrimaryKey]
    arxiv_id: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int | None]
    title: Mapped[str]
    authors: Mapped[list[str]] = mapped_column(JSON)
    abstract: Mapped[str]
    categories: Mapped[list[str]] = mapped_column(JSON)
    comment: Mapped[str | None]
    doi: Mapped[str | None]
    submitted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # False while only the listing is known and the API has no metadata yet.
    is_complete: Mapped[bool] = mapped_column(default=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class Announcement(db.Model):
    """That a paper stood in the listing of a day; a paper may be announced more than once."""

    __tablename__ = "announcements"
    __table_args__ = (UniqueConstraint("paper_id", "announced_on"), Index(None, "announced_on"))

    id: Mapped[PrimaryKey]
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    announced_on: Mapped[date]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class Mention(db.Model):
    """A social post that names one or more papers; unique by source and external id."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: Mapped[PrimaryKey]
    source: Mapped[str]
    external_id: Mapped[str]
    url: Mapped[str]
    author_name: Mapped[str] = mapped_column(default="")
    author_handle: Mapped[str] = mapped_column(default="")
    text: Mapped[str | None]
    html: Mapped[str | None]
    posted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    posted_on: Mapped[str | None]
    repost_of: Mapped[str | None]
    # The first run that asked for it and did not find it, and the second one, after which it counts as gone.
    missed_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    gone_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class MentionedPaper(db.Model):
    """That a mention names a paper, first seen by a run."""

    __tablename__ = "mentioned_papers"
    __table_args__ = (Index(None, "paper_id"),)

    mention_id: Mapped[int] = mapped_column(ForeignKey("mentions.id"), primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    # Where the source gave several mentions of a paper, its own order is kept.
    rank: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class MetricsSnapshot(db.Model):
    """Counts of a mention, or of a paper at one source, at `captured_at`; never edited. A count not given is NULL."""

    __tablename__ = "metrics_snapshots"
    __table_args__ = (
        CheckConstraint("(paper_id is null) <> (mention_id is null)", name="one_subject"),
        UniqueConstraint("mention_id", "captured_at"),
        UniqueConstraint("paper_id", "source", "captured_at"),
    )

    id: Mapped[PrimaryKey]
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"))
    mention_id: Mapped[int | None] = mapped_column(ForeignKey("mentions.id"))
    source: Mapped[str]
    captured_at: Mapped[datetime] = mapped_column(UtcTime)
    reposts: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    replies: Mapped[int | None] = mapped_column(BigInteger)
    points: Mapped[int | None] = mapped_column(BigInteger)
    stars: Mapped[int | None] = mapped_column(BigInteger)
    citations: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))


class Revision(db.Model):
    """What a paper or a mention said until a run changed it; append-only.

    `before` holds the changed fields with their former values. With it every text can be read as of any run.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("(paper_id is null) <> (mention_id is null)", name="one_subject"),
        UniqueConstraint("paper_id", "run_id"),
        UniqueConstraint("mention_id", "run_id"),
    )

    id: Mapped[PrimaryKey]
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"))
    mention_id: Mapped[int | None] = mapped_column(ForeignKey("mentions.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)

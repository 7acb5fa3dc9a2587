"""What was said of papers and how they were described, as of the run that an item has taken or of a given one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.ranking import CountedMention, CountedReading, best_first, mention_score
from app.domain.sayings import said
from app.models import Editor, Item, Mention, MentionedPaper, MetricsSnapshot, Paper, Revision, Run, Strike

# SQLite takes at most 32,766 bound values in a statement; a few hundred keep its planner quick.
CHUNK = 500
COUNTS = ("reposts", "likes", "replies", "points")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One mention of an item's paper, its newest counts as of the item's horizon, and its strike if it has one."""

    mention_id: int
    source: str
    external_id: str
    url: str
    author_name: str
    author_handle: str
    text: str | None
    html: str | None
    posted_at: datetime | None
    posted_on: str | None
    repost_of: str | None
    reposts: int | None
    likes: int | None
    replies: int | None
    points: int | None
    captured_at: datetime | None
    papers: int
    # When the source was seen to have it no more; its counts stay.
    gone_at: datetime | None
    struck_at: datetime | None
    struck_by: str | None
    strike_reason: str | None

    @property
    def said(self) -> str:
        """The mention's own words as plain text, from its text or its embed."""
        return said(self.text, self.html)

    @property
    def is_struck(self) -> bool:
        """Whether an editor took this mention out of every score."""
        return self.struck_at is not None

    @property
    def is_repost(self) -> bool:
        """Whether this is a native repost, which never counts."""
        return self.repost_of is not None

    @property
    def score(self) -> float | None:
        """Reposts, likes and points; None where no count is known."""
        return mention_score(self)


@dataclass(frozen=True, slots=True)
class PaperText:
    """A paper's description as of an item's horizon."""

    arxiv_id: str
    version: int | None
    title: str
    authors: list[str]
    abstract: str
    categories: list[str]
    comment: str | None
    doi: str | None


def chunks(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    """The ids in portions that one statement can take."""
    found = list(dict.fromkeys(ids))
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]


def _horizon(as_of: int | None) -> ColumnElement[int]:
    """The run up to which an item is read: a given one for all, or its own."""
    return Item.horizon if as_of is None else literal(as_of)


def _newest_snapshot(as_of: int | None) -> Any:
    """A scalar subquery: the id of the newest snapshot of a mention up to the horizon."""
    inner = aliased(MetricsSnapshot)
    return (
        select(inner.id)
        .where(inner.mention_id == MentionedPaper.mention_id, inner.run_id <= _horizon(as_of))
        .order_by(inner.captured_at.desc(), inner.id.desc())
        .limit(1)
        .correlate(Item, MentionedPaper)
        .scalar_subquery()
    )


def scoring_inputs(
    session: Session,
    item_ids: Iterable[int],
    *,
    as_of: int | None = None,
    as_though_struck: Mapping[int, bool] | None = None,
) -> dict[int, tuple[list[CountedReading], list[CountedMention]]]:
    """For each item the paper-level readings and the counted mentions that its score is made of.

    They are read as of the item's own horizon, or of the run `as_of` where one is given; so in all of this module.
    `as_though_struck` says of mentions, by id, whether to take them for struck, whatever they are.
    """
    supposed = as_though_struck or {}
    readings = readings_of_items(session, item_ids := list(item_ids), as_of=as_of)
    inputs = {item_id: (readings.get(item_id, []), list[CountedMention]()) for item_id in item_ids}
    for ids in chunks(item_ids):
        for row in session.execute(mention_counts(as_of=as_of).where(Item.id.in_(ids))):
            is_struck = supposed.get(row.mention_id, row.struck_at is not None)
            inputs[row.item_id][1].append(counted_mention(row, is_struck=is_struck))
    return inputs


def counted_mention(row: Any, *, is_struck: bool) -> CountedMention:
    """A row of `mention_counts` as scoring takes it."""
    counts = {name: getattr(row, name) for name in COUNTS}
    flags = {"is_struck": is_struck, "is_repost": row.repost_of is not None}
    return CountedMention(row.source, captured_at=row.captured_at, **counts, **flags)


def counted_reading(row: Any) -> CountedReading:
    """A row of `reading_counts` as scoring takes it."""
    return CountedReading(row.source, row.reposts, row.likes, row.replies, row.points, row.captured_at)


def reading_counts(*more: Any, as_of: int | None = None) -> Any:
    """A query of the newest paper-level reading of every source, by item, and the columns `more`."""
    later = aliased(MetricsSnapshot)
    newest = (
        select(func.max(later.captured_at))
        .where(
            later.paper_id == MetricsSnapshot.paper_id,
            later.source == MetricsSnapshot.source,
            later.run_id <= _horizon(as_of),
        )
        .correlate(Item, MetricsSnapshot)
        .scalar_subquery()
    )
    counts = [getattr(MetricsSnapshot, name) for name in COUNTS]
    scored = [count.is_not(None) for count in counts]
    return (
        select(Item.id.label("item_id"), MetricsSnapshot.source, *counts, MetricsSnapshot.captured_at, *more)
        .select_from(Item)
        .join(MetricsSnapshot, MetricsSnapshot.paper_id == Item.paper_id)
        .where(MetricsSnapshot.run_id <= _horizon(as_of), MetricsSnapshot.captured_at == newest, or_(*scored))
        .order_by(Item.id, MetricsSnapshot.source)
    )


def mention_counts(*more: Any, as_of: int | None = None) -> Any:
    """A query of every mention of every item with its newest counts and its strike, and the columns `more`."""
    counts = [getattr(MetricsSnapshot, name) for name in COUNTS]
    return (
        select(
            Item.id.label("item_id"),
            Mention.id.label("mention_id"),
            Mention.source,
            Mention.repost_of,
            *counts,
            MetricsSnapshot.captured_at,
            Strike.struck_at,
            *more,
        )
        .select_from(Item)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .join(Mention, Mention.id == MentionedPaper.mention_id)
        .outerjoin(MetricsSnapshot, MetricsSnapshot.id == _newest_snapshot(as_of))
        .outerjoin(Strike, Strike.mention_id == Mention.id)
        .where(MentionedPaper.run_id <= _horizon(as_of))
        .order_by(Item.id, MentionedPaper.rank, Mention.id)
    )


def readings_of_items(
    session: Session, item_ids: Iterable[int], *, as_of: int | None = None
) -> dict[int, list[CountedReading]]:
    """The newest paper-level reading of each source, by item."""
    found: dict[int, list[CountedReading]] = {}
    for ids in chunks(item_ids):
        for row in session.execute(reading_counts(as_of=as_of).where(Item.id.in_(ids))):
            found.setdefault(row.item_id, []).append(counted_reading(row))
    return found


def evidence_of_items(
    session: Session, item_ids: Iterable[int], *, as_of: int | None = None
) -> dict[int, list[Evidence]]:
    """The mentions of each item's paper, best first, those without counts after them in their given order."""
    other = aliased(MentionedPaper)
    papers = select(func.count()).where(other.mention_id == Mention.id).correlate(Mention).scalar_subquery()
    columns = (
        Mention.gone_run_id,
        _horizon(as_of).label("horizon"),
        Mention.external_id,
        Mention.url,
        Mention.author_name,
        Mention.author_handle,
        Mention.text,
        Mention.html,
        Mention.posted_at,
        Mention.posted_on,
        papers.label("papers"),
        Strike.reason.label("strike_reason"),
        Editor.name.label("struck_by"),
    )
    found: dict[int, list[Evidence]] = {}
    for ids in chunks(item_ids):
        query = mention_counts(*columns, as_of=as_of).outerjoin(Editor, Editor.id == Strike.editor_id)
        query = query.where(Item.id.in_(ids))
        former = _former(session, ids, Revision.mention_id, MentionedPaper.mention_id, as_of)
        rows = [dict(r._mapping) | former.get((r.item_id, r.mention_id), {}) for r in session.execute(query)]
        runs = _starts_of_runs(session, {fields["gone_run_id"] for fields in rows} - {None})
        for fields in rows:
            gone_run_id, horizon = fields.pop("gone_run_id") or 0, fields.pop("horizon")
            gone_at = runs.get(gone_run_id) if gone_run_id <= horizon else None
            found.setdefault(fields.pop("item_id"), []).append(Evidence(**fields, gone_at=gone_at))
    return {item_id: best_first(mentions, lambda mention: mention.score) for item_id, mentions in found.items()}


def _starts_of_runs(session: Session, run_ids: Collection[int]) -> dict[int, datetime]:
    """When runs began; few mentions are gone, and those by fewer runs."""
    query = select(Run.id, Run.started_at).where(Run.id.in_(run_ids))
    return {run_id: at for run_id, at in session.execute(query)} if run_ids else {}


def texts_of_items(session: Session, item_ids: Iterable[int], *, as_of: int | None = None) -> dict[int, PaperText]:
    """Each item's paper as it was described then."""
    names = PaperText.__slots__
    found: dict[int, PaperText] = {}
    for ids in chunks(item_ids):
        query = select(Item.id, *(getattr(Paper, name) for name in names)).join(Paper)
        former = former_papers(session, ids, as_of=as_of)
        for item_id, *values in session.execute(query.where(Item.id.in_(ids))):
            before = former.get(item_id, {})
            fields = dict(zip(names, values, strict=True))
            found[item_id] = PaperText(**fields | {name: before[name] for name in names if name in before})
    return found


def former_papers(session: Session, item_ids: Sequence[int], *, as_of: int | None = None) -> dict[int, dict[str, Any]]:
    """What each item's paper said then, where it was revised since; few are."""
    former = _former(session, item_ids, Revision.paper_id, Item.paper_id, as_of)
    return {item_id: before for (item_id, _), before in former.items()}


def _former(
    session: Session, item_ids: Sequence[int], subject: Any, own: Any, as_of: int | None
) -> dict[tuple[int, int], dict[str, Any]]:
    """What revisions later than the horizon replaced, by item and subject; the oldest such words stand."""
    query = select(Item.id, subject, Revision.before).select_from(Item)
    if own is MentionedPaper.mention_id:
        query = query.join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
    query = (
        query.join(Revision, subject == own)
        .where(Item.id.in_(item_ids), Revision.run_id > _horizon(as_of))
        .order_by(Revision.run_id.desc())
    )
    former: dict[tuple[int, int], dict[str, Any]] = {}
    for item_id, subject_id, before in session.execute(query):
        former.setdefault((item_id, subject_id), {}).update(before)
    return former

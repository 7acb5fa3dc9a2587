"""Looking back at published editions: what became of their papers, by all that was read since. Reads, never writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from app.domain.lookback import Outcome, Verdict, judge
from app.domain.ranking import CountedMention, CountedReading, has_counts, paper_score, source_totals
from app.models import Edition, Item, Mention, MetricsSnapshot, Paper, Post
from app.queries.evidence import chunks, counted_mention, counted_reading, mention_counts, reading_counts
from app.queries.source_states import newest_reads
from app.queries.waiting import newest_finished_run


@dataclass(frozen=True, slots=True)
class Named:
    """What a paper is called on the desk, and why it was dropped."""

    title: str
    drop_reason: str | None


@dataclass(frozen=True, slots=True)
class LookBack:
    """A published edition with what became of each of its papers, picked and passed.

    `is_archive` says that its post was read in from a file: of its papers no more is known than the post prints.
    `read_at` is the newest reading from after publishing, None where there is none.
    """

    date: Day
    cut: float
    published_at: datetime
    is_archive: bool
    papers: list[Outcome]

    @property
    def read_at(self) -> datetime | None:
        """When a number of any of its papers was read last, after publishing."""
        return max((paper.read_at for paper in self.papers if paper.read_at), default=None)

    @property
    def verdict(self) -> Verdict:
        """How its picks did."""
        return judge(self.papers)


@dataclass(frozen=True, slots=True)
class Line:
    """An edition in the list of all: how its picks did, and the passed paper that stands highest now where one overtook
    them. `verdict` is None where nothing was read after publishing."""

    date: Day
    picked: int
    is_archive: bool
    verdict: Verdict | None
    missed: Named | None


@dataclass(slots=True)
class _Read:
    """What is known of a paper now."""

    readings: list[CountedReading] = field(default_factory=list)
    mentions: list[CountedMention] = field(default_factory=list)
    read_at: datetime | None = None
    struck_since: int = 0


def look_back(session: Session, edition: Edition, weights: Mapping[str, float]) -> LookBack | None:
    """A published edition by what became of its papers; None where it has no post.

    Scores now are made with the weights of the post's record, so that nothing but the world has moved; a post of the
    archive has none, and takes `weights`.
    """
    return next(iter(_looked_at(session, edition.date, edition.date, weights)), None)


def look_backs(session: Session, month: Day, weights: Mapping[str, float]) -> list[Line]:
    """The editions of a month, newest first, each by how its picks did; a few queries, however many there are."""
    looked = _looked_at(session, month, last_day(month), weights)
    verdicts = {edition.date: edition.verdict if edition.read_at else None for edition in looked}
    best = [verdict.missed[0].item_id for verdict in verdicts.values() if verdict and verdict.missed]
    names = names_of(session, best)
    return [
        Line(
            edition.date,
            sum(paper.is_picked for paper in edition.papers),
            edition.is_archive,
            verdict,
            names[verdict.missed[0].item_id] if verdict and verdict.missed else None,
        )
        for edition in looked
        for verdict in (verdicts[edition.date],)
    ]


def last_day(month: Day) -> Day:
    """The last day of the month that begins with a day."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def newest_published(session: Session) -> Day | None:
    """The date of the newest edition that has a post."""
    return session.scalar(select(func.max(Edition.date)).where(Edition.post_id.is_not(None)))


def months_beside(session: Session, month: Day) -> tuple[Day | None, Day | None]:
    """The first days of the nearest months before and after one that have a post."""
    dates = select(Edition.date).where(Edition.post_id.is_not(None))
    before = session.scalar(dates.where(Edition.date < month).order_by(Edition.date.desc()).limit(1))
    after = session.scalar(dates.where(Edition.date > last_day(month)).order_by(Edition.date).limit(1))
    return before and before.replace(day=1), after and after.replace(day=1)


def names_of(session: Session, item_ids: Iterable[int]) -> dict[int, Named]:
    """What the papers of items are called, by the editor's headline where there is one."""
    query = select(Item.id, Item.headline, Paper.title, Item.drop_reason).join(Paper)
    return {
        row.id: Named(row.headline or row.title, row.drop_reason)
        for ids in chunks(item_ids)
        for row in session.execute(query.where(Item.id.in_(ids)))
    }


def _looked_at(session: Session, first: Day, last: Day, weights: Mapping[str, float]) -> list[LookBack]:
    """The published editions of some days, newest first."""
    posts = {row.edition_id: row for row in session.execute(_posts(first, last))}
    read = _read(session, posts, newest_reads(session, first, last))
    papers: dict[int, list[Outcome]] = {edition_id: [] for edition_id in posts}
    for item in session.execute(_items(posts)):
        post = posts[item.edition_id]
        scale = weights if post.weights is None else post.weights
        papers[item.edition_id].append(_outcome(item, read.get(item.id, _Read()), scale))
    return [
        LookBack(post.date, post.cut, post.published_at, post.kind == "archive", papers[post.edition_id])
        for post in posts.values()
    ]


def _posts(first: Day, last: Day) -> Select[Any]:
    """Every post of some days in the revision that readers have, the newest day first."""
    return (
        select(
            Post.edition_id,
            Edition.date,
            Edition.cut,
            Post.published_at,
            Post.record["kind"].as_string().label("kind"),
            Post.record["weights"].label("weights"),
        )
        .join(Edition, Edition.post_id == Post.id)
        .where(Edition.date.between(first, last))
        .order_by(Edition.date.desc())
    )


def _items(edition_ids: Iterable[int]) -> Select[Any]:
    """The papers that editions had; one that came too late for them waits there, and nobody has picked or passed it."""
    number = func.row_number().over(partition_by=(Item.edition_id, Item.state), order_by=Item.order_key)
    columns = (Item.id, Item.edition_id, Item.state, Item.score, Paper.arxiv_id, number.label("number"))
    return select(*columns).join(Paper).where(Item.edition_id.in_(edition_ids), Item.state != "waiting")


def _outcome(item: Row, read: _Read, weights: Mapping[str, float]) -> Outcome:
    return Outcome(
        item_id=item.id,
        arxiv_id=item.arxiv_id,
        state=item.state,
        number=item.number if item.state == "picked" else None,
        then=item.score,
        now=paper_score(source_totals(read.readings, read.mentions, weights)),
        read_at=read.read_at,
        struck_since=read.struck_since,
    )


def _read(session: Session, posts: Mapping[int, Row], reads: Mapping[Day, Mapping[str, datetime]]) -> dict[int, _Read]:
    """What is known now of the papers of published editions, by item; `reads` says when each source was read last."""
    found: dict[int, _Read] = {}
    as_of, more = newest_finished_run(session), (Item.edition_id, Item.horizon, MetricsSnapshot.run_id)
    for row in session.execute(reading_counts(*more, as_of=as_of).where(Item.edition_id.in_(posts))):
        read = found.setdefault(row.item_id, _Read())
        read.readings.append(counted_reading(row))
        _note_time(read, row, posts[row.edition_id], reads)
    originals = mention_counts(*more, as_of=as_of).where(Item.edition_id.in_(posts), Mention.repost_of.is_(None))
    for row in session.execute(originals):
        mention, post = counted_mention(row, is_struck=row.struck_at is not None), posts[row.edition_id]
        if has_counts(mention):
            read = found.setdefault(row.item_id, _Read())
            read.mentions.append(mention)
            read.struck_since += row.struck_at is not None and row.struck_at > post.published_at
            _note_time(read, row, post, reads)
    return found


def _note_time(read: _Read, row: Row, post: Row, reads: Mapping[Day, Mapping[str, datetime]]) -> None:
    """Keep when it was read, where that was after publishing: an imported post's own totals were not.

    A look that found the same number kept no reading of its own.
    """
    times = [row.captured_at] if row.run_id > row.horizon else []
    times += [reads[post.date][row.source]] if row.source in reads.get(post.date, {}) else []
    since = [time for time in times if time > post.published_at]
    read.read_at = max([*since, *([read.read_at] if read.read_at else [])], default=None)

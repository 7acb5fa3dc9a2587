"""The machine layer, written: fetched papers, mentions and readings upserted in batches, every former text kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain.sources import FetchedMention, FetchedPaper, FetchedReading, Gone
from app.models import Announcement, Mention, MentionedPaper, Paper, Revision, Run
from app.queries.evidence import chunks
from app.services.readings import store_readings

PAPER_TEXT = ("version", "title", "authors", "abstract", "categories", "comment", "doi")
MENTION_TEXT = ("url", "author_name", "author_handle", "text", "html", "posted_on")


# What a source gives that is kept.
Kept = FetchedPaper | FetchedMention | FetchedReading | Gone
T = TypeVar("T")
# Between the two times that a mention must be missing to be gone.
MISSED_APART = timedelta(hours=3)


@dataclass(slots=True)
class Stored:
    """What a batch changed, by the ids of papers, and how many mentions name none that the desk has.

    `changed` are the papers of which anything is new: text, mentions or numbers, so that their editions must be filled;
    `reworded` those of them by whose words, or words said of them, they must be found anew.
    """

    new: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    reworded: set[int] = field(default_factory=set)
    new_mentions: int = 0
    passed_over: int = 0


def store(session: Session, things: Sequence[Kept], *, run_id: int, now: datetime) -> Stored:
    """Upsert one batch; the caller commits. Storing the same batch again changes nothing."""
    stored = Stored()
    papers = _of(things, FetchedPaper)
    ids = _store_papers(session, papers, run_id, stored)
    _announce(session, papers, ids, run_id, stored)
    ids |= _ids_of_known(session, [t.arxiv_id for t in _of(things, FetchedReading)])
    totals = [(ids[p.arxiv_id], reading) for p in papers for reading in p.readings]
    totals += [(ids[t.arxiv_id], t.reading) for t in _of(things, FetchedReading) if t.arxiv_id in ids]
    stored.changed |= store_readings(session, "paper_id", totals, run_id, now)
    _store_all_mentions(session, _of(things, FetchedMention), run_id, now, stored)
    miss(session, [(gone.source, gone.external_id) for gone in _of(things, Gone)], run_id, now, stored)
    return stored


def _of(things: Sequence[Kept], kind: type[T]) -> list[T]:
    return [thing for thing in things if isinstance(thing, kind)]


def _store_all_mentions(
    session: Session, mentions: Sequence[FetchedMention], run_id: int, now: datetime, stored: Stored
) -> None:
    """Keep the mentions of papers that the desk has, which papers they name, and their counts."""
    papers = _ids_of_known(session, [name for mention in mentions for name in mention.paper_ids])
    kept = [mention for mention in mentions if any(name in papers for name in mention.paper_ids)]
    stored.passed_over += len(mentions) - len(kept)
    mention_ids = _store_mentions(session, kept, run_id, stored)
    links = _link(session, kept, papers, mention_ids, run_id, stored)
    counts = [(mention_ids[_name(m)], m.reading) for m in kept if m.reading]
    for mention_id in store_readings(session, "mention_id", counts, run_id, now):
        stored.changed |= links.get(mention_id, set())


def _ids_of_known(session: Session, arxiv_ids: Iterable[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for part in chunks(dict.fromkeys(arxiv_ids)):
        known |= {
            row.arxiv_id: row.id
            for row in session.execute(select(Paper.arxiv_id, Paper.id).where(Paper.arxiv_id.in_(part)))
        }
    return known


def _store_papers(session: Session, papers: Sequence[FetchedPaper], run_id: int, stored: Stored) -> dict[str, int]:
    known = _known_papers(session, [paper.arxiv_id for paper in papers])
    fresh: dict[str, dict[str, Any]] = {}
    for paper in papers:
        if paper.arxiv_id not in known:
            fresh[paper.arxiv_id] = _paper_row(paper, run_id)
        elif changes := _paper_changes(known[paper.arxiv_id], paper):
            _revise(session, Paper, "paper_id", known[paper.arxiv_id], changes, run_id)
            stored.changed.add(known[paper.arxiv_id].id)
            stored.reworded.add(known[paper.arxiv_id].id)
    if fresh:
        session.execute(insert(Paper), list(fresh.values()))
        known |= _known_papers(session, list(fresh))
        stored.new = {known[arxiv_id].id for arxiv_id in fresh}
        stored.changed |= stored.new
        stored.reworded |= stored.new
    return {arxiv_id: row.id for arxiv_id, row in known.items()}


def _known_papers(session: Session, arxiv_ids: Sequence[str]) -> dict[str, Any]:
    columns = (Paper.id, Paper.arxiv_id, Paper.is_complete, *(getattr(Paper, name) for name in PAPER_TEXT))
    return {
        row.arxiv_id: row
        for part in chunks(arxiv_ids)
        for row in session.execute(select(*columns).where(Paper.arxiv_id.in_(part)))
    }


def _paper_row(paper: FetchedPaper, run_id: int) -> dict[str, Any]:
    return _paper_text(paper) | {
        "arxiv_id": paper.arxiv_id,
        "submitted_at": paper.submitted_at,
        "is_complete": paper.complete,
        "run_id": run_id,
    }


def _paper_text(paper: FetchedPaper) -> dict[str, Any]:
    values = {name: getattr(paper, name) for name in PAPER_TEXT}
    return values | {"authors": list(paper.authors), "categories": list(paper.categories)}


def _paper_changes(row: Any, paper: FetchedPaper) -> dict[str, Any]:
    """What a newer description changes: never to an older version, nor to a bare listing, nor to nothing."""
    if row.version and paper.version and paper.version < row.version:
        return {}
    if row.is_complete and not paper.complete:
        return {}
    changes = {
        name: value
        for name, value in _paper_text(paper).items()
        if value not in (None, []) and value != getattr(row, name)
    }
    return changes | ({"is_complete": True} if paper.complete and not row.is_complete else {})


def _revise(session: Session, model: Any, subject: str, row: Any, changes: dict[str, Any], run_id: int) -> None:
    """Write the new text and keep the former one. A second change in the same run keeps the first's former words."""
    session.execute(update(model).where(model.id == row.id).values(**changes))
    before = {name: getattr(row, name) for name in changes}
    kept = session.scalar(select(Revision).where(getattr(Revision, subject) == row.id, Revision.run_id == run_id))
    if kept is None:
        session.execute(insert(Revision).values({subject: row.id, "run_id": run_id, "before": before}))
    else:
        kept.before = before | kept.before
        session.flush()


def _announce(
    session: Session, papers: Sequence[FetchedPaper], ids: Mapping[str, int], run_id: int, stored: Stored
) -> None:
    wanted = dict.fromkeys((ids[paper.arxiv_id], paper.announced_on) for paper in papers if paper.announced_on)
    known: set[tuple[int, date]] = set()
    for part in chunks(paper_id for paper_id, _ in wanted):
        query = select(Announcement.paper_id, Announcement.announced_on).where(Announcement.paper_id.in_(part))
        known |= {(row.paper_id, row.announced_on) for row in session.execute(query)}
    fresh = [pair for pair in wanted if pair not in known]
    if fresh:
        rows = [{"paper_id": paper_id, "announced_on": day, "run_id": run_id} for paper_id, day in fresh]
        session.execute(insert(Announcement), rows)
        stored.changed |= {paper_id for paper_id, _ in fresh}


def _name(mention: FetchedMention) -> tuple[str, str]:
    return (mention.source, mention.external_id)


def _store_mentions(
    session: Session, mentions: Sequence[FetchedMention], run_id: int, stored: Stored
) -> dict[tuple[str, str], int]:
    known = _known_mentions(session, list(dict.fromkeys(map(_name, mentions))))
    fresh: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in mentions:
        row = known.get(_name(mention))
        if row is None:
            fresh.setdefault(_name(mention), _mention_row(mention, run_id))
        elif changes := {n: v for n in MENTION_TEXT if (v := getattr(mention, n)) and v != getattr(row, n)}:
            _revise(session, Mention, "mention_id", row, changes, run_id)
            named = papers_named_by(session, row.id)
            stored.changed |= named
            stored.reworded |= named
    _find_again(session, list(known.values()), run_id, stored)
    if fresh:
        session.execute(insert(Mention), list(fresh.values()))
        stored.new_mentions = len(fresh)
        known |= _known_mentions(session, list(fresh))
    return {name: row.id for name, row in known.items()}


def _find_again(session: Session, rows: Sequence[Any], run_id: int, stored: Stored) -> None:
    """Mentions that a source has again are not missing; that one was gone until now stays known."""
    missed = [row for row in rows if row.missed_run_id is not None]
    for part in chunks(row.id for row in missed):
        session.execute(update(Mention).where(Mention.id.in_(part)).values(missed_run_id=None))
    for row in missed:
        if row.gone_run_id is not None:
            _revise(session, Mention, "mention_id", row, {"gone_run_id": None}, run_id)
            stored.changed |= papers_named_by(session, row.id)


def _known_mentions(session: Session, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    columns = (
        Mention.id,
        Mention.source,
        Mention.external_id,
        Mention.missed_run_id,
        Mention.gone_run_id,
        *(getattr(Mention, name) for name in MENTION_TEXT),
    )
    found: dict[tuple[str, str], Any] = {}
    for part in chunks(names):
        query = select(*columns).where(tuple_(Mention.source, Mention.external_id).in_(part))
        found |= {(row.source, row.external_id): row for row in session.execute(query)}
    return found


def miss(session: Session, names: Sequence[tuple[str, str]], run_id: int, now: datetime, stored: Stored) -> None:
    """Note the mentions that a source no longer has. Missing in two runs some hours apart, a mention is gone.

    Once may be a hiccup, and two runs within minutes may meet the same one.
    """
    earlier = set(session.scalars(select(Run.id).where(Run.id < run_id, Run.started_at <= now - MISSED_APART)))
    for part in chunks(names):
        query = select(Mention).where(tuple_(Mention.source, Mention.external_id).in_(part))
        for mention in session.scalars(query):
            if mention.missed_run_id is None:
                mention.missed_run_id = run_id
            elif mention.gone_run_id is None and mention.missed_run_id in earlier:
                mention.gone_run_id = run_id
                stored.changed |= papers_named_by(session, mention.id)
    session.flush()


def _mention_row(mention: FetchedMention, run_id: int) -> dict[str, Any]:
    names = ("source", "external_id", "posted_at", "repost_of", *MENTION_TEXT)
    return {name: getattr(mention, name) for name in names} | {"run_id": run_id}


def papers_named_by(session: Session, mention_id: int) -> set[int]:
    """The ids of the papers that a mention names."""
    return set(session.scalars(select(MentionedPaper.paper_id).where(MentionedPaper.mention_id == mention_id)))


def _link(
    session: Session,
    mentions: Sequence[FetchedMention],
    papers: Mapping[str, int],
    mention_ids: Mapping[tuple[str, str], int],
    run_id: int,
    stored: Stored,
) -> dict[int, set[int]]:
    """Note which papers each mention names, in the source's order; returns all papers of each mention of the batch."""
    wanted = {
        (mention_ids[_name(mention)], papers[arxiv_id]): None
        for mention in mentions
        for arxiv_id in mention.paper_ids
        if arxiv_id in papers
    }
    links: dict[int, set[int]] = {}
    ranks: dict[int, int] = {}
    for part in chunks(papers.values()):
        query = select(MentionedPaper.paper_id, MentionedPaper.mention_id).where(MentionedPaper.paper_id.in_(part))
        for paper_id, mention_id in session.execute(query):
            wanted.pop((mention_id, paper_id), None)
            links.setdefault(mention_id, set()).add(paper_id)
            ranks[paper_id] = ranks.get(paper_id, 0) + 1
    rows = []
    for mention_id, paper_id in wanted:
        rows.append({"mention_id": mention_id, "paper_id": paper_id, "rank": ranks.get(paper_id, 0), "run_id": run_id})
        ranks[paper_id] = ranks.get(paper_id, 0) + 1
        links.setdefault(mention_id, set()).add(paper_id)
        stored.changed.add(paper_id)
        stored.reworded.add(paper_id)
    if rows:
        session.execute(insert(MentionedPaper), rows)
    return links

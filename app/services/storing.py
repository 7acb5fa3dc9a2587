"""The machine layer, written: fetched papers, mentions and readings upserted in batches, every former text kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.sources import FetchedMention, FetchedPaper, FetchedReading, Gone
from app.models import Announcement, Paper
from app.queries.among import among
from app.services.bulk import insert_rows, new_ids
from app.services.readings import store_readings
from app.services.revising import revise
from app.services.storing_mentions import Stored, Told, miss, store_mentions

PAPER_TEXT = ("version", "title", "authors", "abstract", "categories", "comment", "doi")
PAPER_ROW = ("id", "arxiv_id", "submitted_at", "is_complete", "run_id", *PAPER_TEXT)
TEXT_OF_PAPER = attrgetter(*PAPER_TEXT)

PAPERS, ANNOUNCEMENTS = Paper.__table__.c, Announcement.__table__.c
KNOWN_IDS = select(PAPERS.arxiv_id, PAPERS.id).where(among(PAPERS.arxiv_id, "names"))
KNOWN_PAPERS = select(PAPERS.id, PAPERS.arxiv_id, PAPERS.is_complete, *(PAPERS[name] for name in PAPER_TEXT)).where(
    among(PAPERS.arxiv_id, "names")
)
KNOWN_DAYS = select(ANNOUNCEMENTS.paper_id, ANNOUNCEMENTS.announced_on).where(among(ANNOUNCEMENTS.paper_id, "ids"))

# What a source gives that is kept.
Kept = FetchedPaper | FetchedMention | FetchedReading | Gone
T = TypeVar("T")


def store(session: Session, things: Sequence[Kept], *, run_id: int, now: datetime, told: Told | None = None) -> Stored:
    """Upsert one batch; the caller commits. Storing the same batch again changes nothing.

    `told` remembers from batch to batch which mentions a source has told of, for of these the first words stand.
    """
    stored = Stored()
    papers = _of(things, FetchedPaper)
    ids = _store_papers(session, papers, run_id, stored)
    _announce(session, papers, ids, run_id, stored)
    totals = [(ids[paper.arxiv_id], reading) for paper in papers for reading in paper.readings]
    others = _of(things, FetchedReading)
    ids |= ids_of_known(session, [other.arxiv_id for other in others])
    totals += [(ids[other.arxiv_id], other.reading) for other in others if other.arxiv_id in ids]
    stored.changed |= store_readings(session, "paper_id", totals, run_id, now)
    mentions = _of(things, FetchedMention)
    named = ids_of_known(session, [name for mention in mentions for name in mention.paper_ids])
    store_mentions(session, mentions, named, run_id, now, stored, Told() if told is None else told)
    miss(session, [(gone.source, gone.external_id) for gone in _of(things, Gone)], run_id, now, stored)
    return stored


def _of(things: Sequence[Kept], kind: type[T]) -> list[T]:
    return [thing for thing in things if isinstance(thing, kind)]


def ids_of_known(session: Session, arxiv_ids: Iterable[str]) -> dict[str, int]:
    """The ids of the papers that the desk has, by arXiv id."""
    names = list(dict.fromkeys(arxiv_ids))
    return dict(session.execute(KNOWN_IDS, {"names": names}).all()) if names else {}


def _store_papers(session: Session, papers: Sequence[FetchedPaper], run_id: int, stored: Stored) -> dict[str, int]:
    if not papers:
        return {}
    names = list(dict.fromkeys(paper.arxiv_id for paper in papers))
    known = {row.arxiv_id: row for row in session.execute(KNOWN_PAPERS, {"names": names})}
    fresh: dict[str, FetchedPaper] = {}
    changes: dict[int, dict[str, Any]] = {}
    for paper in papers:
        row = known.get(paper.arxiv_id)
        if row is None:
            fresh[paper.arxiv_id] = paper
        elif changed := _paper_changes(row, paper):
            changes[row.id] = changes.get(row.id, {}) | changed
    revise(session, Paper, ("is_complete", *PAPER_TEXT), list(known.values()), changes, run_id)
    ids = dict(zip(fresh, new_ids(session, Paper, len(fresh)), strict=True))
    rows = [(ids[name], name, p.submitted_at, p.complete, run_id, *TEXT_OF_PAPER(p)) for name, p in fresh.items()]
    insert_rows(session, Paper, PAPER_ROW, rows)
    stored.new = set(ids.values())
    stored.changed |= stored.new | set(changes)
    stored.reworded |= stored.new | set(changes)
    return ids | {name: row.id for name, row in known.items()}


def _paper_changes(row: Any, paper: FetchedPaper) -> dict[str, Any]:
    """What a newer description changes: never to an older version, nor to a bare listing, nor to nothing."""
    if row.version and paper.version and paper.version < row.version:
        return {}
    if row.is_complete and not paper.complete:
        return {}
    texts = dict(zip(PAPER_TEXT, TEXT_OF_PAPER(paper), strict=True))
    texts |= {"authors": list(paper.authors), "categories": list(paper.categories)}
    changes = {name: value for name, value in texts.items() if value not in (None, []) and value != getattr(row, name)}
    return changes | ({"is_complete": True} if paper.complete and not row.is_complete else {})


def _announce(
    session: Session, papers: Sequence[FetchedPaper], ids: Mapping[str, int], run_id: int, stored: Stored
) -> None:
    wanted = dict.fromkeys((ids[paper.arxiv_id], paper.announced_on) for paper in papers if paper.announced_on)
    if not wanted:
        return
    of_known = session.execute(KNOWN_DAYS, {"ids": list({paper_id for paper_id, _ in wanted} - stored.new)})
    known: set[tuple[int, date]] = {(row.paper_id, row.announced_on) for row in of_known}
    fresh = [(paper_id, day, run_id) for paper_id, day in wanted if (paper_id, day) not in known]
    insert_rows(session, Announcement, ("paper_id", "announced_on", "run_id"), fresh)
    stored.changed |= {paper_id for paper_id, _, _ in fresh}

"""Mentions, stored: their words, which papers they name, their counts, and that a source has one no longer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.sources import FetchedMention
from app.models import Mention, MentionedPaper, Run
from app.queries.among import among
from app.services.bulk import insert_rows, new_ids, update_rows
from app.services.readings import store_readings
from app.services.revising import revise

MENTION_TEXT = ("url", "author_name", "author_handle", "text", "html", "posted_on")
MENTION_ROW = ("id", "run_id", "source", "external_id", "posted_at", "repost_of", *MENTION_TEXT)
NAME = attrgetter("source", "external_id")
TEXT = attrgetter(*MENTION_TEXT)
ROW = attrgetter(*MENTION_ROW[2:])

MENTIONS, LINKS = Mention.__table__.c, MentionedPaper.__table__.c
KNOWN = select(
    *(MENTIONS[name] for name in ("id", "source", "external_id", "missed_run_id", "gone_run_id", *MENTION_TEXT))
).where(and_(MENTIONS.source == bindparam("source"), among(MENTIONS.external_id, "names")))
NAMED = select(LINKS.mention_id, LINKS.paper_id).where(among(LINKS.mention_id, "ids"))
COUNTED = select(LINKS.paper_id, func.count()).where(among(LINKS.paper_id, "ids")).group_by(LINKS.paper_id)

# Between the two times that a mention must be missing to be gone.
MISSED_APART = timedelta(hours=3)
# What a source calls a mention: the source, and its id there.
Name = tuple[str, str]


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


class Told:
    """Which mentions a source has told of, by id: a bit for each, so that a run of a million of them keeps little."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Remember one."""
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)


def store_mentions(
    session: Session,
    mentions: Sequence[FetchedMention],
    papers: Mapping[str, int],
    run_id: int,
    now: datetime,
    stored: Stored,
    told: Told,
) -> None:
    """Keep the mentions of the given papers of the desk, which of these they name, and their counts."""
    kept = [mention for mention in mentions if any(name in papers for name in mention.paper_ids)]
    stored.passed_over += len(mentions) - len(kept)
    if not kept:
        return
    known = _known_mentions(session, map(NAME, kept))
    named = _papers_named(session, [row.id for row in known.values()])
    _revise_known(session, known, kept, named, run_id, stored, told)
    ids = _add_new(session, known, kept, run_id, stored)
    for mention_id in ids.values():
        told.add(mention_id)
    _link(session, kept, papers, ids, named, run_id, stored)
    counts = [(ids[NAME(mention)], mention.reading) for mention in kept if mention.reading]
    for mention_id in store_readings(session, "mention_id", counts, run_id, now):
        stored.changed |= named[mention_id]


def _known_mentions(session: Session, names: Iterable[Name]) -> dict[Name, Any]:
    by_source: dict[str, dict[str, None]] = {}
    for source, external_id in names:
        by_source.setdefault(source, {})[external_id] = None
    return {
        (row.source, row.external_id): row
        for source, of_source in by_source.items()
        for row in session.execute(KNOWN, {"source": source, "names": list(of_source)}).all()
    }


def _papers_named(session: Session, mention_ids: Sequence[int]) -> dict[int, set[int]]:
    """The ids of the papers that mentions name, by mention."""
    named: dict[int, set[int]] = {}
    for mention_id, paper_id in session.execute(NAMED, {"ids": mention_ids}) if mention_ids else ():
        named.setdefault(mention_id, set()).add(paper_id)
    return named


def _revise_known(
    session: Session,
    known: Mapping[Name, Any],
    mentions: Iterable[FetchedMention],
    named: Mapping[int, set[int]],
    run_id: int,
    stored: Stored,
    told: Told,
) -> None:
    """Write what is new of mentions that the desk has.

    Of one that the source tells twice in a run the first words stand: else the two would replace each other in every
    run. One that it has again is not missing; that it was gone until now stays known.
    """
    changes: dict[int, dict[str, Any]] = {}
    for mention in mentions:
        row = known.get(NAME(mention))
        if row is not None and row.id not in told:
            told.add(row.id)
            pairs = zip(MENTION_TEXT, TEXT(mention), TEXT(row), strict=True)
            if changed := {name: new for name, new, old in pairs if new and new != old}:
                changes[row.id] = changed
                stored.reworded |= named.get(row.id, set())
    missed = [row for row in known.values() if row.missed_run_id is not None]
    update_rows(session, Mention, ("missed_run_id",), [(None, row.id) for row in missed])
    for row in missed:
        if row.gone_run_id is not None:
            changes.setdefault(row.id, {})["gone_run_id"] = None
    revise(session, Mention, ("gone_run_id", *MENTION_TEXT), list(known.values()), changes, run_id)
    for mention_id in changes:
        stored.changed |= named.get(mention_id, set())


def _add_new(
    session: Session, known: Mapping[Name, Any], mentions: Iterable[FetchedMention], run_id: int, stored: Stored
) -> dict[Name, int]:
    """Insert the mentions that the desk has not; returns the ids of all of them."""
    fresh: dict[Name, FetchedMention] = {}
    for mention in mentions:
        if (name := NAME(mention)) not in known:
            fresh.setdefault(name, mention)
    ids = dict(zip(fresh, new_ids(session, Mention, len(fresh)), strict=True))
    rows = [(ids[name], run_id, *ROW(mention)) for name, mention in fresh.items()]
    insert_rows(session, Mention, MENTION_ROW, rows)
    stored.new_mentions = len(fresh)
    return ids | {name: row.id for name, row in known.items()}


def _link(
    session: Session,
    mentions: Sequence[FetchedMention],
    papers: Mapping[str, int],
    ids: Mapping[Name, int],
    named: dict[int, set[int]],
    run_id: int,
    stored: Stored,
) -> None:
    """Note which papers each mention names, in the source's order, and add them to those that it `named` before."""
    fresh: list[tuple[int, int]] = []
    for mention in mentions:
        mention_id = ids[NAME(mention)]
        there = named.setdefault(mention_id, set())
        for arxiv_id in mention.paper_ids:
            paper_id = papers.get(arxiv_id)
            if paper_id is not None and paper_id not in there:
                there.add(paper_id)
                fresh.append((mention_id, paper_id))
    if not fresh:
        return
    touched = {paper_id for _, paper_id in fresh}
    ranks = dict(session.execute(COUNTED, {"ids": list(touched)}).all())
    rows = []
    for mention_id, paper_id in fresh:
        rank = ranks.get(paper_id, 0)
        ranks[paper_id] = rank + 1
        rows.append((mention_id, paper_id, rank, run_id))
    insert_rows(session, MentionedPaper, ("mention_id", "paper_id", "rank", "run_id"), rows)
    stored.changed |= touched
    stored.reworded |= touched


def miss(session: Session, names: Sequence[Name], run_id: int, now: datetime, stored: Stored) -> None:
    """Note the mentions that a source no longer has. Missing in two runs some hours apart, a mention is gone.

    Once may be a hiccup, and two runs within minutes may meet the same one.
    """
    if not names:
        return
    earlier = set(session.scalars(select(Run.id).where(Run.id < run_id, Run.started_at <= now - MISSED_APART)))
    known = _known_mentions(session, names).values()
    missed = [row.id for row in known if row.missed_run_id is None]
    gone = [row.id for row in known if row.gone_run_id is None and row.missed_run_id in earlier]
    update_rows(session, Mention, ("missed_run_id",), [(run_id, mention_id) for mention_id in missed])
    update_rows(session, Mention, ("gone_run_id",), [(run_id, mention_id) for mention_id in gone])
    for papers in _papers_named(session, gone).values():
        stored.changed |= papers

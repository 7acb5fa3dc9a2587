"""Invented papers, mentions and days, made by the code that makes real ones."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import Expected, Fetched, FetchedMention, FetchedPaper, Question, Reading
from app.models import Edition, Item, Mention, Paper, Run
from app.services.ingestion import ingest

DAY = date(2026, 11, 18)
MORNING = datetime(2026, 11, 18, 8, 2, 11, tzinfo=UTC)
NUMBERS = itertools.count(90001)


def paper(
    arxiv_id: str | None = None, *, score: int | None = None, source: str = "twitter", **fields: Any
) -> FetchedPaper:
    """An invented paper; `score` gives it a paper-level reading of so many reposts."""
    arxiv_id = arxiv_id or f"2611.{next(NUMBERS)}"
    readings = () if score is None else (Reading(source, MORNING, reposts=score, likes=0),)
    defaults: dict[str, Any] = {
        "title": f"Lanterns and Moss {arxiv_id}",
        "authors": ("Ada Fernsby", "Tomas Quill"),
        "abstract": "We study imaginary lanterns.",
        "categories": ("cs.LG", "stat.ML"),
        "announced_on": DAY,
        "version": 1,
        "readings": readings,
    }
    return FetchedPaper(arxiv_id=arxiv_id, **(defaults | fields))


def mention(
    external_id: str, *papers: FetchedPaper | str, reposts: int | None = None, likes: int | None = None, **fields: Any
) -> FetchedMention:
    """An invented mention of papers, with counts if any are given."""
    counted = reposts is not None or likes is not None
    source = fields.pop("source", "twitter")
    defaults: dict[str, Any] = {
        "url": f"https://twitter.com/paperbird/status/{external_id}",
        "author_name": "Paper Bird",
        "author_handle": "paperbird",
        "text": "A lower bound that people had waited ten years for.",
        "posted_on": "November 18, 2026",
        "reading": Reading(source, MORNING, reposts=reposts, likes=likes) if counted else None,
    }
    ids = tuple(named if isinstance(named, str) else named.arxiv_id for named in papers)
    return FetchedMention(source=source, external_id=external_id, paper_ids=ids, **(defaults | fields))


def asked(day: date | None = DAY, *, now: datetime = MORNING, **fields: Any) -> Question:
    """A question about a listing date, posts of interest being of the day before it and later."""
    return Question(day, now, fields.pop("since", now - timedelta(days=1)), **fields)


class Source:
    """A connector that yields what it was given, and raises it where that is an exception."""

    def __init__(self, *things: Fetched | BaseException, name: str = "invented") -> None:
        self.things, self.name = things, name

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Everything, in order."""
        yield Expected(sum(isinstance(thing, FetchedPaper) for thing in self.things))
        for thing in self.things:
            if isinstance(thing, BaseException):
                raise thing
            yield thing


def ingest_things(
    session: Session,
    rules: Rules,
    things: Iterable[Fetched | BaseException],
    *,
    now: datetime = MORNING,
    day: date = DAY,
) -> Run:
    """One ingestion run of the given papers and mentions."""
    return ingest(session, [Source(*things)], day=day, clock=lambda: now, rules=rules)


def edition_of_scores(session: Session, rules: Rules, scores: Iterable[int], *, day: date = DAY) -> Edition:
    """A fresh edition of papers with the given scores; the ids ascend in the order given."""
    ingest_things(session, rules, [paper(score=score, announced_on=day) for score in scores], day=day)
    return session.scalars(select(Edition).where(Edition.date == day)).one()


def items(session: Session, state: str = "picked", day: date = DAY) -> list[Item]:
    """The items of a day in one state, in the order in which the desk shows them."""
    query = select(Item).join(Edition).join(Paper).where(Edition.date == day, Item.state == state)
    order = (Item.order_key,) if state == "picked" else (Item.score.desc(), Paper.arxiv_id)
    return list(session.scalars(query.order_by(*order).execution_options(populate_existing=True)))


def scores(session: Session, state: str = "picked", day: date = DAY) -> list[float]:
    """The scores of a day's items in one state, in the order in which the desk shows them."""
    return [item.score for item in items(session, state, day)]


def mention_row(session: Session, external_id: str, source: str = "twitter") -> Mention:
    """A stored mention by its source's id."""
    return session.scalars(select(Mention).where(Mention.source == source, Mention.external_id == external_id)).one()

"""The papers of an edition that fit what somebody typed: by the database's index, and by what editors wrote on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    column,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.domain.ranking import rank_key
from app.domain.searching import Term, fits, folded, terms_of
from app.models import Item, Paper, SearchText
from app.models.search import FTS_TABLE, VECTOR
from app.queries.evidence import former_papers

COLUMNS = (SearchText.title, SearchText.authors, SearchText.words)
# Where all that is asked for stands, best first: in the title, in the title and the authors' names, anywhere.
IN_TITLE, IN_NAMES, ANYWHERE = range(3)


@dataclass(frozen=True, slots=True)
class FoundItem:
    """A paper of an edition as a short list names it; `position` is its number if it is picked."""

    id: int
    title: str
    state: str
    score: float
    position: int | None


@dataclass(frozen=True, slots=True)
class _Hit:
    """An item that fits: how well, and what else orders it."""

    id: int
    place: int
    score: float
    arxiv_id: str


def matching_items(session: Session, edition_id: int, text: str) -> set[int]:
    """The items of an edition, whatever their state but waiting, that fit what is typed (domain/searching.py).

    A text that asks for nothing leaves nothing out: then it is all of them. Papers are found by former words and by
    those that wait as well.
    """
    return {hit.id for hit in _hits(session, edition_id, terms_of(text))}


def find_items(session: Session, edition_id: int, text: str, *, limit: int = 12) -> list[FoundItem]:
    """The items that fit best: those whose title holds all that is typed first, then by title and authors, then others.

    Among equals by score. A text that asks for nothing finds those of the highest scores.
    """
    hits = _hits(session, edition_id, terms_of(text))
    best = sorted(hits, key=lambda hit: (hit.place, rank_key(hit.score, hit.arxiv_id)))[:limit]
    return _named(session, edition_id, [hit.id for hit in best]) if best else []


def _hits(session: Session, edition_id: int, terms: Sequence[Term]) -> list[_Hit]:
    """Everything that fits. What editors wrote stands in no index; the few papers that have it are looked at here."""
    written = {row.id: row for row in session.execute(_written(edition_id))} if terms else {}
    hits = [_Hit(*row) for row in session.execute(_indexed(session, edition_id, terms)) if row.id not in written]
    return hits + [hit for row in written.values() if (hit := _hit(row, terms))]


def _items(edition_id: int, *columns: Any) -> Select[Any]:
    query = select(Item.id, *columns, Item.score, Paper.arxiv_id).join(Paper, Paper.id == Item.paper_id)
    return query.where(Item.edition_id == edition_id, Item.state != "waiting")


def _written(edition_id: int) -> Select[Any]:
    query = _items(edition_id, Item.headline, Item.note, *COLUMNS)
    query = query.outerjoin(SearchText, SearchText.paper_id == Item.paper_id)
    return query.where(or_(Item.headline.is_not(None), Item.note.is_not(None)))


def _hit(row: Any, terms: Sequence[Term]) -> _Hit | None:
    called = [folded(row.headline or ""), row.title or ""]
    known = [*called, row.authors or ""]
    if not fits(terms, [*known, row.words or "", folded(row.note or "")]):
        return None
    wanted = [term for term in terms if not term.is_excluded]
    place = IN_TITLE if fits(wanted, called) else IN_NAMES if fits(wanted, known) else ANYWHERE
    return _Hit(row.id, place, row.score, row.arxiv_id)


def _indexed(session: Session, edition_id: int, terms: Sequence[Term]) -> Select[Any]:
    """The items whose papers fit by the index, each with where what is asked for stands."""
    wanted = [term for term in terms if not term.is_excluded]
    place = _place(wanted) if wanted else literal(IN_TITLE)
    query = _items(edition_id, place)
    if terms:
        query = query.join(SearchText, SearchText.paper_id == Paper.id)
    if wanted:
        query = query.where(_has(session, wanted), *map(_is_phrase, _phrases(wanted)))
    for term in terms:
        if term.is_excluded:
            query = query.where(not_(and_(_has(session, [term]), *map(_is_phrase, _phrases([term])))))
    return query


def _place(wanted: Sequence[Term]) -> ColumnElement[int]:
    in_title = [_stands_in(term, SearchText.title) for term in wanted]
    in_names = [_stands_in(term, SearchText.title, SearchText.authors) for term in wanted]
    return case((and_(*in_title), IN_TITLE), (and_(*in_names), IN_NAMES), else_=ANYWHERE)


def _stands_in(term: Term, *texts: Any) -> ColumnElement[bool]:
    """The same as `is_in` of domain/searching.py. The words are letters and digits, so LIKE has nothing to escape."""
    return or_(*((literal(" ") + text + literal(" ")).like(f"%{term.text}%") for text in texts))


def _phrases(terms: Iterable[Term]) -> list[Term]:
    return [term for term in terms if len(term.words) > 1]


def _is_phrase(term: Term) -> ColumnElement[bool]:
    """That a term's words stand beside each other; neither index is asked, since each would cut texts its own way."""
    return _stands_in(term, *COLUMNS)


def _has(session: Session, terms: Iterable[Term]) -> ColumnElement[bool]:
    """That the index knows every word of the terms in a paper's texts."""
    words = _words(terms)
    if session.get_bind().dialect.name == "sqlite":
        index = table(FTS_TABLE, column("rowid"), column(FTS_TABLE))
        asked = " AND ".join(f'"{word}"{"*" * is_begun}' for word, is_begun in words)
        fits_it = index.c[FTS_TABLE].op("MATCH", is_comparison=True)(asked)
        return SearchText.paper_id.in_(select(index.c.rowid).where(fits_it))
    asked = " & ".join(f"'{word}'{':*' * is_begun}" for word, is_begun in words)
    vector = literal_column(f"{SearchText.__tablename__}.{VECTOR}")
    return vector.op("@@", is_comparison=True)(cast(asked, TSQUERY))


def _words(terms: Iterable[Term]) -> list[tuple[str, bool]]:
    """Every word that is asked for, and whether its beginning is enough."""
    pairs = [
        (word, term.is_prefix and number == len(term.words))
        for term in terms
        for number, word in enumerate(term.words, 1)
    ]
    return list(dict.fromkeys(pairs))


def _named(session: Session, edition_id: int, item_ids: Sequence[int]) -> list[FoundItem]:
    """The items in the order given, named by their headlines, or their titles as of their horizons."""
    former = former_papers(session, item_ids)
    picked = select(Item.id).where(Item.edition_id == edition_id, Item.state == "picked").order_by(Item.order_key)
    numbers = {item_id: number for number, item_id in enumerate(session.scalars(picked), 1)}
    query = select(Item.id, Item.headline, Paper.title, Item.state, Item.score).join(Paper).where(Item.id.in_(item_ids))
    found = {row.id: row for row in session.execute(query)}
    return [
        FoundItem(
            id=row.id,
            title=row.headline or former.get(row.id, {}).get("title", row.title),
            state=row.state,
            score=row.score,
            position=numbers.get(row.id),
        )
        for row in (found[item_id] for item_id in item_ids)
    ]

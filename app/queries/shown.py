"""Which of an edition's papers a page shows, in which order: under filters, since a last look, through a lens."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.lens import Lens
from app.domain.ranking import is_above_cut, rank_key
from app.domain.views import STATES, Filters
from app.models import Edition, Item, Paper
from app.queries.lens import scores_without
from app.queries.looks import last_look, new_since
from app.queries.rows import Row, read_edition
from app.queries.search import matching_items

# The lists that a lens puts in the order of its scores.
RANKED = ("picked", "candidate")
_ITEM, _PAPER = Item.__table__.c, Paper.__table__.c
ITEMS_OF_EDITION = (
    select(_ITEM.id, _ITEM.state, _ITEM.order_key, _ITEM.score, _PAPER.arxiv_id)
    .join_from(Item.__table__, Paper.__table__)
    .where(_ITEM.edition_id == bindparam("edition_id"))
)


@dataclass(frozen=True, slots=True)
class Through:
    """A lens with the rules by which the scores without its source or account are made."""

    lens: Lens
    rules: Rules


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody looks at an edition.

    `editor_id` says whose last look decides what is new, `kept` are items that no filter takes away, because something
    unsaved is typed there.
    """

    filters: Filters = field(default_factory=Filters)
    through: Through | None = None
    editor_id: int | None = None
    kept: frozenset[int] = frozenset()


EVERYTHING = Shown()


@dataclass(frozen=True, slots=True)
class Arranged:
    """An edition's items by state: the whole lists as they stand, and of them what is shown, in the order shown.

    `new` are the items that are new since `new_since`, the time of the last look. `scores` holds the score through the
    lens of every item that it changes; `falls_out` and `comes_in` are the items that change sides of the cut by it.
    """

    order: dict[str, list[int]]
    shown: dict[str, list[int]]
    new: set[int] = field(default_factory=set)
    new_since: datetime | None = None
    scores: Mapping[int, float] = field(default_factory=dict)
    falls_out: set[int] = field(default_factory=set)
    comes_in: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from in an edition: categories and sources, each with how many papers, most first."""

    categories: list[tuple[str, int]]
    sources: list[tuple[str, int]]


def item_order(session: Session, edition_id: int) -> dict[str, list[int]]:
    """The ids of an edition's items by state, each list in its order; those that wait are in none."""
    return _by_state(_items(session, edition_id))


def arrange(
    session: Session, edition: Edition, shown: Shown = EVERYTHING, *, items: Sequence[Sequence[Any]] | None = None
) -> Arranged:
    """The edition's lists as they stand and as they are shown.

    `items` gives the columns of ITEMS_OF_EDITION, where whoever asks has read them already.
    """
    items = _items(session, edition.id) if items is None else items
    order = _by_state(items)
    look = last_look(session, edition.id, shown.editor_id) if shown.editor_id else None
    new = new_since(session, edition, look.run_id) if look else set()
    through = _let_through(session, edition.id, shown.filters, new)
    lists = {state: _those_in(ids, through, shown) for state, ids in order.items()}
    if shown.filters.state:
        lists = {
            state: ids if state == shown.filters.state else _those_in(ids, set(), shown) for state, ids in lists.items()
        }
    arranged = Arranged(order, lists, new, look.at if look else None)
    return _seen_through(session, edition, shown.through, arranged, items) if shown.through else arranged


def _those_in(ids: list[int], through: set[int] | None, shown: Shown) -> list[int]:
    return ids if through is None else [item_id for item_id in ids if item_id in through or item_id in shown.kept]


def _let_through(session: Session, edition_id: int, filters: Filters, new: set[int]) -> set[int] | None:
    """The items that the filters let through, whatever their state; None for all of them."""
    sieves: list[set[int]] = []
    if filters.is_new:
        sieves.append(new)
    if filters.text:
        sieves.append(matching_items(session, edition_id, filters.text))
    if filters.categories or filters.sources:
        traits = read_edition(session, edition_id).rows()
        sieves.append(
            {
                item_id
                for item_id, of in traits.items()
                if (not filters.categories or not filters.categories.isdisjoint(_names(of.categories_json)))
                and (not filters.sources or not filters.sources.isdisjoint(_sources(of.parts_json)))
            }
        )
    return set.intersection(*sieves) if sieves else None


def _seen_through(
    session: Session, edition: Edition, through: Through, arranged: Arranged, items: Sequence[Sequence[Any]]
) -> Arranged:
    """The same with the ranked lists in the order of the scores through a lens, and what that would change."""
    scores = scores_without(session, edition.id, through.lens, through.rules)
    of = {item_id: (score, arxiv_id) for item_id, _, _, score, arxiv_id in items}

    def rank(item_id: int) -> tuple[float, str]:
        score, arxiv_id = of[item_id]
        return rank_key(scores.get(item_id, score), arxiv_id)

    is_above = {i: (is_above_cut(of[i][0], edition.cut), is_above_cut(scores[i], edition.cut)) for i in scores}
    return replace(
        arranged,
        shown=arranged.shown | {state: sorted(arranged.shown[state], key=rank) for state in RANKED},
        scores=scores,
        falls_out={i for i in arranged.order["picked"] if is_above.get(i) == (True, False)},
        comes_in={i for i in arranged.order["candidate"] if is_above.get(i) == (False, True)},
    )


def choices_of(session: Session, edition_id: int) -> Choices:
    """What an edition's papers can be filtered by."""
    return choices_among(row for row in read_edition(session, edition_id).rows().values() if row.state in STATES)


def choices_among(papers: Iterable[Row]) -> Choices:
    """What these papers can be filtered by."""
    papers = list(papers)
    return Choices(
        _counted(_names(of.categories_json) for of in papers), _counted(_sources(of.parts_json) for of in papers)
    )


# The same texts come with every look at an edition.
@lru_cache(maxsize=8192)
def _names(categories_json: str) -> frozenset[str]:
    return frozenset(json.loads(categories_json))


@lru_cache(maxsize=8192)
def _sources(parts_json: str) -> frozenset[str]:
    """The sources of a score; one whose every mention is struck still has its part, but adds nothing."""
    return frozenset(part["source"] for part in json.loads(parts_json) if part["score"] or part.get("voices"))


def _counted(names: Iterable[Iterable[str]]) -> list[tuple[str, int]]:
    return sorted(Counter(chain.from_iterable(names)).items(), key=lambda pair: (-pair[1], pair[0]))


def _items(session: Session, edition_id: int) -> Sequence[Sequence[Any]]:
    return session.execute(ITEMS_OF_EDITION, {"edition_id": edition_id}).all()


def _by_state(items: Iterable[Sequence[Any]]) -> dict[str, list[int]]:
    lists: dict[str, list[Any]] = {state: [] for state in STATES}
    for item_id, state, order_key, score, arxiv_id in items:
        if state == "picked":
            lists[state].append((order_key, item_id))
        elif state in lists:
            lists[state].append((*rank_key(score, arxiv_id), item_id))
    return {state: [place[-1] for place in sorted(found)] for state, found in lists.items()}

"""The picked list of an edition as far as order alone is concerned: whole as light values, or one place in it by index.

An action asks for a place, so these statements are built once, and none of them reads the rows of the whole list.
"""

from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from app.domain.editions import DIGITS, Placed
from app.models import Item, Paper
from app.models.columns import order_key_type

_ITEMS, _PAPERS = Item.__table__, Paper.__table__
# Sorts behind every order key.
_BEHIND_ALL = chr(ord(DIGITS[-1]) + 1)

_EDITION, _KEY, _WITHOUT = (bindparam(name) for name in ("edition", "key", "without"))
_PICKED = and_(_ITEMS.c.edition_id == _EDITION, _ITEMS.c.order_key.is_not(None))
_OTHERS = and_(_PICKED, _ITEMS.c.id != _WITHOUT)

_ORDER = (
    select(_ITEMS.c.id, _ITEMS.c.order_key, _ITEMS.c.score, _PAPERS.c.arxiv_id, _ITEMS.c.placed_at)
    .join_from(_ITEMS, _PAPERS)
    .where(_OTHERS)
    .order_by(_ITEMS.c.order_key)
)
_COUNT = select(func.count()).select_from(_ITEMS).where(_PICKED)
_BEFORE_AND_BEHIND = select(
    _COUNT.where(_ITEMS.c.order_key < _KEY).scalar_subquery(),
    _COUNT.where(_ITEMS.c.order_key > _KEY).scalar_subquery(),
)
_KEYS_AT = (
    select(_ITEMS.c.order_key)
    .where(_OTHERS)
    .order_by(_ITEMS.c.order_key)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("first", type_=Integer))
)
_LAST_BEFORE = select(func.max(_ITEMS.c.order_key), func.count()).where(_OTHERS, _ITEMS.c.order_key < _KEY)
_KEY_OF = select(_ITEMS.c.order_key).where(_PICKED, _ITEMS.c.id == bindparam("item"))
_NEXT_KEY = select(func.min(_ITEMS.c.order_key)).where(_OTHERS, _ITEMS.c.order_key > _KEY)
# Compared byte by byte as Python compares them, whatever the locale of the database.
_ARXIV_ID = cast(
    select(_PAPERS.c.arxiv_id).where(_PAPERS.c.id == _ITEMS.c.paper_id).scalar_subquery(), order_key_type()
)
_SCORE = bindparam("score")
_FIRST_BELOW = (
    select(_ITEMS.c.order_key)
    .where(_OTHERS, _ITEMS.c.placed_at.is_(None))
    .where(or_(_ITEMS.c.score < _SCORE, and_(_ITEMS.c.score == _SCORE, _ARXIV_ID > bindparam("arxiv_id"))))
    .order_by(_ITEMS.c.order_key)
    .limit(1)
    .cte("first_below")
)
_KEY_BELOW = select(_FIRST_BELOW.c.order_key).scalar_subquery()
_GAP_BY_SCORE = select(func.max(_ITEMS.c.order_key), _KEY_BELOW, func.count()).where(
    _OTHERS, _ITEMS.c.order_key < func.coalesce(_KEY_BELOW, _BEHIND_ALL)
)


class Gap(NamedTuple):
    """A place in a picked list for an item that is not in it: its number there, and the keys that it goes between."""

    number: int
    before: str | None
    after: str | None


def picked_order(session: Session, edition_id: int, *, without: int | None = None) -> list[Placed]:
    """The picked items of an edition in order, as light values; `without` leaves one item out."""
    rows = session.execute(_ORDER, {"edition": edition_id, "without": without or 0})
    return [Placed(*row[:4], is_fixed=row.placed_at is not None) for row in rows]


def picked_count(session: Session, edition_id: int) -> int:
    """How many papers are picked in an edition."""
    return session.execute(_COUNT, {"edition": edition_id}).scalar_one()


def number_and_count(session: Session, edition_id: int, key: str) -> tuple[int, int]:
    """The number of the item with an order key in its list, from 1, and how many the list has."""
    before, behind = session.execute(_BEFORE_AND_BEHIND, {"edition": edition_id, "key": key}).one()
    return before + 1, before + 1 + behind


def gap_at(session: Session, edition_id: int, number: int, *, without: int) -> Gap:
    """The place with a number in the list without an item; the list must reach up to it."""
    first = max(0, number - 2)
    asked = {"edition": edition_id, "without": without, "first": first, "count": 2 if number > 1 else 1}
    keys = session.execute(_KEYS_AT, asked).scalars().all()
    before, after = [*([None] if number == 1 else []), *keys, None, None][:2]
    return Gap(number, before, after)


def gap_beside(
    session: Session, edition_id: int, *, before: int | None = None, after: int | None = None, without: int
) -> Gap | None:
    """The place before or after an item in the list without another one; None where the first is not picked."""
    neighbour = after if before is None else before
    key = session.execute(_KEY_OF, {"edition": edition_id, "item": neighbour}).scalar()
    if key is None:
        return None
    if before is None:
        key = session.execute(_NEXT_KEY, {"edition": edition_id, "key": key, "without": without}).scalar()
    return _gap_before(session, edition_id, key, without)


def gap_by_score(session: Session, edition_id: int, score: float, arxiv_id: str, *, without: int) -> Gap:
    """The place where `index_by_score` puts a paper in the list without an item."""
    asked = {"edition": edition_id, "without": without, "score": score, "arxiv_id": arxiv_id}
    before, after, count = session.execute(_GAP_BY_SCORE, asked).one()
    return Gap(count + 1, before, after)


def _gap_before(session: Session, edition_id: int, key: str | None, without: int) -> Gap:
    """The place right before a key, or at the end."""
    asked = {"edition": edition_id, "without": without, "key": _BEHIND_ALL if key is None else key}
    last, count = session.execute(_LAST_BEFORE, asked).one()
    return Gap(count + 1, last, key)

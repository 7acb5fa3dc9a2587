"""Editions claimed for an action, and the places of items in their picked lists."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Integer, Update, and_, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from app.domain.editions import KEY_LIMIT, NotAllowed, Placed, key_between, placed_by_score, spread_keys
from app.models import Edition, Item
from app.models.columns import UtcTime
from app.queries.evidence import chunks
from app.queries.items import edition_of
from app.queries.order import Gap, gap_by_score, picked_order
from app.services.acting import Acting
from app.services.audit import Claimed
from app.services.chosen import Chosen

_EDITIONS = Edition.__table__
_DRAFT = (
    update(_EDITIONS).where(_EDITIONS.c.status == "draft").returning(*(_EDITIONS.c[name] for name in Claimed._fields))
)


def _claiming(edition_id: ColumnElement[int], *, acts: bool) -> Update:
    """The statement of a claim, which gives the edition's row at once; built once, for every action runs it."""
    values: dict[str, Any] = {"version": _EDITIONS.c.version + 1}
    if acts:
        now, editor = bindparam("now", type_=UtcTime), bindparam("editor", type_=Integer)
        is_taken = and_(_EDITIONS.c.baton_editor_id.is_(None), editor.is_not(None))
        values["acted_at"] = func.coalesce(_EDITIONS.c.acted_at, now)
        values["baton_at"] = case((is_taken, now), else_=_EDITIONS.c.baton_at)
        values["baton_editor_id"] = func.coalesce(_EDITIONS.c.baton_editor_id, editor)
    return _DRAFT.where(_EDITIONS.c.id == edition_id).values(values)


_BY_ID = bindparam("edition")
_OF_ITEM = select(Item.__table__.c.edition_id).where(Item.__table__.c.id == bindparam("item")).scalar_subquery()
_LOCK = _DRAFT.where(_EDITIONS.c.id == _BY_ID).values(version=_EDITIONS.c.version)
_ACT, _COUNT_UP, _ACT_ON = _claiming(_BY_ID, acts=True), _claiming(_BY_ID, acts=False), _claiming(_OF_ITEM, acts=True)


def claim(session: Session, edition_id: int, by: Acting, *, acts: bool = True) -> Claimed:
    """Lock a draft edition for one action and count its version up; the first statement of every action.

    Being an UPDATE it makes two actions on one edition follow each other on SQLite and PostgreSQL alike. With
    `acts` the edition counts as touched by an editor, and ingestion leaves it alone from then on; the editor who acts
    has its baton where nobody holds it. Raises NotAllowed when the edition is published.
    """
    asked: dict[str, Any] = {"edition": edition_id}
    if acts:
        asked |= {"now": by.now, "editor": by.editor_id}
    claimed = session.execute(_ACT if acts else _COUNT_UP, asked).one_or_none()
    return Claimed(*claimed) if claimed else _refuse(session, edition_id)


def lock(session: Session, edition_id: int) -> Claimed:
    """Let no action on a draft edition come between, and count nothing up. Raises NotAllowed as `claim` does."""
    locked = session.execute(_LOCK, {"edition": edition_id}).one_or_none()
    return Claimed(*locked) if locked else _refuse(session, edition_id)


def _refuse(session: Session, edition_id: int) -> NoReturn:
    day = session.scalar(select(Edition.date).where(Edition.id == edition_id))
    if day is None:
        raise NotAllowed("There is no such edition.")
    raise NotAllowed(f"The edition of {day} is published; to change it, correct its post.")


def claim_with(session: Session, item_id: int, by: Acting) -> Claimed:
    """Claim the draft edition that an item stands in as `claim` does. Raises NotAllowed also where there is none."""
    claimed = session.execute(_ACT_ON, {"item": item_id, "now": by.now, "editor": by.editor_id}).one_or_none()
    if claimed is not None:
        return Claimed(*claimed)
    edition = edition_of(session, item_id)
    if edition is None:
        raise NotAllowed("There is no such paper in this edition.")
    # It is published, and this says so.
    return claim(session, edition.id, by)


def claim_edition(session: Session, edition_id: int, by: Acting, *, acts: bool = True) -> Edition:
    """Claim a draft edition as `claim` does, and read all of it."""
    claim(session, edition_id, by, acts=acts)
    return session.get_one(Edition, edition_id, populate_existing=True)


def claim_editions(session: Session, edition_ids: Iterable[int], acted_in: int | None, by: Acting) -> Edition | None:
    """Lock several draft editions for one action, and return the one in which somebody acts.

    They are locked in the order of their ids, so that two actions at once wait for each other and never for ever.
    Raises NotAllowed when the edition `acted_in` is published; another that is published is left as it is.
    """
    claimed = None
    for edition_id in sorted({*edition_ids, *([acted_in] if acted_in is not None else [])}):
        if edition_id == acted_in:
            claimed = claim_edition(session, edition_id, by)
        else:
            with suppress(NotAllowed):
                claim_edition(session, edition_id, by, acts=False)
    return claimed


def place(session: Session, item: Chosen, gap: Gap) -> list[dict[str, Any]]:
    """Pick an item at a place of the picked list without it.

    One row is written, unless the gap has become too narrow: then the whole list gets fresh keys, and the changes of
    the other items are given back as an event holds them.
    """
    item.state, item.order_key = "picked", key_between(gap.before, gap.after)
    if len(item.order_key) <= KEY_LIMIT:
        return []
    order = picked_order(session, item.edition_id, without=item.id)
    order.insert(gap.number - 1, Placed(item.id, item.order_key, item.score, item.arxiv_id))
    return _respread_with(session, order, [item])


def place_by_score(session: Session, edition_id: int, items: Collection[Chosen]) -> tuple[int, list[dict[str, Any]]]:
    """Pick items that are in no list, each where its score puts it.

    Returns the number of the first of them, and the changes of the other items that were given fresh keys, if any.
    """
    if len(items) == 1:
        (item,) = items
        gap = gap_by_score(session, edition_id, item.score, item.arxiv_id, without=item.id)
        return gap.number, place(session, item, gap)
    coming = [Placed(item.id, "", item.score, item.arxiv_id) for item in items]
    order = placed_by_score(picked_order(session, edition_id), coming)
    placed = {placed.item_id: (number, placed.order_key) for number, placed in enumerate(order, 1)}
    for item in items:
        item.state, item.order_key = "picked", placed[item.id][1]
    is_narrow = any(len(key) > KEY_LIMIT for _, key in placed.values())
    others = _respread_with(session, order, items) if is_narrow else []
    return min(placed[item.id][0] for item in items), others


def _respread_with(session: Session, order: list[Placed], items: Iterable[Chosen]) -> list[dict[str, Any]]:
    """Give a list with items that are new in it fresh keys; the changes of the others."""
    fresh = {placed.item_id: placed.order_key for placed in respread(session, order)}
    for item in items:
        item.order_key = fresh.pop(item.id)
    was = {placed.item_id: placed.order_key for placed in order}
    return [
        {"item_id": item_id, "fields": {"order_key": [was[item_id], key]}}
        for item_id, key in fresh.items()
        if was[item_id] != key
    ]


def respread(session: Session, order: Sequence[Placed]) -> list[Placed]:
    """Give a picked list fresh, evenly spread keys. They are cleared first, being unique at every moment."""
    items: dict[int, Item] = {}
    for part in chunks(placed.item_id for placed in order):
        query = select(Item).where(Item.id.in_(part)).execution_options(populate_existing=True)
        items |= {item.id: item for item in session.scalars(query)}
    clear_places(session, items.values())
    fresh = [replace(placed, order_key=key) for placed, key in zip(order, spread_keys(len(order)), strict=True)]
    for placed in fresh:
        items[placed.item_id].state, items[placed.item_id].order_key = "picked", placed.order_key
    session.flush()
    return fresh


def clear_places(session: Session, items: Iterable[Item]) -> None:
    """Take items out of their lists before they are placed anew, so that no two keys meet on the way."""
    for item in items:
        item.state, item.order_key = "candidate", None
    session.flush()

"""Editions claimed for an action, and the places of items in their picked lists."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.orm import Session

from app.domain.editions import KEY_LIMIT, NotAllowed, Placed, key_between, placed_by_score, spread_keys
from app.models import Edition, Item, Paper
from app.queries.order import picked_order
from app.services.acting import Acting
from app.services.audit import snapshot

# Items as they were, by id.
Snapshots = dict[int, dict[str, Any]]


def claim_edition(session: Session, edition_id: int, by: Acting, *, acts: bool = True) -> Edition:
    """Lock a draft edition for one action and count its version up; the first statement of every action.

    Being an UPDATE it makes two actions on one edition follow each other on SQLite and PostgreSQL alike. With
    `acts` the edition counts as touched by an editor, and ingestion leaves it alone from then on; the editor who acts
    has its baton where nobody holds it. Raises NotAllowed when the edition is published.
    """
    values: dict[str, Any] = {"version": Edition.version + 1}
    if acts:
        values["acted_at"] = func.coalesce(Edition.acted_at, by.now)
    if acts and by.editor_id is not None:
        is_free = Edition.baton_editor_id.is_(None)
        values["baton_at"] = case((is_free, literal(by.now, Edition.baton_at.type)), else_=Edition.baton_at)
        values["baton_editor_id"] = func.coalesce(Edition.baton_editor_id, by.editor_id)
    claimed = session.execute(
        update(Edition)
        .where(Edition.id == edition_id, Edition.status == "draft")
        .values(values)
        .execution_options(synchronize_session=False)
    )
    edition = session.get(Edition, edition_id, populate_existing=True)
    if edition is None:
        raise NotAllowed("There is no such edition.")
    if claimed.rowcount != 1:
        raise NotAllowed(f"The edition of {edition.date} is published; to change it, correct its post.")
    return edition


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


def place(session: Session, item: Item, order: list[Placed], index: int) -> Snapshots:
    """Pick an item at `index` of `order`, the picked list without it, which then holds it too.

    One row is written, unless the gap has become too narrow: then the whole list gets fresh keys, and the
    snapshots of the other items as they were before are given back.
    """
    before = order[index - 1].order_key if index else None
    after = order[index].order_key if index < len(order) else None
    key = key_between(before, after)
    item.state, item.order_key = "picked", key
    session.flush()
    arxiv_id = session.get_one(Paper, item.paper_id).arxiv_id
    order.insert(index, Placed(item.id, key, item.score, arxiv_id, item.placed_at is not None))
    if len(key) <= KEY_LIMIT:
        return {}
    # Its own snapshot would be one of what it has just become.
    return {item_id: was for item_id, was in respread(session, order).items() if item_id != item.id}


def place_by_score(session: Session, edition_id: int, items: Collection[Item]) -> tuple[list[Placed], Snapshots]:
    """Pick items that are in no list, each where its score puts it.

    Returns the picked list as it then is, and the snapshots of the other items that were given fresh keys, if any.
    """
    coming = [Placed(item.id, "", item.score, item.paper.arxiv_id) for item in items]
    order = placed_by_score(picked_order(session, edition_id), coming)
    if any(len(placed.order_key) > KEY_LIMIT for placed in order):
        ids = {item.id for item in items}
        return order, {item_id: was for item_id, was in respread(session, order).items() if item_id not in ids}
    keys = {placed.item_id: placed.order_key for placed in order}
    for item in items:
        item.state, item.order_key = "picked", keys[item.id]
    session.flush()
    return order, {}


def respread(session: Session, order: list[Placed]) -> Snapshots:
    """Give a picked list fresh, evenly spread keys. They are cleared first, being unique at every moment."""
    items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_([p.item_id for p in order])))}
    snapshots = {item_id: snapshot(item) for item_id, item in items.items()}
    clear_places(session, items.values())
    for n, (placed, key) in enumerate(zip(order, spread_keys(len(order)), strict=True)):
        items[placed.item_id].state, items[placed.item_id].order_key = "picked", key
        order[n] = replace(placed, order_key=key)
    session.flush()
    return snapshots


def clear_places(session: Session, items: Iterable[Item]) -> None:
    """Take items out of their lists before they are placed anew, so that no two keys meet on the way."""
    for item in items:
        item.state, item.order_key = "candidate", None
    session.flush()

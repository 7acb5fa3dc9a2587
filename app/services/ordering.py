"""The order of the picked papers: pinned to their numbers, let go again, and put back into the order of the scores."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed, in_score_order, index_by_score
from app.models import Item
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, quoted_title, record, snapshot
from app.services.scoring import Snapshots, claim_edition, clear_places, picked_order, place
from app.services.transactions import transaction


def pin(session: Session, item_id: int, by: Acting) -> Acted:
    """Pin a picked paper: it keeps its number when the list goes back to the order of the scores.

    Raises NotAllowed for a paper that is not picked, and for a published edition.
    """

    def change(item: Item) -> Snapshots | None:
        if item.state != "picked":
            raise NotAllowed("Only a picked paper has a number to keep; pick it first.")
        if item.pinned_at is not None:
            return None
        item.pinned_at = by.now
        item.placed_at = item.placed_at or by.now
        return {}

    return _act(session, item_id, Kind.ITEM_PINNED, "pinned {title} as no. {number}", change, by)


def unpin(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a pinned paper go to where its score says; one row is written. Raises NotAllowed for a published edition."""

    def change(item: Item) -> Snapshots | None:
        if item.pinned_at is None or item.state != "picked":
            return None
        item.pinned_at = item.placed_at = None
        order = picked_order(session, item.edition_id, without=item.id)
        now = sum(other.order_key < (item.order_key or "") for other in order)
        index = index_by_score(order, item.score, item.paper.arxiv_id)
        return {} if index == now else place(session, item, order, index)

    return _act(session, item_id, Kind.ITEM_UNPINNED, "let {title} go to no. {number}", change, by)


def order_by_score(session: Session, edition_id: int, by: Acting) -> Acted:
    """Put the picked papers back into the order of their scores; pinned ones keep their numbers.

    Where an editor had moved a paper, that is forgotten. Raises NotAllowed for a published edition.
    """
    with transaction(session):
        edition = claim_edition(session, edition_id, by.now)
        query = select(Item).where(Item.edition_id == edition_id, Item.state == "picked").order_by(Item.id)
        items = {item.id: item for item in session.scalars(query.execution_options(populate_existing=True))}
        before = {item_id: snapshot(item) for item_id, item in items.items()}
        pinned = {item_id for item_id, item in items.items() if item.pinned_at is not None}
        order = in_score_order(picked_order(session, edition_id), pinned)
        moving = {item.item_id: item.order_key for item in order if items[item.item_id].order_key != item.order_key}
        clear_places(session, [items[item_id] for item_id in moving])
        for item_id, key in moving.items():
            items[item_id].state, items[item_id].order_key = "picked", key
        for item_id in items.keys() - pinned:
            items[item_id].placed_at = None
        session.flush()
        changes = item_changes(before, items.values())
        if not changes:
            session.rollback()
            return Acted(edition_id, None, [])
        moved = f"{len(moving)} paper{'' if len(moving) == 1 else 's'} moved"
        summary = f"put the list back into the order of the scores: {moved}"
        event = record(session, by, Kind.EDITION_ORDERED, summary, edition=edition, changes=changes)
        return Acted(edition_id, event.id, [changed["item_id"] for changed in changes])


def _act(
    session: Session,
    item_id: int,
    kind: Kind,
    summary: str,
    change: Callable[[Item], Snapshots | None],
    by: Acting,
) -> Acted:
    """Change one item in one transaction with its event; a change of None changes nothing."""
    item = session.get(Item, item_id, options=[joinedload(Item.paper)])
    if item is None:
        raise NotAllowed("There is no such paper in this edition.")
    with transaction(session):
        edition = claim_edition(session, item.edition_id, by.now)
        session.refresh(item)
        before = {item.id: snapshot(item)}
        # Counted up first and written with the rest, so that it is a single UPDATE of a single row.
        item.version += 1
        with session.no_autoflush:
            others = change(item)
        if others is None:
            session.rollback()
            return Acted(item.edition_id, None, [])
        session.flush()
        before |= {other_id: was for other_id, was in others.items() if other_id != item.id}
        changes = item_changes(before, [session.get_one(Item, item_id) for item_id in before])
        order = picked_order(session, edition.id)
        number = next(n for n, placed in enumerate(order, 1) if placed.item_id == item.id)
        said = summary.format(title=quoted_title(item.headline or item.paper.title), number=number)
        event = record(session, by, kind, said, edition=edition, item_id=item.id, changes=changes)
        return Acted(edition.id, event.id, [changed["item_id"] for changed in changes])

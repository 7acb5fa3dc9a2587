"""The order of the picked papers: pinned to their numbers, let go again, and put back into the order of the scores."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, in_score_order
from app.models import Item
from app.queries.order import gap_by_score, number_and_count, picked_order
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, record, snapshot
from app.services.changing import Work, change_items
from app.services.chosen import Chosen
from app.services.placing import claim_edition, clear_places, place
from app.services.transactions import transaction


def pin(session: Session, item_id: int, by: Acting) -> Acted:
    """Pin a picked paper: it keeps its number when the list goes back to the order of the scores.

    Raises NotAllowed for a paper that is not picked, and for a published edition.
    """

    def needs(item: Chosen) -> bool:
        if item.state != "picked":
            raise NotAllowed("Only a picked paper has a number to keep; pick it first.")
        return item.pinned_at is None

    def change(work: Work) -> str:
        (item,) = work.items
        item.pinned_at = by.now
        item.placed_at = item.placed_at or by.now
        number, _ = number_and_count(session, item.edition_id, item.order_key)
        return f"pinned {work.named} as no. {number}"

    return change_items(session, None, [item_id], Kind.ITEM_PINNED, change, by, needs=needs)


def unpin(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a pinned paper go to where its score says; one row is written. Raises NotAllowed for a published edition."""

    def needs(item: Chosen) -> bool:
        return item.pinned_at is not None and item.state == "picked"

    def change(work: Work) -> str:
        (item,) = work.items
        item.pinned_at = item.placed_at = None
        gap = gap_by_score(session, item.edition_id, item.score, item.arxiv_id, without=item.id)
        if gap.number != number_and_count(session, item.edition_id, item.order_key)[0]:
            work.others += place(session, item, gap)
        return f"let {work.named} go to no. {gap.number}"

    return change_items(session, None, [item_id], Kind.ITEM_UNPINNED, change, by, needs=needs)


def order_by_score(session: Session, edition_id: int, by: Acting) -> Acted:
    """Put the picked papers back into the order of their scores; pinned ones keep their numbers.

    Where an editor had moved a paper, that is forgotten. Raises NotAllowed for a published edition.
    """
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
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

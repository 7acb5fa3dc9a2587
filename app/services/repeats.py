"""Repeats: a paper that ran before runs again as an update, which links to where it stood, or as an ordinary entry."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, index_by_score
from app.models import Item
from app.queries.repeats import earlier_runs
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, quoted_title, record, snapshot
from app.services.scoring import Snapshots, claim_edition, picked_order, place
from app.services.transactions import transaction


def run_as_update(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a paper that ran before run as an update of that entry; one that is not picked is picked by its score.

    Raises NotAllowed for a paper that did not run before, one that waits, and a published edition.
    """

    def change(item: Item, before: Snapshots) -> str | None:
        ran = earlier_runs(session, item.edition, item_ids=[item.id]).get(item.id)
        if ran is None:
            raise NotAllowed("This paper is in no earlier post, so there is nothing to update; pick it as it is.")
        if ran.is_update:
            return None
        item.update_of, item.decided_at = ran.date, by.now
        if item.state == "picked":
            return f"made {_title(item)} an update of {ran.date}"
        order = picked_order(session, item.edition_id, without=item.id)
        index = index_by_score(order, item.score, item.paper.arxiv_id)
        item.drop_reason = None
        before.update(place(session, item, order, index))
        return f"picked {_title(item)} as no. {index + 1}, an update of {ran.date}"

    return _act(session, item_id, change, by)


def end_update(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a paper run as an ordinary entry again; it stays where it is. Raises NotAllowed for a published edition."""

    def change(item: Item, before: Snapshots) -> str | None:
        if item.update_of is None:
            return None
        summary = f"made {_title(item)} an ordinary entry, no update of {item.update_of}"
        item.update_of = None
        return summary

    return _act(session, item_id, change, by)


def _act(session: Session, item_id: int, change: Callable[[Item, Snapshots], str | None], by: Acting) -> Acted:
    """Run one change of one item in one transaction with its event; a change that says None changes nothing."""
    item = session.get(Item, item_id)
    if item is None:
        raise NotAllowed("There is no such paper in this edition.")
    with transaction(session):
        edition = claim_edition(session, item.edition_id, by.now)
        session.refresh(item)
        if item.state == "waiting":
            raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
        before = {item.id: snapshot(item)}
        summary = change(item, before)
        if summary is None:
            session.rollback()
            return Acted(item.edition_id, None, [])
        item.version += 1
        session.flush()
        changes = item_changes(before, [session.get_one(Item, item_id) for item_id in before])
        event = record(session, by, Kind.ITEM_UPDATED, summary, edition=edition, item_id=item.id, changes=changes)
        return Acted(edition.id, event.id, [changed["item_id"] for changed in changes])


def _title(item: Item) -> str:
    return quoted_title(item.headline or item.paper.title)

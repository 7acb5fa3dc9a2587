"""New data that waits in an edition: an editor takes it, whole or piece by piece, or leaves it."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.changes import Change, in_words
from app.domain.editions import NotAllowed
from app.models import Edition, Item
from app.queries.waiting import Waiting, newest_finished_run, waiting_of
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, quoted_title, record, snapshot
from app.services.placing import claim_edition
from app.services.scoring import rescore
from app.services.transactions import transaction


def take(
    session: Session, edition_id: int, by: Acting, *, up_to: int, item_ids: Collection[int] | None = None
) -> Acted:
    """Take what waits in an edition up to the run `up_to`, of the given items or all of it; left data when named.

    The items are read as of that run from now on, and rescored; a new paper becomes a candidate, or picked by the cut.
    What an editor wrote, dropped, picked or placed stays. Raises NotAllowed when nothing waits, for items of
    another edition, for a run that is not over, and in a published edition.
    """
    with transaction(session):
        edition, waiting = _claim(session, edition_id, by, up_to, item_ids)
        changes = _told(waiting.changes if item_ids is None else [*waiting.changes, *waiting.left])
        items = _items_and_picked(session, edition_id, changes)
        before = {item.id: snapshot(item) for item in items}
        ids = {change.item_id for change in changes}
        taken = [item for item in items if item.id in ids]
        for item in taken:
            item.horizon = up_to
            item.state = "candidate" if item.state == "waiting" else item.state
        session.flush()
        rescore(session, taken, by.rules)
        made = item_changes(before, items)
        summary = _summary("took", changes)
        event = record(session, by, Kind.DATA_TAKEN, summary, edition=edition, item_id=_only(changes), changes=made)
        return Acted(edition_id, event.id, [change["item_id"] for change in made])


def leave(
    session: Session, edition_id: int, by: Acting, *, up_to: int, item_ids: Collection[int] | None = None
) -> Acted:
    """Leave what waits in an edition up to the run `up_to`: it is not offered again until a later run changes it.

    Raises NotAllowed as `take` does.
    """
    with transaction(session):
        edition, waiting = _claim(session, edition_id, by, up_to, item_ids)
        changes = _told(waiting.changes)
        ids = {change.item_id for change in changes}
        items = [item for item in _items_and_picked(session, edition_id, changes) if item.id in ids]
        before = {item.id: snapshot(item) for item in items}
        for item in items:
            item.left_run_id = up_to
        session.flush()
        made = item_changes(before, items)
        summary = _summary("left", changes)
        event = record(session, by, Kind.DATA_LEFT, summary, edition=edition, item_id=_only(changes), changes=made)
        return Acted(edition_id, event.id, [])


def _claim(
    session: Session, edition_id: int, by: Acting, up_to: int, item_ids: Collection[int] | None
) -> tuple[Edition, Waiting]:
    """Lock the edition and read what waits in it."""
    edition = claim_edition(session, edition_id, by)
    if not 1 <= up_to <= newest_finished_run(session):
        raise NotAllowed("The list was made from a run that is not there; reload the page and look again.")
    if item_ids is not None:
        known = set(session.scalars(select(Item.id).where(Item.edition_id == edition_id, Item.id.in_(item_ids))))
        if set(item_ids) - known:
            raise NotAllowed("There is no such paper in this edition.")
    return edition, waiting_of(session, edition, by.rules, up_to=up_to, item_ids=item_ids)


def _told(changes: Sequence[Change]) -> Sequence[Change]:
    if not changes:
        raise NotAllowed("Nothing waits any more.")
    return changes


def _items_and_picked(session: Session, edition_id: int, changes: Sequence[Change]) -> list[Item]:
    """The items that something waits for, and all picked ones: where many move, any of these may get a fresh key."""
    ids = {change.item_id for change in changes}
    query = select(Item).where(Item.edition_id == edition_id, or_(Item.state == "picked", Item.id.in_(ids)))
    query = query.order_by(Item.id).options(joinedload(Item.paper))
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _only(changes: Sequence[Change]) -> int | None:
    return changes[0].item_id if len(changes) == 1 else None


def _summary(verb: str, changes: Sequence[Change]) -> str:
    if len(changes) > 1:
        return f"{verb} {in_words(changes)}"
    title = quoted_title(changes[0].title)
    return f"{verb} {title}" if changes[0].is_new else f"{verb} what is new of {title}"

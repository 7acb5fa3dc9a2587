"""One action on items of one edition: the edition claimed, the items changed, one event recorded, or nothing at all."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed, Stale
from app.models import Edition, Item
from app.queries.evidence import chunks
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, quoted_title, record, snapshot
from app.services.holding import call_back, editions_given
from app.services.placing import Snapshots, claim_editions
from app.services.transactions import transaction


@dataclass(slots=True)
class Work:
    """What an action has in hand: the items that it changes, and what it knows of others that it changed on the way."""

    session: Session
    edition: Edition
    items: list[Item]
    by: Acting
    # Every item of the edition that changes, as it was before.
    before: Snapshots = field(default_factory=dict)
    # Changes of items of other editions, as an event holds them.
    beside: list[dict[str, Any]] = field(default_factory=list)

    @property
    def named(self) -> str:
        """The items in a summary: the title of one, the number of several."""
        return title_of(self.items[0]) if len(self.items) == 1 else f"{len(self.items):,} papers"

    def also_changed(self, before: Snapshots) -> None:
        """Note other items of the edition as they were before."""
        self.before = before | self.before


# Changes the items and says in a few words what it did; None takes everything back.
Change = Callable[[Work], str | None]


def change_items(
    session: Session,
    edition_id: int,
    item_ids: Collection[int],
    kind: Kind,
    change: Change,
    by: Acting,
    *,
    version: int | None = None,
    needs: Callable[[Item], bool] = lambda item: True,
    also: Iterable[int] = (),
) -> Acted:
    """Run one change of items of an edition in one transaction with one event.

    Items that do not need it are passed over; where none does, nothing changes. `also` are other editions that the
    change reaches. A paper that is held no more goes back from where it was put meanwhile. Raises NotAllowed, and Stale
    where `version` is not that of the item.
    """
    with transaction(session):
        edition = claim_editions(session, [*also, *editions_given(session, item_ids)], edition_id, by)
        items = [item for item in _items(session, edition_id, item_ids) if needs(item)]
        work = Work(session, edition, items, by, {item.id: snapshot(item) for item in items})
        held = [item for item in items if item.state == "held"]
        is_stale = version is not None and any(item.version != version for item in items)
        # Counted up first and written with the rest, so that a move is a single UPDATE of a single row.
        for item in items:
            item.version += 1
        with session.no_autoflush:
            summary = change(work) if items else None
        if summary is None:
            session.rollback()
            return Acted(edition_id, None, [])
        if is_stale:
            raise Stale("Somebody changed this since you opened it; look at it as it stands now and decide again.")
        session.flush()
        work.beside += call_back(session, [item for item in held if item.state != "held"])
        made = item_changes(work.before, [session.get_one(Item, item_id) for item_id in work.before])
        only = items[0].id if len(items) == 1 else None
        event = record(session, by, kind, summary, edition=edition, item_id=only, changes=[*made, *work.beside])
        return Acted(edition_id, event.id, [changed["item_id"] for changed in made])


def edition_with(session: Session, item_id: int) -> int:
    """The id of the edition that an item stands in. Raises NotAllowed when there is no such item."""
    edition_id = session.scalar(select(Item.edition_id).where(Item.id == item_id))
    if edition_id is None:
        raise NotAllowed("There is no such paper in this edition.")
    return edition_id


def leave_list(item: Item, state: str, now: datetime) -> None:
    """Take an item out of the picked list, if it is there, and forget the place an editor gave it."""
    item.state, item.order_key, item.placed_at, item.pinned_at = state, None, None, None
    item.decided_at, item.drop_reason = now, None


def title_of(item: Item) -> str:
    """An item's title as summaries quote it."""
    return quoted_title(item.headline or item.paper.title)


def _items(session: Session, edition_id: int, item_ids: Collection[int]) -> list[Item]:
    query = select(Item).where(Item.edition_id == edition_id).order_by(Item.id).options(joinedload(Item.paper))
    query = query.execution_options(populate_existing=True)
    found = [item for part in chunks(sorted(item_ids)) for item in session.scalars(query.where(Item.id.in_(part)))]
    if len(found) < len(set(item_ids)):
        raise NotAllowed("There is no such paper in this edition.")
    if any(item.state == "waiting" for item in found):
        raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
    return found

"""One action on items of one edition: the edition claimed, the items changed, one event recorded, or nothing at all."""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Stale
from app.models import Edition
from app.queries.items import edition_of
from app.services.acting import Acting
from app.services.audit import Acted, Claimed, Kind, quoted_title, record
from app.services.chosen import Chosen, changes_of, read_chosen, write_chosen
from app.services.holding import call_back, editions_given, pass_on
from app.services.placing import claim, claim_editions, claim_with
from app.services.transactions import transaction


@dataclass(slots=True)
class Work:
    """What an action has in hand: the items that it changes, and what it knows of others that it changed on the way."""

    edition: Edition | Claimed
    items: list[Chosen]
    by: Acting
    # Changes of other items of the edition, as an event holds them.
    others: list[dict[str, Any]] = field(default_factory=list)

    @property
    def named(self) -> str:
        """The items in a summary: the title of one, the number of several."""
        return title_of(self.items[0]) if len(self.items) == 1 else f"{len(self.items):,} papers"


# Changes the items and says in a few words what it did; None takes everything back.
Change = Callable[[Work], str | None]


def change_items(
    session: Session,
    edition_id: int | None,
    item_ids: Collection[int],
    kind: Kind,
    change: Change,
    by: Acting,
    *,
    version: int | None = None,
    needs: Callable[[Chosen], bool] = lambda item: True,
    gives_to: int | None = None,
) -> Acted:
    """Run one change of items of an edition in one transaction with one event.

    Without `edition_id` the edition is that of the one item. Items that do not need it are passed over; where none
    does, nothing changes. `gives_to` is the edition that has
    papers which are held from now on; one that is held no more goes back from where it was put meanwhile. Raises
    NotAllowed, and Stale where `version` is not that of the item.
    """
    with transaction(session):
        edition, found = _claim_with_items(session, edition_id, item_ids, by, gives_to)
        items = [item for item in found if needs(item)]
        former = [copy(item) for item in items]
        work = Work(edition, items, by)
        summary = change(work) if items else None
        if summary is None:
            edition_id = edition.id
            session.rollback()
            return Acted(edition_id, None, [])
        if version is not None and any(item.version != version for item in items):
            raise Stale("Somebody changed this since you opened it; look at it as it stands now and decide again.")
        for item in items:
            item.version += 1
        write_chosen(session, former, items)
        made = [*work.others, *changes_of(former, items)]
        beside = _passed_between(session, former, items, gives_to, by)
        only = items[0].id if len(items) == 1 else None
        event = record(session, by, kind, summary, edition=edition, item_id=only, changes=[*made, *beside])
        return Acted(edition.id, event.id, [changed["item_id"] for changed in made])


def _claim_with_items(
    session: Session, edition_id: int | None, item_ids: Collection[int], by: Acting, gives_to: int | None
) -> tuple[Edition | Claimed, list[Chosen]]:
    """The edition locked, and the items as they are from then on; with it every other edition that they reach."""
    if gives_to is None:
        edition = claim(session, edition_id, by) if edition_id else claim_with(session, next(iter(item_ids)), by)
        edition_id, items = edition.id, read_chosen(session, edition.id, item_ids)
        if all(item.state != "held" for item in items):
            return edition, items
        # What was held may stand in other editions: let go and begin again, for all are locked in one order.
        session.rollback()
    others = editions_given(session, item_ids) | ({gives_to} - {None})
    edition = claim_editions(session, others, edition_id, by)
    return edition, read_chosen(session, edition_id, item_ids)


def _passed_between(
    session: Session, former: Iterable[Chosen], items: list[Chosen], gives_to: int | None, by: Acting
) -> list[dict[str, Any]]:
    """Bring papers that are held no more back from other editions, and those that are held now into another one."""
    freed = [item for was, item in zip(former, items, strict=True) if was.state == "held" != item.state]
    changes = call_back(session, freed) if freed else []
    return changes if gives_to is None else [*changes, *pass_on(session, items, gives_to, by)]


def edition_with(session: Session, item_id: int) -> int:
    """The id of the edition that an item stands in. Raises NotAllowed when there is no such item."""
    edition = edition_of(session, item_id)
    if edition is None:
        raise NotAllowed("There is no such paper in this edition.")
    return edition.id


def leave_list(item: Chosen, state: str, now: datetime) -> None:
    """Take an item out of the picked list, if it is there, and forget the place an editor gave it."""
    item.state, item.order_key, item.placed_at, item.pinned_at = state, None, None, None
    item.decided_at, item.drop_reason = now, None


def title_of(item: Chosen) -> str:
    """An item's title as summaries quote it."""
    return quoted_title(item.headline or item.title)

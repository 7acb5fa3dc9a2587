"""What an editor does to an item: pick, drop, put back, move, annotate."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Stale, check_reason, check_text, index_by_score, target_position
from app.models import Item
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, quoted_title, record, snapshot
from app.services.scoring import Snapshots, claim_edition, picked_order, place
from app.services.transactions import transaction


def pick(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    version: int | None = None,
    position: int | None = None,
) -> Acted:
    """Pick a paper: at `position` (1-based) if given, else where its score puts it.

    Raises NotAllowed for a published edition or a position there is not, Stale for an outdated form.
    """

    def change(item: Item, before: Snapshots) -> str | None:
        if item.state == "picked" and position is None:
            return None
        order = picked_order(session, item.edition_id, without=item.id)
        if position is None:
            index = index_by_score(order, item.score, item.paper.arxiv_id)
        else:
            index = target_position(position, None, len(order) + 1) - 1
            item.placed_at = by.now
        item.drop_reason = None
        item.decided_at = by.now
        before.update(place(session, item, order, index))
        return f"picked {_title(item)} as no. {index + 1}"

    return _act(session, item_id, Kind.ITEM_PICKED, change, by, version)


def drop(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    version: int | None = None,
    reason: str | None = None,
) -> Acted:
    """Throw a paper out of the edition, with a reason if one is given. Raises NotAllowed, Stale."""
    check_reason(reason)
    reason = (reason or "").strip() or None

    def change(item: Item, before: Snapshots) -> str | None:
        if item.state == "dropped" and item.drop_reason == reason:
            return None
        _leave(item, "dropped", by.now)
        item.drop_reason = reason
        return f"dropped {_title(item)}" + (f" ({reason})" if reason else "")

    return _act(session, item_id, Kind.ITEM_DROPPED, change, by, version)


def put_back(session: Session, item_id: int, by: Acting, *, version: int | None = None) -> Acted:
    """Make a picked or dropped paper a candidate again. Raises NotAllowed, Stale."""

    def change(item: Item, before: Snapshots) -> str | None:
        if item.state == "candidate":
            return None
        _leave(item, "candidate", by.now)
        item.drop_reason = None
        return f"put {_title(item)} back among the candidates"

    return _act(session, item_id, Kind.ITEM_RETURNED, change, by, version)


def move(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    to: int | str,
    version: int | None = None,
) -> Acted:
    """Move a picked paper to a position (1-based) or up, down, top, bottom; one row is written.

    Raises NotAllowed for a position there is not and for a paper that is not picked, Stale for an outdated form.
    """

    def change(item: Item, before: Snapshots) -> str | None:
        if item.state != "picked":
            raise NotAllowed("Only a picked paper has a place in the list; pick it first.")
        order = picked_order(session, item.edition_id)
        current = next(n for n, other in enumerate(order, 1) if other.item_id == item.id)
        position = target_position(to, current, len(order))
        if position == current:
            return None
        item.placed_at = by.now
        before.update(place(session, item, [p for p in order if p.item_id != item.id], position - 1))
        return f"moved {_title(item)} from no. {current} to no. {position}"

    return _act(session, item_id, Kind.ITEM_MOVED, change, by, version)


def annotate(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    headline: str | None,
    note: str | None,
    version: int,
) -> Acted:
    """Set an item's headline and note; blank takes it away.

    Raises NotAllowed for a text that is too long, Stale when another text was saved since the form was shown.
    """
    check_text(headline, note)
    headline, note = _tidy(headline), _tidy(note)

    def change(item: Item, before: Snapshots) -> str | None:
        if (item.headline, item.note) == (headline, note):
            return None
        item.headline, item.note = headline, note
        return f"wrote on {_title(item)}"

    return _act(session, item_id, Kind.ITEM_ANNOTATED, change, by, version)


def _act(
    session: Session,
    item_id: int,
    kind: Kind,
    change: Callable[[Item, Snapshots], str | None],
    by: Acting,
    version: int | None,
) -> Acted:
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
        is_stale = version is not None and item.version != version
        # Counted up first and written with the rest, so that a move is a single UPDATE of a single row.
        item.version += 1
        with session.no_autoflush:
            summary = change(item, before)
        if summary is None:
            session.rollback()
            return Acted(item.edition_id, None, [])
        if is_stale:
            raise Stale("Somebody changed this since you opened it; look at it as it stands now and decide again.")
        session.flush()
        changes = item_changes(before, [session.get_one(Item, item_id) for item_id in before])
        event = record(session, by, kind, summary, edition=edition, item_id=item.id, changes=changes)
        return Acted(edition.id, event.id, [changed["item_id"] for changed in changes])


def _leave(item: Item, state: str, now: datetime) -> None:
    item.state, item.order_key, item.placed_at, item.decided_at = state, None, None, now


def _tidy(text: str | None) -> str | None:
    return (text or "").replace("\r\n", "\n").strip() or None


def _title(item: Item) -> str:
    return quoted_title(item.headline or item.paper.title)

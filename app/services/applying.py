"""The inverse of an event, applied as a new action: whatever its changes became goes back to what it was before."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed, key_between
from app.models import AuditEvent, Edition, Item, Strike
from app.queries.evidence import chunks
from app.queries.order import picked_order
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, record, snapshot, unplain
from app.services.evidence import draft_items_naming, strike_fields
from app.services.holding import call_back, editions_given, next_draft, pass_on
from app.services.placing import claim_editions, clear_places
from app.services.scoring import is_free, rescore

# What the machine writes of an item, also of one that an editor has seen, as long as nobody has acted on its edition.
MACHINE_FIELDS = ("score", "parts", "trend", "horizon", "order_key")


# What follows from mentions and numbers alone, whoever decided on the item.
SCORED_FIELDS = {"score", "parts", "trend", "horizon", "left_run_id"}


class Overtaken(NotAllowed):
    """An event cannot be taken back, because something came after; the next one is meant from then on."""

    def __init__(self, event: AuditEvent, reason: str) -> None:
        super().__init__(reason)
        self.event = event
        self.reason = reason


def claim_for(session: Session, edition_id: int, event: AuditEvent, by: Acting) -> Edition:
    """Lock the edition acted in, and the others that an event reaches. Raises NotAllowed when it is published."""
    ids = {edition_id}
    for part in chunks(change["item_id"] for change in event.changes if "item_id" in change):
        ids |= set(session.scalars(select(Item.edition_id).where(Item.id.in_(part)).distinct()))
    if event.mention_id is not None:
        ids |= {item.edition_id for item in draft_items_naming(session, event.mention_id)}
    # A paper that the event held may have been given on since, by a fill; one held again is given on now.
    ids |= editions_given(session, [change["item_id"] for change in event.changes if "item_id" in change])
    if any("held" in change["fields"].get("state", [])[:1] for change in event.changes if "item_id" in change):
        ids |= {found for found in [next_draft(session, edition_id)] if found is not None}
    return claim_editions(session, ids, edition_id, by) or session.get_one(Edition, edition_id)


def apply_inverse(
    session: Session, edition: Edition, event: AuditEvent, by: Acting, *, kind: Kind, summary: str
) -> Acted:
    """Put back what an event changed and record that as `kind`; the caller has locked the editions and commits.

    Raises Overtaken where something of it was changed since.
    """
    of_items = {change["item_id"]: change["fields"] for change in event.changes if "item_id" in change}
    items = _items(session, of_items)
    named = draft_items_naming(session, event.mention_id) if event.mention_id else []
    # Papers that came under the mention since, or whose edition followed the rules by itself when it was struck.
    others = [item for item in named if item.id not in of_items]
    before = {item.id: snapshot(item) for item in [*items, *others]}
    if event.mention_id is not None:
        moved_on = [item for item in items if _moved_on(item, of_items[item.id], before[item.id])]
        items, others = [item for item in items if item not in moved_on], [*others, *moved_on]
    for item in items:
        _refuse_overtaken(event, item, of_items[item.id], before[item.id])
    beside = [_put_back_strike(session, event, change) for change in event.changes if "mention_id" in change]
    beside += [_put_back_edition(session, event, change) for change in event.changes if "of_edition" in change]
    _put_back_items(session, items, of_items)
    rescore(session, [*others, *(item for item in items if _follows_rules(item))], by.rules)
    beside += give_on(session, edition, items, before, by)
    undone = record(
        session,
        by,
        kind,
        summary,
        edition=edition,
        item_id=event.item_id,
        mention_id=event.mention_id,
        undoes_id=event.id,
        changes=[*beside, *_changes(before, [*items, *others], of_items)],
    )
    return Acted(edition.id, undone.id, [item.id for item in [*items, *others]])


def _items(session: Session, item_ids: Iterable[int]) -> list[Item]:
    query = select(Item).order_by(Item.id).options(joinedload(Item.edition), joinedload(Item.paper))
    query = query.execution_options(populate_existing=True)
    return [item for part in chunks(sorted(item_ids)) for item in session.scalars(query.where(Item.id.in_(part)))]


def give_on(
    session: Session, edition: Edition, items: list[Item], before: Mapping[int, Mapping[str, Any]], by: Acting
) -> list[dict[str, Any]]:
    """Call back the papers that are held no more, and pass on those held again; not where the event did so itself."""
    restored = {item.paper_id for item in items if item.edition_id != edition.id}
    own = [item for item in items if item.edition_id == edition.id and item.paper_id not in restored]
    changes = call_back(session, [item for item in own if before[item.id]["state"] == "held" != item.state])
    held = [item for item in own if item.state == "held" != before[item.id]["state"]]
    following = next_draft(session, edition.id)
    if held and following is not None:
        changes += pass_on(session, held, following, by)
    return changes


def _follows_rules(item: Item) -> bool:
    """Whether rule and score alone place an item, nobody having acted on its edition."""
    return item.edition.acted_at is None and item.state != "waiting"


def _moved_on(item: Item, fields: Mapping[str, list[Any]], now_is: Mapping[str, Any]) -> bool:
    """Whether a paper under a mention got another score since, and only rule and score moved it.

    It is scored anew then: what it had before would be without the other strikes and numbers.
    """
    differs = {name for name, (_, after) in fields.items() if now_is[name] != after}
    is_by_rule = is_free(item) and item.state in ("picked", "candidate")
    return item.edition.status == "draft" and bool(differs) and (is_by_rule or differs <= SCORED_FIELDS)


def _refuse_overtaken(
    event: AuditEvent, item: Item, fields: Mapping[str, list[Any]], now_is: Mapping[str, Any]
) -> None:
    """An undo must not wipe out what came after. A key may differ: neighbours of what moves may be given fresh ones."""
    if item.edition.status != "draft":
        raise Overtaken(event, f"{item.edition.date} is published")
    is_placed_since = item.placed_at is not None and item.placed_at > event.at
    for name, (_, after) in fields.items():
        if now_is[name] == after or (name == "order_key" and not is_placed_since):
            continue
        if _follows_rules(item) and (name in MACHINE_FIELDS or (name == "state" and after != "waiting")):
            continue
        raise Overtaken(event, "it was changed since")


def _put_back_strike(session: Session, event: AuditEvent, change: Mapping[str, Any]) -> dict[str, Any]:
    former, made = change["strike"]
    mention_id = change["mention_id"]
    struck = session.scalar(select(Strike).where(Strike.mention_id == mention_id))
    if strike_fields(struck) != made:
        raise Overtaken(event, "the strike was changed since")
    if former is None:
        session.execute(delete(Strike).where(Strike.mention_id == mention_id))
    else:
        session.add(Strike(mention_id=mention_id, **{name: unplain(name, value) for name, value in former.items()}))
    session.flush()
    return {"mention_id": mention_id, "strike": [made, former]}


def _put_back_edition(session: Session, event: AuditEvent, change: Mapping[str, Any]) -> dict[str, Any]:
    edition = session.get_one(Edition, change["edition_id"])
    for name, (former, made) in change["of_edition"].items():
        if getattr(edition, name) != made:
            raise Overtaken(event, f"the {name} was changed since")
        setattr(edition, name, former)
    session.flush()
    return {
        "edition_id": edition.id,
        "of_edition": {name: [made, former] for name, (former, made) in change["of_edition"].items()},
    }


def _put_back_items(session: Session, items: list[Item], of_items: Mapping[int, Mapping[str, list[Any]]]) -> None:
    """Write the former values. Places are cleared first, because order keys are unique at every moment.

    They are written after all else, so that rows alike are written together.
    """
    wanted = {item.id: _place_before(item, of_items[item.id]) for item in items}
    for item in items:
        for name, (former, _) in of_items[item.id].items():
            if name not in ("state", "order_key"):
                setattr(item, name, unplain(name, former))
        item.version += 1
    session.flush()
    clear_places(session, [item for item in items if item.order_key != wanted[item.id][1]])
    taken = {item.edition_id: set[str]() for item in items}
    for edition_id, keys in taken.items():
        keys |= {found.order_key for found in picked_order(session, edition_id)}
    for item in items:
        state, key = wanted[item.id]
        if item.order_key != key:
            key = _free_key(taken[item.edition_id], key)
        item.state, item.order_key = state, key
    session.flush()


def _place_before(item: Item, fields: Mapping[str, list[Any]]) -> tuple[str, str | None]:
    """The state and the key to give back to an item; only one that is picked has a key."""
    state = fields["state"][0] if "state" in fields else item.state
    key = fields["order_key"][0] if "order_key" in fields else item.order_key
    return state, key if state == "picked" else None


def _free_key(taken: set[str], key: str | None) -> str | None:
    """The former key, or one just behind it where another item has taken it since; it is taken from then on."""
    if key in taken:
        key = key_between(key, min((other for other in taken if other > key), default=None))
    if key is not None:
        taken.add(key)
    return key


def _changes(
    before: Mapping[int, Mapping[str, Any]], items: Iterable[Item], of_items: Mapping[int, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What became of the items. A state that an event has kept though it stood still is kept by its inverse too."""
    changes = {change["item_id"]: change for change in item_changes(before, items)}
    for item_id, fields in of_items.items():
        if "state" in fields and item_id in changes:
            state = before[item_id]["state"]
            changes[item_id]["fields"].setdefault("state", [state, state])
    return list(changes.values())

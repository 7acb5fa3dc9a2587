"""An edition as it stood: rebuilt from the log backwards from the present, and the places that events changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from app.domain.history import EDITION_FIELDS, Stood
from app.domain.texts import ITEM_TEXTS
from app.models import AuditEvent, Edition, Item, MentionedPaper, Paper

KEPT = (
    "state",
    "order_key",
    "score",
    *ITEM_TEXTS,
    "quotes",
    "drop_reason",
    "decided_at",
    "placed_at",
    "pinned_at",
    "update_of",
)
FILLED = "edition.filled"
# What an editor does in one edition may change items of another: strikes, and whatever makes a paper held or not held.
REACHING = (
    "item.picked",
    "item.dropped",
    "item.held",
    "item.returned",
    "item.updated",
    "mention.struck",
    "mention.unstruck",
    "action.undone",
    "action.redone",
)
# How the changes of an event look that give a paper another place; they are read for that before they are parsed.
PLACES = '"order_key"'


@dataclass(frozen=True, slots=True)
class Then:
    """An edition right after one event, as far as the log tells.

    `followed_until` is when it was last filled by the rules after that moment: its lists of then are in no log, and
    `stood` is that of the fill. `is_sure` is False where a strike moved papers of an edition that followed the rules
    by itself, which no event keeps. `unsettled` are the texts that somebody was writing, by item (None for the
    edition's own) and field: they are shown as they were left.
    """

    stood: Stood
    followed_until: datetime | None = None
    is_sure: bool = True
    unsettled: set[tuple[int | None, str]] = field(default_factory=set)
    rewritten: dict[tuple[int | None, str], int] = field(default_factory=dict)

    @property
    def has_lists(self) -> bool:
        """Whether the log tells which papers stood where."""
        return self.followed_until is None


def stands(session: Session, edition: Edition) -> Stood:
    """An edition as it stands now."""
    columns = [getattr(Item, name) for name in KEPT]
    query = select(Item.id, Paper.arxiv_id, *columns).join(Paper).where(Item.edition_id == edition.id)
    items, arxiv_ids = {}, {}
    for item_id, arxiv_id, *values in session.execute(query):
        items[item_id] = {name: _plain(value) for name, value in zip(KEPT, values, strict=True)}
        arxiv_ids[item_id] = arxiv_id
    own = session.execute(select(*(getattr(Edition, name) for name in EDITION_FIELDS)).where(Edition.id == edition.id))
    return Stood(edition.id, dict(zip(EDITION_FIELDS, own.one(), strict=True)), items, arxiv_ids)


def stood_after(session: Session, edition: Edition, event_id: int) -> Then:
    """The edition as it stood right after an event, its own or another that reached it."""
    stood = stands(session, edition)
    is_sure, rewritten = True, dict[tuple[int | None, str], int]()
    for row in events_since(session, edition, event_id):
        if row.kind == FILLED:
            return Then(stood, row.at)
        is_sure = is_sure and not _moved_by_rule(edition, row, stood)
        stood.take_back(row.changes)
        rewritten |= dict.fromkeys(_fields(row.changes), row.id)
    return Then(stood, is_sure=is_sure, unsettled=_unsettled(session, edition, event_id), rewritten=rewritten)


def events_since(session: Session, edition: Edition, event_id: int, *, only_places: bool = False) -> Iterator[Any]:
    """What changed an edition after an event, newest first: rows of id, kind, at, mention_id and changes.

    With `only_places` what changed no place in the picked list is left out, but for the fills.
    """
    columns = (AuditEvent.id, AuditEvent.kind, AuditEvent.at, AuditEvent.mention_id, AuditEvent.changes)
    query = select(*columns).where(AuditEvent.edition_id == edition.id, AuditEvent.id > event_id)
    if only_places:
        query = query.where(or_(cast(AuditEvent.changes, String).contains(PLACES), AuditEvent.kind == FILLED))
    own = session.execute(query).all()
    yield from sorted([*own, *reaching(session, edition, event_id)], key=lambda row: row.id, reverse=True)


def reaching(session: Session, edition: Edition, event_id: int = 0) -> list[Any]:
    """The events of other editions, or of none, that reached into this one while it was a draft, after the given one.

    Rows as of `events_since`.
    """
    first, last = session.execute(
        select(func.min(AuditEvent.id), func.max(AuditEvent.id)).where(AuditEvent.edition_id == edition.id)
    ).one()
    if first is None:
        return []
    papers = select(Item.paper_id).where(Item.edition_id == edition.id)
    mentions = select(MentionedPaper.mention_id).where(MentionedPaper.paper_id.in_(papers))
    columns = (AuditEvent.id, AuditEvent.kind, AuditEvent.at, AuditEvent.mention_id, AuditEvent.changes)
    query = (
        select(*columns)
        .where(AuditEvent.id > max(first, event_id), AuditEvent.kind.in_(REACHING))
        .where(or_(AuditEvent.edition_id != edition.id, AuditEvent.edition_id.is_(None)))
        .where(
            or_(
                AuditEvent.mention_id.in_(mentions),
                AuditEvent.item_id.in_(select(Item.id).where(Item.paper_id.in_(papers))),
                and_(AuditEvent.item_id.is_(None), AuditEvent.mention_id.is_(None)),
            )
        )
    )
    if edition.status != "draft":
        query = query.where(AuditEvent.id <= last)
    rows = session.execute(query).all()
    if not rows:
        return []
    own = set(session.scalars(select(Item.id).where(Item.edition_id == edition.id)))
    return [row for row in rows if row.mention_id or any(change.get("item_id") in own for change in row.changes)]


def places_of(
    session: Session, edition: Edition, event_ids: Collection[int]
) -> dict[int, dict[int, tuple[int | None, int | None]]]:
    """The numbers in the picked list that each event gave to the items it changed: {event: {item: (before, after)}}.

    None where an item was not picked. Events before the last fill by the rules are left out, for nobody knows.
    """
    found: dict[int, dict[int, tuple[int | None, int | None]]] = {}
    if not event_ids:
        return found
    stood = stands(session, edition)
    for row in events_since(session, edition, min(event_ids) - 1, only_places=True):
        if row.kind == FILLED:
            break
        changed = _placed(row.changes, stood.items) if row.id in event_ids else []
        after = stood.numbers() if changed else {}
        stood.take_back(row.changes)
        if changed:
            before = stood.numbers()
            found[row.id] = {item_id: (before.get(item_id), after.get(item_id)) for item_id in changed}
    return found


def places_at(then: Then, event: AuditEvent) -> dict[int, tuple[int | None, int | None]]:
    """The numbers that an event gave to the items it changed, by item, from the edition as it stood right after it."""
    changed = _placed(event.changes, then.stood.items) if then.has_lists else []
    if not changed:
        return {}
    items = {item_id: dict(item) for item_id, item in then.stood.items.items()}
    before = Stood(then.stood.edition_id, dict(then.stood.fields), items, then.stood.arxiv_ids)
    before.take_back(event.changes)
    was, became = before.numbers(), then.stood.numbers()
    return {item_id: (was.get(item_id), became.get(item_id)) for item_id in changed}


def _placed(changes: Sequence[Mapping[str, Any]], items: Mapping[int, Any]) -> list[int]:
    """The items of this edition to which an event gave another state or place."""
    placed = [change for change in changes if {"state", "order_key"} & change.get("fields", {}).keys()]
    return [change["item_id"] for change in placed if change["item_id"] in items]


def _moved_by_rule(edition: Edition, row: Any, stood: Stood) -> bool:
    """Whether a strike reached the edition while it followed the rules by itself."""
    is_untouched = edition.acted_at is None or row.at < edition.acted_at
    return is_untouched and row.mention_id is not None and not any(c.get("item_id") in stood.items for c in row.changes)


def _unsettled(session: Session, edition: Edition, event_id: int) -> set[tuple[int | None, str]]:
    """The texts that were being written when an event happened: their runs of autosaves went on after it."""
    at = session.scalar(select(AuditEvent.at).where(AuditEvent.id == event_id))
    query = select(AuditEvent.changes).where(
        AuditEvent.edition_id == edition.id, AuditEvent.id < event_id, AuditEvent.ended_at > at
    )
    return {name for changes in session.scalars(query) for name in _fields(changes)}


def _fields(changes: Sequence[Mapping[str, Any]]) -> list[tuple[int | None, str]]:
    """The fields that an event changed, of items and, under None, of an edition."""
    found: list[tuple[int | None, str]] = []
    for change in changes:
        found += [(change.get("item_id"), name) for name in (*change.get("fields", ()), *change.get("of_edition", ()))]
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value

"""The items that an action has in hand: read once as light values, and written back where they were changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Item, Paper
from app.queries.evidence import chunks
from app.services.audit import ITEM_FIELDS, plain


@dataclass(slots=True)
class Chosen:
    """An item as far as an editor's action can change it, and what its summary and its place depend on.

    What a score is made of belongs to the machine and is not read.
    """

    id: int
    edition_id: int
    paper_id: int
    arxiv_id: str
    title: str
    score: float
    horizon: int
    version: int
    state: str
    order_key: str | None
    headline: str | None
    note: str | None
    remark: str | None
    quotes: list[int] | None
    drop_reason: str | None
    decided_at: datetime | None
    placed_at: datetime | None
    pinned_at: datetime | None
    update_of: date | None


_ITEMS, _PAPERS = Item.__table__, Paper.__table__
_NAMES = [field.name for field in fields(Chosen)]
_OF_PAPER = {"arxiv_id", "title"}
# What an event keeps of it, in the order of an event.
_KEPT = [name for name in ITEM_FIELDS if name in _NAMES and name not in ("score", "horizon")]
# Every action runs these, so they are built once and past the ORM. Which columns are set, an UPDATE is told each time.
_READ = (
    select(*((_PAPERS if name in _OF_PAPER else _ITEMS).c[name] for name in _NAMES))
    .join_from(_ITEMS, _PAPERS)
    .where(_ITEMS.c.edition_id == bindparam("edition"))
)
# A list of ids is written into a statement anew each time, which costs as much again.
_READ_ONE = _READ.where(_ITEMS.c.id == bindparam("item"))
_READ_MANY = _READ.where(_ITEMS.c.id.in_(bindparam("items", expanding=True))).order_by(_ITEMS.c.id)
_WRITE = update(_ITEMS).where(_ITEMS.c.id == bindparam("item"))


def read_chosen(session: Session, edition_id: int, item_ids: Collection[int]) -> list[Chosen]:
    """Items of an edition that is claimed. Raises NotAllowed for one that is not there, or waits to be taken."""
    found: list[Chosen] = []
    for part in chunks(sorted(item_ids)):
        query, asked = (_READ_ONE, {"item": part[0]}) if len(part) == 1 else (_READ_MANY, {"items": part})
        found += [Chosen(*row) for row in session.execute(query, {"edition": edition_id, **asked})]
    if len(found) < len(set(item_ids)):
        raise NotAllowed("There is no such paper in this edition.")
    if any(item.state == "waiting" for item in found):
        raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
    return found


def write_chosen(session: Session, former: Sequence[Chosen], items: Sequence[Chosen]) -> None:
    """Write what differs from the items as they were read; of one item that is one UPDATE of one row."""
    if len(items) > 1:
        _clear_places(session, former, items)
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for was, item in zip(former, items, strict=True):
        values = {name: getattr(item, name) for name in _differing(was, item, ("version", *_KEPT))}
        if values:
            alike.setdefault(tuple(values), []).append({"item": item.id, **values})
    for rows in alike.values():
        session.execute(_WRITE, rows)


def changes_of(former: Sequence[Chosen], items: Sequence[Chosen]) -> list[dict[str, Any]]:
    """What differs from the items as they were read, as an event keeps it, one dict per changed item."""
    changes = []
    for was, item in zip(former, items, strict=True):
        names = _differing(was, item, _KEPT)
        if names:
            pairs = {name: [plain(name, getattr(was, name)), plain(name, getattr(item, name))] for name in names}
            changes.append({"item_id": item.id, "fields": pairs})
    return changes


def _differing(was: Chosen, item: Chosen, names: Sequence[str]) -> list[str]:
    return [name for name in names if getattr(was, name) != getattr(item, name)]


def _clear_places(session: Session, former: Sequence[Chosen], items: Sequence[Chosen]) -> None:
    """Take items whose places are others' next out of their list first: keys are unique at every moment."""
    taken = {item.order_key for item in items}
    leaving = [
        {"item": was.id, "state": "candidate", "order_key": None}
        for was, item in zip(former, items, strict=True)
        if was.order_key is not None and was.order_key != item.order_key and was.order_key in taken
    ]
    if leaving:
        session.execute(_WRITE, leaving)

"""Papers held for the next edition: put into it when it is filled, or at once where there is one already."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.models import Announcement, AuditEvent, Edition, Item
from app.queries.evidence import chunks
from app.queries.waiting import newest_finished_run
from app.services.acting import Acting
from app.services.audit import Kind
from app.services.chosen import Chosen
from app.services.scoring import rescore

# What editors wrote on a paper and chose for it, which comes along with it.
WRITTEN = ("headline", "note", "remark", "quotes")
# A held item and the edition that holds it, where a query is about the items of others.
HELD, HOME = aliased(Item), aliased(Edition)


def next_draft(session: Session, edition_id: int) -> int | None:
    """The id of the nearest later edition that is a draft; one whose post is being corrected is no next edition."""
    day = select(Edition.date).where(Edition.id == edition_id).scalar_subquery()
    later = select(Edition.id).where(Edition.date > day, Edition.status == "draft", Edition.post_id.is_(None))
    return session.scalar(later.order_by(Edition.date).limit(1))


def pass_on(session: Session, items: Collection[Item | Chosen], edition_id: int, by: Acting) -> list[dict[str, Any]]:
    """Put held papers that no later edition has had into the given one, which the caller has locked.

    As long as no editor has acted on it the rules place them; else they wait, as papers that come late do. Returns the
    changes for the event. Undone, such a paper waits in the edition unseen.
    """
    edition = session.get_one(Edition, edition_id)
    if edition.status != "draft":
        return []
    run_id, had = newest_finished_run(session), _had_later(session, items)
    there = _items_of(session, edition_id, [item.paper_id for item in items])
    given: list[Item] = []
    worded = [change for item in items if (change := _word(item, there.get(item.paper_id)))]
    for item in items:
        if item.paper_id not in had:
            copy = there.get(item.paper_id) or Item(edition_id=edition_id, paper_id=item.paper_id, state="waiting")
            copy.horizon = copy.left_run_id = max(run_id, item.horizon)
            _bring_texts(item, copy)
            given.append(copy)
    session.add_all(given)
    session.flush()
    # Their papers are read at once, for the rules ask each for its own.
    _items_of(session, edition_id, [copy.paper_id for copy in given])
    before = {copy.id: _place(copy) for copy in given}
    if edition.acted_at is None:
        for copy in given:
            copy.state = "candidate"
        rescore(session, given, by.rules)
    else:
        for copy in given:
            copy.left_run_id = None
    session.flush()
    return [*worded, *(_change(copy, before[copy.id]) for copy in given)]


def add_held(session: Session, edition: Edition, run_id: int, state: str) -> None:
    """Give an edition that is being filled the papers that earlier ones hold and that found no edition since.

    They come in the state `state`, read as of the run; what an editor wrote on them comes along. The caller commits.
    """
    held = list(session.scalars(_held_for(edition)))
    there = _items_of(session, edition.id, [item.paper_id for item in held])
    for item in held:
        copy = there.get(item.paper_id)
        if copy is None:
            copy = Item(edition_id=edition.id, paper_id=item.paper_id, state=state, horizon=run_id)
            session.add(copy)
        elif state == "candidate":
            copy.state = state
        _bring_texts(item, copy)
    session.flush()


def editions_given(session: Session, item_ids: Collection[int]) -> set[int]:
    """The later drafts in which the held ones of the given items stand because of that alone."""
    found: set[int] = set()
    for part in chunks(item_ids):
        query = _given(part).with_only_columns(Item.edition_id).where(HELD.state == "held").distinct()
        found |= set(session.scalars(query))
    return found


def call_back(session: Session, items: Collection[Item | Chosen]) -> list[dict[str, Any]]:
    """Take papers that are not held any more out of the later drafts in which nobody has acted on them.

    There they wait unseen from then on. The caller has locked those editions; returns the changes for the event.
    """
    run_id, changes = newest_finished_run(session), []
    for part in chunks(item.id for item in items):
        for copy in session.scalars(_given(part)):
            before = _place(copy)
            copy.state, copy.order_key, copy.left_run_id = "waiting", None, max(run_id, copy.horizon)
            changes.append(_change(copy, before))
    session.flush()
    return changes


def _given(item_ids: Sequence[int]) -> Select[tuple[Item]]:
    """The items of later drafts that stand there because the given ones were held, and that nobody acted on or took."""
    listed = exists().where(Announcement.paper_id == Item.paper_id, Announcement.announced_on == Edition.date)
    added = exists().where(
        AuditEvent.edition_id == Item.edition_id, AuditEvent.item_id == Item.id, AuditEvent.kind == Kind.PAPER_ADDED
    )
    again, its = aliased(Item), aliased(Edition)
    # Whoever held it once more on the way gave it on; the earlier hold has nothing to do with it any more.
    held_again = exists().where(
        again.paper_id == Item.paper_id,
        again.state == "held",
        its.id == again.edition_id,
        its.date > HOME.date,
        its.date < Edition.date,
    )
    is_offered = and_(Item.state == "waiting", Item.left_run_id.is_(None))
    is_by_rule = and_(Item.state != "waiting", Item.decided_at.is_(None), Edition.acted_at.is_(None))
    return (
        select(Item)
        .join(Edition, Edition.id == Item.edition_id)
        .join(HELD, HELD.paper_id == Item.paper_id)
        .join(HOME, HOME.id == HELD.edition_id)
        .where(HELD.id.in_(item_ids), Edition.date > HOME.date, Edition.status == "draft", ~listed, ~added)
        .where(~held_again, or_(is_offered, is_by_rule))
        .execution_options(populate_existing=True)
    )


def _held_for(edition: Edition) -> Select[tuple[Item]]:
    """The held items of earlier editions whose papers no later one has; one that merely waits in a post is not had."""
    other, its = aliased(Item), aliased(Edition)
    had = (
        select(other.id)
        .join(its, its.id == other.edition_id)
        .where(
            other.paper_id == Item.paper_id,
            its.date > Edition.date,
            or_(other.state != "waiting", and_(its.status == "draft", its.id != edition.id)),
        )
    )
    query = select(Item).join(Edition).where(Item.state == "held", Edition.date < edition.date, ~had.exists())
    return query.order_by(Item.id)


def _had_later(session: Session, items: Collection[Item | Chosen]) -> set[int]:
    """The papers of items of one edition that a later one has."""
    home = session.get_one(Edition, next(iter(items)).edition_id)
    query = select(Item.paper_id).join(Edition).where(Edition.date > home.date, Item.state != "waiting")
    had: set[int] = set()
    for part in chunks(item.paper_id for item in items):
        had |= set(session.scalars(query.where(Item.paper_id.in_(part))))
    return had


def _items_of(session: Session, edition_id: int, paper_ids: Iterable[int]) -> dict[int, Item]:
    """The items that an edition has of the given papers, by paper."""
    found: dict[int, Item] = {}
    for part in chunks(paper_ids):
        query = select(Item).where(Item.edition_id == edition_id, Item.paper_id.in_(part))
        query = query.options(joinedload(Item.paper)).execution_options(populate_existing=True)
        found |= {item.paper_id: item for item in session.scalars(query)}
    return found


def _written(item: Item | Chosen) -> dict[str, Any]:
    """What was written and chosen; that no mention is to be quoted was chosen too."""
    found = {name: getattr(item, name) for name in WRITTEN}
    return {name: value for name, value in found.items() if value or value == []}


def _bring_texts(item: Item | Chosen, copy: Item) -> None:
    for name, value in (_written(item) | _written(copy)).items():
        setattr(copy, name, value)


def _word(item: Item | Chosen, copy: Item | None) -> dict[str, Any] | None:
    """Bring along what a paper that the next edition has already lacks there; the change for the event."""
    if copy is None or copy.state == "waiting":
        return None
    before = {name: getattr(copy, name) for name in _written(item) if name not in _written(copy)}
    if not before:
        return None
    _bring_texts(item, copy)
    copy.version += 1
    return {"item_id": copy.id, "fields": {name: [was, getattr(copy, name)] for name, was in before.items()}}


def _place(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("state", "order_key", "left_run_id")}


def _change(item: Item, before: dict[str, Any]) -> dict[str, Any]:
    """What an event keeps of a paper put into another edition: nothing that the machine goes on writing there.

    The state is kept also where it stands still, so that an undo sees whether it does.
    """
    after = _place(item)
    fields = {name: [was, after[name]] for name, was in before.items() if name == "state" or was != after[name]}
    return {"item_id": item.id, "fields": fields}

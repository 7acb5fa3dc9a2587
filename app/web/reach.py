"""How far the actions reached that a page has not seen yet, so that an answer need bring no more than that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from app.domain.texts import EDITION_TEXTS
from app.extensions import db
from app.models import Edition
from app.queries.editions import events_since, items_among, version_of
from app.queries.loud import SHOWN
from app.queries.shown import Arranged
from app.queries.waiting import newest_finished_run

# Beyond this many changed items one morph of the lists is cheaper than single rows.
ROWS_AT_ONCE = 20
# A page that has missed more actions than this is shown everything.
ACTIONS_AT_ONCE = 50
# More digits than any version has, and fewer than the digest of a text.
VERSION_DIGITS = 9
# What may change of an item without anything becoming new of it that waits; a waiting list shows headlines.
QUIET = {
    *("state", "order_key", "note", "remark", "quotes", "drop_reason"),
    *("decided_at", "placed_at", "pinned_at", "update_of"),
}
# What may change of an edition while all its rows stay as they are.
BESIDE_ROWS = {
    *("baton_editor_id", "baton_at", "introduction", "closing"),
    *("publish_at", "publish_problem", "retracted_at"),
}
# The kinds of events that do not say of every item what became of it.
UNTOLD = {"edition.filled", "edition.published", "edition.imported"}


@dataclass(frozen=True, slots=True)
class Reach:
    """The items that changed, the states of the lists that they were in and are in, and which words of the edition.

    `known_run` is the run up to which the page goes on knowing what waits, None where something else may wait now;
    `knows_loud` says that it goes on knowing the loud mentions.
    """

    item_ids: list[int]
    lists: set[str]
    words: list[str]
    known_run: int | None
    knows_loud: bool


def reach_since(edition: Edition, arranged: Arranged, item_ids: Sequence[int] = ()) -> Reach | None:
    """How far all actions reached that came after the version the page has seen; `item_ids` are asked for beside them.

    The lists were arranged after the edition was read and before this: whatever they show is told by an event by now.
    None says that all must be shown anew: the page does not say what it has seen, the log does not tell of every
    version since (an action in another edition may have changed this one too), or much was changed.
    """
    seen = seen_version()
    newest = version_of(db.session, edition.id)
    if seen is None or not is_near(seen, newest):
        return None
    events = events_since(db.session, edition.id, seen)
    if not tells_all(events, seen, newest):
        return None
    changes = [change for event in events for change in event.changes]
    ids = {*item_ids, *items_among(db.session, edition.id, [c["item_id"] for c in changes if "item_id" in c])}
    if len(ids) > ROWS_AT_ONCE:
        return None
    lists = {state for state, found in arranged.order.items() if not ids.isdisjoint(found)}
    lists |= {states_of(change)[0] for change in changes if states_of(change)}
    # The first action may make something wait, because from then on the edition no longer follows the rules.
    is_first = any(edition.acted_at == event.at for event in events)
    run_id = newest_finished_run(db.session)
    are_quiet = all(map(is_quiet, changes))
    knows_all = request.values.get("up_to") == str(run_id) and not is_first and are_quiet
    # A mention is counted for the papers that stand in the edition; one that is dropped is none of them.
    stays = all(len({state in SHOWN for state in states_of(change)}) < 2 for change in changes)
    words = [field for field in EDITION_TEXTS if any(field in change.get("of_edition", ()) for change in changes)]
    return Reach(sorted(ids), lists, words, run_id if knows_all else None, are_quiet and stays)


def seen_version() -> int | None:
    """The version up to which the page has seen every change; a form may carry a `seen` of its own beside it."""
    given = request.values.getlist("seen")
    versions = [value for value in given if value.isascii() and value.isdecimal() and len(value) <= VERSION_DIGITS]
    return int(versions[-1]) if versions else None


def is_near(seen: int, newest: int) -> bool:
    """Whether a page that has seen a version can be brought up to another by what was done since."""
    return newest - ACTIONS_AT_ONCE <= seen <= newest


def tells_all(events: Sequence[Any], seen: int, newest: int) -> bool:
    """Whether the events since a version tell of all up to another, and of every row that became another one."""
    told = {version for event in events for version in (event.version, *(event.versions or ()))}
    return set(range(seen + 1, newest + 1)) <= told and all(map(_tells_rows, events))


def _tells_rows(event: Any) -> bool:
    """Whether an event says of every item that it changed what became of it, and nothing else shows in rows."""
    of_edition = {name for change in event.changes for name in change.get("of_edition", ())}
    return event.kind not in UNTOLD and of_edition <= BESIDE_ROWS


def is_quiet(change: Mapping[str, Any]) -> bool:
    """Whether a change leaves alone what waits, and the ages of numbers."""
    if "of_edition" in change:
        return True
    # Of a held paper nothing is offered, so what waits changes as one is held or comes back.
    is_told_anew = {"waiting", "held"} & set(states_of(change))
    return "item_id" in change and set(change["fields"]) <= QUIET and not is_told_anew


def states_of(change: Mapping[str, Any]) -> Sequence[str]:
    """The state of an item before and after a change of it, nothing where it stayed."""
    return change.get("fields", {}).get("state", ())

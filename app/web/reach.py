"""How far an action reached on the page of its edition, so that its answer need bring no more than that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from app.extensions import db
from app.models import AuditEvent, Edition
from app.queries.loud import SHOWN
from app.queries.shown import Arranged
from app.queries.waiting import newest_finished_run

# Beyond this many changed items one morph of the lists is cheaper than single rows.
ROWS_AT_ONCE = 20
# What may change of an item without anything becoming new of it that waits; a waiting list shows headlines.
QUIET = {"state", "order_key", "note", "drop_reason", "decided_at", "placed_at", "pinned_at", "update_of"}


@dataclass(frozen=True, slots=True)
class Reach:
    """The states of the lists that an action changed.

    `known_run` is the run up to which the page goes on knowing what waits, None where something else may wait now;
    `knows_loud` says that it goes on knowing the loud mentions.
    """

    lists: set[str]
    known_run: int | None
    knows_loud: bool


def reach_of(edition: Edition, arranged: Arranged, item_ids: Sequence[int], event: AuditEvent | None) -> Reach | None:
    """How far the action of an event reached; without an event nothing changed, but these items are asked for.

    None says that all must be shown anew: the page has missed an earlier change (a form may carry a `seen` of its own
    beside the page's), the change is of the whole edition, or it is large.
    """
    changes = event.changes if event else []
    has_seen = str(edition.version - int(event is not None)) in request.form.getlist("seen")
    if not has_seen or len(item_ids) > ROWS_AT_ONCE or any("of_edition" in change for change in changes):
        return None
    ids = set(item_ids)
    lists = {state for state, found in arranged.order.items() if not ids.isdisjoint(found)}
    lists |= {_states(change)[0] for change in changes if _states(change)}
    # The first action may make something wait, because from then on the edition no longer follows the rules.
    is_first = event is not None and edition.acted_at == event.at
    run_id = newest_finished_run(db.session)
    is_quiet = all(map(_is_quiet, changes))
    knows_all = request.form.get("up_to") == str(run_id) and not is_first and is_quiet
    # A mention is counted for the papers that stand in the edition; one that is dropped is none of them.
    stays = all(len({state in SHOWN for state in _states(change)}) < 2 for change in changes)
    return Reach(lists, run_id if knows_all else None, is_quiet and stays)


def _is_quiet(change: Mapping[str, Any]) -> bool:
    """Whether a change leaves alone what waits."""
    # Of a held paper nothing is offered, so what waits changes as one is held or comes back.
    is_told_anew = {"waiting", "held"} & set(_states(change))
    return "item_id" in change and set(change["fields"]) <= QUIET and not is_told_anew


def _states(change: Mapping[str, Any]) -> Sequence[str]:
    """The state of an item before and after a change of it, nothing where it stayed."""
    return change.get("fields", {}).get("state", ())

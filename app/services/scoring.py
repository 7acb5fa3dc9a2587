"""Scores of items, brought up to date from readings and strikes, and what follows from them for the lists."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.domain.editions import KEY_LIMIT, Placed, Rules, settle
from app.domain.ranking import paper_score, source_totals
from app.domain.trends import score_trend, trend_json
from app.models import Edition, Item
from app.queries.evidence import chunks, scoring_inputs
from app.queries.order import picked_order
from app.queries.readings import history_of_items
from app.services.placing import clear_places, respread


def rescore(session: Session, items: Sequence[Item], rules: Rules) -> None:
    """Recompute the scores of items; where no editor decided, the cut decides anew, and the score the place."""
    inputs = scoring_inputs(session, [item.id for item in items])
    trends = trends_of_items(session, inputs, rules)
    for item in items:
        totals = source_totals(*inputs[item.id], rules.weights)
        item.score = paper_score(totals)
        item.parts = [total.as_json() for total in totals]
        item.trend = trends[item.id]
    session.flush()
    by_edition: dict[int, list[Item]] = {}
    for item in items:
        by_edition.setdefault(item.edition_id, []).append(item)
    for edition_id, found in by_edition.items():
        settle_items(session, edition_id, found)


def trends_of_items(session: Session, item_ids: Iterable[int], rules: Rules) -> dict[int, list[list[Any]]]:
    """The score of each item over time as of its horizon, as `Item.trend` holds it."""
    found: dict[int, list[list[Any]]] = {}
    # In portions, for a day's readings are many and only their scores are kept.
    for ids in chunks(item_ids):
        for item_id, readings in history_of_items(session, ids).items():
            found[item_id] = trend_json(score_trend(readings, rules.weights))
    return found


def settle_items(session: Session, edition_id: int, items: Iterable[Item]) -> None:
    """Move the given items of one edition to where rule and score put them; what an editor decided stays."""
    cut = session.get_one(Edition, edition_id).cut
    free = {item.id: item for item in items if is_free(item)}
    placed = [Placed(item.id, "", item.score, item.paper.arxiv_id) for item in free.values()]
    settled = settle(picked_order(session, edition_id), placed, cut)
    clear_places(session, [free[item_id] for item_id in settled.moved])
    if any(len(placed.order_key) > KEY_LIMIT for placed in settled.order):
        respread(session, settled.order)
        return
    for placed in settled.order:
        if placed.item_id in settled.moved:
            free[placed.item_id].state, free[placed.item_id].order_key = "picked", placed.order_key
    session.flush()


def is_free(item: Item) -> bool:
    """Whether rule and score alone say where an item stands, no editor having chosen its state or its place."""
    return item.decided_at is None and item.placed_at is None

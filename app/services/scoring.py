"""Scores of items, brought up to date from readings and strikes, and what follows from them for the lists."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.domain.editions import KEY_LIMIT, Placed, Rules, settle
from app.domain.ranking import paper_score
from app.domain.trends import scored, trend_json
from app.models import Edition, Item
from app.queries.evidence import chunks
from app.queries.order import picked_order
from app.queries.readings import history_of_items
from app.services.placing import clear_places, respread


class Scored(NamedTuple):
    """What an item keeps of its score: the number, its parts and the line over time, the latter two as plain data."""

    score: float
    parts: list[dict[str, Any]]
    trend: list[list[Any]]


def rescore(session: Session, items: Sequence[Item], rules: Rules) -> None:
    """Recompute the scores of items; where no editor decided, the cut decides anew, and the score the place."""
    scores = scores_of_items(session, [item.id for item in items], rules)
    for item in items:
        item.score, item.parts, item.trend = scores[item.id]
    session.flush()
    by_edition: dict[int, list[Item]] = {}
    for item in items:
        by_edition.setdefault(item.edition_id, []).append(item)
    for edition_id, found in by_edition.items():
        settle_items(session, edition_id, found)


def scores_of_items(session: Session, item_ids: Iterable[int], rules: Rules) -> dict[int, Scored]:
    """The scores of items as of their horizons."""
    found: dict[int, Scored] = {}
    # In portions, for a day's readings are many and only their scores are kept.
    for ids in chunks(item_ids):
        for item_id, history in history_of_items(session, ids).items():
            totals, points = scored(history, rules.weights)
            found[item_id] = Scored(
                float(paper_score(totals)), [total.as_json() for total in totals], trend_json(points)
            )
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

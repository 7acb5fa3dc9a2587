"""What a strike would do, before anybody strikes: scores and places of the papers that a mention names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Day

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from app.domain.editions import Placed, Rules, settle
from app.domain.ranking import paper_score, source_totals
from app.models import Edition, Item, MentionedPaper, Paper, Strike
from app.queries.evidence import scoring_inputs, texts_of_items
from app.queries.order import picked_order


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one paper. A place is its number in the picked list, None where it is not picked."""

    item_id: int
    title: str
    score_before: float
    score_after: float
    place_before: int | None
    place_after: int | None

    @property
    def falls_out(self) -> bool:
        """Whether it is picked now and would not be any more."""
        return self.place_before is not None and self.place_after is None

    @property
    def comes_in(self) -> bool:
        """Whether it is not picked now and would be."""
        return self.place_before is None and self.place_after is not None


def effect_of_strike(
    session: Session, edition: Edition, mention_id: int, rules: Rules, *, undo: bool = False
) -> list[Effect]:
    """What striking a mention would do to the papers it names in an edition, in their order there; nothing is changed.

    With `undo` what taking its strike back would do. Other papers only make room. A published edition is not reached.
    """
    named = {row.id: row for row in _items_named(session, edition, mention_id)}
    order = picked_order(session, edition.id)
    scores = _scores_after(session, list(named), mention_id, rules, undo)
    rescored = [replace(item, score=scores.get(item.item_id, item.score)) for item in order]
    free = [
        Placed(row.id, "", scores[row.id], row.arxiv_id)
        for row in named.values()
        if row.id in scores and row.decided_at is None and row.placed_at is None
    ]
    after = _places(settle(rescored, free, edition.cut).order)
    before = _places(order)
    titles = {item_id: text.title for item_id, text in texts_of_items(session, named).items()}
    effects = [
        Effect(
            item_id=row.id,
            title=row.headline or titles[row.id],
            score_before=row.score,
            score_after=scores.get(row.id, row.score),
            place_before=before.get(row.id),
            place_after=after.get(row.id),
        )
        for row in named.values()
    ]
    return sorted(effects, key=lambda effect: (effect.place_before or len(order) + 1, -effect.score_before))


def _items_named(session: Session, edition: Edition, mention_id: int) -> list[Row]:
    """The items that a strike rescores in this edition: all that are named and in it."""
    columns = (Item.id, Item.score, Item.headline, Item.decided_at, Item.placed_at, Paper.arxiv_id)
    query = (
        select(*columns)
        .join(Paper)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .where(MentionedPaper.mention_id == mention_id, Item.edition_id == edition.id, Item.state != "waiting")
        .order_by(Item.id)
    )
    return list(session.execute(query)) if edition.status == "draft" else []


def _scores_after(
    session: Session, item_ids: list[int], mention_id: int, rules: Rules, undo: bool
) -> Mapping[int, float]:
    """The scores that the items would have; none where the mention is struck, or not struck, already."""
    is_struck = session.scalar(select(exists().where(Strike.mention_id == mention_id)))
    if is_struck is not undo:
        return {}
    inputs = scoring_inputs(session, item_ids, as_though_struck={mention_id: not undo})
    return {item_id: paper_score(source_totals(*found, rules.weights)) for item_id, found in inputs.items()}


def _places(order: list[Placed]) -> dict[int, int]:
    return {item.item_id: number for number, item in enumerate(order, 1)}


def papers_reached_elsewhere(session: Session, edition: Edition, mention_id: int) -> dict[Day, int]:
    """How many papers a strike reaches in other draft editions, by their date, earliest first."""
    query = (
        select(Edition.date, func.count())
        .join(Item, Item.edition_id == Edition.id)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .where(
            MentionedPaper.mention_id == mention_id,
            Edition.id != edition.id,
            Edition.status == "draft",
            Item.state != "waiting",
        )
        .group_by(Edition.date)
        .order_by(Edition.date)
    )
    return {day: count for day, count in session.execute(query)}

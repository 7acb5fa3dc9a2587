"""The picked list of an edition as light values, for whatever has to do with order alone."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.editions import Placed
from app.models import Item, Paper


def picked_order(session: Session, edition_id: int, *, without: int | None = None) -> list[Placed]:
    """The picked items of an edition in order, as light values; `without` leaves one item out."""
    query = (
        select(Item.id, Item.order_key, Item.score, Paper.arxiv_id, Item.placed_at)
        .join(Paper)
        .where(Item.edition_id == edition_id, Item.state == "picked", Item.id != (without or 0))
        .order_by(Item.order_key)
    )
    return [Placed(*row[:4], is_fixed=row.placed_at is not None) for row in session.execute(query)]


def picked_count(session: Session, edition_id: int) -> int:
    """How many papers are picked in an edition."""
    return session.scalar(select(func.count()).where(Item.edition_id == edition_id, Item.state == "picked")) or 0

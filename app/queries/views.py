"""The views that somebody has saved."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import View


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view by its name; `query` are its filters as they stand in an address."""

    id: int
    name: str
    query: str


def views_of(session: Session, editor_id: int) -> list[SavedView]:
    """A person's views by their names."""
    query = select(View.id, View.name, View.query).where(View.editor_id == editor_id)
    return [SavedView(*row) for row in session.execute(query.order_by(func.lower(View.name), View.id))]

"""The views that somebody has saved."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.models import View


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view by its name; `query` are its filters as they stand in an address."""

    id: int
    name: str
    query: str


_VIEW = View.__table__.c
VIEWS_OF = (
    select(_VIEW.id, _VIEW.name, _VIEW.query)
    .where(_VIEW.editor_id == bindparam("editor_id"))
    .order_by(func.lower(_VIEW.name), _VIEW.id)
)


def views_of(session: Session, editor_id: int) -> list[SavedView]:
    """A person's views by their names."""
    return [SavedView(*row) for row in session.execute(VIEWS_OF, {"editor_id": editor_id})]

"""Texts of the machine layer replaced, what they said before being kept with the run that replaced it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Revision
from app.queries.among import among
from app.services.bulk import insert_rows, update_rows


def revise(
    session: Session,
    model: Any,
    names: Sequence[str],
    known: Sequence[Any],
    changes: Mapping[int, Mapping[str, Any]],
    run_id: int,
) -> None:
    """Write what is new of rows of Paper or Mention, and keep what they said; the caller commits.

    `changes` holds the new values by id, `known` the rows as they are, with all columns `names` that may change. Of a
    second change in the same run the words from before the first stay kept.
    """
    rows = [row for row in known if row.id in changes]
    subject = f"{model.__name__.lower()}_id"
    update_rows(
        session,
        model,
        names,
        [(*(changes[row.id].get(name, getattr(row, name)) for name in names), row.id) for row in rows],
    )
    before = {row.id: {name: getattr(row, name) for name in changes[row.id]} for row in rows}
    kept = _kept(session, subject, list(before), run_id)
    again = [(before[row_id] | said, revision_id) for row_id, (revision_id, said) in kept.items()]
    fresh = [(row_id, run_id, said) for row_id, said in before.items() if row_id not in kept]
    update_rows(session, Revision, ("before",), again)
    insert_rows(session, Revision, (subject, "run_id", "before"), fresh)


def _kept(session: Session, subject: str, ids: Sequence[int], run_id: int) -> dict[int, tuple[int, dict[str, Any]]]:
    """What this run has kept of these rows before: the id and the words of each one's revision."""
    if not ids:
        return {}
    column = getattr(Revision, subject)
    query = select(column, Revision.id, Revision.before).where(among(column, "ids"), Revision.run_id == run_id)
    return {row_id: (revision_id, said) for row_id, revision_id, said in session.execute(query, {"ids": ids})}

"""Looks: up to which run somebody has seen an edition, so that the next look can tell what is new."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import Look
from app.models.editors import Account
from app.queries.waiting import NEWEST_FINISHED_RUN
from app.services.transactions import transaction

# Who comes back after this has been away, and looks anew.
AWAY = timedelta(minutes=30)
# A page that is loaded again within this has not been seen any later, as far as a new look is concerned.
SAME = timedelta(minutes=1)
_LOOK = Look.__table__.c
_MINE = (_LOOK.editor_id == bindparam("editor_id"), _LOOK.edition_id == bindparam("edition_id"))
# Asked whenever an edition is opened: the newest run, and what is known of the editor's last look.
KNOWN = select(
    NEWEST_FINISHED_RUN.scalar_subquery().label("newest_run_id"),
    *(select(column).where(*_MINE).scalar_subquery().label(column.name) for column in (_LOOK.run_id, _LOOK.seen_at)),
)


def look(session: Session, edition_id: int, editor: Account, now: datetime) -> None:
    """Remember that somebody looks at an edition now; after half an hour away a new look begins.

    It is nobody's action: it leaves no event, and the edition is not touched.
    """
    known = session.execute(KNOWN, {"editor_id": editor.id, "edition_id": edition_id}).one()
    is_first, run_id = known.seen_at is None, known.newest_run_id or 0
    if not is_first and known.run_id == run_id and timedelta(0) <= now - known.seen_at < SAME:
        return
    is_new = Look.seen_at < now - AWAY
    # Each case is decided by the row as it was, so of two windows that open at once one begins the look.
    values = {
        "before_run_id": case((is_new, Look.run_id), else_=Look.before_run_id),
        "before_at": case((is_new, Look.seen_at), else_=Look.before_at),
        "run_id": run_id,
        "seen_at": now,
    }
    first = Look(editor_id=editor.id, edition_id=edition_id, seen_at=now, run_id=run_id)
    try:
        with transaction(session):
            if is_first:
                session.add(first)
            else:
                mine = (Look.editor_id == editor.id, Look.edition_id == edition_id)
                session.execute(update(Look).where(*mine).values(values).execution_options(synchronize_session=False))
    except IntegrityError:
        # Another window was first, a moment ago; it says the same.
        return

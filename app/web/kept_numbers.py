"""What is worked out from all numbers of an edition is kept as long as neither a run nor a strike has moved any."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from app.extensions import db
from app.keeping import KeepNewest
from app.queries.read_as_of import ReadAsOf, read_as_of

# So many results, each of one edition.
KEPT = 120


def kept_as_of(name: str, edition_id: int, make: Callable[[], Any], *more: object) -> Any:
    """What `make` makes of an edition's numbers under a name, or the same from before where nothing has moved them.

    It may depend on runs, strikes, horizons and which papers are picked or candidates, on settings and on `more`.
    """
    session = db.session()
    known = _read_as_of(session, edition_id)
    if known is None:
        return make()
    return current_app.extensions["kept_numbers"].get(
        (name, edition_id), (known.alone, more), make, lambda: read_as_of(session, edition_id) == known
    )


def _read_as_of(session: Session, edition_id: int) -> ReadAsOf | None:
    """Read once for all that one page asks for; after a commit it is another transaction, and read anew."""
    transaction, *read = g.get("read_as_of", (None,))
    if transaction is None or transaction is not session.get_transaction() or edition_id != read[0]:
        read = [edition_id, read_as_of(session, edition_id)]
        g.read_as_of = (session.get_transaction(), *read)
    return read[1]


def register(app: Flask) -> None:
    """Keep such results."""
    app.extensions["kept_numbers"] = KeepNewest(KEPT)

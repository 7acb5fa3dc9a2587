"""One use case, one transaction: committed whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit at the end; on any exception take everything back and let it through."""
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise

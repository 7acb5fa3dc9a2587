"""One ingestion run at a time: what is read "as of a run" means what it says only if runs never overlap."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed

# Any number that nothing else on the database server locks by.
KEY = 2006_12345
BUSY = "Another run is going on; wait for it to end and try again."


@contextmanager
def one_run_at_a_time(session: Session) -> Iterator[None]:
    """Hold the run lock of the desk's database; the operating system or the server frees it if the process dies.

    Raises NotAllowed where another process or thread holds it.
    """
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with _postgresql(engine) if engine.dialect.name == "postgresql" else _file(engine.url.database or ""):
        yield


@contextmanager
def _postgresql(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(KEY))):
            raise NotAllowed(BUSY)
        try:
            yield
        finally:
            connection.scalar(select(func.pg_advisory_unlock(KEY)))


@contextmanager
def _file(database: str) -> Iterator[None]:
    """A lock beside the SQLite file; a database in memory belongs to one process anyway."""
    if database in ("", ":memory:"):
        yield
        return
    with open(f"{database}-run-lock", "a", encoding="utf8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed(BUSY) from None
        yield

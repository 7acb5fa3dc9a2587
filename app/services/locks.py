"""Locks that die with their process: beside the SQLite file, or in the PostgreSQL server."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed


@dataclass(frozen=True, slots=True)
class Lock:
    """What only one may do at a time: the name of its file, a number that nothing else on the server locks by, and
    what whoever comes second is told."""

    name: str
    key: int
    busy: str


@contextmanager
def held(session: Session, lock: Lock) -> Iterator[None]:
    """Hold a lock of the desk's database; the operating system or the server frees it if the process dies.

    Raises NotAllowed where another process or thread holds it.
    """
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    is_server = engine.dialect.name == "postgresql"
    with _postgresql(engine, lock) if is_server else _file(engine.url.database or "", lock):
        yield


@contextmanager
def _postgresql(engine: Engine, lock: Lock) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(lock.key))):
            raise NotAllowed(lock.busy)
        try:
            yield
        finally:
            connection.scalar(select(func.pg_advisory_unlock(lock.key)))


@contextmanager
def _file(database: str, lock: Lock) -> Iterator[None]:
    """A lock beside the SQLite file; a database in memory belongs to one process anyway."""
    if database in ("", ":memory:"):
        yield
        return
    with open(f"{database}-{lock.name}-lock", "a", encoding="utf8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed(lock.busy) from None
        yield

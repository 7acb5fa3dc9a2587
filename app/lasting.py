"""A question that comes before every answer has a connection of its own, so that asking it is all that is done."""

from threading import Lock
from typing import Any

from sqlalchemy import Engine, Select


class LastingQuestion:
    """A statement without values, asked again and again; threads may share one, and wait for each other.

    Each process has one connection for it, which is opened when it is first asked. To get one from the pool and to give
    it back, cleaned, takes longer than the database takes to answer: on SQLite twice, on PostgreSQL once as long again.
    """

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        self._engine, self._sql = engine, str(statement.compile(dialect=engine.dialect))
        self._lock = Lock()
        self._cursor: Any = None

    def ask(self) -> list[Any]:
        """The rows, as the driver has them. Raises the driver's errors, or SQLAlchemy's where nothing can be opened."""
        with self._lock:
            try:
                return self._rows()
            except self._engine.dialect.loaded_dbapi.Error:
                # The database may have been away since it was asked last.
                self._close()
                return self._rows()

    def _rows(self) -> list[Any]:
        if self._cursor is None:
            pooled = self._engine.raw_connection()
            driver = pooled.driver_connection
            pooled.detach()
            if self._engine.dialect.name == "postgresql":
                # Else the first question would begin a transaction that nobody ends.
                driver.autocommit = True
            self._cursor = driver.cursor()
        return self._cursor.execute(self._sql).fetchall()

    def _close(self) -> None:
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            cursor.connection.close()

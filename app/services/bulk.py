"""Rows written many at once, for ingestion, which writes them by the hundred thousand.

They go to the driver as plain values: what the ORM and its statements do for every single row costs more than the
writing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, String, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]


def insert_rows(session: Session, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, each with a value for every named column, in their order; the caller commits."""
    if not rows:
        return
    connection = session.connection()
    into = f"insert into {model.__tablename__} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        listed = f"{into} select * from {_lists(model, names, connection.dialect)}"
        connection.exec_driver_sql(listed, tuple(map(list, _worded(connection, model, names, rows))))
    else:
        marks = ", ".join("?" * len(names))
        _many(connection, f"{into} values ({marks})", _worded(connection, model, names, rows))


def update_rows(session: Session, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows, each given as a value for every named column and, last, its id; the caller commits."""
    if not rows:
        return
    connection, given = session.connection(), (*names, "id")
    update = f"update {model.__tablename__} set"
    if connection.dialect.name == "postgresql":
        values = ", ".join(f"{name} = new.{name}" for name in names)
        new = f"{_lists(model, given, connection.dialect)} as new ({', '.join(given)})"
        listed = f"{update} {values} from {new} where {model.__tablename__}.id = new.id"
        connection.exec_driver_sql(listed, tuple(map(list, _worded(connection, model, given, rows))))
    else:
        values = ", ".join(f"{name} = ?" for name in names)
        _many(connection, f"{update} {values} where id = ?", _worded(connection, model, given, rows))


def new_ids(session: Session, model: Any, count: int) -> Sequence[int]:
    """So many ids that no other row of the model will get; saves reading back what the database chose."""
    if not count:
        return []
    table = model.__table__
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))).all()
    # It changes nothing, but from here to the commit nobody else can write, and so take the same ids.
    session.connection().exec_driver_sql(f"update {table.name} set id = id where false")
    highest = session.scalar(select(func.max(table.c.id))) or 0
    return range(highest + 1, highest + 1 + count)


def _many(connection: Connection, statement: str, columns: Iterable[Iterable[Any]]) -> None:
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _lists(model: Any, names: Sequence[str], dialect: Dialect) -> str:
    """Rows out of one list for every column: PostgreSQL would answer each row of many by itself."""
    kinds = [model.__table__.c[name].type for name in names]
    called = ["text" if isinstance(kind, String) else kind.compile(dialect) for kind in kinds]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in called)})"


def _worded(connection: Connection, model: Any, names: Sequence[str], rows: Sequence[Row]) -> list[Iterable[Any]]:
    """The values of rows by column, as the driver takes them."""
    kinds = [model.__table__.c[name].type for name in names]
    columns = zip(kinds, zip(*rows, strict=True), strict=True)
    return [_values(kind, values, connection.dialect) for kind, values in columns]


def _values(kind: TypeEngine[Any], values: Iterable[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of a column, just as the ORM would hand them over."""
    word = kind.dialect_impl(dialect).bind_processor(dialect)
    if word is None:
        return values
    if isinstance(kind, JSON):
        return map(word, values)
    # A run writes few different times, and each of them a thousand times.
    known = {value: word(value) for value in set(values)}
    return map(known.__getitem__, values)

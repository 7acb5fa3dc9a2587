"""Rows written many at once, for ingestion, which writes them by the hundred thousand.

They go to the driver as tuples: what the ORM and its statements do for every single row costs more than the writing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, Dialect, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]


def insert_rows(session: Session, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, each with a value for every named column, in their order; the caller commits."""
    marks = ", ".join([_mark(session)] * len(names))
    statement = f"insert into {model.__tablename__} ({', '.join(names)}) values ({marks})"
    _run(session, statement, [model.__table__.c[name].type for name in names], rows)


def update_rows(session: Session, model: Any, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows, each given as a value for every named column and, last, its id; the caller commits."""
    values = ", ".join(f"{name} = {_mark(session)}" for name in names)
    statement = f"update {model.__tablename__} set {values} where id = {_mark(session)}"
    _run(session, statement, [model.__table__.c[name].type for name in (*names, "id")], rows)


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


def _mark(session: Session) -> str:
    return "?" if session.get_bind().dialect.paramstyle == "qmark" else "%s"


def _run(session: Session, statement: str, kinds: Sequence[TypeEngine[Any]], rows: Sequence[Row]) -> None:
    if rows:
        connection = session.connection()
        columns = zip(kinds, zip(*rows, strict=True), strict=True)
        worded = [_worded(kind, values, connection.dialect) for kind, values in columns]
        connection.exec_driver_sql(statement, list(zip(*worded, strict=True)))


def _worded(kind: TypeEngine[Any], values: Iterable[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of a column as the driver takes them, just as the ORM would hand them over."""
    word = kind.dialect_impl(dialect).bind_processor(dialect)
    if word is None:
        return values
    if isinstance(kind, JSON):
        return map(word, values)
    # A run writes few different times, and each of them a thousand times.
    known = {value: word(value) for value in set(values)}
    return map(known.__getitem__, values)

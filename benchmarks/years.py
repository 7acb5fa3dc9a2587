"""Years of editions: days that the desk itself made, copied to other dates, for making each would take hours."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from app.extensions import db

# The tables that hold a day, referenced ones first, each with the column that says whose row it is.
TABLES = {
    "runs": "id",
    "papers": "id",
    "announcements": "id",
    "mentions": "id",
    "mentioned_papers": "mention_id",
    "metrics_snapshots": "id",
    "search_texts": "paper_id",
    "editions": "id",
    "items": "id",
    "audit_events": "id",
    "posts": "id",
    "post_entries": "post_id",
    "deliveries": "id",
}
# Days that go in at once.
PORTION = 40

Marks = dict[str, int]


def marks(connection: Connection) -> Marks:
    """The highest id of every table, so that what is made afterwards can be told from what was there."""
    return {name: _highest(connection, table(name), key) for name, key in TABLES.items()}


def _highest(connection: Connection, of: Table, key: str) -> int:
    return connection.scalar(select(func.max(of.c[key]))) or 0


def table(name: str) -> Table:
    """A table of the desk."""
    return db.metadata.tables[name]


class Day:
    """The rows of one day, made between two marks, to be copied to other dates."""

    def __init__(self, connection: Connection, day: date, before: Marks) -> None:
        self.day, self.before, self.after = day, before, marks(connection)
        self.rows = {
            name: [
                dict(row._mapping)
                for row in connection.execute(select(table(name)).where(table(name).c[key] > before[name]))
            ]
            for name, key in TABLES.items()
        }
        # Most values are the same on every day, and there are a million of them.
        move = _Mover(day, date.min)
        self.moving = {
            name: {column for row in rows for column, value in row.items() if move(value) != value}
            for name, rows in self.rows.items()
        }

    def copy(self, connection: Connection, days: Sequence[date]) -> None:
        """Put the day onto each of the days. The caller commits, and calls `settle` when all is in."""
        start = marks(connection)
        for first in range(0, len(days), PORTION):
            portion = range(first, min(first + PORTION, len(days)))
            for name in TABLES:
                rows = [row for n in portion for row in self._copied(name, days[n], self._offsets(start, n))]
                if rows:
                    _put(connection, table(name), rows)

    def _offsets(self, start: Marks, number: int) -> Marks:
        """By how much the ids of every table grow in one of the copies."""
        return {n: start[n] - self.before[n] + number * (self.after[n] - self.before[n]) for n in TABLES}

    def _copied(self, name: str, day: date, offsets: Marks) -> Iterator[dict[str, Any]]:
        shifts = {column: offsets[target] for column, target in _references(name)}
        move = _Mover(self.day, day)
        for row in self.rows[name]:
            copied = row | {column: move(row[column]) for column in self.moving[name]}
            for column, shift in shifts.items():
                if copied[column] is not None:
                    copied[column] += shift
            if name == "editions":
                # Its post does not stand there yet.
                copied["post_id"] = None
            yield copied


def _put(connection: Connection, into: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows of the same columns into a table; PostgreSQL takes a stream of them several times as fast."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(into), rows)
        return
    columns = [into.c[name] for name in rows[0]]
    processors = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    names = ", ".join(column.name for column in columns)
    with connection.connection.cursor() as cursor, cursor.copy(f"copy {into.name} ({names}) from stdin") as stream:
        for row in rows:
            values = zip(processors, row.values(), strict=True)
            stream.write_row([value if process is None else process(value) for process, value in values])


def _references(name: str) -> Iterator[tuple[str, str]]:
    """The columns of a table that hold ids of days' rows, with the table that each is of."""
    for column in table(name).columns:
        targets = [key.column.table.name for key in column.foreign_keys]
        if targets and targets[0] in TABLES:
            yield column.name, targets[0]
        elif column.primary_key and column.name == "id":
            yield column.name, name


class _Mover:
    """Moves dates, and texts with dates and arXiv ids in them, from one day to another."""

    def __init__(self, old: date, new: date) -> None:
        self.old, self.new = old, new
        self.names = tuple(zip(_names(old), _names(new), strict=True))

    def __call__(self, value: Any) -> Any:
        """The value on the new day; times stay, since nothing of a day that is over is told by its hours."""
        if isinstance(value, str):
            for name, other in self.names:
                value = value.replace(name, other)
            return value
        if isinstance(value, bytes):
            return self(value.decode()).encode()
        if isinstance(value, dict):
            return {key: self(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self(part) for part in value]
        return self.new if type(value) is date and value == self.old else value


def _names(day: date) -> tuple[str, str, str]:
    """How a day is written: as a date, as a post prints it, and as its papers' ids begin (invented.number_of)."""
    return day.isoformat(), f"{day:%m/%d/%Y}", f"{day:%y%m}.{day.day:02}"


def settle(connection: Connection) -> None:
    """Bind editions to their posts, and let PostgreSQL count ids on from where the copies end."""
    connection.execute(
        text(
            "update editions set post_id = (select max(id) from posts where posts.edition_id = editions.id)"
            " where status = 'published' and post_id is null"
        )
    )
    if connection.dialect.name == "postgresql":
        for name, key in TABLES.items():
            if key == "id":
                counted = f"select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))"
                connection.execute(text(counted))

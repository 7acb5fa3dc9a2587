"""A PostgreSQL cluster for measuring: it syncs every commit, as a real one does and those of the tests do not."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url

from tests.databases import postgres_binaries, running_cluster

# Of all that is made at an address that was given, so that nothing of anybody else is touched.
PREFIX = "hotpapers_benchmark_"


@contextmanager
def cluster() -> Iterator[str | None]:
    """The address of a cluster of our own that is gone afterwards; None where PostgreSQL is not installed."""
    binaries = postgres_binaries()
    if binaries is None:
        yield None
        return
    with running_cluster(binaries, "") as address:
        yield address.format("postgres")


class Server:
    """A server on which databases are made for one run of the benchmarks, and taken away again."""

    def __init__(self, address: str) -> None:
        self._url = make_url(address).set(drivername="postgresql+psycopg")

    def address(self, name: str) -> str:
        """The address of one of our databases for SQLAlchemy."""
        return self._url.set(database=f"{PREFIX}{name}").render_as_string(hide_password=False)

    def create(self, name: str, *, like: str | None = None) -> str:
        """Make a database, empty or like another one of ours, in the place of what a broken run left there."""
        self._run(f"drop database if exists {PREFIX}{name} with (force)")
        self._run(f"create database {PREFIX}{name}" + (f" template {PREFIX}{like}" if like else ""))
        return self.address(name)

    def drop_all(self) -> None:
        """Take away what was made."""
        found = self._run("select datname from pg_database where starts_with(datname, %s)", PREFIX)
        for (name,) in found.fetchall():
            self._run(f'drop database if exists "{name}" with (force)')

    def version(self) -> str:
        """The version of the server."""
        return self._run("show server_version").fetchone()[0].split()[0]

    def _run(self, statement: str, *values: str) -> psycopg.Cursor:
        address = plain(self._url.render_as_string(hide_password=False))
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor


def plain(url: str) -> str:
    """An address for psycopg, or the path of an SQLite file, from that for SQLAlchemy."""
    return url.removeprefix("sqlite:///").replace("postgresql+psycopg:", "postgresql:")

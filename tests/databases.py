"""What tests share: throw-away databases, migrated once and copied for every test, and all that is compiled."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from werkzeug.routing import Rule

from app import create_app
from app.extensions import db

REQUIRE = "REQUIRE_POSTGRES"
# For a test in a folder of both databases that holds what is the same whichever it is.
on_sqlite_alone = pytest.mark.parametrize("backend", ["sqlite"])
# Thousands of databases are made and thrown away, several times as fast in memory as on a disk.
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3


def shared_statements() -> dict[Any, Any]:
    """A cache of compiled statements for all engines; what they compile to depends on the kind of database alone."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda self, other: type(self) is type(other)
        kind.__hash__ = lambda self: hash(type(self))
    return {}


def share_compiled_addresses() -> None:
    """Compile once what builds an address, for all desks: it depends on the rule alone, and to compile it took nine
    tenths of making a desk."""
    compiled: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def shared(rule: Rule, append_unknown: bool = True) -> Any:
        named = tuple(rule._trace), repr(rule.defaults), append_unknown
        if named not in compiled:
            compiled[named] = compile_builder(rule, append_unknown)
        return compiled[named]

    Rule._compile_builder = shared


def migrate(url: str, folder: Path) -> None:
    """Bring the database at `url` to the current schema."""
    app = create_app({"HOTPAPERS_DATABASE_URL": url, "HOTPAPERS_INSTANCE_DIR": str(folder)})
    with app.app_context():
        upgrade()
        db.engine.dispose()


def postgres_binaries() -> Path | None:
    """The folder of initdb and pg_ctl, as Debian's package lays them, or where they are on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[4])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def skip_or_fail(reason: str, require: str) -> None:
    """Skip by name; where the environment requires it, as in CI, fail instead."""
    if os.environ.get(require):
        pytest.fail(f"{reason}, and {require} is set")
    pytest.skip(reason)


def memory() -> Path | None:
    """A folder in memory, where there is one with room and from which programs may be run."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """A cluster for tests, in memory where there is room; yields an address with a gap for the database's name."""
    binaries = postgres_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL tests need Debian's package postgresql", REQUIRE)
    with running_cluster(binaries, "-c fsync=off -c max_connections=200", within=memory()) as address:
        yield address


@contextmanager
def running_cluster(binaries: Path, options: str, *, within: Path | None = None) -> Iterator[str]:
    """A new PostgreSQL cluster on a socket of its own, gone afterwards; yields an address as postgres_cluster does."""
    folder = Path(tempfile.mkdtemp(prefix="hotpapers-pg-", dir=within))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, user)
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    data, options = folder / "data", f"-k {folder} -c listen_addresses= {options}"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    try:
        run(str(binaries / "initdb"), "-D", str(data), "-U", "desk", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        run(str(binaries / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://desk@/{{}}?host={folder}"
        finally:
            run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """Run one statement in the cluster's own database, outside of a transaction."""
    with _connected(address) as connection:
        connection.execute(statement)


def copy_database(address: str, template: str, name: str) -> None:
    """Make a database like another one."""
    with _connected(address) as connection:
        # Where nothing is fsynced, files are copied in half the time that PostgreSQL's own way takes since 15.
        way = "strategy file_copy" if connection.info.server_version >= 15_00_00 else ""
        connection.execute(f"create database {name} template {template} {way}")


def _connected(address: str) -> psycopg.Connection:
    return psycopg.connect(address.format("postgres").replace("+psycopg", ""), autocommit=True)

"""How connections to the database are opened: SQLite durable, strict and patient; PostgreSQL as it is."""

import sqlite3
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, event, make_url

from app.extensions import db

# Milliseconds that a writer waits for another before it gives up.
BUSY_TIMEOUT = 10_000


def prepare_database(app: Flask) -> None:
    """Set every new SQLite connection to write-ahead logging with full synchronisation and foreign keys."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        app.extensions["reading_engine"] = engine
    else:
        # To begin a transaction and to end it are a round trip each; SQLite reads without one anyway.
        app.extensions["reading_engine"] = engine.execution_options(isolation_level="AUTOCOMMIT")


def reading() -> Connection:
    """A connection for single statements that only read, to be closed; a session costs more than such a statement."""
    return current_app.extensions["reading_engine"].connect()


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Without it "insert or replace" would delete a sealed row past its trigger.
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.close()


def shown_address(url: str) -> str:
    """A database's address for people: without what could be a secret, wherever it stands in it."""
    return make_url(url).set(password=None, query={}).render_as_string()

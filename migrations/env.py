"""Alembic's environment: migrations run on the app's own engine, one transaction each."""

from alembic import context
from flask import current_app

from app.models.search import is_described

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine

if context.is_offline_mode():
    raise SystemExit("Migrations need the database itself; run them without --sql.")

with engine.connect() as connection:
    # SQLite changes a table by making it anew, which must not count as deleting what other tables refer to.
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        include_name=is_described,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise SystemExit(f"The migration left {len(broken)} rows that refer to nothing; restore the backup.")
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")

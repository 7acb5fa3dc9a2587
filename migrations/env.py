"""Alembic's environment: migrations run on the app's own engine, one transaction each."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine

if context.is_offline_mode():
    raise SystemExit("Migrations need the database itself; run them without --sql.")

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()

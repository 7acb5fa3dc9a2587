"""What readers see has a name, and the database itself gives it another with each change, whoever makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# A name at random, so that none comes again where a backup is played back.
NEW_NAME = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}
DIFFERS = {"sqlite": "is not", "postgresql": "is distinct from"}
# Readers see the post that an edition points to; a post itself never changes.
SHOWN = ("date", "post_id", "retracted_at")


def upgrade() -> None:
    kind = op.get_bind().dialect.name
    op.create_table(
        "public_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_public_state_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_state")),
    )
    op.execute(f"insert into public_state (id, name) values (1, {NEW_NAME[kind]})")
    rename = f"update public_state set name = {NEW_NAME[kind]}"
    if kind == "postgresql":
        op.execute(
            "create function rename_public_state() returns trigger language plpgsql as"
            f" $$ begin {rename}; return null; end $$"
        )
        rename = "execute function rename_public_state()"
    else:
        rename = f"begin {rename}; end"
    for name, what in _triggers(kind).items():
        op.execute(f"create trigger {name} after {what} {rename}")


def downgrade() -> None:
    kind = op.get_bind().dialect.name
    for name, what in _triggers(kind).items():
        table = what.partition(" on ")[2].split()[0]
        op.execute(f"drop trigger {name}" + (f" on {table}" if kind == "postgresql" else ""))
    if kind == "postgresql":
        op.execute("drop function rename_public_state()")
    op.drop_table("public_state")


def _triggers(kind: str) -> dict[str, str]:
    """The triggers by their names: after what they rename it, and of rows or of whole statements."""
    differs = " or ".join(f"old.{name} {DIFFERS[kind]} new.{name}" for name in SHOWN)
    editions = {
        "editions_shown_insert": "insert on editions for each row when (new.post_id is not null)",
        "editions_shown_delete": "delete on editions for each row when (old.post_id is not null)",
        "editions_shown_update": f"update of {', '.join(SHOWN)} on editions for each row when ({differs})",
    }
    # Of an insert of fifteen papers SQLite knows the rows only.
    each = "row" if kind == "sqlite" else "statement"
    entries = {
        f"post_entries_shown_{verb}": f"{verb} on post_entries for each {each}" for verb in ("insert", "update", "delete")
    }
    return editions | entries

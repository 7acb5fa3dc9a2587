"""What keeps the desk fed: requests for runs, the worker's word, stars and citations, waiting papers, scores over time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UTC_TIME = sa.DateTime(timezone=True)
PLACED = "(state = 'picked') = (order_key is not null)"


def upgrade() -> None:
    _create_tables()
    op.add_column("runs", sa.Column("heard_at", UTC_TIME, nullable=True))
    op.add_column("runs", sa.Column("was_cut_off", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("asked_all", sa.Boolean(), nullable=False, server_default=sa.true()))
    for name in ("stars", "citations"):
        op.add_column("metrics_snapshots", sa.Column(name, sa.BigInteger(), nullable=True))
    with op.batch_alter_table("mentions") as table:
        for name in ("missed_run_id", "gone_run_id"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
            table.create_foreign_key(op.f(f"fk_mentions_{name}"), "runs", [name], ["id"])
    _allow("'waiting', 'candidate', 'picked', 'dropped'")
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("trend", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("left_run_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_items_left_run_id"), "runs", ["left_run_id"], ["id"])
    with op.batch_alter_table("items") as table:
        table.alter_column("trend", server_default=None)


def downgrade() -> None:
    # Not deleted, because audit events may name them.
    dropped = "update items set state = 'dropped', drop_reason = 'waited when the desk was taken back'"
    op.execute(f"{dropped} where state = 'waiting'")
    with op.batch_alter_table("items") as table:
        table.drop_constraint(op.f("fk_items_left_run_id"), type_="foreignkey")
        table.drop_column("left_run_id")
        table.drop_column("trend")
    _allow("'candidate', 'picked', 'dropped'")
    with op.batch_alter_table("mentions") as table:
        for name in ("missed_run_id", "gone_run_id"):
            table.drop_constraint(op.f(f"fk_mentions_{name}"), type_="foreignkey")
            table.drop_column(name)
    for name in ("stars", "citations"):
        op.drop_column("metrics_snapshots", name)
    for name in ("asked_all", "was_cut_off", "heard_at"):
        op.drop_column("runs", name)
    op.drop_table("workers")
    op.drop_table("run_requests")


def _create_tables() -> None:
    op.create_table(
        "run_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("arxiv_id", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UTC_TIME, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_run_requests_editor_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_requests_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_requests")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.Column("next_at", UTC_TIME, nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def _allow(states: str) -> None:
    """Let items have these states. SQLite cannot change a check, so the table is made anew with both of its checks."""
    allowed = f"state in ({states})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_items_state"), "items", type_="check")
        op.create_check_constraint(op.f("ck_items_state"), "items", allowed)
        return
    with op.batch_alter_table("items", recreate="always") as table:
        table.create_check_constraint(op.f("ck_items_state"), allowed)
        table.create_check_constraint(op.f("ck_items_order_key_if_picked"), PLACED)

"""What judging needs: papers held, pinned or run again, saved views, what an editor saw last, and keys that can be off."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UTC_TIME = sa.DateTime(timezone=True)
PLACED = "(state = 'picked') = (order_key is not null)"


def upgrade() -> None:
    _allow("'waiting', 'candidate', 'picked', 'held', 'dropped'")
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("pinned_at", UTC_TIME, nullable=True))
        table.add_column(sa.Column("update_of", sa.Date(), nullable=True))
    op.add_column("editors", sa.Column("single_keys", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_views_editor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("editor_id", "name", name=op.f("uq_views_editor_id_name")),
    )
    op.create_table(
        "looks",
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("before_run_id", sa.Integer(), nullable=True),
        sa.Column("before_at", UTC_TIME, nullable=True),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_looks_editor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_looks_edition_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("editor_id", "edition_id", name=op.f("pk_looks")),
    )


def downgrade() -> None:
    op.drop_table("looks")
    op.drop_table("views")
    op.drop_column("editors", "single_keys")
    with op.batch_alter_table("items") as table:
        table.drop_column("update_of")
        table.drop_column("pinned_at")
    # A held paper is in no list; without that state the nearest is a candidate, which loses nothing.
    op.execute("update items set state = 'candidate' where state = 'held'")
    _allow("'waiting', 'candidate', 'picked', 'dropped'")


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

"""What publishing needs: the post that readers have, withdrawn and scheduled posts, and deliveries that go on trying."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UTC_TIME = sa.DateTime(timezone=True)
ACTIONS = "action in ('put', 'remove')"
EVENTS = "event in ('published', 'corrected', 'retracted', 'restored', 'taken back')"
STATUSES = "'waiting', 'delivered', 'failed', 'changed', 'superseded', 'left'"
FORMER_STATUSES = "'waiting', 'delivered', 'failed'"
# A delivery as it was asked for.
ASKED = (
    ("action", sa.String(), "put"),
    ("event", sa.String(), "published"),
)
# What came of it.
CAME = (
    ("made_at", UTC_TIME),
    ("not_before", UTC_TIME),
    ("next_at", UTC_TIME),
    ("delivered_at", UTC_TIME),
    ("found", sa.LargeBinary()),
    ("found_sha256", sa.String()),
    ("may_replace", sa.String()),
)


def upgrade() -> None:
    op.add_column("posts", sa.Column("note", sa.String(), nullable=True))
    with op.batch_alter_table("editions") as table:
        table.add_column(sa.Column("post_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("retracted_at", UTC_TIME, nullable=True))
        table.add_column(sa.Column("publish_at", UTC_TIME, nullable=True))
        table.add_column(sa.Column("publish_editor_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("publish_reason", sa.String(), nullable=True))
        table.create_foreign_key(op.f("fk_editions_post_id"), "posts", ["post_id"], ["id"])
        table.create_foreign_key(op.f("fk_editions_publish_editor_id"), "editors", ["publish_editor_id"], ["id"])
    op.execute(
        "update editions set post_id = (select max(posts.id) from posts where posts.edition_id = editions.id)"
        " where status = 'published'"
    )
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint(op.f("uq_deliveries_post_id_target"), type_="unique")
        for name, kind, default in ASKED:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        for name, kind in CAME:
            table.add_column(sa.Column(name, kind, nullable=True))
    op.execute("update deliveries set made_at = (select published_at from posts where posts.id = deliveries.post_id)")
    op.execute("update deliveries set delivered_at = attempted_at where status = 'delivered'")
    _check_deliveries(f"status in ({STATUSES})", (("action", ACTIONS), ("event", EVENTS)))
    op.create_index(op.f("ix_deliveries_post_id_target"), "deliveries", ["post_id", "target"])
    op.create_index(op.f("ix_deliveries_status_next_at"), "deliveries", ["status", "next_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_status_next_at"), "deliveries")
    op.drop_index(op.f("ix_deliveries_post_id_target"), "deliveries")
    # Of each post and target only the newest order has a place there, and what was withdrawn was put there once.
    op.execute(
        "delete from deliveries where id not in (select max(id) from deliveries group by post_id, target)"
        " or action <> 'put'"
    )
    op.execute(f"update deliveries set status = 'failed' where status not in ({FORMER_STATUSES})")
    with op.batch_alter_table("deliveries") as table:
        for name in ("action", "event"):
            table.drop_constraint(op.f(f"ck_deliveries_{name}"), type_="check")
        for name in (*(name for name, *_ in ASKED), *(name for name, _ in CAME)):
            table.drop_column(name)
        table.create_unique_constraint(op.f("uq_deliveries_post_id_target"), ["post_id", "target"])
    _check_deliveries(f"status in ({FORMER_STATUSES})", ())
    with op.batch_alter_table("editions") as table:
        for name in ("post_id", "publish_editor_id"):
            table.drop_constraint(op.f(f"fk_editions_{name}"), type_="foreignkey")
        for name in ("publish_reason", "publish_editor_id", "publish_at", "retracted_at", "post_id"):
            table.drop_column(name)
    op.drop_column("posts", "note")


def _check_deliveries(statuses: str, more: tuple[tuple[str, str], ...]) -> None:
    """Let deliveries have these statuses, and check the columns that are new."""
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint(op.f("ck_deliveries_status"), type_="check")
    with op.batch_alter_table("deliveries") as table:
        for name, check in (("status", statuses), *more):
            table.create_check_constraint(op.f(f"ck_deliveries_{name}"), check)

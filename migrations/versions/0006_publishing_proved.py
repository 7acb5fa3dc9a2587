"""What publishing needs: the post that readers have, withdrawn and scheduled posts, deliveries that go on trying."""

import sqlalchemy as sa
from alembic import op

from app.domain.records import RecordUnreadable, document_of

revision = "0006"
down_revision = "0005"

UTC_TIME = sa.DateTime(timezone=True)
ACTIONS = "action in ('put', 'remove')"
EVENTS = "event in ('published', 'corrected', 'retracted', 'restored', 'taken back')"
STATUSES = "'waiting', 'delivered', 'failed', 'changed', 'superseded', 'left'"
FORMER_STATUSES = "'waiting', 'delivered', 'failed'"
# What was said of a publishing that is to be: to a rehearsal that is not good, to readers of a correction; and by it.
SAID = ("publish_reason", "publish_note", "publish_problem")
# A delivery as it was asked for.
ASKED = (
    ("action", sa.String(), "put"),
    ("event", sa.String(), "published"),
)
# What came of it.
CAME = (
    ("made_at", UTC_TIME),
    ("not_before", UTC_TIME),
    ("claimed_until", UTC_TIME),
    ("next_at", UTC_TIME),
    ("delivered_at", UTC_TIME),
    ("found", sa.LargeBinary()),
    ("found_sha256", sa.String()),
    ("may_replace", sa.String()),
)


def upgrade() -> None:
    op.add_column("posts", sa.Column("note", sa.String(), nullable=True))
    op.add_column("posts", sa.Column("replaces", sa.Integer(), nullable=True))
    op.add_column("posts", sa.Column("grace_until", UTC_TIME, nullable=True))
    op.create_index(op.f("ix_posts_grace_until"), "posts", ["grace_until"])
    _list_papers_of_posts()
    with op.batch_alter_table("editions") as table:
        table.add_column(sa.Column("post_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("retracted_at", UTC_TIME, nullable=True))
        table.add_column(sa.Column("publish_at", UTC_TIME, nullable=True))
        table.add_column(sa.Column("publish_editor_id", sa.Integer(), nullable=True))
        for name in SAID:
            table.add_column(sa.Column(name, sa.String(), nullable=True))
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
    op.execute("update deliveries set next_at = made_at where status <> 'delivered'")
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
    # What is being corrected has a post that readers have, and without the column nothing but its status says so.
    op.execute("update editions set status = 'published' where post_id is not null")
    with op.batch_alter_table("editions") as table:
        for name in ("post_id", "publish_editor_id"):
            table.drop_constraint(op.f(f"fk_editions_{name}"), type_="foreignkey")
        for name in (*SAID, "publish_editor_id", "publish_at", "retracted_at", "post_id"):
            table.drop_column(name)
    op.drop_table("post_entries")
    op.drop_index(op.f("ix_posts_grace_until"), "posts")
    for name in ("grace_until", "replaces", "note"):
        op.drop_column("posts", name)


def _list_papers_of_posts() -> None:
    """The papers of every post in short, read from its record as it was frozen."""
    entries = op.create_table(
        "post_entries",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("arxiv_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_entries_post_id")),
        sa.PrimaryKeyConstraint("post_id", "position", name=op.f("pk_post_entries")),
    )
    op.create_index(op.f("ix_post_entries_arxiv_id"), "post_entries", ["arxiv_id"])
    posts = sa.table("posts", sa.column("id", sa.Integer()), sa.column("record", sa.JSON()))
    ids = op.get_bind().scalars(sa.select(posts.c.id).order_by(posts.c.id)).all()
    for post_id in ids:
        record = op.get_bind().scalar(sa.select(posts.c.record).where(posts.c.id == post_id))
        op.bulk_insert(entries, _papers_of_post(post_id, record))


def _papers_of_post(post_id: int, record: dict) -> list[dict]:
    """A row for each paper; none where a record cannot be read, which `flask posts verify` tells."""
    try:
        document = document_of(record)
    except RecordUnreadable:
        return []
    return [
        {
            "post_id": post_id,
            "position": position,
            "number": entry.number,
            "arxiv_id": entry.arxiv_id,
            "title": entry.title,
        }
        for position, entry in enumerate(document.entries, start=1)
    ]


def _check_deliveries(statuses: str, more: tuple[tuple[str, str], ...]) -> None:
    """Let deliveries have these statuses, and check the columns that are new."""
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint(op.f("ck_deliveries_status"), type_="check")
    with op.batch_alter_table("deliveries") as table:
        for name, check in (("status", statuses), *more):
            table.create_check_constraint(op.f(f"ck_deliveries_{name}"), check)

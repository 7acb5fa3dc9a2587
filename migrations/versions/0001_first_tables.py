"""The first tables: people, the machine layer, the human layer, the frozen layer, and what guards it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

UTC_TIME = sa.DateTime(timezone=True)
# Compared byte by byte on both databases.
ORDER_KEY = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")

# Tables whose rows are never changed or removed once written, and what is refused there.
SEALED = {
    "posts": ("update", "delete"),
    "audit_events": ("update", "delete"),
    "metrics_snapshots": ("update", "delete"),
    # A run may add to the revision that it began.
    "revisions": ("delete",),
}
MESSAGE = {
    "posts": "a published post is never changed or deleted",
    "audit_events": "the history is never changed or deleted",
    "metrics_snapshots": "a reading is never changed or deleted",
    "revisions": "a former text is never deleted",
}


def upgrade() -> None:
    _create_people()
    _create_machine_layer()
    _create_human_layer()
    _create_frozen_layer()
    _seal()


def downgrade() -> None:
    _unseal()
    for table in (
        "deliveries",
        "posts",
        "audit_events",
        "strikes",
        "items",
        "editions",
        "revisions",
        "metrics_snapshots",
        "mentioned_papers",
        "mentions",
        "announcements",
        "papers",
        "runs",
        "sign_in_links",
        "editors",
    ):
        op.drop_table(table)


def _create_people() -> None:
    """Editors and the links that let them in."""
    op.create_table(
        "editors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("disabled_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("role in ('editor', 'reader')", name=op.f("ck_editors_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editors")),
        sa.UniqueConstraint("name_key", name=op.f("uq_editors_name_key")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.Column("used_at", UTC_TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["editor_id"], ["editors.id"], name=op.f("fk_sign_in_links_editor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )


def _create_machine_layer() -> None:
    """What ingestion writes."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("started_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reports", sa.JSON(), nullable=False),
        sa.CheckConstraint("status in ('running', 'succeeded', 'partial', 'failed')", name=op.f("ck_runs_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("abstract", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("submitted_at", UTC_TIME, nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_papers_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("arxiv_id", name=op.f("uq_papers_arxiv_id")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_announcements_paper_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_announcements_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("paper_id", "announced_on", name=op.f("uq_announcements_paper_id_announced_on")),
    )
    op.create_index(op.f("ix_announcements_announced_on"), "announcements", ["announced_on"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("author_handle", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("posted_at", UTC_TIME, nullable=True),
        sa.Column("posted_on", sa.String(), nullable=True),
        sa.Column("repost_of", sa.String(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_mentions_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_mentions_source_external_id")),
    )
    op.create_table(
        "mentioned_papers",
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_mentioned_papers_mention_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_mentioned_papers_paper_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_mentioned_papers_run_id")),
        sa.PrimaryKeyConstraint("mention_id", "paper_id", name=op.f("pk_mentioned_papers")),
    )
    op.create_index(op.f("ix_mentioned_papers_paper_id"), "mentioned_papers", ["paper_id"], unique=False)
    op.create_table(
        "metrics_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("mention_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("captured_at", UTC_TIME, nullable=False),
        sa.Column("reposts", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("replies", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(paper_id is null) <> (mention_id is null)", name=op.f("ck_metrics_snapshots_one_subject")),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_metrics_snapshots_mention_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_metrics_snapshots_paper_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_metrics_snapshots_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrics_snapshots")),
        sa.UniqueConstraint("mention_id", "captured_at", name=op.f("uq_metrics_snapshots_mention_id_captured_at")),
        sa.UniqueConstraint(
            "paper_id", "source", "captured_at", name=op.f("uq_metrics_snapshots_paper_id_source_captured_at")
        ),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("mention_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.CheckConstraint("(paper_id is null) <> (mention_id is null)", name=op.f("ck_revisions_one_subject")),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_revisions_mention_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_revisions_paper_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_revisions_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("mention_id", "run_id", name=op.f("uq_revisions_mention_id_run_id")),
        sa.UniqueConstraint("paper_id", "run_id", name=op.f("uq_revisions_paper_id_run_id")),
    )


def _create_human_layer() -> None:
    """What editors' actions write."""
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("cut", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("acted_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("status in ('draft', 'published')", name=op.f("ck_editions_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("date", name=op.f("uq_editions_date")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("order_key", ORDER_KEY, nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("drop_reason", sa.String(), nullable=True),
        sa.Column("decided_at", UTC_TIME, nullable=True),
        sa.Column("placed_at", UTC_TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'picked') = (order_key is not null)", name=op.f("ck_items_order_key_if_picked")),
        sa.CheckConstraint("state in ('candidate', 'picked', 'dropped')", name=op.f("ck_items_state")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_items_edition_id")),
        sa.ForeignKeyConstraint(["horizon"], ["runs.id"], name=op.f("fk_items_horizon")),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_items_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("edition_id", "order_key", name=op.f("uq_items_edition_id_order_key")),
        sa.UniqueConstraint("edition_id", "paper_id", name=op.f("uq_items_edition_id_paper_id")),
    )
    op.create_index(op.f("ix_items_edition_id_state_score"), "items", ["edition_id", "state", "score"], unique=False)
    op.create_index(op.f("ix_items_paper_id"), "items", ["paper_id"], unique=False)
    op.create_table(
        "strikes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("struck_at", UTC_TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_strikes_editor_id")),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_strikes_mention_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
        sa.UniqueConstraint("mention_id", name=op.f("uq_strikes_mention_id")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("mention_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_audit_events_edition_id")),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_audit_events_editor_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_audit_events_item_id")),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_audit_events_mention_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["audit_events.id"], name=op.f("fk_audit_events_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_audit_events_undoes_id")),
    )
    op.create_index(op.f("ix_audit_events_edition_id_id"), "audit_events", ["edition_id", "id"], unique=False)


def _create_frozen_layer() -> None:
    """What publishing writes."""
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("markdown", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("published_at", UTC_TIME, nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_posts_edition_id")),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_posts_editor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("edition_id", "revision", name=op.f("uq_posts_edition_id_revision")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", UTC_TIME, nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("status in ('waiting', 'delivered', 'failed')", name=op.f("ck_deliveries_status")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_deliveries_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("post_id", "target", name=op.f("uq_deliveries_post_id_target")),
    )


def _seal() -> None:
    """Let the database itself refuse what must never happen."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            create function refuse_change() returns trigger language plpgsql as
            $$ begin raise exception using message = tg_argv[0], errcode = 'integrity_constraint_violation'; end $$
            """
        )
    for table, verbs in SEALED.items():
        for verb in verbs:
            op.execute(_trigger(table, verb))
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"create trigger {table}_refuse_truncate before truncate on {table} "
                f"for each statement execute function refuse_change('{MESSAGE[table]}')"
            )


def _trigger(table: str, verb: str) -> str:
    head = f"create trigger {table}_refuse_{verb} before {verb} on {table} for each row"
    if op.get_bind().dialect.name == "postgresql":
        return f"{head} execute function refuse_change('{MESSAGE[table]}')"
    return f"{head} begin select raise(abort, '{MESSAGE[table]}'); end"


def _unseal() -> None:
    """Take the triggers away again; dropping a table on SQLite would otherwise run into them."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, verbs in SEALED.items():
        for verb in (*verbs, "truncate") if postgresql else verbs:
            op.execute(f"drop trigger {table}_refuse_{verb}" + (f" on {table}" if postgresql else ""))
    if postgresql:
        op.execute("drop function refuse_change()")

"""What writing and working together need: texts of an edition, chosen quotes, who is here, who publishes, reading links."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UTC_TIME = sa.DateTime(timezone=True)
HISTORY = "the history is never changed or deleted"
# Only the entry of a run of autosaves grows: what was written in it, when it ended, and the versions it made.
RUN_GROWS = " and ".join(
    (
        "old.kind in ('item.annotated', 'edition.written')",
        "new.kind = old.kind",
        "new.at = old.at",
        "coalesce(new.version, 0) > coalesce(old.version, 0)",
        *(
            f"coalesce(new.{column}, 0) = coalesce(old.{column}, 0)"
            for column in ("id", "editor_id", "edition_id", "item_id", "mention_id", "undoes_id")
        ),
    )
)


def upgrade() -> None:
    op.add_column("editors", sa.Column("toured_at", UTC_TIME, nullable=True))
    op.add_column("editions", sa.Column("introduction", sa.String(), nullable=True))
    op.add_column("editions", sa.Column("closing", sa.String(), nullable=True))
    op.add_column("editions", sa.Column("baton_at", UTC_TIME, nullable=True))
    with op.batch_alter_table("editions") as table:
        table.add_column(sa.Column("baton_editor_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_editions_baton_editor_id"), "editors", ["baton_editor_id"], ["id"])
    op.add_column("items", sa.Column("remark", sa.String(), nullable=True))
    op.add_column("items", sa.Column("quotes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("audit_events", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("audit_events", sa.Column("versions", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("audit_events", sa.Column("ended_at", UTC_TIME, nullable=True))
    op.create_index(op.f("ix_audit_events_edition_id_version"), "audit_events", ["edition_id", "version"])
    _guard_history(f"when (not ({RUN_GROWS}))")
    _writings()
    _presences()
    op.create_table(
        "reading_links",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_reading_links_edition_id")),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_reading_links_editor_id")),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_reading_links")),
    )


def _guard_history(unless: str) -> None:
    """Put the trigger that refuses changes of the history up anew, with what it lets through."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("drop trigger audit_events_refuse_update" + (" on audit_events" if postgresql else ""))
    head = f"create trigger audit_events_refuse_update before update on audit_events for each row {unless}"
    if postgresql:
        op.execute(f"{head} execute function refuse_change('{HISTORY}')")
    else:
        op.execute(f"{head} begin select raise(abort, '{HISTORY}'); end")


def _writings() -> None:
    op.create_table(
        "writings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("saved_at", UTC_TIME, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_writings_edition_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_writings_item_id")),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_writings_editor_id")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_writings_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writings")),
        sa.UniqueConstraint("item_id", "field", name=op.f("uq_writings_item_id_field")),
    )
    of_edition = sa.text("item_id is null")
    op.create_index(
        op.f("ix_writings_edition_id_field"),
        "writings",
        ["edition_id", "field"],
        unique=True,
        sqlite_where=of_edition,
        postgresql_where=of_edition,
    )


def _presences() -> None:
    op.create_table(
        "presences",
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.Column("active_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_presences_editor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_presences_edition_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_presences_item_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("editor_id", "edition_id", name=op.f("pk_presences")),
    )
    op.create_table(
        "glances",
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name=op.f("fk_glances_editor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_glances_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("editor_id", "item_id", name=op.f("pk_glances")),
    )


def downgrade() -> None:
    for table in ("reading_links", "glances", "presences", "writings"):
        op.drop_table(table)
    _guard_history("")
    op.drop_index(op.f("ix_audit_events_edition_id_version"), "audit_events")
    for column in ("ended_at", "versions", "version"):
        op.drop_column("audit_events", column)
    for column in ("quotes", "remark"):
        op.drop_column("items", column)
    with op.batch_alter_table("editions") as table:
        table.drop_constraint(op.f("fk_editions_baton_editor_id"), type_="foreignkey")
        table.drop_column("baton_editor_id")
    for column in ("baton_at", "closing", "introduction"):
        op.drop_column("editions", column)
    op.drop_column("editors", "toured_at")

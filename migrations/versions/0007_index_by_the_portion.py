"""New papers come into SQLite's search index by the portion, in one statement, and not row by row by a trigger."""

from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = "title, authors, words"
ADDED = (
    "create trigger search_texts_added after insert on search_texts begin "
    f"insert into search_index (rowid, {COLUMNS}) values (new.paper_id, new.title, new.authors, new.words); end"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop trigger search_texts_added")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(ADDED)

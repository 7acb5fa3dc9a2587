"""What papers are found by: their words folded in one table, and an index of it as each database makes one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.searching import forms_of, searched

revision = "0004"
down_revision = "0003"

# Papers taken at once.
PORTION = 500
COLUMNS = "title, authors, words"
# The words are cut already, so neither database may cut them by rules of its own: SQLite by its plainest tokenizer,
# which takes everything beyond ASCII for letters, PostgreSQL at the spaces.
SQLITE = (
    f"create virtual table search_index using fts5({COLUMNS}, content='search_texts', content_rowid='paper_id', "
    "tokenize='ascii', detail='none', prefix='1 2')",
    "create trigger search_texts_added after insert on search_texts begin "
    f"insert into search_index (rowid, {COLUMNS}) values (new.paper_id, new.title, new.authors, new.words); end",
    "create trigger search_texts_removed after delete on search_texts begin "
    f"insert into search_index (search_index, rowid, {COLUMNS}) "
    "values ('delete', old.paper_id, old.title, old.authors, old.words); end",
    "create trigger search_texts_changed after update on search_texts begin "
    f"insert into search_index (search_index, rowid, {COLUMNS}) "
    "values ('delete', old.paper_id, old.title, old.authors, old.words); "
    f"insert into search_index (rowid, {COLUMNS}) values (new.paper_id, new.title, new.authors, new.words); end",
)
POSTGRESQL = (
    "alter table search_texts add column lexemes tsvector generated always as (array_to_tsvector(array_remove("
    "string_to_array(title || ' ' || authors || ' ' || words, ' '), ''))) stored",
    "create index ix_search_texts_lexemes on search_texts using gin (lexemes)",
)


def upgrade() -> None:
    op.create_table(
        "search_texts",
        sa.Column("paper_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("authors", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_search_texts_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_search_texts")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
    _fill()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop table search_index")
    op.drop_table("search_texts")


def _fill() -> None:
    """Fold the words of all papers that are there, a portion at a time."""
    texts = sa.table("search_texts", *(sa.column(name) for name in ("paper_id", "title", "authors", "words")))
    ids = op.get_bind().scalars(sa.text("select id from papers order by id")).all()
    for start in range(0, len(ids), PORTION):
        op.get_bind().execute(sa.insert(texts), list(_rows(ids[start : start + PORTION])))


def _rows(ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """As app/services/indexing.py does it, for the tables as they are at this revision."""
    names = ("id", "arxiv_id", "title", "authors", "abstract", "categories")
    papers = sa.table("papers", *(sa.column(n, sa.JSON if n in ("authors", "categories") else None) for n in names))
    mentions = sa.table("mentions", *map(sa.column, ("id", "author_name", "author_handle", "text", "html")))
    named = sa.table("mentioned_papers", *map(sa.column, ("mention_id", "paper_id", "rank")))
    former = _former("paper_id", ids)
    of_papers = named.c.paper_id.in_(ids)
    naming = op.get_bind().scalars(sa.select(named.c.mention_id).where(of_papers).distinct()).all()
    former_told = _former("mention_id", naming)
    query = sa.select(named.c.paper_id, mentions).join_from(named, mentions, mentions.c.id == named.c.mention_id)
    told: dict[int, list[Any]] = defaultdict(list)
    for row in op.get_bind().execute(query.where(of_papers).order_by(named.c.paper_id, named.c.rank, mentions.c.id)):
        told[row.paper_id] += forms_of(row._mapping, former_told[row.id])
    for row in op.get_bind().execute(sa.select(papers).where(papers.c.id.in_(ids))):
        words = searched(row.arxiv_id, forms_of(row._mapping, former[row.id]), told[row.id])
        yield {"paper_id": row.id, "title": words.title, "authors": words.authors, "words": words.words}


def _former(subject: str, ids: Sequence[int]) -> dict[int, list[Any]]:
    """What papers or mentions said until a run changed them, newest first."""
    revisions = sa.table("revisions", sa.column(subject), sa.column("run_id"), sa.column("before", sa.JSON))
    found: dict[int, list[Any]] = defaultdict(list)
    for start in range(0, len(ids), PORTION):
        query = sa.select(revisions).where(revisions.c[subject].in_(ids[start : start + PORTION]))
        for row in op.get_bind().execute(query.order_by(revisions.c.run_id.desc())):
            found[row[0]].append(row.before)
    return found

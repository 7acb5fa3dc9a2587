"""What papers are found by: their words folded in one table, and an index of it as each database makes one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.searching import searched

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
    former = sa.table("revisions", sa.column("paper_id"), sa.column("mention_id"), sa.column("before", sa.JSON))
    run, of_papers = op.get_bind().execute, named.c.paper_id.in_(ids)
    told: dict[int, list[Any]] = defaultdict(list)
    words_of = [mentions.c[name] for name in ("author_name", "author_handle", "text", "html")]
    link = mentions.c.id == named.c.mention_id
    said_of = sa.select(named.c.paper_id, *words_of).join_from(named, mentions, link)
    for row in run(said_of.where(of_papers).order_by(named.c.paper_id, named.c.rank, named.c.mention_id)):
        told[row.paper_id].append(row._asdict())
    former_told = sa.select(named.c.paper_id, former.c.before).join_from(
        former, named, former.c.mention_id == named.c.mention_id
    )
    for row in run(former_told.where(of_papers)):
        told[row.paper_id].append(row.before)
    forms: dict[int, list[Any]] = defaultdict(list)
    for row in run(sa.select(papers).where(papers.c.id.in_(ids))):
        forms[row.id].append(row._asdict())
    for row in run(sa.select(former.c.paper_id, former.c.before).where(former.c.paper_id.in_(ids))):
        forms[row.paper_id].append(row.before)
    for paper_id in ids:
        words = searched(forms[paper_id][0]["arxiv_id"], forms[paper_id], told[paper_id])
        yield {"paper_id": paper_id, "title": words.title, "authors": words.authors, "words": words.words}

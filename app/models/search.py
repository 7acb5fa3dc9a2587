"""What papers are found by: their words, folded; the databases' own indexes of them are made by the migration."""

from collections.abc import Mapping

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db

# SQLite: an FTS5 table, with its own tables under names that begin so; it follows changes and removals by itself, while
# whoever adds rows adds them to it as well. PostgreSQL: a generated column and its index.
FTS_TABLE = "search_index"
VECTOR = "lexemes"


class SearchText(db.Model):
    """A paper's texts and those of its mentions as domain/searching.py folds them; written by ingestion.

    Former words and those of every run are among them, so a paper is found by whatever it was ever called.
    """

    __tablename__ = "search_texts"

    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"), primary_key=True, autoincrement=False)
    # The title and the arXiv id.
    title: Mapped[str]
    authors: Mapped[str]
    # The abstract, the categories, and who said what of the paper.
    words: Mapped[str]


def is_described(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Whether Alembic holds a thing of the database against the models: not what only one of the databases has.

    That is the index of search_texts, and the tables of the worker's queue on PostgreSQL.
    """
    if kind == "table":
        return not str(name).startswith(("huey_", FTS_TABLE))
    return parents.get("table_name") != SearchText.__tablename__ or VECTOR not in str(name)

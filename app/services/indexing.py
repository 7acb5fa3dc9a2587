"""What papers are found by, kept: their words and those of their mentions, folded anew after a run has changed them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Executable, and_, column, delete, insert, select, table
from sqlalchemy.orm import Session

from app.domain.searching import forms_of, searched
from app.models import Mention, MentionedPaper, Paper, Revision, SearchText
from app.models.search import FTS_TABLE
from app.queries.among import among
from app.queries.evidence import chunks
from app.services.bulk import insert_rows

PAPERS, MENTIONS, LINKS, REVISIONS = (model.__table__.c for model in (Paper, Mention, MentionedPaper, Revision))
PAPER_WORDS = ("title", "authors", "abstract", "categories")
MENTION_WORDS = ("author_name", "author_handle", "text", "html")
ROW = ("paper_id", "title", "authors", "words")

OF_PAPERS = select(PAPERS.id, PAPERS.arxiv_id, *(PAPERS[name] for name in PAPER_WORDS)).where(among(PAPERS.id, "ids"))
OF_MENTIONS = select(LINKS.paper_id, LINKS.rank, MENTIONS.id, *(MENTIONS[name] for name in MENTION_WORDS)).where(
    and_(MENTIONS.id == LINKS.mention_id, among(LINKS.paper_id, "ids"))
)
# By paper, then as the source gave its mentions.
IN_ORDER = itemgetter(0, 1, 2)
NEWEST_FIRST = REVISIONS.run_id.desc()
FORMER_PAPERS = (
    select(REVISIONS.paper_id, REVISIONS.before).where(among(REVISIONS.paper_id, "ids")).order_by(NEWEST_FIRST)
)
NAMING = select(LINKS.mention_id).where(among(LINKS.paper_id, "ids"))
FORMER_MENTIONS = (
    select(REVISIONS.mention_id, REVISIONS.before).where(REVISIONS.mention_id.in_(NAMING)).order_by(NEWEST_FIRST)
)
KEPT = SearchText.__table__.c
FORGET = delete(SearchText.__table__).where(among(KEPT.paper_id, "ids"))
# For SQLite, all of a portion in one statement: it would end a piece of its index with every single row.
ADD_TO_INDEX = insert(table(FTS_TABLE, *map(column, ("rowid", *ROW[1:])))).from_select(
    ("rowid", *ROW[1:]), select(*(KEPT[name] for name in ROW)).where(among(KEPT.paper_id, "ids"))
)


def papers_without_words(session: Session) -> set[int]:
    """The papers that nothing is found by yet: stored by a program that knew of no search."""
    query = select(Paper.id).outerjoin(SearchText, SearchText.paper_id == Paper.id)
    return set(session.scalars(query.where(SearchText.paper_id.is_(None))))


def index_in_portions(session: Session, paper_ids: Iterable[int]) -> None:
    """Index papers, each portion a transaction of its own, so that no editor waits long for the lock."""
    for part in chunks(sorted(paper_ids)):
        index_papers(session, part)
        session.commit()


def index_papers(session: Session, paper_ids: Iterable[int]) -> None:
    """Write anew what papers are found by; the caller commits."""
    for part in chunks(sorted(paper_ids)):
        rows = _rows(session, part)
        session.execute(FORGET, {"ids": part})
        insert_rows(session, SearchText, ROW, rows)
        if session.get_bind().dialect.name == "sqlite":
            session.execute(ADD_TO_INDEX, {"ids": part})


def _rows(session: Session, paper_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    mentions = _mentions(session, paper_ids)
    former = _former(session, FORMER_PAPERS, paper_ids)
    rows = []
    for paper_id, arxiv_id, *texts in session.execute(OF_PAPERS, {"ids": paper_ids}).all():
        forms = forms_of(dict(zip(PAPER_WORDS, texts, strict=True)), former.get(paper_id, ()))
        words = searched(arxiv_id, forms, mentions.get(paper_id, ()))
        rows.append((paper_id, words.title, words.authors, words.words))
    return rows


def _former(session: Session, revisions: Executable, paper_ids: Sequence[int]) -> Mapping[int, list[Any]]:
    """What each thing said until a run changed it, newest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for subject_id, before in session.execute(revisions, {"ids": paper_ids}):
        found[subject_id].append(before)
    return found


def _mentions(session: Session, paper_ids: Sequence[int]) -> Mapping[int, list[Any]]:
    """The words of each paper's mentions, each followed by what it said before."""
    former = _former(session, FORMER_MENTIONS, paper_ids)
    found: dict[int, list[Any]] = defaultdict(list)
    # They come nearly sorted; the database would carry all their words through a sorting of its own.
    rows = sorted(session.execute(OF_MENTIONS, {"ids": paper_ids}).all(), key=IN_ORDER)
    for paper_id, _, mention_id, *texts in rows:
        words, before = dict(zip(MENTION_WORDS, texts, strict=True)), former.get(mention_id)
        found[paper_id] += forms_of(words, before) if before else [words]
    return found

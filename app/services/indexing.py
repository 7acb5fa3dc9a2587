"""What papers are found by, kept: their words and those of their mentions, folded anew after a run has changed them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from app.domain.searching import forms_of, searched
from app.models import Mention, MentionedPaper, Paper, Revision, SearchText
from app.queries.evidence import chunks

PAPER_WORDS = (Paper.title, Paper.authors, Paper.abstract, Paper.categories)
MENTION_WORDS = (Mention.author_name, Mention.author_handle, Mention.text, Mention.html)


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
    """Write anew what papers are found by; the caller commits. The databases bring their own indexes up to date."""
    for part in chunks(sorted(paper_ids)):
        rows = _rows(session, part)
        session.execute(delete(SearchText).where(SearchText.paper_id.in_(part)))
        if rows:
            session.execute(insert(SearchText), rows)


def _rows(session: Session, paper_ids: Sequence[int]) -> list[dict[str, Any]]:
    mentions = _mentions(session, paper_ids)
    former = _former(session, select(Revision.paper_id, Revision.before).where(Revision.paper_id.in_(paper_ids)))
    rows = []
    for paper in session.execute(select(Paper.id, Paper.arxiv_id, *PAPER_WORDS).where(Paper.id.in_(paper_ids))):
        words = searched(paper.arxiv_id, forms_of(paper._mapping, former[paper.id]), mentions[paper.id])
        rows.append({"paper_id": paper.id, "title": words.title, "authors": words.authors, "words": words.words})
    return rows


def _former(session: Session, revisions: Select[Any]) -> dict[int, list[Any]]:
    """What each thing said until a run changed it, newest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for subject_id, before in session.execute(revisions.order_by(Revision.run_id.desc())):
        found[subject_id].append(before)
    return found


def _mentions(session: Session, paper_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The words of each paper's mentions in the source's order, each followed by what it said before."""
    naming = select(MentionedPaper.mention_id).where(MentionedPaper.paper_id.in_(paper_ids))
    former = _former(session, select(Revision.mention_id, Revision.before).where(Revision.mention_id.in_(naming)))
    query = select(MentionedPaper.paper_id, Mention.id, *MENTION_WORDS).join(Mention)
    query = query.where(MentionedPaper.paper_id.in_(paper_ids))
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query.order_by(MentionedPaper.paper_id, MentionedPaper.rank, Mention.id)):
        found[row.paper_id] += forms_of(row._mapping, former[row.id])
    return found

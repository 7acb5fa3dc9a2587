"""What runs that were cut off had stored, and no run has filled into the editions since."""

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import Announcement, Mention, MentionedPaper, MetricsSnapshot, Paper, Revision, Run


def papers_left_over(session: Session) -> set[int]:
    """The papers that were touched by runs that were cut off since the newest whole one.

    A whole run fills what the cut-off ones before it left, so it is read from the runs and kept nowhere else: however
    many are cut off in a row, nothing is forgotten.
    """
    newest_whole = select(func.max(Run.id)).where(Run.finished_at.is_not(None), Run.was_cut_off.is_(False))
    cut_off = set(
        session.scalars(
            select(Run.id).where(Run.was_cut_off, Run.id > func.coalesce(newest_whole.scalar_subquery(), 0))
        )
    )
    if not cut_off:
        return set()
    return {paper_id for query in _touched(cut_off) for paper_id in session.scalars(query) if paper_id}


def _touched(runs: set[int]) -> list[Select[tuple[int]]]:
    """Queries for the papers of which runs stored anything: the papers themselves, and the mentions that name them."""
    named = select(MentionedPaper.paper_id)
    of_mention = MentionedPaper.mention_id
    return [
        select(Paper.id).where(Paper.run_id.in_(runs)),
        select(Announcement.paper_id).where(Announcement.run_id.in_(runs)),
        named.where(MentionedPaper.run_id.in_(runs)),
        select(MetricsSnapshot.paper_id).where(MetricsSnapshot.run_id.in_(runs)),
        named.join(MetricsSnapshot, MetricsSnapshot.mention_id == of_mention).where(MetricsSnapshot.run_id.in_(runs)),
        select(Revision.paper_id).where(Revision.run_id.in_(runs)),
        named.join(Revision, Revision.mention_id == of_mention).where(Revision.run_id.in_(runs)),
        named.join(Mention, Mention.id == of_mention).where(
            or_(Mention.gone_run_id.in_(runs), Mention.missed_run_id.in_(runs))
        ),
    ]

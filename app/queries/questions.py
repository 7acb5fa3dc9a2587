"""What a run asks a source: the papers of its day, and what the desk knows already of what was said of them."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import SelectBase, exists, select
from sqlalchemy.orm import Session

from app.domain.listings import ARXIV_BEGAN, announced_at
from app.domain.ranking import mention_score
from app.domain.sources import KnownMention, Question, SoughtPaper
from app.models import Announcement, Edition, Item, Mention, MentionedPaper, MetricsSnapshot, Paper
from app.queries.evidence import chunks


def question_for(session: Session, source: str, day: date | None, now: datetime) -> Question:
    """What to ask a source about the papers of a listing date; of every date nothing is known beforehand."""
    if day is None:
        return Question(None, now, ARXIV_BEGAN)
    announced = select(Announcement.paper_id).where(Announcement.announced_on == day)
    # A paper that an editor added stands in the edition of a day and in no listing of it.
    added = select(Item.paper_id).join(Edition, Edition.id == Item.edition_id).where(Edition.date == day)
    ids = announced.union(added)
    papers, known = _papers(session, ids), _known(session, source, ids)
    return Question(day, now, announced_at(day), papers, known)


def question_about(session: Session, source: str, day: date | None, arxiv_id: str, now: datetime) -> Question:
    """What to ask a source about a single paper, which the desk may not know yet."""
    this = select(Paper.id).where(Paper.arxiv_id == arxiv_id)
    papers = _papers(session, this) or (SoughtPaper(arxiv_id),)
    return Question(day, now, ARXIV_BEGAN, papers, _known(session, source, this), sweeps=False)


def _papers(session: Session, ids: SelectBase) -> tuple[SoughtPaper, ...]:
    """The papers, those that some network has named first."""
    heard = exists().where(MentionedPaper.paper_id == Paper.id)
    columns = (Paper.arxiv_id, Paper.version, Paper.abstract, Paper.comment, heard)
    query = select(*columns).where(Paper.id.in_(ids)).order_by(heard.desc(), Paper.arxiv_id)
    return tuple(SoughtPaper(row[0], row[1], row[2], row[3] or "", bool(row[4])) for row in session.execute(query))


def _known(session: Session, source: str, ids: SelectBase) -> tuple[KnownMention, ...]:
    """The source's mentions of the papers, with every paper that they name; also those that were gone last time."""
    naming = select(MentionedPaper.mention_id).where(MentionedPaper.paper_id.in_(ids))
    mentions = session.execute(
        select(Mention.id, Mention.external_id, Mention.url, Mention.html.is_not(None).label("has_embed"))
        .where(Mention.source == source, Mention.id.in_(naming))
        .order_by(Mention.id)
    ).all()
    papers = _named(session, [mention.id for mention in mentions])
    scores = _scores(session, [mention.id for mention in mentions])
    return tuple(
        KnownMention(m.external_id, m.url, tuple(papers[m.id]), bool(m.has_embed), scores.get(m.id, 0.0))
        for m in mentions
    )


def _named(session: Session, mention_ids: Iterable[int]) -> dict[int, list[str]]:
    named: dict[int, list[str]] = {}
    for part in chunks(mention_ids):
        query = select(MentionedPaper.mention_id, Paper.arxiv_id).join(Paper, Paper.id == MentionedPaper.paper_id)
        for mention_id, arxiv_id in session.execute(query.where(MentionedPaper.mention_id.in_(part))):
            named.setdefault(mention_id, []).append(arxiv_id)
    return named


def _scores(session: Session, mention_ids: Iterable[int]) -> dict[int, float]:
    """The newest score of each mention that has counts."""
    scores: dict[int, float] = {}
    for part in chunks(mention_ids):
        query = select(MetricsSnapshot).where(MetricsSnapshot.mention_id.in_(part))
        for snapshot in session.scalars(query.order_by(MetricsSnapshot.captured_at, MetricsSnapshot.id)):
            scores[snapshot.mention_id or 0] = mention_score(snapshot) or 0.0
    return scores

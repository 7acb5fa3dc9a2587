"""The numbers behind a lens: scores as though a source or an account had not spoken, and who was heard at all."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.lens import Lens
from app.domain.ranking import mention_score, paper_score, source_totals
from app.models import Item, Mention, MentionedPaper, Strike
from app.queries.evidence import mention_counts, scoring_inputs

ACCOUNTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class HeardAccount:
    """An account whose mentions add to scores of an edition: for how many papers, and how much in all."""

    source: str
    handle: str
    name: str
    papers: int
    score: float

    @property
    def lens(self) -> Lens:
        """The lens that takes this account away."""
        return Lens(self.source, self.handle or self.name)


def scores_without(session: Session, edition_id: int, lens: Lens, rules: Rules) -> dict[int, float]:
    """The scores of an edition's items as though the source or account of the lens had not spoken.

    Only items whose score changes are in it. Without a source is a world in which it was never asked; without an
    account is as though each of its mentions were struck.
    """
    query = select(Item.id, Item.score).where(Item.edition_id == edition_id, Item.state != "waiting")
    if lens.account is not None:
        query = query.where(Item.paper_id.in_(select(MentionedPaper.paper_id).join(Mention).where(_said_by(lens))))
    scores = {item_id: score for item_id, score in session.execute(query)}
    silenced = _mentions_of(session, edition_id, lens) if lens.account is not None else []
    inputs = scoring_inputs(session, scores, as_though_struck=dict.fromkeys(silenced, True))
    found = {}
    for item_id, (readings, mentions) in inputs.items():
        if lens.account is None:
            was = len(readings) + len(mentions)
            readings = [reading for reading in readings if reading.source != lens.source]
            mentions = [mention for mention in mentions if mention.source != lens.source]
            if len(readings) + len(mentions) == was:
                continue
        found[item_id] = paper_score(source_totals(readings, mentions, rules.weights))
    return {item_id: score for item_id, score in found.items() if score != scores[item_id]}


def _said_by(lens: Lens) -> ColumnElement[bool]:
    """That a mention is of the account of the lens."""
    by_name = and_(Mention.author_handle == "", Mention.author_name == lens.account)
    return and_(Mention.source == lens.source, (Mention.author_handle == lens.account) | by_name)


def _mentions_of(session: Session, edition_id: int, lens: Lens) -> list[int]:
    """The mentions of the lens's account that name papers of the edition."""
    query = (
        select(Mention.id)
        .join(MentionedPaper, MentionedPaper.mention_id == Mention.id)
        .join(Item, Item.paper_id == MentionedPaper.paper_id)
        .where(Item.edition_id == edition_id, _said_by(lens))
    )
    return list(session.scalars(query.distinct()))


def accounts_heard(
    session: Session, edition_id: int, rules: Rules, *, limit: int = ACCOUNTS_SHOWN
) -> list[HeardAccount]:
    """The accounts that add to the scores of picked papers and candidates, loudest first; who is struck is not heard.

    An account is a handle at a source, or a name where the source gave no handle. `score` is what it adds to all
    these papers together, as the weights of the sources count it.
    """
    query = mention_counts(Mention.author_handle, Mention.author_name).where(
        Item.edition_id == edition_id,
        Item.state.in_(("picked", "candidate")),
        Strike.id.is_(None),
        Mention.repost_of.is_(None),
    )
    names: dict[tuple[str, str], tuple[str, str]] = {}
    papers: dict[tuple[str, str], dict[int, float]] = {}
    for row in session.execute(query):
        score = mention_score(row, rules.weights.get(row.source, 1.0))
        account = (row.source, row.author_handle or row.author_name)
        if score and account[1]:
            names.setdefault(account, (row.author_handle, row.author_name))
            added = papers.setdefault(account, {})
            added[row.item_id] = added.get(row.item_id, 0.0) + score
    heard = [HeardAccount(key[0], *names[key], len(added), sum(added.values())) for key, added in papers.items()]
    return sorted(heard, key=lambda account: (-account.score, account.source, account.handle, account.name))[:limit]

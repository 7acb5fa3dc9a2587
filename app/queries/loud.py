"""The mentions that are counted for several papers of one edition at once."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.ranking import mention_score
from app.domain.sayings import said
from app.models import Item, Mention, MentionedPaper, Strike
from app.queries.evidence import mention_counts

# The states in which a paper stands in an edition.
SHOWN = ("candidate", "picked")


@dataclass(frozen=True, slots=True)
class LoudMention:
    """An unstruck mention that is counted for several papers of one edition."""

    mention_id: int
    source: str
    author_name: str
    author_handle: str
    text: str | None
    html: str | None
    reposts: int | None
    likes: int | None
    replies: int | None
    points: int | None
    item_ids: list[int]

    @property
    def said(self) -> str:
        """The mention's own words as plain text, from its text or its embed."""
        return said(self.text, self.html)

    @property
    def papers(self) -> int:
        """How many papers of the edition it is counted for."""
        return len(self.item_ids)


def loud_mentions(session: Session, edition_id: int, at_least: int) -> list[LoudMention]:
    """The unstruck originals that are counted for `at_least` papers of an edition or more, those of most first.

    Papers that were dropped do not count, nor do mentions that add nothing to a score.
    """
    loud = (
        select(MentionedPaper.mention_id)
        .join(Item, Item.paper_id == MentionedPaper.paper_id)
        .where(
            Item.edition_id == edition_id,
            Item.state.in_(SHOWN),
            MentionedPaper.run_id <= Item.horizon,
        )
        .group_by(MentionedPaper.mention_id)
        .having(func.count() >= at_least)
    )
    # Found first and by themselves: few mentions name several papers, and the counts of the others are not looked for.
    loud_ids = list(session.scalars(loud))
    if not loud_ids:
        return []
    columns = (Mention.author_name, Mention.author_handle, Mention.text, Mention.html)
    query = mention_counts(*columns).where(
        Item.edition_id == edition_id,
        Item.state.in_(SHOWN),
        Mention.id.in_(loud_ids),
        Strike.id.is_(None),
        Mention.repost_of.is_(None),
    )
    found: dict[int, LoudMention] = {}
    for row in session.execute(query):
        fields = {name: getattr(row, name) for name in LoudMention.__slots__ if name != "item_ids"}
        found.setdefault(row.mention_id, LoudMention(**fields, item_ids=[])).item_ids.append(row.item_id)
    counted = [mention for mention in found.values() if mention_score(mention)]
    return sorted(counted, key=lambda mention: (-mention.papers, -(mention_score(mention) or 0)))

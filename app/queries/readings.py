"""Everything that was read of papers so far: the counts behind their scores over time, their stars and citations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.ranking import CountedMention, CountedReading
from app.domain.trends import PastReading
from app.models import Item, Mention, MentionedPaper, MetricsSnapshot, Strike
from app.queries.among import among
from app.queries.evidence import COUNTS, chunks

# What is read of a paper over time and counts in no score.
SIGNALS = ("stars", "citations")

ITEMS, LINKS, MENTIONS, READ, STRIKES = (
    model.__table__ for model in (Item, MentionedPaper, Mention, MetricsSnapshot, Strike)
)
# What a reading holds, in the order of CountedReading and CountedMention.
HELD = [READ.c.source, *(READ.c[name] for name in COUNTS), READ.c.captured_at]
HORIZON = func.coalesce(bindparam("as_of", type_=Integer), ITEMS.c.horizon)
PAPER_READINGS = (
    select(ITEMS.c.id, READ.c.run_id, *HELD)
    .join_from(ITEMS, READ, READ.c.paper_id == ITEMS.c.paper_id)
    .where(among(ITEMS.c.id, "ids"), READ.c.run_id <= HORIZON)
    .order_by(ITEMS.c.id, READ.c.source, READ.c.captured_at)
)
# The readings of the originals; native reposts never count.
MENTION_READINGS = (
    select(ITEMS.c.id, LINKS.c.rank, MENTIONS.c.id, READ.c.captured_at, READ.c.run_id, STRIKES.c.id, *HELD[:-1])
    .join_from(ITEMS, LINKS, LINKS.c.paper_id == ITEMS.c.paper_id)
    .join(MENTIONS, MENTIONS.c.id == LINKS.c.mention_id)
    .join(READ, READ.c.mention_id == MENTIONS.c.id)
    .outerjoin(STRIKES, STRIKES.c.mention_id == MENTIONS.c.id)
    .where(among(ITEMS.c.id, "ids"), LINKS.c.run_id <= HORIZON, READ.c.run_id <= HORIZON)
    .where(MENTIONS.c.repost_of.is_(None))
)
# By item, then as the source gave its mentions, then by time.
IN_ORDER = itemgetter(0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Signal:
    """The stars or citations of a paper at one source: the newest number, and the first one that was ever read."""

    source: str
    kind: str
    value: int
    at: datetime
    first: int
    first_at: datetime

    @property
    def change(self) -> int:
        """How many have come since the first reading; below 0 where there are fewer."""
        return self.value - self.first


def history_of_items(
    session: Session, item_ids: Iterable[int], *, as_of: int | None = None
) -> dict[int, list[PastReading]]:
    """Every reading that an item's score may be made of, up to its horizon, or up to the run `as_of` where given.

    The readings of a mention, or of the paper at a source, come in the order of their times; mentions in the source's.
    """
    found: dict[int, list[PastReading]] = {item_id: [] for item_id in item_ids}
    for ids in chunks(found):
        asked = {"ids": ids, "as_of": as_of}
        for item_id, run_id, *counts in session.execute(PAPER_READINGS, asked).all():
            found[item_id].append(PastReading(counts[0], run_id, CountedReading(*counts)))
        # They come nearly sorted, which the database would not notice.
        rows = sorted(session.execute(MENTION_READINGS, asked).all(), key=IN_ORDER)
        for item_id, _, mention_id, captured_at, run_id, strike_id, source, *counts in rows:
            mention = CountedMention(source, *counts, captured_at, strike_id is not None)
            found[item_id].append(PastReading(mention_id, run_id, mention))
    return found


def signals_of_items(session: Session, item_ids: Iterable[int]) -> dict[int, list[Signal]]:
    """The stars and citations of each item's paper up to its horizon; a reading that lacks one changes nothing."""
    numbers = [getattr(MetricsSnapshot, kind) for kind in SIGNALS]
    query = (
        select(Item.id, MetricsSnapshot.source, MetricsSnapshot.captured_at, *numbers)
        .join(MetricsSnapshot, MetricsSnapshot.paper_id == Item.paper_id)
        .where(MetricsSnapshot.run_id <= Item.horizon, or_(*(number.is_not(None) for number in numbers)))
        .order_by(MetricsSnapshot.captured_at)
    )
    found: dict[int, dict[tuple[str, str], list[tuple[int, datetime]]]] = {}
    for ids in chunks(item_ids):
        for item_id, source, captured_at, *values in session.execute(query.where(Item.id.in_(ids))):
            for kind, value in zip(SIGNALS, values, strict=True):
                if value is not None:
                    read = found.setdefault(item_id, {}).setdefault((kind, source), [])
                    read.append((value, captured_at))
    return {
        item_id: [
            Signal(source, kind, value=read[-1][0], at=read[-1][1], first=read[0][0], first_at=read[0][1])
            for (kind, source), read in sorted(of_item.items(), reverse=True)
        ]
        for item_id, of_item in found.items()
    }


def sources_read_since(session: Session, item_id: int) -> set[str]:
    """The sources of which the item's horizon hides newer readings."""
    of_paper = select(MetricsSnapshot.source).join(Item, Item.paper_id == MetricsSnapshot.paper_id)
    of_mentions = (
        select(MetricsSnapshot.source)
        .join(MentionedPaper, MentionedPaper.mention_id == MetricsSnapshot.mention_id)
        .join(Item, Item.paper_id == MentionedPaper.paper_id)
    )
    hidden = (Item.id == item_id, MetricsSnapshot.run_id > Item.horizon)
    return {*session.scalars(of_paper.where(*hidden)), *session.scalars(of_mentions.where(*hidden))}

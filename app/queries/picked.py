"""All that goes into an edition's post of each picked paper, as plain rows, which are told apart by what they hold."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from typing import Any, NamedTuple

from sqlalchemy import Row, Text, bindparam, cast, desc, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from app.models import Edition, Editor, Item, Mention, MentionedPaper, MetricsSnapshot, Paper, Revision, Strike
from app.queries.drafts import DraftedEdition
from app.queries.evidence import COUNTS
from app.queries.repeats import earlier_runs, slugs_of_posts

_ITEM, _PAPER, _REVISION = Item.__table__, Paper.__table__, Revision.__table__
_MENTION, _NAMES, _SNAPSHOT = Mention.__table__, MentionedPaper.__table__, MetricsSnapshot.__table__
_STRIKE, _EDITOR = Strike.__table__, Editor.__table__
_OF_MENTION = (
    *("gone_run_id", "source", "external_id", "repost_of", "url", "author_name", "author_handle"),
    *("text", "html", "posted_at", "posted_on"),
)
_PICKED = (_ITEM.c.edition_id == bindparam("edition_id"), _ITEM.c.state == "picked")

# Built once. What is JSON stays text: it is looked into only where something is made of it.
_PAPERS = (
    select(
        _ITEM.c.id,
        _ITEM.c.headline,
        cast(_ITEM.c.quotes, Text).label("quotes_json"),
        _ITEM.c.update_of,
        _ITEM.c.horizon,
        _PAPER.c.arxiv_id,
        _PAPER.c.version,
        _PAPER.c.title,
        cast(_PAPER.c.authors, Text).label("authors_json"),
        _PAPER.c.abstract,
        cast(_PAPER.c.categories, Text).label("categories_json"),
        _PAPER.c.comment,
        _PAPER.c.doi,
        _ITEM.c.note,
    )
    .join_from(_ITEM, _PAPER, _PAPER.c.id == _ITEM.c.paper_id)
    .where(*_PICKED)
    .order_by(_ITEM.c.order_key)
)
_COUNTS = tuple(_SNAPSHOT.c[name] for name in COUNTS)
_later = _SNAPSHOT.alias()
# As `reading_counts` and `mention_counts` of queries/evidence.py have them.
_READINGS = (
    select(_ITEM.c.id.label("item_id"), _SNAPSHOT.c.source, *_COUNTS, _SNAPSHOT.c.captured_at)
    .join_from(_ITEM, _SNAPSHOT, _SNAPSHOT.c.paper_id == _ITEM.c.paper_id)
    .where(
        *_PICKED,
        _SNAPSHOT.c.run_id <= _ITEM.c.horizon,
        _SNAPSHOT.c.captured_at
        == select(func.max(_later.c.captured_at))
        .where(_later.c.paper_id == _SNAPSHOT.c.paper_id, _later.c.source == _SNAPSHOT.c.source)
        .where(_later.c.run_id <= _ITEM.c.horizon)
        .scalar_subquery(),
        or_(*(count.is_not(None) for count in _COUNTS)),
    )
    .order_by(_ITEM.c.id, _SNAPSHOT.c.source)
)
_newest = (
    select(_later.c.id)
    .where(_later.c.mention_id == _NAMES.c.mention_id, _later.c.run_id <= _ITEM.c.horizon)
    .order_by(_later.c.captured_at.desc(), _later.c.id.desc())
    .limit(1)
    .correlate(_ITEM, _NAMES)
    .scalar_subquery()
)
_MENTIONS = (
    select(
        _ITEM.c.id.label("item_id"),
        _MENTION.c.id.label("mention_id"),
        *(_MENTION.c[name] for name in _OF_MENTION),
        *_COUNTS,
        _SNAPSHOT.c.captured_at,
        _STRIKE.c.struck_at,
        _STRIKE.c.reason.label("strike_reason"),
        _EDITOR.c.name.label("struck_by"),
    )
    .join_from(_ITEM, _NAMES, _NAMES.c.paper_id == _ITEM.c.paper_id)
    .join(_MENTION, _MENTION.c.id == _NAMES.c.mention_id)
    .outerjoin(_SNAPSHOT, _SNAPSHOT.c.id == _newest)
    .outerjoin(_STRIKE, _STRIKE.c.mention_id == _MENTION.c.id)
    .outerjoin(_EDITOR, _EDITOR.c.id == _STRIKE.c.editor_id)
    .where(*_PICKED, _NAMES.c.run_id <= _ITEM.c.horizon)
    .order_by(_ITEM.c.id, _NAMES.c.rank, _MENTION.c.id)
)
_BEFORE = (cast(_REVISION.c.before, Text).label("before_json"), _REVISION.c.run_id.label("run_id"))
# What revisions later than the horizon replaced, the newest first: the oldest such words stand.
_FORMER = union_all(
    select(_ITEM.c.id.label("item_id"), null().label("mention_id"), *_BEFORE)
    .join_from(_ITEM, _REVISION, _REVISION.c.paper_id == _ITEM.c.paper_id)
    .where(*_PICKED, _REVISION.c.run_id > _ITEM.c.horizon),
    select(_ITEM.c.id, _NAMES.c.mention_id, *_BEFORE)
    .join_from(_ITEM, _NAMES, _NAMES.c.paper_id == _ITEM.c.paper_id)
    .join(_REVISION, _REVISION.c.mention_id == _NAMES.c.mention_id)
    .where(*_PICKED, _REVISION.c.run_id > _ITEM.c.horizon),
).order_by(desc("run_id"))


class Update(NamedTuple):
    """What a post says of the earlier entry of a paper that runs as an update; see queries/repeats.py."""

    date: Day
    number: int
    slug: str
    version_since: int | None
    site_url: str


@dataclass(frozen=True, slots=True, eq=False)
class PickedPaper:
    """A picked paper and all that its entry and its record are made of, as of its horizon.

    `former` are the words of the paper and of mentions that were revised since, the newest first.
    """

    item: Row[Any]
    readings: tuple[Row[Any], ...]
    mentions: tuple[Row[Any], ...]
    former: tuple[Row[Any], ...]
    update: Update | None

    @property
    def content(self) -> Hashable:
        """All but the note as plain values, under which can be kept what is made of it."""
        rows = (tuple(map(tuple, found)) for found in (self.readings, self.mentions, self.former))
        return (tuple(self.item)[:-1], *rows, self.update)


def picked_papers(session: Session, edition: Edition | DraftedEdition, site_url: str) -> list[PickedPaper]:
    """The picked papers of an edition in their order; `site_url` is that of earlier entries."""
    of_edition = {"edition_id": edition.id}
    items = session.execute(_PAPERS, of_edition).all()
    readings, mentions, former = (
        _by_item(session.execute(statement, of_edition).all()) for statement in (_READINGS, _MENTIONS, _FORMER)
    )
    updates = _updates(session, edition, [item.id for item in items if item.update_of], site_url)
    return [
        PickedPaper(
            item,
            tuple(readings.get(item.id, ())),
            tuple(mentions.get(item.id, ())),
            tuple(former.get(item.id, ())),
            updates.get(item.id),
        )
        for item in items
    ]


def _by_item(rows: Sequence[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return found


def _updates(
    session: Session, edition: Edition | DraftedEdition, item_ids: Sequence[int], site_url: str
) -> dict[int, Update]:
    """Of each item that runs as an update all that its post says of the earlier entry, which may be called otherwise
    one day."""
    if not item_ids:
        return {}
    found = earlier_runs(session, edition, item_ids=item_ids)
    runs = {item_id: ran for item_id, ran in found.items() if ran.is_update}
    slugs = slugs_of_posts(session, [ran.date for ran in runs.values()])
    return {
        item_id: Update(ran.date, ran.number, slugs[ran.date], ran.version_since, site_url)
        for item_id, ran in runs.items()
    }

"""The rows of an edition's lists, read in one plain statement: what is JSON stays text until somebody looks into it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Row as Values
from sqlalchemy import Text, bindparam, cast, select
from sqlalchemy.orm import Session

from app.models import Item, Paper, Revision
from app.queries.among import among

# The words of a paper that a list shows, and under which name a row has them.
SHOWN_TEXTS = {"title": "title", "authors": "authors_json", "categories": "categories_json"}


class Row(NamedTuple):
    """An item as a list shows it; title, authors and categories as of its horizon.

    Two rows that are equal look the same, for a row is all that it is made of. `is_fixed` says that an editor chose
    its place; a paper picked later passes it by. `number` is its place in the whole picked list, None where it is not
    picked. `lens_score` is its score through the lens that is on, where that is another one, and `lens_tag` says what
    would become of it.
    """

    id: int
    state: str
    score: float
    parts_json: str = "[]"
    trend_json: str = "[]"
    headline: str | None = None
    note: str | None = None
    remark: str | None = None
    drop_reason: str | None = None
    is_fixed: bool = False
    pinned: bool = False
    arxiv_id: str = ""
    title: str = ""
    authors_json: str = "[]"
    categories_json: str = "[]"
    number: int | None = None
    is_new: bool = False
    lens_score: float | None = None
    lens_tag: str | None = None

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of its score; see domain/ranking.py."""
        return json.loads(self.parts_json)

    @property
    def trend(self) -> list[list[Any]]:
        """Its score over time; see domain/trends.py."""
        return json.loads(self.trend_json)

    @property
    def authors(self) -> list[str]:
        """Who wrote the paper."""
        return json.loads(self.authors_json)

    @property
    def categories(self) -> list[str]:
        """Where the paper stands at arXiv."""
        return json.loads(self.categories_json)


_ITEM, _PAPER, _REVISION = Item.__table__.c, Paper.__table__.c, Revision.__table__.c
# In the order of the fields of a row.
OF_ROW = (
    _ITEM.id,
    _ITEM.state,
    _ITEM.score,
    cast(_ITEM.parts, Text).label("parts_json"),
    cast(_ITEM.trend, Text).label("trend_json"),
    _ITEM.headline,
    _ITEM.note,
    _ITEM.remark,
    _ITEM.drop_reason,
    _ITEM.placed_at.is_not(None).label("is_fixed"),
    _ITEM.pinned_at.is_not(None).label("pinned"),
    _PAPER.arxiv_id,
    _PAPER.title,
    cast(_PAPER.authors, Text).label("authors_json"),
    cast(_PAPER.categories, Text).label("categories_json"),
)
_NAMES = [column.name for column in OF_ROW]
_PLACE = itemgetter(0, 1, len(OF_ROW), 2, _NAMES.index("arxiv_id"))
_ROWS = select(*OF_ROW, _ITEM.order_key).join_from(Item.__table__, Paper.__table__)
_FORMER = (
    select(_ITEM.id, _REVISION.before)
    .join_from(Item.__table__, Revision.__table__, _REVISION.paper_id == _ITEM.paper_id)
    .where(_REVISION.run_id > _ITEM.horizon)
    .order_by(_REVISION.run_id.desc())
)
_OF_EDITION = _ITEM.edition_id == bindparam("edition_id")
_AMONG = among(_ITEM.id, "item_ids")
ROWS_OF_EDITION, ROWS_AMONG = _ROWS.where(_OF_EDITION), _ROWS.where(_AMONG)
FORMER_OF_EDITION, FORMER_AMONG = _FORMER.where(_OF_EDITION), _FORMER.where(_AMONG)


class Read(NamedTuple):
    """Items as they were read: `values` have the columns of a row, then `order_key`.

    `former` are the words that papers had as of their items' horizons, by item, where they were revised since.
    """

    values: Sequence[Values[Any]]
    former: Mapping[int, Mapping[str, Any]]

    @property
    def places(self) -> list[tuple[Any, ...]]:
        """Of each item id, state, order key, score and arXiv id, by which lists are put in order."""
        # By number, for a name is looked up anew in each row.
        return [_PLACE(values) for values in self.values]

    def rows(self, extras: Mapping[int, tuple[Any, ...]] | None = None) -> dict[int, Row]:
        """The rows by item, or only those for which `extras` has the fields from `number` on."""
        width = len(OF_ROW)
        if extras is None:
            found = {values[0]: Row(*values[:width]) for values in self.values}
        else:
            found = {v[0]: Row._make((*v[:width], *extras[v[0]])) for v in self.values if v[0] in extras}
        for item_id in self.former.keys() & found.keys():
            found[item_id] = _as_of_then(found[item_id], self.former[item_id])
        return found


def read_edition(session: Session, edition_id: int) -> Read:
    """All items of an edition, also those that wait."""
    which = {"edition_id": edition_id}
    return Read(session.execute(ROWS_OF_EDITION, which).all(), _former(session.execute(FORMER_OF_EDITION, which)))


def read_among(session: Session, item_ids: Collection[int]) -> Read:
    """Some items, whatever editions they stand in."""
    if not item_ids:
        return Read([], {})
    which = {"item_ids": list(item_ids)}
    return Read(session.execute(ROWS_AMONG, which).all(), former_of(session, item_ids))


def former_of(session: Session, item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The words that papers had as of their items' horizons, by item, where they were revised since."""
    return _former(session.execute(FORMER_AMONG, {"item_ids": list(item_ids)}))


def _former(revised: Iterable[Any]) -> dict[int, dict[str, Any]]:
    """What revisions later than the horizon replaced, newest first; the oldest such words stand."""
    former: dict[int, dict[str, Any]] = {}
    for item_id, before in revised:
        former.setdefault(item_id, {}).update(before)
    return former


def _as_of_then(row: Row, words: Mapping[str, Any]) -> Row:
    then = {field: words[name] for name, field in SHOWN_TEXTS.items() if name in words}
    return row._replace(**{field: said if field == "title" else json.dumps(said) for field, said in then.items()})

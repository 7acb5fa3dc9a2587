"""Papers that ran before: in which published edition, at which number, and whether arXiv has a newer version since."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date as Day
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.posts import slug
from app.models import Edition, Item, Paper, Post
from app.queries.among import among
from app.queries.evidence import chunks, former_papers


@dataclass(frozen=True, slots=True)
class Ran:
    """An earlier edition that had an item's paper.

    `number` is its place there from 1, `version` the one it ran with. `version_since` is the version that this item
    shows, where it is a newer one; both are None where they are not known. `is_update` says that the item is picked to
    run as an update of that earlier entry.
    """

    date: Day
    number: int
    version: int | None
    version_since: int | None
    is_update: bool


def _runs_before() -> Select[Any]:
    """Every earlier published place of every paper of an edition, the newest first."""
    item, earlier, above = Item.__table__.c, Item.__table__.alias("earlier"), Item.__table__.alias("above").c
    there = Edition.__table__.alias("there")
    was, edition = earlier.c, there.c
    number = (
        select(func.count())
        .where(above.edition_id == was.edition_id, above.state == "picked", above.order_key <= was.order_key)
        .scalar_subquery()
    )
    return (
        select(item.id, item.state, item.update_of, was.id.label("earlier_id"), edition.date, number.label("number"))
        .join_from(Item.__table__, earlier, was.paper_id == item.paper_id)
        .join(there, edition.id == was.edition_id)
        .where(item.edition_id == bindparam("edition_id"), item.state != "waiting", was.state == "picked")
        .where(edition.post_id.is_not(None), edition.retracted_at.is_(None))
        .where(edition.date < bindparam("date", type_=edition.date.type))
        .order_by(edition.date.desc())
    )


RUNS_BEFORE = _runs_before()
RUNS_BEFORE_AMONG = RUNS_BEFORE.where(among(Item.__table__.c.id, "item_ids"))


def earlier_runs(session: Session, edition: Edition, *, item_ids: Collection[int] | None = None) -> dict[int, Ran]:
    """Where the papers of an edition ran before, by item: in the newest earlier published edition that picked them.

    Of an item that runs as an update it is the edition that it updates. With `item_ids` only these items are asked for.
    """
    which = {"edition_id": edition.id, "date": edition.date}
    if item_ids is None:
        rows = session.execute(RUNS_BEFORE, which)
    else:
        rows = session.execute(RUNS_BEFORE_AMONG, which | {"item_ids": list(item_ids)})
    chosen: dict[int, Any] = {}
    for row in rows:
        if row.id not in chosen or _is_update(row):
            chosen[row.id] = row
    versions = _versions(session, [item_id for row in chosen.values() for item_id in (row.id, row.earlier_id)])
    return {
        item_id: Ran(
            date=row.date,
            number=row.number,
            version=versions[row.earlier_id],
            version_since=_newer(versions[item_id], versions[row.earlier_id]),
            is_update=_is_update(row),
        )
        for item_id, row in chosen.items()
    }


def slugs_of_posts(session: Session, dates: Iterable[Day]) -> dict[Day, str]:
    """The address of each date's post on its site, as the head of the post has it; empty where that has none."""
    of_archive = Post.record[("document", "front", "slug")].as_string()
    query = select(Edition.date, Post.record["kind"].as_string().label("kind"), of_archive.label("slug"))
    query = query.join(Post, Post.id == Edition.post_id).where(Edition.date.in_(set(dates)))
    return {row.date: row.slug or "" if row.kind == "archive" else slug(row.date) for row in session.execute(query)}


def _is_update(row: Any) -> bool:
    return row.state == "picked" and row.update_of == row.date


def _newer(version: int | None, before: int | None) -> int | None:
    return version if version and before and version > before else None


def _versions(session: Session, item_ids: Iterable[int]) -> dict[int, int | None]:
    """The version of each item's paper as of its horizon."""
    found: dict[int, int | None] = {}
    for ids in chunks(item_ids):
        former = former_papers(session, ids)
        for item_id, version in session.execute(select(Item.id, Paper.version).join(Paper).where(Item.id.in_(ids))):
            found[item_id] = former.get(item_id, {}).get("version", version)
    return found

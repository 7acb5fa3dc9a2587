"""The record of an edition: all that goes into its post, as plain data."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.ranking import CountedReading
from app.domain.records import FORMAT
from app.models import Edition, Item
from app.queries.evidence import COUNTS, Evidence, PaperText, evidence_of_items, readings_of_items, texts_of_items
from app.queries.repeats import earlier_runs, slugs_of_posts


def edition_record(
    session: Session,
    edition: Edition,
    *,
    now: datetime,
    rules: Rules,
    revision: int = 1,
    first_published_at: datetime | None = None,
    corrections: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The record of an edition's picked items in order, published at `now`; docs/record.schema.json has its form.

    A correction says when readers had the first revision, and all corrections so far, its own last: `{"at": ISO 8601
    time, "note": Markdown}` each. A revision that nobody had, because it was taken back, is no first one.
    """
    query = select(Item).where(Item.edition_id == edition.id, Item.state == "picked").order_by(Item.order_key)
    items = list(session.scalars(query.execution_options(populate_existing=True)))
    return {
        "format": FORMAT,
        "kind": "edition",
        "edition_date": edition.date.isoformat(),
        "revision": revision,
        "published_at": (first_published_at or now).isoformat(),
        "revised_at": now.isoformat() if first_published_at else None,
        "corrections": [{"at": told["at"], "note": told["note"]} for told in corrections],
        "timezone": str(rules.timezone),
        "profile": rules.profile.to_data(),
        "cut": edition.cut,
        "weights": dict(rules.weights),
        "quote_cut": rules.quote_cut,
        "quote_limit": rules.quote_limit,
        "tidy_tex": rules.tidy_tex,
        "introduction": edition.introduction,
        "closing": edition.closing,
        "items": _items(session, items, _updates(session, edition, rules.site_url)),
    }


def _updates(session: Session, edition: Edition, site_url: str) -> dict[int, dict[str, Any]]:
    """Of each item that runs as an update all that its post says of the earlier entry, which may be called otherwise
    one day."""
    runs = {item_id: ran for item_id, ran in earlier_runs(session, edition).items() if ran.is_update}
    slugs = slugs_of_posts(session, [ran.date for ran in runs.values()])
    return {
        item_id: {
            "date": ran.date.isoformat(),
            "number": ran.number,
            "slug": slugs[ran.date],
            "version_since": ran.version_since,
            "site_url": site_url,
        }
        for item_id, ran in runs.items()
    }


def _items(session: Session, items: Sequence[Item], updates: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [item.id for item in items]
    texts, readings, mentions = (
        texts_of_items(session, ids),
        readings_of_items(session, ids),
        evidence_of_items(session, ids),
    )
    return [
        _paper(texts[item.id])
        | {"headline": item.headline, "note": item.note, "update": updates.get(item.id)}
        | {"readings": [_reading(reading) for reading in readings.get(item.id, [])]}
        | {"mentions": [mention_record(mention) for mention in mentions.get(item.id, [])]}
        | {"quotes": _quotes(item.quotes, mentions.get(item.id, []))}
        for item in items
    ]


def _quotes(chosen: Sequence[int] | None, mentions: Sequence[Evidence]) -> list[dict[str, str]] | None:
    """The mentions that an editor chose by what names them outside of the desk; None where the rule chooses."""
    if chosen is None:
        return None
    named = {mention.mention_id: {"source": mention.source, "id": mention.external_id} for mention in mentions}
    return [named[mention_id] for mention_id in chosen if mention_id in named]


def _paper(text: PaperText) -> dict[str, Any]:
    names = ("arxiv_id", "version", "title", "authors", "abstract", "categories", "comment", "doi")
    return {name: getattr(text, name) for name in names}


def _reading(reading: CountedReading) -> dict[str, Any]:
    return {"source": reading.source, **_counts(reading)}


def mention_record(mention: Evidence) -> dict[str, Any]:
    """A mention as a record holds it."""
    names = ("source", "url", "author_name", "author_handle", "text", "html", "posted_on", "repost_of")
    return {
        "id": mention.external_id,
        **{name: getattr(mention, name) for name in names},
        "posted_at": _iso(mention.posted_at),
        **_counts(mention),
        "struck": mention.is_struck,
        "strike": _strike(mention),
        "gone": mention.gone_at is not None,
    }


def _strike(mention: Evidence) -> dict[str, Any] | None:
    """Who struck a mention, when and why; nobody is named where the command line did."""
    if not mention.is_struck:
        return None
    return {"by": mention.struck_by, "at": _iso(mention.struck_at), "reason": mention.strike_reason}


def _counts(counts: CountedReading | Evidence) -> dict[str, Any]:
    return {name: getattr(counts, name) for name in COUNTS} | {"captured_at": _iso(counts.captured_at)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

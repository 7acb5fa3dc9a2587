"""The record of an edition: all that goes into its post, as plain data."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.quoting import counted
from app.domain.ranking import best_first, mention_score
from app.domain.records import FORMAT
from app.models import Edition
from app.queries.drafts import DraftedEdition
from app.queries.evidence import COUNTS, Evidence
from app.queries.picked import PickedPaper, Update, picked_papers

# What a record says of a mention in its own words.
_SAID = ("source", "url", "author_name", "author_handle", "text", "html", "posted_on", "repost_of")
_STRUCK = ("struck_at", "struck_by", "strike_reason")
_OF_MENTION = ("external_id", *_SAID, "posted_at", *COUNTS, "captured_at", *_STRUCK)
_OF_PAPER = ("arxiv_id", "version", "title", "authors", "abstract", "categories", "comment", "doi")


def edition_record(
    session: Session,
    edition: Edition | DraftedEdition,
    *,
    now: datetime,
    rules: Rules,
    revision: int = 1,
    first_published_at: datetime | None = None,
    corrections: Sequence[Mapping[str, str]] = (),
    items: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The record of an edition's picked items in order, published at `now`; docs/record.schema.json has its form.

    A correction says when readers had the first revision, and all corrections so far, its own last: `{"at": ISO 8601
    time, "note": Markdown}` each. A revision that nobody had, because it was taken back, is no first one. `items` are
    those of `item_records` for whoever has them already.
    """
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
        "items": list(item_records(session, edition, rules) if items is None else items),
    }


def item_records(session: Session, edition: Edition | DraftedEdition, rules: Rules) -> list[dict[str, Any]]:
    """What a record says of each picked item of an edition, in order."""
    return [item_record(paper) for paper in picked_papers(session, edition, rules.site_url)]


def item_record(paper: PickedPaper) -> dict[str, Any]:
    """What a record says of a picked item: its paper and mentions as of its horizon, an editor's words and quotes."""
    item, former = paper.item, _former(paper)
    said = {
        **item._mapping,
        "authors": json.loads(item.authors_json),
        "categories": json.loads(item.categories_json),
        **former.get(None, {}),
    }
    heard = [dict(row._mapping) | former.get(row.mention_id, {}) for row in paper.mentions]
    mentions = best_first(
        [_mention(mention, _is_gone(mention["gone_run_id"], item)) for mention in heard],
        lambda mention: mention_score(counted(mention)),
    )
    return {
        **{name: said[name] for name in _OF_PAPER},
        "headline": item.headline,
        "note": item.note,
        "update": _update(paper.update),
        "readings": [{"source": reading.source, **_counts(reading._mapping)} for reading in paper.readings],
        "mentions": mentions,
        "quotes": _quotes(item.quotes_json, paper.mentions),
    }


def _former(paper: PickedPaper) -> dict[int | None, dict[str, Any]]:
    """The former words of mentions by id, and under None those of the paper."""
    former: dict[int | None, dict[str, Any]] = {}
    for row in paper.former:
        former.setdefault(row.mention_id, {}).update(json.loads(row.before_json))
    return former


def _update(update: Update | None) -> dict[str, Any] | None:
    return None if update is None else update._asdict() | {"date": update.date.isoformat()}


def _quotes(chosen: str | None, mentions: Sequence[Any]) -> list[dict[str, str]] | None:
    """The mentions that an editor chose by what names them outside of the desk; None where the rule chooses."""
    if chosen is None:
        return None
    named = {mention.mention_id: {"source": mention.source, "id": mention.external_id} for mention in mentions}
    return [named[mention_id] for mention_id in json.loads(chosen) if mention_id in named]


def _is_gone(run_id: int | None, item: Any) -> bool:
    return run_id is not None and run_id <= item.horizon


def mention_record(mention: Evidence) -> dict[str, Any]:
    """A mention as a record holds it."""
    return _mention({name: getattr(mention, name) for name in _OF_MENTION}, mention.gone_at is not None)


def _mention(mention: Mapping[str, Any], gone: bool) -> dict[str, Any]:
    return {
        "id": mention["external_id"],
        **{name: mention[name] for name in _SAID},
        "posted_at": _iso(mention["posted_at"]),
        **_counts(mention),
        "struck": mention["struck_at"] is not None,
        "strike": _strike(mention),
        "gone": gone,
    }


def _strike(mention: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who struck a mention, when and why; nobody is named where the command line did."""
    if mention["struck_at"] is None:
        return None
    return {"by": mention["struck_by"], "at": _iso(mention["struck_at"]), "reason": mention["strike_reason"]}


def _counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: counts[name] for name in COUNTS} | {"captured_at": _iso(counts["captured_at"])}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

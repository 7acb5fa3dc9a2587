"""An edition as the JSON that other programs read (DESIGN.md section 6)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Edition, Item
from app.queries.evidence import COUNTS, Evidence, evidence_of_items, texts_of_items


def edition_json(session: Session, edition: Edition) -> dict[str, Any]:
    """The edition with its picked items in order, its candidates best first, and what is held or was dropped."""
    items = list(session.scalars(select(Item).where(Item.edition_id == edition.id)))
    texts = texts_of_items(session, [item.id for item in items])
    mentions = evidence_of_items(session, [item.id for item in items])
    by_score = sorted(items, key=lambda item: (-item.score, texts[item.id].arxiv_id))
    picked = sorted((item for item in items if item.state == "picked"), key=lambda item: item.order_key)

    def shown(item: Item, position: int | None = None) -> dict[str, Any]:
        return {
            "arxiv_id": texts[item.id].arxiv_id,
            "title": texts[item.id].title,
            "headline": item.headline,
            "note": item.note,
            "position": position,
            "score": item.score,
            "parts": item.parts,
            "mentions": [_mention(mention) for mention in mentions.get(item.id, [])],
        }

    return {
        "date": edition.date.isoformat(),
        "status": edition.status,
        "version": edition.version,
        "cut": edition.cut,
        "picked": [shown(item, number) for number, item in enumerate(picked, 1)],
        "candidates": [shown(item) for item in by_score if item.state == "candidate"],
        # For this edition a held paper is out like a dropped one; the three lists are what other programs know.
        "dropped": [shown(item) | {"reason": _reason(item)} for item in by_score if item.state in ("held", "dropped")],
    }


def _reason(item: Item) -> str | None:
    return "held for the next edition" if item.state == "held" else item.drop_reason


def _mention(mention: Evidence) -> dict[str, Any]:
    return {
        "source": mention.source,
        "id": mention.external_id,
        "url": mention.url,
        "author_name": mention.author_name,
        "author_handle": mention.author_handle,
        **{name: getattr(mention, name) for name in COUNTS},
        "captured_at": mention.captured_at.isoformat() if mention.captured_at else None,
        "struck": mention.is_struck,
    }

"""Strikes: an editor takes a mention out of every score, or takes the strike back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules, check_reason
from app.models import Edition, Editor, Item, Mention, MentionedPaper, Strike
from app.services.audit import Acted, Kind, item_changes, plain, record, snapshot
from app.services.scoring import claim_edition, rescore
from app.services.transactions import transaction

STRIKE_FIELDS = ("editor_id", "struck_at", "reason")


def strike(
    session: Session,
    mention_id: int,
    *,
    editor: Editor | None,
    now: datetime,
    rules: Rules,
    edition_id: int | None = None,
    reason: str | None = None,
) -> Acted:
    """Strike a mention everywhere and rescore every paper it names in every draft edition.

    `edition_id` is where the editor did it, and so where it can be undone. Raises NotAllowed.
    """
    check_reason(reason)

    def change(mention: Mention, struck: Strike | None) -> bool:
        if struck is not None:
            return False
        session.add(
            Strike(mention_id=mention.id, editor_id=editor.id if editor else None, struck_at=now, reason=reason or None)
        )
        return True

    return _act(session, mention_id, Kind.MENTION_STRUCK, "struck", change, editor, now, rules, edition_id)


def unstrike(
    session: Session,
    mention_id: int,
    *,
    editor: Editor | None,
    now: datetime,
    rules: Rules,
    edition_id: int | None = None,
) -> Acted:
    """Let a struck mention count again, and rescore every paper it names. Raises NotAllowed."""

    def change(mention: Mention, struck: Strike | None) -> bool:
        if struck is None:
            return False
        session.execute(delete(Strike).where(Strike.id == struck.id))
        session.expunge(struck)
        return True

    return _act(session, mention_id, Kind.MENTION_UNSTRUCK, "let count again", change, editor, now, rules, edition_id)


def mention_by_name(session: Session, source: str, external_id: str) -> Mention:
    """The mention of a source's own id. Raises NotAllowed when the desk does not know it."""
    mention = session.scalar(select(Mention).where(Mention.source == source, Mention.external_id == external_id))
    if mention is None:
        raise NotAllowed(f"There is no mention {external_id} from {source}.")
    return mention


def _act(
    session: Session,
    mention_id: int,
    kind: Kind,
    verb: str,
    change: Callable[[Mention, Strike | None], bool],
    editor: Editor | None,
    now: datetime,
    rules: Rules,
    edition_id: int | None,
) -> Acted:
    mention = session.get(Mention, mention_id)
    if mention is None:
        raise NotAllowed("There is no such mention.")
    with transaction(session):
        edition = claim_edition(session, edition_id, now) if edition_id is not None else None
        items = draft_items_naming(session, mention_id)
        held = _claim_others(session, items, edition_id, now)
        before, was = {item.id: snapshot(item) for item in held}, _strike_of(session, mention_id)
        former = strike_fields(was)
        if not change(mention, was):
            session.rollback()
            return Acted(edition_id, None, [])
        session.flush()
        rescore(session, items, rules)
        made = strike_fields(_strike_of(session, mention_id))
        changes = [{"mention_id": mention_id, "strike": [former, made]}, *item_changes(before, held)]
        about = {"now": now, "editor": editor, "edition": edition, "mention_id": mention_id}
        event = record(session, kind, f"{verb} {_said_by(mention)}", changes=changes, **about)
        return Acted(edition_id, event.id, [item.id for item in items])


def draft_items_naming(session: Session, mention_id: int) -> list[Item]:
    """The items of draft editions whose paper a mention names, fresh from the database."""
    query = (
        select(Item)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .join(Edition)
        .where(MentionedPaper.mention_id == mention_id, Edition.status == "draft")
        .order_by(Item.id)
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def strike_fields(strike: Strike | None) -> dict[str, Any] | None:
    """A strike as plain data, or None where there is none."""
    return strike and {name: plain(name, getattr(strike, name)) for name in STRIKE_FIELDS}


def _strike_of(session: Session, mention_id: int) -> Strike | None:
    return session.scalar(select(Strike).where(Strike.mention_id == mention_id))


def _claim_others(session: Session, items: list[Item], edition_id: int | None, now: datetime) -> list[Item]:
    """Lock the other editions that the mention reaches, and return the items whose former places an undo must restore.

    An edition that no editor has touched still follows the rules by itself; there an undo rescores instead.
    """
    for other in sorted({item.edition_id for item in items} - {edition_id}):
        claim_edition(session, other, now, acts=False)
    return [item for item in items if item.edition.acted_at is not None]


def _said_by(mention: Mention) -> str:
    who = f"@{mention.author_handle}" if mention.author_handle else mention.author_name or mention.external_id
    return f"the mention by {who}"

"""Strikes: an editor takes a mention out of every score, or takes the strike back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed, check_reason
from app.models import Edition, Item, Mention, MentionedPaper, Strike
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, plain, record, snapshot
from app.services.placing import claim_editions
from app.services.scoring import rescore
from app.services.transactions import transaction

STRIKE_FIELDS = ("editor_id", "struck_at", "reason")


def strike(
    session: Session,
    mention_id: int,
    by: Acting,
    *,
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
        session.add(Strike(mention_id=mention.id, editor_id=by.editor_id, struck_at=by.now, reason=reason or None))
        return True

    return _act(session, mention_id, Kind.MENTION_STRUCK, "struck", change, by, edition_id)


def unstrike(
    session: Session,
    mention_id: int,
    by: Acting,
    *,
    edition_id: int | None = None,
) -> Acted:
    """Let a struck mention count again, and rescore every paper it names. Raises NotAllowed."""

    def change(mention: Mention, struck: Strike | None) -> bool:
        if struck is None:
            return False
        session.execute(delete(Strike).where(Strike.id == struck.id))
        session.expunge(struck)
        return True

    return _act(session, mention_id, Kind.MENTION_UNSTRUCK, "let count again", change, by, edition_id)


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
    by: Acting,
    edition_id: int | None,
) -> Acted:
    mention = session.get(Mention, mention_id)
    if mention is None:
        raise NotAllowed("There is no such mention.")
    with transaction(session):
        edition = claim_reached(session, mention_id, edition_id, by)
        items = draft_items_naming(session, mention_id)
        # An edition that no editor has touched follows the rules by itself; there an undo rescores instead.
        held = [item for item in items if item.edition.acted_at is not None]
        before, was = {item.id: snapshot(item) for item in held}, _strike_of(session, mention_id)
        former = strike_fields(was)
        if not change(mention, was):
            session.rollback()
            return Acted(edition_id, None, [])
        session.flush()
        rescore(session, items, by.rules)
        made = strike_fields(_strike_of(session, mention_id))
        changes = [{"mention_id": mention_id, "strike": [former, made]}, *item_changes(before, held)]
        said = f"{verb} {_said_by(mention)}"
        event = record(session, by, kind, said, edition=edition, mention_id=mention_id, changes=changes)
        return Acted(edition_id, event.id, [item.id for item in items])


def draft_items_naming(session: Session, mention_id: int) -> list[Item]:
    """The items of draft editions whose paper a mention names, fresh from the database.

    A paper that still waits is in no edition: it is scored by all that is known once somebody takes it.
    """
    query = (
        select(Item)
        .join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
        .join(Edition)
        .where(MentionedPaper.mention_id == mention_id, Edition.status == "draft", Item.state != "waiting")
        .order_by(Item.id)
        .options(joinedload(Item.edition), joinedload(Item.paper))
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def strike_fields(strike: Strike | None) -> dict[str, Any] | None:
    """A strike as plain data, or None where there is none."""
    return strike and {name: plain(name, getattr(strike, name)) for name in STRIKE_FIELDS}


def _strike_of(session: Session, mention_id: int) -> Strike | None:
    return session.scalar(select(Strike).where(Strike.mention_id == mention_id))


def claim_reached(session: Session, mention_id: int, edition_id: int | None, by: Acting) -> Edition | None:
    """Lock every draft edition that a mention reaches, and the one in which somebody acts, which is returned."""
    ids = {item.edition_id for item in draft_items_naming(session, mention_id)}
    return claim_editions(session, ids, edition_id, by)


def _said_by(mention: Mention) -> str:
    who = f"@{mention.author_handle}" if mention.author_handle else mention.author_name or mention.external_id
    return f"the mention by {who}"

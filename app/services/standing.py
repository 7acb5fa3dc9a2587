"""How an edition stands to its readers: the claims of actions on it, and what an event keeps of it."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Edition, Post
from app.services.acting import Acting

# What a scheduled publishing keeps, and what is over once the edition is published or its correction given up.
SCHEDULED = ("publish_at", "publish_editor_id", "publish_reason", "publish_note", "publish_problem")


def claim_any(session: Session, edition_id: int) -> Edition | None:
    """Lock an edition for one action, whatever its status, and count its version up; None where there is none."""
    session.execute(
        update(Edition)
        .where(Edition.id == edition_id)
        .values(version=Edition.version + 1)
        .execution_options(synchronize_session=False)
    )
    return session.get(Edition, edition_id, populate_existing=True)


def claim_post(session: Session, edition_id: int) -> tuple[Edition, Post]:
    """Lock an edition that has a post for one action on that and count its version up, whether it is corrected or not.

    Returns the revision that readers have, or had. Raises NotAllowed where there is none.
    """
    edition = claim_any(session, edition_id)
    if edition is None:
        raise NotAllowed("There is no such edition.")
    if edition.post_id is None:
        raise NotAllowed(f"The edition of {edition.date} has no post that readers have; publish it first.")
    return edition, session.get_one(Post, edition.post_id)


def refuse_other_holder(edition: Edition, by: Acting) -> None:
    """Refuse what only the holder of an edition's baton may do, and the command line. Raises NotAllowed."""
    if by.editor_id is not None and edition.baton_editor_id not in (None, by.editor_id):
        name = edition.baton_editor.name if edition.baton_editor else "Another editor"
        raise NotAllowed(f"{name} holds the baton of this edition and publishes it; take it over first.")


def standing_of(edition: Edition) -> dict[str, Any]:
    """How an edition stands to its readers, as an event keeps it."""
    times = ("retracted_at", "publish_at")
    plain = {name: getattr(edition, name) for name in ("status", "post_id", "publish_problem")}
    return plain | {name: moment.isoformat() if (moment := getattr(edition, name)) else None for name in times}


def changed_standing(edition: Edition, before: dict[str, Any]) -> dict[str, Any]:
    """The change for an event of an edition that stood to its readers as `standing_of` said."""
    after = standing_of(edition)
    fields = {name: [was, after[name]] for name, was in before.items() if was != after[name]}
    return {"edition_id": edition.id, "of_edition": fields}


def clear_schedule(edition: Edition) -> None:
    """Take off the time at which an edition is to be published by itself, and all that was said for it."""
    for name in SCHEDULED:
        setattr(edition, name, None)

"""The baton: one editor at a time may publish an edition, and another can take that over."""

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Edition, Editor
from app.models.editors import Account
from app.queries.presence import baton_of
from app.services.acting import Acting
from app.services.audit import Acted, Kind, record
from app.services.placing import claim_edition
from app.services.transactions import transaction


def take(session: Session, edition_id: int, by: Acting) -> Acted:
    """Take the baton of an edition: where nobody holds it, or from a holder who is not here or has been idle.

    Nothing happens where the editor holds it already. Raises NotAllowed where its holder is at work, and for a
    published edition.
    """
    editor = _editor(by)
    with transaction(session):
        edition = claim_edition(session, edition_id, by, acts=False)
        baton = baton_of(session, edition, by.now)
        if baton.editor_id == editor.id:
            session.rollback()
            return Acted(edition_id, None, [])
        if not baton.is_free:
            raise NotAllowed(f"{baton.name} holds the baton and is at work; ask {baton.name} for it.")
        came_from = f" from {baton.name}" if baton.editor_id else ""
        return _give(session, edition, editor, by, Kind.BATON_TAKEN, f"took the baton{came_from}")


def lay_down(session: Session, edition_id: int, by: Acting, *, to: int | None = None) -> Acted:
    """Lay the baton of an edition down, or pass it on to the editor of the id `to`.

    Raises NotAllowed for anybody but its holder, for a person who may not edit, and for a published edition.
    """
    editor = _editor(by)
    with transaction(session):
        edition = claim_edition(session, edition_id, by, acts=False)
        if edition.baton_editor_id != editor.id:
            raise NotAllowed("You do not hold the baton of this edition any more; look at who does.")
        if to is None:
            return _give(session, edition, None, by, Kind.BATON_LAID_DOWN, "laid the baton down")
        person = session.get(Editor, to)
        if person is None or not person.may_edit or person.id == editor.id:
            raise NotAllowed("The baton can be passed on to another editor only; choose one of those offered.")
        return _give(session, edition, person, by, Kind.BATON_LAID_DOWN, f"passed the baton to {person.name}")


def _editor(by: Acting) -> Account:
    if by.editor is None:
        raise NotAllowed("The baton is for editors; the command line publishes without it.")
    return by.editor


def _give(session: Session, edition: Edition, person: Account | None, by: Acting, kind: Kind, summary: str) -> Acted:
    """Let somebody, or nobody, hold the baton from now on; the caller has claimed the edition and commits."""
    was = (edition.baton_editor_id, edition.baton_at)
    edition.baton_editor_id, edition.baton_at = (person.id if person else None), (by.now if person else None)
    fields = {
        "baton_editor_id": [was[0], edition.baton_editor_id],
        "baton_at": [time.isoformat() if time else None for time in (was[1], edition.baton_at)],
    }
    changes = [{"edition_id": edition.id, "of_edition": fields}]
    return Acted(edition.id, record(session, by, kind, summary, edition=edition, changes=changes).id, [])

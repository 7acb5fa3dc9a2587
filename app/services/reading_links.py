"""Reading links: that a draft may be read by whoever has its secret link, until it is taken back or published."""

import secrets
from hmac import compare_digest
from typing import Any

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Edition, ReadingLink
from app.services.acting import Acting
from app.services.audit import Acted, Kind, Recorded, record
from app.services.placing import claim_edition
from app.services.transactions import transaction


class LinkEnded(NotAllowed):
    """A link that was good once: taken back, or its edition is published."""


def make_reading_link(session: Session, edition_id: int, by: Acting) -> Acted:
    """Make the link of a draft; one that is there already stays as it is. Raises NotAllowed when it is published."""
    with transaction(session):
        edition = claim_edition(session, edition_id, by, acts=False)
        if session.get(ReadingLink, edition_id, populate_existing=True):
            session.rollback()
            return Acted(edition_id, None, [])
        link = ReadingLink(
            edition_id=edition_id, nonce=secrets.token_urlsafe(16), editor_id=by.editor_id, made_at=by.now
        )
        session.add(link)
        event = _record(session, edition, by, Kind.LINK_MADE, "made a reading link of the draft", [None, _told(link)])
        return Acted(edition_id, event.id, [])


def end_reading_link(session: Session, edition_id: int, by: Acting) -> Acted:
    """Take the link back: whoever follows it reads nothing from now on. Raises NotAllowed when it is published."""
    with transaction(session):
        edition = claim_edition(session, edition_id, by, acts=False)
        link = session.get(ReadingLink, edition_id, populate_existing=True)
        if link is None:
            session.rollback()
            return Acted(edition_id, None, [])
        event = _record(session, edition, by, Kind.LINK_ENDED, "took the reading link back", [_told(link), None])
        session.delete(link)
        return Acted(edition_id, event.id, [])


def forget_link(session: Session, edition: Edition) -> list[dict[str, Any]]:
    """Let the link of an edition that was published not lead to its correction; the change for an event, if any.

    The caller has locked the edition and commits.
    """
    link = session.get(ReadingLink, edition.id, populate_existing=True)
    if link is None:
        return []
    session.delete(link)
    return [{"edition_id": edition.id, "reading_link": [_told(link), None]}]


def edition_of_link(session: Session, edition_id: int, nonce: str) -> Edition:
    """The draft that a link lets one read. Raises LinkEnded, one plain sentence, where it lets nobody read any more."""
    link = session.get(ReadingLink, edition_id)
    edition = session.get(Edition, edition_id)
    # Asked for by its edition and compared here, so that no message of the database holds the secret.
    if link is None or edition is None or not compare_digest(link.nonce.encode(), nonce.encode()):
        raise LinkEnded("This link was taken back; ask who gave it to you for another one.")
    if edition.status != "draft":
        raise LinkEnded("What this link led to is published now, so the link has ended.")
    return edition


def _told(link: ReadingLink) -> dict[str, Any]:
    """What an event keeps of a link; never what the link is made from."""
    return {"editor_id": link.editor_id, "made_at": link.made_at.isoformat()}


def _record(
    session: Session, edition: Edition, by: Acting, kind: Kind, summary: str, change: list[dict[str, Any] | None]
) -> Recorded:
    changes = [{"edition_id": edition.id, "reading_link": change}]
    return record(session, by, kind, summary, edition=edition, changes=changes)

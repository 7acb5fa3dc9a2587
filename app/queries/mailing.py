"""The mails of an edition: what was sent, to whom, when and by whom, as the log has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AuditEvent


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail that a server took."""

    message_id: str
    revision: int
    to: str
    at: datetime
    by: str | None


def mails_of(session: Session, edition_id: int) -> Sequence[SentMail]:
    """The mails of an edition, the newest first."""
    query = select(AuditEvent).where(AuditEvent.edition_id == edition_id, AuditEvent.kind == "mail.sent")
    events = session.scalars(query.order_by(AuditEvent.id.desc())).all()
    return [_sent(event, change["mail"]) for event in events for change in event.changes if "mail" in change]


def _sent(event: AuditEvent, mail: dict[str, str | int]) -> SentMail:
    name = event.editor.name if event.editor else None
    return SentMail(str(mail["message_id"]), int(mail["revision"]), str(mail["to"]), event.at, name)

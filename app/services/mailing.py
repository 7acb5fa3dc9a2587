"""Mailing: an edition written as a mail, and its post sent to the list once, however often that is asked for."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from app.domain.delivery import DeliveryError
from app.domain.editions import NotAllowed
from app.domain.mail import Heading, mail_of, message_id_of, message_of
from app.domain.posts import PostDocument
from app.domain.records import document_of
from app.models import Edition, Post
from app.queries.mailing import SentMail, mails_of
from app.queries.posts import is_in_grace, post_of, revisions_of
from app.queries.records import edition_record
from app.services.acting import Acting
from app.services.audit import Kind, record
from app.services.locks import Lock, held
from app.services.standing import claim_any
from app.services.transactions import transaction
from app.targets.mail import MailServer

MAIL = Lock("mail", 2006_12346, "A mail is being sent at this moment; look in a minute whether it has arrived.")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An edition as it is told elsewhere; `post` is None while it is a draft that has none."""

    edition: Edition
    post: Post | None
    document: PostDocument
    heading: Heading


@dataclass(frozen=True, slots=True)
class Sending:
    """A mail that was sent; `is_new` is False when it had been sent before."""

    mail: SentMail
    is_new: bool


def elsewhere(session: Session, edition: Edition, by: Acting, *, pages: str = "") -> Elsewhere:
    """What an edition's mail and threads are made of: the post that readers have, or the draft as it is now.

    TeX in titles and abstracts is tidied, for nothing elsewhere draws it. `pages` is where the desk's own public pages
    stand (may be empty), for a house that has no site.
    """
    post = post_of(session, edition)
    made_of = post.record if post else edition_record(session, edition, now=by.now, rules=by.rules)
    document = document_of(dict(made_of) | {"tidy_tex": True})
    address = address_of(document, edition.date, site_url=by.rules.site_url, pages=pages)
    return Elsewhere(edition, post, document, Heading(edition.date, address, is_draft=post is None))


def address_of(document: PostDocument, day: Day, *, site_url: str, pages: str) -> str:
    """Where readers find a post: on the house's site, else on the desk's public pages, else nowhere."""
    slug = document.slug.strip("/")
    if site_url and slug:
        return f"{site_url}/{slug}"
    return f"{pages}/{day.isoformat()}" if pages else ""


def why_not(told: Elsewhere, server: MailServer, now: datetime) -> str:
    """Why an edition's mail cannot be sent, in one sentence that says what to do; empty where it can."""
    if server.missing:
        names = " and ".join(f"HOTPAPERS_{name}" for name in server.missing)
        return f"No mail can be sent from here until {names} {'is' if len(server.missing) == 1 else 'are'} set."
    if told.post is None:
        return "This edition is a draft; publish it first, then its mail can be sent."
    if told.edition.retracted_at is not None:
        return "The post is withdrawn; restore it first, then its mail can be sent."
    if is_in_grace(told.post, now):
        return "The post can still be taken back; its mail can be sent when that time is over."
    return ""


def sent_of(session: Session, told: Elsewhere, server: MailServer) -> SentMail | None:
    """The mail of this very post to this very address, where it was sent."""
    if told.post is None:
        return None
    message_id = _message_id(told.post, server)
    mails = mails_of(session, told.edition.id)
    return next((mail for mail in mails if mail.message_id == message_id and mail.to == server.to), None)


def message(session: Session, told: Elsewhere, server: MailServer, by: Acting) -> EmailMessage:
    """The mail as a message for any mail program, whether or not a server is set up; a draft's has an id of its own."""
    sender, to = server.sender or "desk@localhost", server.to or "list@localhost"
    message_id = _message_id(told.post, server) if told.post else f"<draft.{told.edition.date}@localhost>"
    at = told.post.published_at if told.post else by.now
    mail = mail_of(told.document, told.heading)
    answers = _earlier(session, told, server)
    return message_of(mail, sender=sender, to=to, message_id=message_id, at=at, answers=answers)


def send(session: Session, edition_id: int, by: Acting, *, server: MailServer, pages: str = "") -> Sending:
    """Send the mail of an edition's post to the list.

    It goes out once: pressed twice, or by two editors at once, the second is told of the first one's. Where nobody
    can know whether the server took it, sending again sends the same message id, which lists show only once.
    Raises NotAllowed with one sentence where it may not or cannot be sent.
    """
    with held(session, MAIL):
        # Read under the lock, and afresh, so that what another process has sent is seen.
        session.rollback()
        edition = session.get(Edition, edition_id, populate_existing=True)
        if edition is None:
            raise NotAllowed("There is no such edition.")
        told = elsewhere(session, edition, by, pages=pages)
        if earlier := sent_of(session, told, server):
            return Sending(earlier, is_new=False)
        if reason := why_not(told, server, by.now):
            raise NotAllowed(reason)
        prepared, post = message(session, told, server, by), told.post
        assert post is not None
        about = {"message_id": str(prepared["Message-ID"]), "post_id": post.id, "revision": post.revision}
        # Nothing of the database is held while the network is waited for.
        session.rollback()
        try:
            receipt = server.send(prepared)
        except DeliveryError as error:
            raise NotAllowed(str(error)) from error
        _record(session, edition_id, by, about | {"sha256": post.sha256, "to": server.to, "receipt": receipt})
        sent = mails_of(session, edition_id)[0]
    return Sending(sent, is_new=True)


def _record(session: Session, edition_id: int, by: Acting, mail: dict[str, Any]) -> None:
    with transaction(session):
        edition = claim_any(session, edition_id)
        said = f"sent the mail of revision {mail['revision']} to {mail['to']}"
        record(session, by, Kind.MAIL_SENT, said, edition=edition, changes=[{"edition_id": edition_id, "mail": mail}])


def _message_id(post: Post, server: MailServer) -> str:
    return message_id_of(post.edition.date, post.sha256, server.sender)


def _earlier(session: Session, told: Elsewhere, server: MailServer) -> str:
    """The id of the last mail of an earlier revision to the same address, which a correction's mail follows."""
    post = told.post
    if post is None or post.revision == 1:
        return ""
    known = {_message_id(other, server) for other in revisions_of(session, told.edition.id)} - {
        _message_id(post, server)
    }
    mails = mails_of(session, told.edition.id)
    return next((mail.message_id for mail in mails if mail.to == server.to and mail.message_id in known), "")

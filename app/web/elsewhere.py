"""The same edition elsewhere: its e-mail and its threads, to be copied, downloaded or sent."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, make_response, redirect, url_for
from flask_login import login_required

from app.domain.editions import NotAllowed
from app.domain.mail import mail_of
from app.domain.threads import NETWORKS, thread_of
from app.extensions import db
from app.queries.mailing import mails_of
from app.services import mailing
from app.services.mailing import Elsewhere, elsewhere
from app.web.auth import acting, editor_required
from app.web.editions import edition_or_404
from app.web.filters import in_zone
from app.web.htmx import render
from app.web.security import POLICY

bp = Blueprint("elsewhere", __name__)

# A mail's styles are in the mail. Nothing else of it acts, and only this page may hold it in a frame.
MAIL_HEADERS = {
    "Content-Security-Policy": "; ".join(
        ("default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'")
        + ("frame-ancestors 'self'",)
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
# The page has its mail in a frame.
PAGE_HEADERS = {"Content-Security-Policy": f"{POLICY}; frame-src 'self'"}


def _told(day: str) -> Elsewhere:
    return elsewhere(db.session, edition_or_404(day), acting(), pages=_pages())


def _pages() -> str:
    """Where the desk's own public pages stand, empty where readers have none or nobody has said where."""
    config = current_app.config
    return f"{config['PUBLIC_URL']}/hot-papers" if config["PUBLIC_PAGES"] and config["PUBLIC_URL"] else ""


def _page(template: str, told: Elsewhere, place: str, context: dict[str, Any]) -> Response:
    response = render(template, day=told.edition.date.isoformat(), place=place, told=told, **context)
    response.headers.update(PAGE_HEADERS)
    return response


def _mail_context(told: Elsewhere) -> dict[str, Any]:
    server = current_app.extensions["mail_server"]
    return {
        "mail": mail_of(told.document, told.heading),
        "server": server,
        "why_not": mailing.why_not(told, server, acting().now),
        "sent": mailing.sent_of(db.session, told, server),
        "mails": mails_of(db.session, told.edition.id),
    }


def _thread_context(told: Elsewhere, place: str) -> dict[str, Any]:
    network = NETWORKS[place]
    posts = thread_of(told.document, told.heading, network)
    return {"network": network, "posts": posts, "whole": "\n\n———\n\n".join(post.text for post in posts)}


@bp.get("/posts/<day>/elsewhere")
@login_required
def show(day: str) -> Response:
    """The e-mail of a post, or of the draft that has none yet."""
    told = _told(day)
    return _page("pages/elsewhere/mail.html", told, "mail", _mail_context(told))


@bp.get("/posts/<day>/elsewhere/<place>")
@login_required
def thread(day: str, place: str) -> Response:
    """The thread of a post for one network."""
    if place not in NETWORKS:
        abort(404, f"There are threads for {' and '.join(network.name for network in NETWORKS.values())} only.")
    told = _told(day)
    return _page("pages/elsewhere/thread.html", told, place, _thread_context(told, place))


@bp.get("/posts/<day>/elsewhere/mail.html")
@login_required
def mail_html(day: str) -> Response:
    """The mail's HTML as a document of its own."""
    told = _told(day)
    response = make_response(mail_of(told.document, told.heading).html)
    response.headers.update(MAIL_HEADERS)
    return response


@bp.get("/posts/<day>/elsewhere/mail.eml")
@login_required
def eml(day: str) -> Response:
    """The mail as a file that mail programs open, to be looked at or sent from there."""
    told = _told(day)
    message = mailing.message(db.session, told, current_app.extensions["mail_server"], acting())
    # Mail programs open it for writing then.
    message["X-Unsent"] = "1"
    response = Response(message.as_bytes(), mimetype="message/rfc822")
    response.headers.set("Content-Disposition", "attachment", filename=f"hot-papers-{told.edition.date}.eml")
    return response


@bp.get("/posts/<day>/mailing")
@editor_required
def new(day: str) -> Response:
    """Ask once whether to send the mail; one that was sent or cannot be is told on the page it came from."""
    told, server = _told(day), current_app.extensions["mail_server"]
    if mailing.sent_of(db.session, told, server) or mailing.why_not(told, server, acting().now):
        return _back(told.edition.date.isoformat())
    mail = mail_of(told.document, told.heading)
    return render(
        "pages/elsewhere/sending.html", day=told.edition.date.isoformat(), told=told, mail=mail, server=server
    )


@bp.post("/posts/<day>/mailing")
@editor_required
def create(day: str) -> Response:
    """Send the mail, or say that it was sent before."""
    edition = edition_or_404(day)
    address = edition.date.isoformat()
    try:
        server = current_app.extensions["mail_server"]
        sending = mailing.send(db.session, edition.id, acting(), server=server, pages=_pages())
    except NotAllowed as error:
        flash(str(error), "bad")
        return _back(address)
    flash(_said(sending), "done")
    return _back(address)


def _said(sending: mailing.Sending) -> str:
    mail = sending.mail
    if sending.is_new:
        return f"Sent to {mail.to}."
    here = in_zone(mail.at)
    by = f" by {mail.by}" if mail.by else ""
    return f"It was sent to {mail.to} already, on {here.day} {here:%B} at {here:%H:%M}{by}; it is not sent twice."


def _back(address: str) -> Response:
    return redirect(url_for("elsewhere.show", day=address), 303)

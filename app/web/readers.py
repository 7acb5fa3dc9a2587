"""Reading links: made and taken back by editors, and the page that whoever has one reads without an account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, url_for
from flask_login import AnonymousUserMixin, current_user
from itsdangerous import BadData, URLSafeSerializer

from app.extensions import db
from app.models import Edition
from app.queries.drafts import DraftedEdition
from app.services.audit import Acted
from app.services.reading_links import LinkEnded, edition_of_link, end_reading_link, make_reading_link
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.documents import BARE_HEADERS
from app.web.drafts import draft_of
from app.web.editions import edition_or_404
from app.web.filters import long_date
from app.web.htmx import is_htmx

bp = Blueprint("readers", __name__)

NO_LINK = "There is nothing at this address; look whether the link was copied whole."
NOTHING_PICKED = "Nothing has been chosen for this edition yet."
# Beside the bare page's own: it is kept nowhere, found by no search, and where a reader goes from it learns nothing.
HEADERS = {
    **BARE_HEADERS,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class ReadingLinkShown:
    """A reading link as editors see it: its address, and who made it when."""

    address: str
    made_by: str
    made_at: datetime


def shown_reading_link(edition: DraftedEdition) -> ReadingLinkShown | None:
    """The link of a draft; None where there is none, and for anybody who may not change anything."""
    may_see = edition.status == "draft" and current_user.may_edit
    if not may_see or edition.link_nonce is None or edition.link_made_at is None:
        return None
    address = url_for("readers.show", token=_token_of(edition.id, edition.link_nonce), _external=True)
    return ReadingLinkShown(address, edition.link_made_by or "", edition.link_made_at)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="reading link")


def _token_of(edition_id: int, nonce: str) -> str:
    return str(_signer().dumps([edition_id, nonce]))


def _read_token(token: str) -> tuple[int, str]:
    """The edition and the nonce that a token was signed from. Raises BadData for any that we never gave out."""
    edition_id, nonce = _signer().loads(token)
    # Base64 is read leniently, and a link has one spelling.
    if not compare_digest(token.encode(), _token_of(edition_id, nonce).encode()):
        raise BadData("another spelling")
    return edition_id, nonce


@bp.post("/editions/<day>/reading-link")
@editor_required
def create(day: str) -> Response:
    """Make the secret link of a draft."""
    return _changed(edition_or_404(day), make_reading_link)


@bp.post("/editions/<day>/reading-link/removal")
@editor_required
def remove(day: str) -> Response:
    """Take it back."""
    return _changed(edition_or_404(day), end_reading_link)


def _changed(edition: Edition, do: Callable[..., Acted]) -> Response:
    response = act(edition, lambda: do(db.session, edition.id, acting()))
    if is_htmx() or response.status_code != 303:
        return response
    # Without scripts the link is shown on the preview's own page.
    return redirect(url_for("previews.show", day=edition.date.isoformat(), _anchor="reading-link"), 303)


@bp.get("/read/<token>")
def show(token: str) -> Response:
    """The draft as it is now, for whoever has its link; one sentence where the link is none, or has ended.

    Nobody is asked who they are, and nothing is kept of them: no session, no cookie.
    """
    g._login_user = AnonymousUserMixin()
    try:
        edition_id, nonce = _read_token(token)
        edition = edition_of_link(db.session, edition_id, nonce)
    except BadData:
        return _answer(_ended(NO_LINK), 404)
    except LinkEnded as ended:
        return _answer(_ended(str(ended)), 410)
    clock, rules = current_app.extensions["clock"], current_app.extensions["rules"]
    said = f"A draft of {long_date(edition.date)}, not published: it may still change."
    return _answer(draft_of(edition, clock(), rules).page(empty=NOTHING_PICKED, said=said), 200)


def _ended(sentence: str) -> str:
    return render_template("pages/readers/ended.html", sentence=sentence)


def _answer(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers.update(HEADERS)
    return response

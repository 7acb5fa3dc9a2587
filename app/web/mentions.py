"""Mentions: struck out of every score, and taken back."""

from flask import Blueprint, Response, request

from app.extensions import db
from app.models import Edition
from app.services import evidence
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.editions import edition_or_404
from app.web.forms import read_ids, read_reason

bp = Blueprint("mentions", __name__)


def _edition_of_form() -> Edition:
    """The edition whose page the form stood on."""
    return edition_or_404(request.form.get("date", ""))


def _item_of_form() -> int | None:
    """The item in whose details the button was pressed, if it was."""
    return next(iter(read_ids([request.form.get("item", "")])), None)


@bp.post("/mentions/<id:mention_id>/strike")
@editor_required
def strike(mention_id: int) -> Response:
    """Strike a mention everywhere; every paper that it names is scored again."""
    edition = _edition_of_form()
    reason = read_reason(request.form)
    return act(
        edition,
        lambda: evidence.strike(db.session, mention_id, edition_id=edition.id, reason=reason, by=acting()),
        item_id=_item_of_form(),
    )


@bp.post("/mentions/<id:mention_id>/strike/removal")
@editor_required
def unstrike(mention_id: int) -> Response:
    """Take a strike back."""
    edition = _edition_of_form()
    return act(
        edition,
        lambda: evidence.unstrike(db.session, mention_id, edition_id=edition.id, by=acting()),
        item_id=_item_of_form(),
    )

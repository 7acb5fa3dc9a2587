"""Texts: each saves itself by its page's script, which is answered in JSON; plain forms save them without it."""

from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from app.domain.editions import NotAllowed, Stale
from app.domain.texts import tidy
from app.extensions import db
from app.models import Edition, Editor, Item
from app.queries.writings import Stand, stands_of_item
from app.services import curation, writing
from app.services.writing import Conflict, Place
from app.web.as_json import told, wants_json
from app.web.auth import acting, editor_required
from app.web.desk import done
from app.web.edition_pages import edition_page
from app.web.editions import edition_or_404
from app.web.filters import short_time
from app.web.forms import BadInput, ItemTexts, read_item_texts, read_page
from app.web.items import edition_of_item_or_404
from app.web.pages import item_page

bp = Blueprint("texts", __name__)


@bp.app_template_filter()
def saved_in_words(stand: Stand) -> str:
    """When a text was saved as it stands: saved 08:14; nothing where nobody knows."""
    return f"saved {short_time(stand.saved_at).striptags()}" if stand.saved_at else ""


@bp.post("/items/<id:item_id>/texts/<field>")
@editor_required
def save_of_item(item_id: int, field: str) -> Response:
    """Save the headline, the note or the remark of a paper."""
    return _save(None, field, item_id)


@bp.post("/editions/<day>/texts/<field>")
@editor_required
def save_of_edition(day: str, field: str) -> Response:
    """Save the introduction or the closing words of an edition."""
    return _save(edition_or_404(day).id, field, None)


def _save(edition_id: int | None, field: str, item_id: int | None) -> Response:
    """Save a text of an edition, or of an item, whose edition the save itself finds out."""
    if _is_another_person():
        name = db.session.get_one(Editor, int(request.form["editor"])).name
        sentence = f"this browser is signed in as {current_user.name} now, and {name} wrote this"
        return told("signed-out", sentence, 401)
    try:
        place = Place(edition_id, field, item_id)
        text, seen = _typed(field), request.form.get("seen", "")
        # `left` is the text that was not taken where there were two to choose from.
        left = request.form.get("left")
        page = read_page(request.form)
        saved = writing.save(db.session, place, text, acting(), seen=seen, page=page, left=left)
    except NotAllowed as error:
        db.session.rollback()
        if item_id is not None:
            edition_id = edition_of_item_or_404(item_id).id
        return _refused(edition_id, field, item_id, error)
    if not wants_json():
        return done(saved.edition_id, saved.event_id, item_id=item_id)
    return told("saved", saved_in_words(saved.stand) or "saved", **_stands(saved.stand, saved.version))


def _typed(field: str) -> str:
    """The text: a script calls it that, a plain form names its field."""
    return request.form.get("text", request.form.get(field, ""))


def _is_another_person() -> bool:
    """Whether somebody else signed in with this browser while the page of the one who wrote stood open."""
    return request.form.get("editor", "").isdecimal() and request.form["editor"] != str(current_user.id)


def _refused(edition_id: int, field: str, item_id: int | None, error: NotAllowed) -> Response:
    is_stale = isinstance(error, Conflict)
    if wants_json():
        if not is_stale:
            return told("refused", str(error), 422)
        theirs = {"theirs": error.stand.text or "", "by": error.by, "is_own": error.by == current_user.name}
        return told("stale", str(error), 409, **theirs, **_stands(error.stand, error.version))
    status = 409 if is_stale else 422
    typed = {field: _typed(field)}
    if item_id is not None:
        return item_page(item_id, status=status, problem=str(error), typed=typed, is_stale=is_stale)
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    return edition_page(edition, status=status, problem=str(error), typed=typed)


def _stands(stand: Stand, version: int) -> dict[str, Any]:
    return {
        "seen": stand.seen,
        "saved_at": stand.saved_at.isoformat() if stand.saved_at else None,
        "version": version,
    }


@bp.post("/items/<id:item_id>/text")
@editor_required
def annotate(item_id: int) -> Response:
    """Save all texts of a paper from a plain form; refused ones stay in the form, and a stale one shows both."""
    edition = edition_of_item_or_404(item_id)
    try:
        texts = read_item_texts(request.form)
        version = _version_seen(item_id, texts)
        acted = curation.annotate(db.session, item_id, acting(), version=version, **texts.typed)
    except NotAllowed as error:
        db.session.rollback()
        is_about_input = isinstance(error, BadInput) or edition.status == "draft"
        status = 422 if is_about_input and not isinstance(error, Stale) else 409
        again = {"typed": request.form, "problem": str(error), "is_stale": isinstance(error, Stale)}
        return item_page(item_id, status=status, **again)
    return done(edition.id, acted.event_id, item_id=item_id)


def _version_seen(item_id: int, texts: ItemTexts) -> int:
    """The version to save against: other actions count an item up too, and do not make its texts stale."""
    item = db.session.get_one(Item, item_id, populate_existing=True)
    stands = stands_of_item(db.session, item)
    is_fresh = all(
        texts.seen.get(field) == stands[field].seen or tidy(text) == stands[field].text
        for field, text in texts.typed.items()
    )
    return item.version if is_fresh else texts.version

"""Items: their details, and what an editor does to them."""

from flask import Blueprint, Response, abort, request
from flask_login import current_user, login_required

from app.domain.editions import NotAllowed, Stale
from app.extensions import db
from app.models import AuditEvent, Edition, Item
from app.queries.items import details_of_item
from app.services import curation
from app.web.auth import acting, editor_required
from app.web.desk import act, done, refused
from app.web.forms import Texts, digest, read_optional_position, read_position, read_texts
from app.web.htmx import answer, is_htmx, region, render

bp = Blueprint("items", __name__)


def edition_of_item_or_404(item_id: int) -> Edition:
    """The edition that an item stands in."""
    item = db.session.get(Item, item_id)
    if item is None:
        abort(404, "There is no such paper on the desk.")
    return item.edition


def _page(item_id: int, *, status: int = 200, **texts: object) -> Response:
    """The page of one item; `texts` replaces what the text form shows."""
    item = details_of_item(db.session, item_id)
    if item is None:
        abort(404, "There is no such paper on the desk.")
    may_edit = current_user.may_edit and item.edition.status == "draft"
    context = {"item": item, "may_edit": may_edit, "live": is_htmx(), **texts}
    return render("pages/items/show.html", fragment="partials/items/_details.html", status=status, **context)


@bp.get("/items/<id:item_id>")
@login_required
def show(item_id: int) -> Response:
    """An item opened: abstract, mentions, and the forms for it."""
    return _page(item_id)


@bp.post("/items/<id:item_id>/pick")
@editor_required
def pick(item_id: int) -> Response:
    """Pick a paper, at a typed or dragged position or where its score puts it."""
    edition = edition_of_item_or_404(item_id)
    return act(
        edition,
        lambda: curation.pick(db.session, item_id, position=read_optional_position(request.form), **acting()),
        item_id=item_id,
    )


@bp.post("/items/<id:item_id>/drop")
@editor_required
def drop(item_id: int) -> Response:
    """Throw a paper out, with a reason if one is typed."""
    edition = edition_of_item_or_404(item_id)
    reason = request.form.get("reason", "").replace("\0", "")
    return act(edition, lambda: curation.drop(db.session, item_id, reason=reason, **acting()), item_id=item_id)


@bp.post("/items/<id:item_id>/return")
@editor_required
def put_back(item_id: int) -> Response:
    """Make a picked or dropped paper a candidate again."""
    edition = edition_of_item_or_404(item_id)
    return act(edition, lambda: curation.put_back(db.session, item_id, **acting()), item_id=item_id)


@bp.post("/items/<id:item_id>/position")
@editor_required
def move(item_id: int) -> Response:
    """Move a picked paper: up, down, top, bottom, or to a position."""
    edition = edition_of_item_or_404(item_id)
    return act(
        edition,
        lambda: curation.move(db.session, item_id, to=read_position(request.form), **acting()),
        item_id=item_id,
    )


@bp.post("/items/<id:item_id>/text")
@editor_required
def annotate(item_id: int) -> Response:
    """Save a headline and a note; refused ones stay in the form, and a stale one shows both texts."""
    edition = edition_of_item_or_404(item_id)
    texts: Texts | None = None
    try:
        texts = read_texts(request.form)
        version = _version_seen(item_id, texts)
        acted = curation.annotate(
            db.session, item_id, headline=texts.headline, note=texts.note, version=version, **acting()
        )
    except NotAllowed as error:
        db.session.rollback()
        if texts is None:
            return refused(edition.id, str(error), status=422, item_id=item_id)
        return _text_refused(item_id, texts, error)
    event = db.session.get(AuditEvent, acted.event_id) if acted.event_id else None
    return done(edition.id, acted.item_ids or [item_id], event, item_id=item_id)


def _version_seen(item_id: int, texts: Texts) -> int:
    """The version to save against: other actions count an item up too, and do not make its texts stale."""
    item = db.session.get_one(Item, item_id, populate_existing=True)
    return item.version if texts.seen == digest(item.headline, item.note) else texts.version


def _text_refused(item_id: int, texts: Texts, error: NotAllowed) -> Response:
    """The form again with what was typed, the reason, and beside it the saved texts where those are newer."""
    status = 409 if isinstance(error, Stale) else 422
    shown = {"typed": texts, "problem": str(error), "is_stale": isinstance(error, Stale)}
    if not is_htmx():
        return _page(item_id, status=status, **shown)
    item = details_of_item(db.session, item_id)
    form = region(f"#texts-{item_id}", "partials/items/_texts.html", swap="outerHTML", item=item, live=True, **shown)
    toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=str(error), bad=True)
    return answer(form, toast, status=status)

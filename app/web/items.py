"""Items: their details, and what an editor does to them."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, request
from flask_login import login_required

from app.domain.editions import NotAllowed
from app.extensions import db
from app.queries.items import EditionOf, edition_of
from app.services import curation
from app.services.audit import Acted
from app.web.auth import acting, editor_required
from app.web.desk import done, refused
from app.web.forms import read_beside, read_optional_position, read_position, read_reason
from app.web.pages import NO_ITEM, item_page
from app.web.views import shown_view

bp = Blueprint("items", __name__)


def edition_of_item_or_404(item_id: int) -> EditionOf:
    """The edition that an item stands in."""
    edition = edition_of(db.session, item_id)
    if edition is None:
        abort(404, NO_ITEM)
    return edition


def act_on(item_id: int, action: Callable[[], Acted], *, typed: bool = False) -> Response:
    """Run one service call on an item and answer as `act` does; which edition it is in, the call itself finds out."""
    try:
        acted = action()
    except NotAllowed as error:
        db.session.rollback()
        return refused(edition_of_item_or_404(item_id).id, error, item_id=item_id, typed=typed)
    return done(acted.edition_id, acted.event_id, item_id=item_id)


@bp.get("/items/<id:item_id>")
@login_required
def show(item_id: int) -> Response:
    """An item opened: abstract, mentions, and the forms for it."""
    return item_page(item_id)


@bp.post("/items/<id:item_id>/pick")
@editor_required
def pick(item_id: int) -> Response:
    """Pick a paper: at a typed position, beside the paper it was dropped at, or where its score puts it."""

    def place() -> dict[str, int | None]:
        return read_beside(request.form) or {"position": read_optional_position(request.form)}

    return act_on(
        item_id,
        lambda: curation.pick(db.session, item_id, by=acting(), **place()),
        typed="position" in request.form,
    )


@bp.post("/items/<id:item_id>/drop")
@editor_required
def drop(item_id: int) -> Response:
    """Throw a paper out, with a reason if one is typed."""
    reason = read_reason(request.form)
    return act_on(
        item_id,
        lambda: curation.drop(db.session, item_id, reason=reason, by=acting()),
        typed=bool(reason),
    )


@bp.post("/items/<id:item_id>/below")
@editor_required
def drop_below(item_id: int) -> Response:
    """Throw out everything that stands below a paper on the page as shown."""
    shown = shown_view()
    return act_on(item_id, lambda: curation.drop_below(db.session, item_id, shown=shown, by=acting()))


@bp.post("/items/<id:item_id>/hold")
@editor_required
def hold(item_id: int) -> Response:
    """Keep a paper for the next edition."""
    return act_on(item_id, lambda: curation.hold(db.session, item_id, by=acting()))


@bp.post("/items/<id:item_id>/return")
@editor_required
def put_back(item_id: int) -> Response:
    """Make a picked, held or dropped paper a candidate again."""
    return act_on(item_id, lambda: curation.put_back(db.session, item_id, by=acting()))


@bp.post("/items/<id:item_id>/position")
@editor_required
def move(item_id: int) -> Response:
    """Move a picked paper: up, down, top, bottom, to a position, or beside another picked one."""

    def place() -> dict[str, int | str]:
        return read_beside(request.form) or {"to": read_position(request.form)}

    return act_on(
        item_id,
        lambda: curation.move(db.session, item_id, by=acting(), **place()),
        typed="position" in request.form,
    )

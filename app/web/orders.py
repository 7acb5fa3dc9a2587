"""The order of the picked papers and the cut: pins, the way back to the order of the scores, where the line goes."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, request

from app.domain.editions import CUT_LIMIT
from app.extensions import db
from app.services import cutting, ordering
from app.services.audit import Acted
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.editions import edition_or_404
from app.web.forms import BadInput, read_ids
from app.web.items import act_on

bp = Blueprint("orders", __name__)
# As a person types it and as the page's own field shows it.
NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,9})?|\d{1,12}(\.\d{1,9})?", re.ASCII)
STEPS = {"up": cutting.pick_one_more, "down": cutting.pick_one_fewer}


@bp.post("/items/<id:item_id>/pin")
@editor_required
def pin(item_id: int) -> Response:
    """Pin a picked paper to its number."""
    return act_on(item_id, lambda: ordering.pin(db.session, item_id, by=acting()))


@bp.post("/items/<id:item_id>/pin/removal")
@editor_required
def unpin(item_id: int) -> Response:
    """Let a pinned paper go to where its score says."""
    return act_on(item_id, lambda: ordering.unpin(db.session, item_id, by=acting()))


@bp.post("/editions/<day>/order")
@editor_required
def order(day: str) -> Response:
    """Put the picked papers back into the order of their scores, but for the pinned ones."""
    edition = edition_or_404(day)
    return act(edition, lambda: ordering.order_by_score(db.session, edition.id, by=acting()))


@bp.post("/editions/<day>/cut")
@editor_required
def cut(day: str) -> Response:
    """Move the cut: one paper more or fewer (`step`), below a paper (`below`), or to a number (`cut`)."""
    edition = edition_or_404(day)
    return act(edition, lambda: _move_cut(edition.id), typed=True)


def _move_cut(edition_id: int) -> Acted:
    """Do what the form asks for; a button names what it does, and goes before a field beside it. Raises BadInput."""
    by = acting()
    if "step" in request.form:
        return _step()(db.session, edition_id, by)
    if "below" in request.form:
        (item_id, *_) = read_ids([request.form["below"]]) or {None}
        if item_id is None:
            raise BadInput("This form names a paper in a way that cannot be read; reload the page.")
        return cutting.cut_below(db.session, edition_id, by, item_id=item_id)
    return cutting.set_cut(db.session, edition_id, by, cut=read_cut(request.form.get("cut", "")))


def _step() -> Callable[..., Acted]:
    step = STEPS.get(request.form["step"])
    if step is None:
        raise BadInput("The cut goes one step up or down, or to a number.")
    return step


def read_cut(text: str) -> float:
    """The cut that somebody typed, such as 50 or 1,000.5. Raises BadInput."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        raise BadInput(f"A cut is a number from 0 to {CUT_LIMIT:,}, such as 50.")
    return float(text.replace(",", ""))

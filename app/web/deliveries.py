"""Deliveries: where a post went, what waits and why, trying again, and what an editor says of what stands there."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_login import login_required

from app.domain.editions import NotAllowed
from app.domain.line_changes import Line, TooLongToCompare, line_changes
from app.extensions import db
from app.models import Delivery, Edition
from app.queries.deliveries import DeliveryLine, delivery_line
from app.services import deciding
from app.services.audit import Acted
from app.services.delivery import KEPT, deliver_after
from app.web.auth import acting, editor_required
from app.web.delivery_words import shown_deliveries, told_of
from app.web.editions import edition_or_404
from app.web.htmx import answer, is_htmx, region, render
from app.web.posts import post_or_404

bp = Blueprint("deliveries", __name__)

NO_DELIVERY = "There is no such delivery."
NOTHING = "Everything has arrived already."
DECIDE = "Something else stands there than we put there; see what differs, and say what is to stand there."
WORKER = "The worker tries it now."


@bp.get("/posts/<day>/deliveries")
@login_required
def index(day: str) -> Response:
    """Where a post went, as a page or as the region that asks again by itself; `on_desk` asks for the desk's line."""
    if is_htmx() and "on_desk" in request.args:
        return render("partials/deliveries/_told.html", day=edition_or_404(day).date)
    edition = post_or_404(day).edition
    return render("pages/deliveries/index.html", fragment="partials/deliveries/_deliveries.html", edition=edition)


@bp.post("/posts/<day>/deliveries/attempts")
@editor_required
def retry(day: str) -> Response:
    """Try again everything of a post that has not arrived."""
    post = post_or_404(day)
    return _tried(post.edition, post.id)


@bp.post("/deliveries/<int:delivery_id>/attempts")
@editor_required
def attempt(delivery_id: int) -> Response:
    """Try one delivery again."""
    line = _line_or_404(delivery_id)
    return _tried(db.session.get_one(Edition, line.edition_id), line.post_id, line.id)


@bp.get("/deliveries/<int:delivery_id>")
@login_required
def show(delivery_id: int) -> Response:
    """One delivery; where something else stands at its target, what differs, and what the editor says to that."""
    return _page(_line_or_404(delivery_id))


@bp.get("/deliveries/<int:delivery_id>/theirs")
@login_required
def theirs(delivery_id: int) -> Response:
    """What stood at the target instead, as much of it as was kept."""
    found = _delivery_or_404(delivery_id).found
    if found is None:
        abort(404, "Nothing else was found there.")
    return _whole(found)


@bp.get("/deliveries/<int:delivery_id>/ours")
@login_required
def ours(delivery_id: int) -> Response:
    """What the delivery puts there, or removes."""
    return _whole(_delivery_or_404(delivery_id).post.markdown)


@bp.post("/deliveries/<int:delivery_id>/decision")
@editor_required
def decide(delivery_id: int) -> Response:
    """Put ours in the place of theirs, leave theirs, or give up a delivery that failed."""
    line, by, seen = _line_or_404(delivery_id), acting(), request.form.get("seen", "")
    ways: dict[str, Callable[[], Acted]] = {
        "put": lambda: deciding.put_ours(db.session, line.id, by, seen=seen),
        "leave": lambda: deciding.leave_theirs(db.session, line.id, by, seen=seen),
        "give up": lambda: deciding.give_up(db.session, line.id, by),
    }
    way = request.form.get("choice", "")
    if way not in ways:
        abort(400, "Choose what is to stand there.")
    try:
        ways[way]()
    except NotAllowed as error:
        db.session.rollback()
        return _page(_line_or_404(delivery_id), problem=str(error), status=409)
    if way == "put":
        return _tried(db.session.get_one(Edition, line.edition_id), line.post_id, line.id)
    left = "What stands there stays as it is." if way == "leave" else "This delivery is given up."
    return _back(db.session.get_one(Edition, line.edition_id), left)


def _line_or_404(delivery_id: int) -> DeliveryLine:
    line = delivery_line(db.session, delivery_id)
    if line is None:
        abort(404, NO_DELIVERY)
    return line


def _delivery_or_404(delivery_id: int) -> Delivery:
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None:
        abort(404, NO_DELIVERY)
    return delivery


def _tried(edition: Edition, post_id: int, delivery_id: int | None = None) -> Response:
    """Try again what has not arrived of an edition, or one delivery of it, and say what came of that."""
    by = acting()
    count = deciding.ask_again(db.session, by.now, edition_id=edition.id, delivery_id=delivery_id)
    deliver_after(db.session, post_id, by, targets=current_app.extensions["targets"])
    current_app.extensions["jobs"].wake_to_deliver()
    lines = [told.line for told in shown_deliveries(edition.date).current if delivery_id in (None, told.line.id)]
    unhappy = [line for line in lines if line.status in ("failed", "changed")]
    if unhappy:
        return _back(edition, DECIDE if unhappy[0].status == "changed" else unhappy[0].error or "", is_bad=True)
    waits = any(line.status == "waiting" for line in lines)
    return _back(edition, (WORKER if waits else "Delivered.") if count else NOTHING)


def _back(edition: Edition, sentence: str, *, is_bad: bool = False) -> Response:
    if is_htmx():
        toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=sentence, bad=is_bad)
        return answer(region("#deliveries", "partials/deliveries/_deliveries.html", edition=edition), toast)
    flash(sentence, "bad" if is_bad else "done")
    # A post that was taken back has no page.
    page = "posts.show" if edition.post_id else "editions.show"
    return redirect(url_for(page, day=edition.date.isoformat()), 303)


def _page(line: DeliveryLine, *, problem: str = "", status: int = 200) -> Response:
    delivery = _delivery_or_404(line.id)
    changes, why_not = _compared(delivery) if line.status == "changed" else ([], "")
    context = {
        "told": told_of(line),
        "changes": changes,
        "why_not": why_not,
        "problem": problem,
        "is_whole": len(delivery.found or b"") < KEPT,
    }
    return render("pages/deliveries/show.html", status=status, **context)


def _compared(delivery: Delivery) -> tuple[list[Line], str]:
    """What differs between theirs and ours, or why that is not shown."""
    found = _as_text(delivery.found or b"")
    if found is None:
        return [], "What stands there is no text, so it cannot be compared."
    own = delivery.post.markdown.decode("utf8", "replace")
    try:
        # Where ours is to be removed it is told what was changed by hand, and so would be lost.
        return line_changes(found, own) if delivery.action == "put" else line_changes(own, found), ""
    except TooLongToCompare:
        return [], "What stands there is too long to be compared."


def _as_text(data: bytes) -> str | None:
    """A content as text, None where it is none. What was cut off in the midst of a letter may end so."""
    try:
        text = data.decode("utf8", "strict" if len(data) < KEPT else "ignore")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _whole(data: bytes) -> Response:
    """A content as it is; never as anything that a browser would run."""
    if _as_text(data) is not None:
        return Response(data, mimetype="text/plain")
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = "attachment; filename=found"
    return response

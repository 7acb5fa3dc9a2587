"""Retractions: a post withdrawn from its readers for a reason, given back to them, or taken back before it went out."""

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_login import login_required

from app.domain.corrections import REASON_LIMIT
from app.domain.editions import NotAllowed
from app.extensions import db
from app.models import Edition
from app.services import retracting
from app.web.auth import acting, editor_required
from app.web.editions import edition_or_404
from app.web.forms import read_reason
from app.web.htmx import go_to, is_htmx, render
from app.web.posts import post_or_404, post_page

bp = Blueprint("retractions", __name__)


@bp.get("/posts/<day>/retraction")
@login_required
def new(day: str) -> Response:
    """Ask for the reason, and say what will happen."""
    return _ask(day)


@bp.post("/posts/<day>/retraction")
@editor_required
def create(day: str) -> Response:
    """Withdraw the post from its readers."""
    post, targets = post_or_404(day), current_app.extensions["targets"]
    try:
        reason = read_reason(request.form)
        retracting.retract(db.session, post.edition_id, acting(), reason=reason, targets=targets)
    except NotAllowed as error:
        db.session.rollback()
        return _ask(day, problem=str(error), status=422)
    return _done(day, "Retracted. The deliveries say where it is removed by now.")


@bp.post("/posts/<day>/restoration")
@editor_required
def restore(day: str) -> Response:
    """Give the post back to its readers."""
    post, targets = post_or_404(day), current_app.extensions["targets"]
    try:
        retracting.restore(db.session, post.edition_id, acting(), targets=targets)
    except NotAllowed as error:
        return _refused(day, error)
    return _done(day, "Restored. The deliveries say where it is back by now.")


@bp.post("/posts/<day>/take-back")
@editor_required
def take_back(day: str) -> Response:
    """Take back what was published a moment ago, and go on with its edition."""
    post, targets = post_or_404(day), current_app.extensions["targets"]
    try:
        retracting.take_back(db.session, post.edition_id, acting(), targets=targets)
    except NotAllowed as error:
        return _refused(day, error)
    current_app.extensions["jobs"].wake_to_deliver()
    flash(f"Taken back before it went out. Revision {post.revision} is kept, and the edition is open again.", "done")
    return go_to(url_for("editions.show", day=day))


def _ask(day: str, *, problem: str = "", status: int = 200) -> Response:
    post = post_or_404(day)
    if post.edition.retracted_at is not None:
        if problem:
            flash(problem, "bad")
        return redirect(url_for("posts.show", day=day), 303)
    context = {
        "post": post,
        "targets": [target.describe() for target in current_app.extensions["targets"] if not target.is_hook],
        "problem": problem,
        "reason": request.form.get("reason", ""),
        "reason_limit": REASON_LIMIT,
    }
    return render("pages/retractions/new.html", status=status, **context)


def _done(day: str, sentence: str) -> Response:
    current_app.extensions["jobs"].wake_to_deliver()
    flash(sentence, "done")
    return redirect(url_for("posts.show", day=day), 303)


def _refused(day: str, error: NotAllowed) -> Response:
    db.session.rollback()
    edition: Edition = edition_or_404(day)
    if edition.post_id is None:
        flash(str(error), "bad")
        return go_to(url_for("editions.show", day=day))
    if is_htmx():
        # On the desk; the post's page says how it stands now.
        flash(str(error), "bad")
        return go_to(url_for("posts.show", day=day))
    return post_page(post_or_404(day), problem=str(error), status=409)

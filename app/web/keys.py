"""The keys: all of them on a page, and the switch that turns the single ones off, everybody's own."""

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_login import current_user, login_required

from app.extensions import db
from app.services import accounts
from app.web.htmx import render
from app.web.shortcuts import shortcut_groups

bp = Blueprint("keys", __name__)
SAID = {
    True: "Single keys act again.",
    False: "Single keys are off: a letter alone does nothing now.",
}

bp.app_template_global()(shortcut_groups)


@bp.get("/keys")
@login_required
def show() -> Response:
    """The keys by groups, and the switch."""
    return render("pages/keys/show.html")


@bp.post("/keys")
@login_required
def switch() -> Response:
    """Turn single keys on or off for oneself; a reader may, too."""
    answer = request.form.get("single")
    if answer not in ("yes", "no"):
        abort(422, "Say yes or no to single keys.")
    accounts.set_single_keys(db.session, current_user.id, answer == "yes")
    flash(SAID[answer == "yes"], "done")
    return redirect(url_for("keys.show"), 303)

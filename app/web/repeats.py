"""Repeats: running a paper that ran before as an update, and the way to the entry that it updates."""

from flask import Blueprint, Response, current_app, redirect, url_for
from flask_login import current_user

from app.extensions import db
from app.services import repeats
from app.web.auth import acting, editor_required
from app.web.items import act_on
from app.web.openly import NOTHING_HERE, refusal
from app.web.posts import post_or_404

bp = Blueprint("repeats", __name__)


@bp.post("/items/<id:item_id>/update")
@editor_required
def create(item_id: int) -> Response:
    """Let a paper run as an update of its entry in an earlier post; it is picked if it is not."""
    return act_on(item_id, lambda: repeats.run_as_update(db.session, item_id, by=acting()))


@bp.post("/items/<id:item_id>/update/removal")
@editor_required
def remove(item_id: int) -> Response:
    """Let it run as an ordinary entry."""
    return act_on(item_id, lambda: repeats.end_update(db.session, item_id, by=acting()))


@bp.get("/hot-papers-<day>")
@bp.get("/hot-papers-<day>/")
def follow(day: str) -> Response:
    """A post under its address on a site, by which posts link to one another where none is named.

    It leads to the page that readers have, and where they have none here to that of the desk.
    """
    if current_app.config["PUBLIC_PAGES"]:
        return redirect(url_for("public.show", when=day), 308)
    if not current_user.is_authenticated:
        response = refusal(404, NOTHING_HERE)
        # To an editor something is there.
        response.headers["Cache-Control"] = "no-store"
        return response
    post = post_or_404(day)
    return redirect(url_for("posts.show", day=post.edition.date.isoformat()), 303)

"""Corrections: begun on a post's page, looked at as a difference, given up; published as any edition is."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask_login import login_required

from app.domain.editions import NotAllowed
from app.extensions import db
from app.services import correcting
from app.web.auth import acting, editor_required
from app.web.differences import compared_with
from app.web.htmx import render
from app.web.posts import post_or_404, post_page

bp = Blueprint("corrections", __name__)


@bp.get("/posts/<day>/correction")
@login_required
def show(day: str) -> Response:
    """What the correction changes so far, and the two ways on: publishing it and giving it up."""
    return _page(day)


@bp.post("/posts/<day>/correction")
@editor_required
def create(day: str) -> Response:
    """Open the edition of a post again, and go there."""
    post = post_or_404(day)
    try:
        correcting.reopen(db.session, post.edition_id, acting())
    except NotAllowed as error:
        db.session.rollback()
        return post_page(post_or_404(day), problem=str(error), status=409)
    flash("Readers keep the post as it is until you publish the correction.", "done")
    return redirect(url_for("editions.show", day=day), 303)


@bp.post("/posts/<day>/correction/give-up")
@editor_required
def give_up(day: str) -> Response:
    """Close the edition again, as the post has it."""
    post = post_or_404(day)
    try:
        correcting.give_up(db.session, post.edition_id, acting())
    except NotAllowed as error:
        db.session.rollback()
        return _page(day, problem=str(error), status=409)
    flash("The correction is given up; the edition is again as its post has it.", "done")
    return redirect(url_for("posts.show", day=day), 303)


def _page(day: str, *, problem: str = "", status: int = 200) -> Response:
    post = post_or_404(day)
    if post.edition.status != "draft":
        return redirect(url_for("posts.show", day=day), 303)
    difference = compared_with(post.edition, post)
    return render("pages/corrections/show.html", status=status, post=post, difference=difference, problem=problem)

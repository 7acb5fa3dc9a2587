"""Posts: the archive of what was published, each with its text, path, hash and deliveries."""

from itertools import groupby

from flask import Blueprint, Response, abort, current_app, flash, redirect, url_for
from flask_login import login_required

from app.extensions import db
from app.models import Post
from app.queries.posts import deliveries_of, post_on, posts_beside, posts_in_archive
from app.services.delivery import deliver
from app.web.auth import acting, editor_required
from app.web.documents import reading_of
from app.web.htmx import render
from app.web.urls import date_or_404

bp = Blueprint("posts", __name__)


def post_or_404(day: str) -> Post:
    """The post of the date in an address."""
    date = date_or_404(day)
    post = post_on(db.session, date)
    if post is None:
        abort(404, f"There is no post of {date}.")
    return post


@bp.get("/posts")
@login_required
def index() -> Response:
    """The archive, by month."""
    posts = posts_in_archive(db.session)
    months = [(month, list(lines)) for month, lines in groupby(posts, key=lambda line: f"{line.date:%B %Y}")]
    return render("pages/posts/index.html", months=months, count=len(posts))


@bp.get("/posts/<day>")
@login_required
def show(day: str) -> Response:
    """One post: its text as a reader sees it, where it went, and its hash."""
    post = post_or_404(day)
    before, after = posts_beside(db.session, post.edition.date)
    return render(
        "pages/posts/show.html",
        post=post,
        reading=reading_of(post.markdown),
        deliveries=deliveries_of(db.session, post.id),
        places={target.name: target.describe() for target in current_app.extensions["targets"]},
        before=before,
        after=after,
    )


@bp.get("/posts/<day>.md")
@login_required
def markdown(day: str) -> Response:
    """The post's frozen bytes."""
    post = post_or_404(day)
    response = Response(post.markdown, mimetype="text/markdown")
    response.set_etag(post.sha256)
    return response


@bp.post("/posts/<day>/deliveries")
@editor_required
def retry(day: str) -> Response:
    """Try again every delivery that has not arrived."""
    post = post_or_404(day)
    targets = current_app.extensions["targets"]
    failed = [d for d in deliver(db.session, post.id, targets=targets, now=acting().now) if d.status != "delivered"]
    flash(failed[0].error if failed else "Delivered.", "bad" if failed else "done")
    return redirect(url_for("posts.show", day=day), 303)

"""Posts: the archive of what was published, each with its text, path and hash, its revisions and its deliveries."""

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, current_app
from flask_login import login_required

from app.domain.records import in_lumen
from app.extensions import db
from app.models import Edition, Post
from app.queries.editions import edition_on
from app.queries.posts import (
    newest_retraction,
    post_on,
    posts_beside,
    posts_in_archive,
    retracted_before_publishing,
    revision_of,
    revisions_of,
)
from app.web.differences import compared
from app.web.documents import reading_of
from app.web.htmx import render
from app.web.standing import grace_left
from app.web.urls import date_or_404

bp = Blueprint("posts", __name__)


def post_or_404(day: str) -> Post:
    """The post of the date in an address, in the revision that readers have."""
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
    return render("pages/posts/index.html", months=months, count=len(posts), now=current_app.extensions["clock"]())


@bp.get("/posts/<day>")
@login_required
def show(day: str) -> Response:
    """One post: its text as a reader sees it, where it went, what became of it, and its hash."""
    return post_page(post_or_404(day))


def post_page(post: Post, *, problem: str = "", status: int = 200) -> Response:
    """The page of a post; `problem` is the sentence of a refusal."""
    edition, now = post.edition, current_app.extensions["clock"]()
    before, after = posts_beside(db.session, edition.date)
    left = grace_left(post, now)
    return render(
        "pages/posts/show.html",
        status=status,
        problem=problem,
        post=post,
        edition=edition,
        reading=reading_of(post.markdown, drawn=in_lumen(post.record)),
        **_revisions(edition),
        grace_left=left,
        # What readers have as long as it has not gone out.
        former=post.replaces if left and not retracted_before_publishing(db.session, edition.id) else None,
        retraction=newest_retraction(db.session, edition.id) if edition.retracted_at else None,
        before=before,
        after=after,
    )


@bp.get("/posts/<day>.md")
@login_required
def markdown(day: str) -> Response:
    """The post's frozen bytes."""
    return _bytes_of(post_or_404(day))


@bp.get("/posts/<day>/revisions/<id:number>")
@login_required
def revision(day: str, number: int) -> Response:
    """One revision as it was frozen, with its hash and note, and what it changed of the one before it."""
    post = _revision_or_404(day, number)
    was = revision_of(db.session, post.edition_id, post.replaces) if post.replaces else None
    return render(
        "pages/posts/revision.html",
        post=post,
        edition=post.edition,
        was=was,
        difference=compared(was.markdown, post.markdown) if was else None,
        reading=reading_of(post.markdown, drawn=in_lumen(post.record)),
        **_revisions(post.edition),
    )


def _revisions(edition: Edition) -> dict[str, Any]:
    """All revisions, and the numbers of those that readers have, or had before a correction."""
    revisions = revisions_of(db.session, edition.id)
    by_id, replaced = ({getattr(post, name): post for post in revisions} for name in ("id", "revision"))
    had, current = set[int](), by_id.get(edition.post_id)
    while current is not None:
        had.add(current.revision)
        current = replaced.get(current.replaces)
    return {"revisions": revisions, "had": had}


@bp.get("/posts/<day>/revisions/<id:number>.md")
@login_required
def revision_markdown(day: str, number: int) -> Response:
    """A revision's frozen bytes."""
    return _bytes_of(_revision_or_404(day, number))


def _revision_or_404(day: str, number: int) -> Post:
    date = date_or_404(day)
    edition = edition_on(db.session, date)
    post = revision_of(db.session, edition.id, number) if edition else None
    if post is None:
        abort(404, f"There is no revision {number} of {date}.")
    return post


def _bytes_of(post: Post) -> Response:
    response = Response(post.markdown, mimetype="text/markdown")
    response.set_etag(post.sha256)
    return response

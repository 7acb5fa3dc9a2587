"""Previews: the draft as the page a reader would see and as raw Markdown, made by the code that publishes."""

from flask import Blueprint, Response, request
from flask_login import login_required

from app.extensions import db
from app.models import Edition
from app.queries.posts import post_on
from app.services import publishing
from app.web.auth import acting
from app.web.documents import reading_of
from app.web.editions import edition_or_404
from app.web.htmx import render

bp = Blueprint("previews", __name__)


def _bytes_of(edition: Edition) -> bytes:
    """What publishing would freeze now, or what it froze."""
    post = post_on(db.session, edition.date) if edition.status == "published" else None
    if post:
        return post.markdown
    who = acting()
    return publishing.preview(db.session, edition.id, now=who.now, rules=who.rules)


@bp.get("/editions/<day>/preview")
@login_required
def show(day: str) -> Response:
    """The preview, as a page or with ?as=markdown as text; under htmx the panel beside the list."""
    edition = edition_or_404(day)
    kind = "markdown" if request.args.get("as") == "markdown" else "page"
    context = {"edition": edition, "kind": kind, "reading": reading_of(_bytes_of(edition))}
    return render("pages/previews/show.html", fragment="partials/editions/_preview.html", **context)


@bp.get("/editions/<day>/preview.md")
@login_required
def markdown(day: str) -> Response:
    """The preview's very bytes."""
    return Response(_bytes_of(edition_or_404(day)), mimetype="text/markdown")

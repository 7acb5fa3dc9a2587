"""Finding a paper of an edition by name: the list that the palette asks for, and a page of it without scripts."""

from flask import Blueprint, Response, request
from flask_login import login_required

from app.extensions import db
from app.queries.search import find_items
from app.web.editions import edition_or_404
from app.web.htmx import render

bp = Blueprint("finding", __name__)


@bp.get("/editions/<day>/find")
@login_required
def find(day: str) -> Response:
    """The papers that fit `q` best; under htmx as the options of a list, else as links on a page."""
    edition = edition_or_404(day)
    typed = request.args.get("q", "")
    found = find_items(db.session, edition.id, typed)
    context = {"date": edition.date, "typed": typed, "found": found}
    return render("pages/finding/index.html", fragment="partials/finding/_options.html", **context)

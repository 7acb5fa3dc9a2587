"""The short tour of somebody's first edition: its steps, each at a thing of the page, and that it was had."""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import current_user

from app.extensions import db
from app.services.accounts import end_tour
from app.web.auth import editor_required
from app.web.htmx import is_htmx
from app.web.urls import read_date

bp = Blueprint("tour", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tour: what it is about, in a sentence or two, and where that is on the page (selectors)."""

    at: str
    name: str
    words: str


STEPS = (
    Step(
        "#cut",
        "The list and the cut",
        "The papers above this line are picked, in the order in which they will be published; below it are the "
        "candidates, best first. Move the line, pick and drop papers, or drag one by its grip.",
    ),
    Step(
        "#picked .title, #candidates .title",
        "Open a paper",
        "Its title opens it in its place: the abstract, where its score comes from, who said what, and the fields for "
        "your headline and note. Whatever you do can be undone.",
    ),
    Step(
        ".bar > .menu > summary",
        "A key for everything",
        "J and K go from paper to paper, P picks, D drops, Shift with J or K moves. “?” lists all keys, as does this "
        "menu, and Ctrl+K finds any action or paper by name.",
    ),
    Step(
        "#preview .preview-bar, .to-preview",
        "The preview",
        "The post as it will be published, made by the very code that publishes it, and made anew after each change.",
    ),
    Step(
        "#publish",
        "Publish",
        "It freezes the edition into a post and delivers that. It asks first, and says what goes where.",
    ),
)


@bp.app_template_global()
def tour_steps() -> tuple[Step, ...]:
    """The steps, in their order."""
    return STEPS


@bp.post("/tour/end")
@editor_required
def end() -> Response:
    """Show the tour no more to the person who asks; nothing else is touched."""
    end_tour(db.session, current_user.id, now=current_app.extensions["clock"]())
    if is_htmx():
        return Response(status=204)
    day = read_date(request.form.get("day", ""))
    return redirect(url_for("editions.show", day=day.isoformat()) if day else url_for("editions.newest"), 303)

"""Collecting: an editor asks for a run or for one paper, and watches how far it is."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import NotAllowed
from app.extensions import db
from app.queries.collecting import collecting_of
from app.queries.editions import edition_on
from app.services.requests import ask_for_paper, ask_for_run
from app.web.auth import acting, editor_required
from app.web.htmx import answer, is_htmx, region, render
from app.web.urls import date_or_404

bp = Blueprint("collecting", __name__)
NO_WORKER = "No worker is running, so nothing comes of it yet; start one with: flask worker"


def collecting_context(day: Any, *, has_edition: bool | None = None) -> dict[str, Any]:
    """What the strip of a day needs: what is under way, what was asked for, and what the worker says.

    `has_edition` is whether there is an edition of the day, where that is known already.
    """
    if has_edition is None:
        has_edition = edition_on(db.session, day) is not None
    now = current_app.extensions["clock"]()
    return {
        "collecting": collecting_of(db.session, day, now),
        "may_collect": current_user.may_edit,
        "paper_refused": "",
        "typed_paper": "",
        "was_empty": not has_edition,
    }


@bp.get("/editions/<day>/collecting")
@login_required
def show(day: str) -> Response:
    """How far a day's collecting is: a page, or under htmx the region that asks again by itself.

    A page that showed an empty day (`empty`) is sent on once there is an edition.
    """
    date = date_or_404(day)
    context = collecting_context(date) | {"was_empty": "empty" in request.args}
    if is_htmx() and context["was_empty"] and not context["collecting"].is_busy and edition_on(db.session, date):
        return Response(status=204, headers={"HX-Redirect": url_for("editions.show", day=day)})
    fragment = "partials/collecting/_progress.html"
    return render("pages/collecting/show.html", fragment=fragment, date=date, **context)


@bp.post("/editions/<day>/collect")
@editor_required
def collect(day: str) -> Response:
    """Ask the worker to collect the day now."""
    date = date_or_404(day)
    ask_for_run(db.session, date, acting())
    return _asked(date, f"Asked for the papers of {date} and what is said of them.")


@bp.post("/editions/<day>/papers")
@editor_required
def add(day: str) -> Response:
    """Ask the worker to add one paper, named by an id or a link."""
    date = date_or_404(day)
    typed = request.form.get("paper", "").replace("\0", "")
    try:
        asked = ask_for_paper(db.session, date, typed, acting())
    except NotAllowed as error:
        db.session.rollback()
        return _refused(date, str(error), typed)
    return _asked(date, f"Asked for {asked.arxiv_id or 'the paper that the page links'}; it is fetched now.")


def _asked(date: Any, sentence: str) -> Response:
    current_app.extensions["jobs"].wake()
    context = collecting_context(date)
    if not context["collecting"].worker.is_running:
        sentence = NO_WORKER
    if not is_htmx():
        flash(sentence, "done")
        return redirect(url_for("collecting.show", day=date.isoformat()), 303)
    return answer(_strip(date, context), _toast(sentence))


def _refused(date: Any, sentence: str, typed: str) -> Response:
    context = collecting_context(date) | {"paper_refused": sentence, "typed_paper": typed}
    if not is_htmx():
        return render("pages/collecting/show.html", status=422, date=date, **context)
    return answer(_strip(date, context), status=422)


def _strip(date: Any, context: dict[str, Any]) -> Any:
    return region("#collecting", "partials/collecting/_strip.html", date=date, **context)


def _toast(sentence: str) -> Any:
    return region(
        "#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=sentence, bad=sentence == NO_WORKER
    )

"""Editions: the desk's page of a date, the way from date to date, undo and redo."""

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask_login import login_required

from app.domain.listings import NEW_YORK, newest_weekday
from app.extensions import db
from app.models import Edition
from app.queries.editions import edition_on, editions_beside, newest_edition_date
from app.queries.runs import newest_run_for
from app.services.audit import Acted
from app.services.undo import redo as redo_action
from app.services.undo import undo as undo_action
from app.web.auth import acting, editor_required
from app.web.collecting import collecting_context
from app.web.desk import act, shown_lists
from app.web.edition_pages import days_around, edition_page
from app.web.forms import read_id
from app.web.htmx import is_htmx, render
from app.web.urls import date_or_404, read_date

bp = Blueprint("editions", __name__)


def edition_or_404(day: str) -> Edition:
    """The edition of the date in an address."""
    date = date_or_404(day)
    edition = edition_on(db.session, date)
    if edition is None:
        abort(404, f"There is no edition for {date}.")
    return edition


@bp.get("/")
@login_required
def newest() -> Response:
    """The newest edition, or how to fill an empty desk."""
    date = newest_edition_date(db.session)
    if date is None:
        clock = current_app.extensions["clock"]
        listed = newest_weekday(clock().astimezone(NEW_YORK).date())
        return render("pages/editions/first_run.html", date=listed, **collecting_context(listed))
    return redirect(url_for("editions.show", day=date.isoformat()), 303)


@bp.get("/editions")
@login_required
def jump() -> Response:
    """From a typed date to its page; without one to the newest."""
    typed = request.args.get("date", "").strip()
    if not typed:
        return redirect(url_for("editions.newest"), 303)
    if read_date(typed) is None:
        abort(422, f"There is no date {typed[:40]}; write dates as 2021-03-24.")
    return redirect(url_for("editions.show", day=typed), 303)


@bp.get("/editions/<day>")
@login_required
def show(day: str) -> Response:
    """The desk: an edition with its lists, or a plain word on a day without one."""
    date = date_or_404(day)
    edition = edition_on(db.session, date)
    if edition is not None:
        return shown_lists(edition) if is_htmx() else edition_page(edition)
    before, after = editions_beside(db.session, date)
    run = newest_run_for(db.session, date)
    is_holiday = date in current_app.config["ARXIV_HOLIDAYS"]
    empty = {"before": before, "after": after, "run": run, "is_holiday": is_holiday}
    return render("pages/editions/empty.html", **days_around(date), **empty, **collecting_context(date))


@bp.post("/editions/<day>/undo")
@editor_required
def undo(day: str) -> Response:
    """Take back the editor's newest action; `event` says that this one is meant and no other."""
    edition = edition_or_404(day)

    def action() -> Acted:
        return undo_action(db.session, edition.id, acting(), event_id=read_id(request.values, "event"))

    return act(edition, action)


@bp.post("/editions/<day>/redo")
@editor_required
def redo(day: str) -> Response:
    """Do again what the editor undid last."""
    edition = edition_or_404(day)
    return act(edition, lambda: redo_action(db.session, edition.id, acting()))

"""Ingestion runs: what each found, and what it could not read."""

from flask import Blueprint, Response, abort, current_app
from flask_login import login_required

from app.extensions import db
from app.queries.runs import newest_runs, run_report
from app.queries.schedule import open_requests, worker_state
from app.web.htmx import render

bp = Blueprint("runs", __name__)


@bp.get("/runs")
@login_required
def index() -> Response:
    """The newest runs, what editors asked for and waits, and what the worker says."""
    now = current_app.extensions["clock"]()
    state = {"worker": worker_state(db.session, now), "requests": open_requests(db.session)}
    return render("pages/runs/index.html", runs=newest_runs(db.session), **state)


@bp.get("/runs/<id:run_id>")
@login_required
def show(run_id: int) -> Response:
    """One run's report, source by source; while it goes on the region asks again by itself."""
    run = run_report(db.session, run_id)
    if run is None:
        abort(404, "There is no such run.")
    return render("pages/runs/show.html", fragment="partials/runs/_run.html", run=run)

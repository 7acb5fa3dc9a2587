"""Ingestion runs: what each found, and what it could not read."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, current_app
from flask_login import login_required

from app.extensions import db
from app.queries.runs import newest_runs, run_report
from app.queries.schedule import open_requests, worker_state
from app.web.filters import counted, grouped
from app.web.htmx import render

bp = Blueprint("runs", __name__)


@bp.app_template_filter()
def report_in_words(report: Mapping[str, Any]) -> str:
    """What a run found at a source: 300 found, 12 new, 40 updated, 0 failed; 90 mentions, 7 of them new."""
    get = {name: report.get(name) or 0 for name in ("found", "new", "updated", "failed", "readings", "passed_over")}
    mentions, new_mentions = report.get("mentions") or 0, report.get("new_mentions") or 0
    is_about_papers = get["found"] or not (mentions or get["readings"])
    names = ("found", "new", "updated", "failed") if is_about_papers else ("updated", "failed")
    told = [", ".join(f"{grouped(get[name])} {name}" for name in names)]
    if mentions:
        told.append(f"{counted(mentions, 'mention')}, {grouped(new_mentions)} of them new")
    if get["readings"]:
        told.append(counted(get["readings"], "reading"))
    if get["passed_over"]:
        told.append(f"{counted(get['passed_over'], 'mention')} of papers that are not on the desk")
    return "; ".join(told)


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

"""Look back: what became of the papers of a published edition, picked and passed, and of all editions by month."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_login import login_required

from app.domain.lookback import Outcome, by_editors, by_now, by_score, slopes
from app.domain.schedule import REFRESH_AFTER, first_look
from app.extensions import db
from app.models import Edition
from app.queries.lookback import Line, LookBack, look_back, look_backs, months_beside, names_of, newest_published
from app.queries.posts import posts_beside
from app.web.editions import edition_or_404
from app.web.htmx import render
from app.web.urls import read_date

bp = Blueprint("lookbacks", __name__)

MONTH = re.compile(r"\d{4}-\d{2}")
# The passed papers are hundreds, and most of them nobody ever talked of.
PASSED_SHOWN = 20


@bp.get("/look-backs")
@login_required
def index() -> Response:
    """All published editions of a month, each by how its picks did."""
    month = _month(request.args.get("month"))
    if month is None:
        return render("pages/lookbacks/index.html", month=None)
    lines = look_backs(db.session, month, current_app.extensions["rules"].weights)
    before, after = months_beside(db.session, month)
    context = {"lines": lines, "before": before, "after": after, "totals": _totals(lines)}
    return render("pages/lookbacks/index.html", month=month, **context)


@bp.get("/editions/<day>/look-back")
@login_required
def show(day: str) -> Response:
    """One published edition: what was picked and passed by what became of it, and three orders side by side."""
    edition = edition_or_404(day)
    looked = look_back(db.session, edition, current_app.extensions["rules"].weights)
    if looked is None:
        abort(404, f"The edition of {edition.date} is not published yet, so there is nothing to look back on.")
    return render("pages/lookbacks/show.html", **_shown(edition, looked))


def _shown(edition: Edition, looked: LookBack) -> dict[str, Any]:
    passed = [paper for paper in by_now(looked.papers) if not paper.is_picked]
    verdict, lines = looked.verdict, slopes(looked.papers)
    kept = passed if request.args.get("passed") == "all" else passed[: max(PASSED_SHOWN, len(verdict.missed))]
    picked, places = by_editors(looked.papers), _places(by_now(looked.papers))
    read = [paper for paper in looked.papers if paper.read_at]
    named = [*picked, *kept, *([verdict.grew_most] if verdict.grew_most else [])]
    before, after = posts_beside(db.session, edition.date)
    return {
        "looked": looked,
        "verdict": verdict,
        "slopes": lines,
        "picked": picked,
        "passed": kept,
        "rest": len(passed) - len(kept),
        "read": read,
        "places_then": _places(by_score(looked.papers)),
        "places_now": places,
        "labels": {paper.item_id: places[paper.item_id] for paper in verdict.missed},
        "names": names_of(db.session, [paper.item_id for paper in named]),
        "is_early": current_app.extensions["clock"]() < first_look(edition.date) + REFRESH_AFTER[-1],
        "before": before,
        "after": after,
    }


def _places(order: list[Outcome]) -> dict[int, int]:
    return {paper.item_id: rank for rank, paper in enumerate(order, 1)}


def _month(typed: str | None) -> date | None:
    """The first day of the month in an address, or of the newest with a post; None where nothing is published."""
    if typed is None:
        newest = newest_published(db.session)
        return newest and newest.replace(day=1)
    month = read_date(f"{typed}-01") if MONTH.fullmatch(typed) else None
    if month is None:
        abort(404, f"There is no month {typed[:40]}; write months as 2021-03.")
    return month


def _totals(lines: list[Line]) -> dict[str, int]:
    """How the picks of a month did, over the editions of which anything was read after publishing."""
    verdicts = [line.verdict for line in lines if line.verdict]
    names = ("picked", "top_then", "top_now", "plain_hits")
    return {name: sum(getattr(verdict, name) for verdict in verdicts) for name in names} | {"editions": len(verdicts)}


@bp.app_template_filter()
def month_name(month: date) -> str:
    """March 2021."""
    return f"{month:%B %Y}"


@bp.app_template_filter()
def day_of_month(day: date) -> str:
    """Wed 24, where the month is told beside it."""
    return f"{day:%a} {day.day}"


@bp.app_template_filter()
def tau(number: float) -> str:
    """0.62, −0.10: Kendall's tau, its minus as one sign."""
    return f"{number:.2f}".replace("-", "−")

"""Schedules: an edition that is to be published at a time, typed in the desk's zone, and one that is not any more."""

import re
from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, flash, request
from flask_login import current_user, login_required

from app.domain.corrections import NOTE_LIMIT, REASON_LIMIT
from app.domain.editions import NotAllowed
from app.domain.local_times import LocalTime, TwoTimes, local_of, offset_in_words, read_local, suggested, zone_in_words
from app.extensions import db
from app.models import Edition
from app.services import scheduling
from app.web.auth import acting, editor_required
from app.web.desk import act, done
from app.web.editions import edition_or_404
from app.web.forms import BadInput, read_reason
from app.web.htmx import answer, is_htmx, region, render
from app.web.publications import led_elsewhere, to_post
from app.web.together import ask_about
from app.web.urls import read_date

bp = Blueprint("schedules", __name__)

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?", re.ASCII)
# Beyond these years no zone's clocks are sure, and some cannot be told at all.
YEARS = range(2000, 2200)


@bp.get("/editions/<day>/schedule")
@login_required
def new(day: str) -> Response:
    """Ask for the day and the time; whoever does not hold the baton is told who does."""
    edition = edition_or_404(day)
    return led_elsewhere(edition) or _ask(edition)


@bp.post("/editions/<day>/schedule")
@editor_required
def create(day: str) -> Response:
    """Have the edition published at the time typed; one that comes twice is asked about."""
    edition = edition_or_404(day)
    try:
        at = read_local(_typed(), acting().rules.timezone)
        said = {"reason": read_reason(request.form), "note": request.form.get("note", "")}
        acted = scheduling.schedule(db.session, edition.id, acting(), at=at, **said)
    except TwoTimes as error:
        return _ask(edition, sentence=str(error), choices=error.choices, status=422)
    except NotAllowed as error:
        db.session.rollback()
        return _refused(edition_or_404(day), error)
    return done(edition.id, acted.event_id)


@bp.post("/editions/<day>/schedule/off")
@editor_required
def delete(day: str) -> Response:
    """Take the time off."""
    edition = edition_or_404(day)
    return act(edition, lambda: scheduling.unschedule(db.session, edition.id, acting()))


def _refused(edition: Edition, error: NotAllowed) -> Response:
    if edition.status == "published":
        flash(str(error), "bad")
        return to_post(edition)
    if edition.baton_editor_id not in (None, current_user.id):
        return ask_about(edition, sentence=str(error), status=409)
    return _ask(edition, sentence=str(error), status=422)


def _typed() -> LocalTime:
    """The day and the time as typed. Raises BadInput."""
    day = read_date(request.form.get("day", "").strip())
    found = _TIME.fullmatch(request.form.get("time", "").strip())
    if day is None or day.year not in YEARS:
        raise BadInput("Choose the day, such as 2026-11-24.")
    if found is None:
        raise BadInput("Choose the time, such as 09:00.")
    return LocalTime(day, time(int(found[1]), int(found[2])), request.form.get("which", ""))


def _ask(
    edition: Edition, *, sentence: str = "", choices: dict[str, datetime] | None = None, status: int = 200
) -> Response:
    """The question, as a page or in the dialog; `choices` are the two moments that the time typed may mean."""
    who = acting()
    zone = who.rules.timezone
    context = {
        "edition": edition,
        "sentence": sentence,
        "choices": {which: offset_in_words(moment, zone) for which, moment in (choices or {}).items()},
        "zone": zone_in_words(who.now, zone),
        "first_day": who.now.astimezone(zone).date().isoformat(),
        "note_limit": NOTE_LIMIT,
        "reason_limit": REASON_LIMIT,
        **_fields(edition),
    }
    fragment = "partials/schedules/_question.html"
    if is_htmx() and request.method == "POST":
        return answer(region("#dialog-body", fragment, swap="innerHTML", live=True, **context), status=status)
    return render("pages/schedules/new.html", fragment=fragment, status=status, live=is_htmx(), **context)


def _fields(edition: Edition) -> dict[str, Any]:
    """What stands in the fields: what was typed, else what was chosen before, else the next full hour."""
    who = acting()
    zone = who.rules.timezone
    is_later = edition.publish_at is not None and edition.publish_at > who.now
    offered = local_of(edition.publish_at, zone) if is_later else suggested(who.now, zone)
    chosen = {
        "day": offered.day.isoformat(),
        "time": f"{offered.time:%H:%M}",
        "which": offered.which,
        "note": edition.publish_note or "",
        "reason": edition.publish_reason or "",
    }
    return {name: request.form.get(name, value) for name, value in chosen.items()}

"""Publications: publishing an edition asks once, an empty one twice, and makes one post however often it is pressed."""

import hashlib
import json

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import EmptyEdition, NotAllowed
from app.domain.posts import file_name
from app.extensions import db
from app.models import Edition
from app.queries.editions import events_since
from app.queries.records import edition_record
from app.queries.shown import item_order
from app.services import publishing
from app.web.auth import acting, editor_required
from app.web.changes import what_was_done, who_acted
from app.web.editions import edition_or_404
from app.web.htmx import answer, is_htmx, region, render
from app.web.together import ask_about

bp = Blueprint("publications", __name__)
CHANGED_SINCE = "The edition was changed since you were asked{by}; this is how it stands now."


def _ask(edition: Edition, *, again: bool = False, sentence: str = "", status: int = 200) -> Response:
    """The question, as a page or in the dialog; `again` is the second time for an empty edition."""
    context = {
        "edition": edition,
        "picked": len(item_order(db.session, edition.id)["picked"]),
        "file_name": file_name(edition.date, acting().rules.profile),
        "targets": [target.describe() for target in current_app.extensions["targets"]],
        "digest": _digest(edition),
        "again": again,
        "sentence": sentence,
    }
    fragment = "partials/publications/_question.html"
    if is_htmx() and request.method == "POST":
        return answer(region("#dialog-body", fragment, swap="innerHTML", live=True, **context), status=status)
    return render("pages/publications/new.html", fragment=fragment, status=status, live=is_htmx(), **context)


def _digest(edition: Edition) -> str:
    """The short name of what would be published now, whenever that is."""
    who = acting()
    record = edition_record(db.session, edition, now=who.now, rules=who.rules) | {"published_at": None}
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:32]


def _is_out_of_date(edition: Edition) -> bool:
    """Whether what the form asked about is not what would be published now; a private remark is no part of that."""
    asked = request.form.get("version", str(edition.version))
    return asked != str(edition.version) and request.form.get("digest") != _digest(edition)


def _changed_since(edition: Edition) -> str:
    """That the edition was changed since it was asked about, and what was done last."""
    asked = request.form["version"]
    is_version = asked.isascii() and asked.isdecimal() and len(asked) < 10
    events = events_since(db.session, edition.id, int(asked)) if is_version else []
    by = f" ({who_acted(events[-1])} {what_was_done(events[-1])})" if events else ""
    return CHANGED_SINCE.format(by=by)


@bp.get("/editions/<day>/publication")
@login_required
def new(day: str) -> Response:
    """Ask, with one sentence of what will happen; a published edition goes to its post.

    Whoever does not hold the baton is told who does, and what can be done about it.
    """
    edition = edition_or_404(day)
    if edition.status == "published":
        return _to_post(edition)
    if edition.baton_editor_id not in (None, current_user.id):
        return ask_about(edition)
    return _ask(edition)


@bp.post("/editions/<day>/publication")
@editor_required
def create(day: str) -> Response:
    """Freeze and deliver; whoever comes second is shown the same post."""
    edition = edition_or_404(day)
    confirmed = request.form.get("empty_confirmed") == "yes"
    if edition.status == "draft" and _is_out_of_date(edition):
        return _ask(edition, sentence=_changed_since(edition), status=409)
    targets = current_app.extensions["targets"]
    try:
        published = publishing.publish(db.session, edition.id, targets=targets, empty_confirmed=confirmed, by=acting())
    except EmptyEdition as error:
        return _ask(edition, again=True, sentence=str(error), status=409)
    except NotAllowed as error:
        # The baton went to another while the question stood open.
        db.session.rollback()
        return ask_about(edition_or_404(day), sentence=str(error), status=409)
    flash("Published." if published.is_new else "This edition was published already; here is its post.", "done")
    return _to_post(edition)


def _to_post(edition: Edition) -> Response:
    address = url_for("posts.show", day=edition.date.isoformat())
    if is_htmx():
        response = Response(status=204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)

"""Rehearsals: what would go wrong with a post, told before it is published; the targets are asked apart."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_login import login_required

from app.domain.corrections import REASON_LIMIT
from app.domain.rehearsal import Line, is_red
from app.extensions import db
from app.models import Edition
from app.services.rehearsal import rehearsal_of, target_lines
from app.web.auth import acting
from app.web.editions import edition_or_404
from app.web.htmx import is_htmx

bp = Blueprint("rehearsals", __name__)


def rehearsed(edition: Edition, *, with_targets: bool = False) -> list[Line]:
    """The rehearsal of an edition as it stands now; `with_targets` waits for these to answer."""
    who, targets = acting(), current_app.extensions["targets"] if with_targets else ()
    return rehearsal_of(db.session, edition, now=who.now, rules=who.rules, targets=targets)


def rehearsal_context(
    edition: Edition, *, lines: Sequence[Line] | None = None, reason: str = "", asks_reason: bool = True
) -> dict[str, Any]:
    """What partials/publications/_rehearsal.html shows: `lines`, or those of a rehearsal made now.

    Unless a target is among the lines the page asks these by itself. `reason` is what was typed; without `asks_reason`
    red lines ask for none.
    """
    lines = rehearsed(edition) if lines is None else lines
    has_targets = any(line.is_of_target for line in lines)
    return {
        "edition": edition,
        "rehearsal": lines,
        "asks_targets": 0 if has_targets else len(current_app.extensions["targets"]),
        "asks_reason": asks_reason,
        "reason": reason,
        "reason_limit": REASON_LIMIT,
    }


@bp.get("/editions/<day>/rehearsal")
@login_required
def show(day: str) -> Response | str:
    """Every check as a page; to the dialog what the targets answered, asking for a reason unless it does already.

    A published edition goes to its post.
    """
    edition = edition_or_404(day)
    if edition.status == "published":
        return redirect(url_for("posts.show", day=day), 303)
    if is_htmx():
        lines = target_lines(current_app.extensions["targets"])
        asks_reason = is_red(lines) and request.args.get("reason") == "yes"
        context = {"lines": lines, "asks_reason": asks_reason, "reason": "", "reason_limit": REASON_LIMIT}
        return render_template("partials/publications/_rehearsal_targets.html", **context)
    lines = rehearsed(edition, with_targets=True)
    return render_template(
        "pages/publications/rehearsal.html", **rehearsal_context(edition, lines=lines, asks_reason=False)
    )

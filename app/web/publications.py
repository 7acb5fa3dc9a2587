"""Publications: publishing an edition asks once, an empty one twice, and makes one post however often it is pressed."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, current_app, flash, request, url_for
from flask_login import current_user, login_required

from app.domain.corrections import NOTE_LIMIT, NoteMissing, NothingCorrected
from app.domain.editions import EmptyEdition, NotAllowed
from app.domain.posts import file_name
from app.domain.records import fingerprint
from app.domain.rehearsal import Line, is_red
from app.extensions import db
from app.models import Edition
from app.queries.corrections import next_record
from app.queries.editions import events_since
from app.queries.order import picked_count
from app.queries.posts import post_of
from app.services import publishing
from app.web.auth import acting, editor_required
from app.web.changes import what_was_done, who_acted
from app.web.differences import compared_with
from app.web.editions import edition_or_404
from app.web.forms import read_reason
from app.web.htmx import answer, go_to, is_htmx, region, render
from app.web.rehearsals import rehearsal_context, rehearsed
from app.web.together import ask_about

bp = Blueprint("publications", __name__)
CHANGED_SINCE = "The edition was changed since you were asked{by}; this is how it stands now."
RED = "The rehearsal is not good; say in a few words why it is to be published nevertheless."


def grace() -> timedelta:
    """For how long a post that was published can be taken back before it goes out."""
    return timedelta(minutes=current_app.config["GRACE"])


def _ask(
    edition: Edition,
    *,
    again: bool = False,
    sentence: str = "",
    status: int = 200,
    lines: Sequence[Line] | None = None,
) -> Response:
    """The question, as a page or in the dialog; `again` is the second time for an empty edition.

    `lines` is a rehearsal that was made already.
    """
    was, picked = post_of(db.session, edition), picked_count(db.session, edition.id)
    context = {
        "edition": edition,
        "was": was,
        "picked": picked,
        "file_name": was.file_name if was else file_name(edition.date, acting().rules.profile),
        "targets": [target.describe() for target in current_app.extensions["targets"]],
        "digest": _digest(edition),
        "again": again,
        "sentence": sentence,
        "grace": current_app.config["GRACE"],
        "note": request.form.get("note", ""),
        "note_limit": NOTE_LIMIT,
        "difference": compared_with(edition, was) if was else None,
        # Without papers no rehearsal is good, and the second yes is the reason.
        **rehearsal_context(edition, lines=lines, reason=request.form.get("reason", ""), asks_reason=picked > 0),
    }
    fragment = "partials/publications/_question.html"
    if is_htmx() and request.method == "POST":
        return answer(region("#dialog-body", fragment, swap="innerHTML", live=True, **context), status=status)
    return render("pages/publications/new.html", fragment=fragment, status=status, live=is_htmx(), **context)


def _digest(edition: Edition) -> str:
    """The short name of what would be published now, whenever that is, and of a retraction that this would end."""
    who = acting()
    of_post = fingerprint(next_record(db.session, edition, now=who.now, rules=who.rules))
    return f"{of_post} {edition.retracted_at.isoformat()}" if edition.retracted_at else of_post


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
    return led_elsewhere(edition) or _ask(edition)


@bp.post("/editions/<day>/publication")
@editor_required
def create(day: str) -> Response:
    """Freeze and deliver; whoever comes second is shown the same post."""
    edition = edition_or_404(day)
    reason, by = read_reason(request.form), acting()
    lines = [] if reason else _rehearsed_whole(edition)
    if edition.status == "draft":
        if _is_out_of_date(edition):
            return _ask(edition, sentence=_changed_since(edition), status=409)
        if is_red(lines):
            return _ask(edition, lines=lines, sentence=RED, status=422)
    said = {"reason": reason, "note": request.form.get("note", ""), "grace": grace()}
    confirmed = request.form.get("empty_confirmed") == "yes"
    targets = current_app.extensions["targets"]
    try:
        published = publishing.publish(
            db.session, edition.id, targets=targets, empty_confirmed=confirmed, by=by, **said
        )
    except EmptyEdition as error:
        return _ask(edition, again=True, sentence=str(error), status=409)
    except (NoteMissing, NothingCorrected) as error:
        return _ask(edition_or_404(day), sentence=str(error), status=422)
    except NotAllowed as error:
        return _refused(day, str(error))
    current_app.extensions["jobs"].wake_to_deliver()
    flash(_said(published), "done")
    return to_post(edition)


def _rehearsed_whole(edition: Edition) -> list[Line]:
    """The rehearsal with the targets' answers; nothing without papers, where the second yes is the reason."""
    if edition.status != "draft" or not picked_count(db.session, edition.id):
        return []
    lines = rehearsed(edition, with_targets=True)
    # Others may have acted while the targets took their time.
    db.session.rollback()
    return lines


def _refused(day: str, sentence: str) -> Response:
    """What stands in the way: that the baton went to another while the question stood open, or what was typed."""
    db.session.rollback()
    edition = edition_or_404(day)
    if edition.baton_editor_id not in (None, current_user.id):
        return ask_about(edition, sentence=sentence, status=409)
    return _ask(edition, sentence=sentence, status=422)


def _said(published: publishing.Published) -> str:
    if not published.is_new:
        return "This edition was published already; here is its post."
    if published.post.grace_until:
        return "Published. It goes out when its grace is over; until then you can take it back."
    return "Published." if published.post.replaces is None else f"Published as revision {published.post.revision}."


def led_elsewhere(edition: Edition) -> Response | None:
    """Where somebody is led who cannot publish an edition now: to its post, or to who holds the baton; else None."""
    if edition.status == "published":
        return to_post(edition)
    if edition.baton_editor_id not in (None, current_user.id):
        return ask_about(edition)
    return None


def to_post(edition: Edition) -> Response:
    """Go to the post of an edition, under htmx too."""
    return go_to(url_for("posts.show", day=edition.date.isoformat()))

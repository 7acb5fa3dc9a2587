"""What the regions of an edition and the page of an item need, as they are first shown and as they come back."""

from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app
from flask_login import current_user

from app.domain.editions import LOUD_FROM
from app.extensions import db
from app.models import Edition
from app.queries.editions import Desk, version_with
from app.queries.items import Details, details_of_item
from app.queries.loud import LoudMention, loud_mentions
from app.queries.posts import post_of
from app.queries.repeats import earlier_runs
from app.queries.shown import Shown
from app.queries.source_states import Freshness
from app.queries.waiting import newest_finished_run, waiting_of
from app.queries.writings import stands_of_edition
from app.services.undo import next_redo, next_undo
from app.web.company import Company, company_of, remember_opening
from app.web.forms import typed_texts
from app.web.htmx import as_of, is_htmx, render
from app.web.kept_numbers import kept_as_of
from app.web.standing import standing_shown
from app.web.told_ages import ages_now
from app.web.views import filtered_context

NO_ITEM = "There is no such paper on the desk."


def edition_context(
    edition: Edition,
    shown: Desk,
    view: Shown,
    *,
    company: Company | None = None,
    known_run: int | None = None,
    knows_loud: bool = False,
) -> dict[str, Any]:
    """What the regions of the edition page need beside the lists; `company` is not asked for where it is given.

    With `known_run` the page tells already what waits up to that run, with `knows_loud` the loud mentions; neither is
    looked for then.
    """
    may_edit = current_user.may_edit and shown.is_draft
    # Before the ages of numbers, so that these are at least of the run up to which the page says that it knows all.
    run_id = newest_finished_run(db.session) if known_run is None else known_run
    context = {
        "desk": shown,
        "post": post_of(db.session, edition),
        "may_edit": may_edit,
        **(undoing_of(edition.id) if may_edit else {"undo": None, "redo": None}),
        "company": company or company_of(edition),
        "words": stands_of_edition(db.session, edition),
        "words_as_of": edition.version,
        "typed_words": {},
        "freshness": ages_now(edition.id, edition.date, shown.captured_at) if shown.is_draft else Freshness(),
        "repeats": earlier_runs(db.session, edition, item_ids=[row.id for row in shown.all_rows]),
        "standing": standing_shown(edition),
        **filtered_context(edition, view),
    }
    if not knows_loud:
        context["loud"] = _loud(edition) if shown.is_draft else []
    if known_run is not None:
        return context | _asking(edition, run_id)
    rules = current_app.extensions["rules"]
    context["waiting"] = waiting_of(
        db.session, edition, rules, up_to=run_id, keep=lambda make: kept_as_of("news", edition.id, make, run_id)
    )
    return context | _asking(edition, run_id)


def undoing_of(edition_id: int) -> dict[str, Any]:
    """What this person can take back in an edition, and do again."""
    person = current_user._get_current_object()
    return {"undo": next_undo(db.session, edition_id, person), "redo": next_redo(db.session, edition_id, person)}


def _loud(edition: Edition) -> list[LoudMention]:
    return kept_as_of("loud", edition.id, lambda: loud_mentions(db.session(), edition.id, LOUD_FROM))


def _asking(edition: Edition, run_id: int) -> dict[str, Any]:
    """What the page asks about to hear of more: what it has seen, and up to which run."""
    return {
        "day": edition.date.isoformat(),
        "asks": edition.status == "draft",
        "seen": edition.version,
        "run": run_id,
    }


def item_page(item_id: int, *, status: int = 200, **refused: Any) -> Response:
    """The page of one item, or under htmx its details; `refused` is what a refused form shows again, and why."""
    # Read first: what is read after it is as new or newer.
    version = version_with(db.session, item_id)
    item = details_of_item(db.session, item_id)
    if item is None:
        abort(404, NO_ITEM)
    if is_htmx():
        details = render("partials/items/_details.html", status=status, **item_context(item, live=True, **refused))
        return as_of(details, version)
    remember_opening(item.edition, looked=(item_id,))
    waiting = waiting_of(db.session, item.edition, current_app.extensions["rules"], item_ids=[item_id])
    change = next(iter([*waiting.changes, *waiting.left]), None)
    if change and change.is_new:
        item = replace(item, score=change.score, parts=change.parts)
    context = item_context(item, live=False, **refused) | {"waiting": waiting, "change": change}
    context["kept"] = {} if context["may_edit"] else typed_texts(context["typed"])
    return render("pages/items/show.html", status=status, **context)


def item_context(item: Details, *, live: bool, **refused: Any) -> dict[str, Any]:
    """What the details of an item need. `typed` holds the fields of a refused form, `problem` the sentence."""
    return {
        "item": item,
        # A paper that waits can be taken or left, and nothing else.
        "may_edit": current_user.may_edit and item.edition.status == "draft" and item.state != "waiting",
        "may_take": current_user.may_edit,
        "repeats": earlier_runs(db.session, item.edition, item_ids=[item.id]),
        "live": live,
        "problem": "",
        "typed": {},
        "is_stale": False,
    } | refused

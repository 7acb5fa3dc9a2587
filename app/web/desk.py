"""What the edition page answers to an action: a redirect, or under htmx every region that changed, read afresh."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from markupsafe import Markup

from app.domain.editions import NotAllowed, Stale
from app.extensions import db
from app.models import AuditEvent, Edition
from app.queries.editions import Desk, Row, desk
from app.queries.items import details_of_item
from app.services.audit import Acted
from app.web.forms import BadInput, read_ids
from app.web.htmx import answer, is_htmx, region
from app.web.pages import edition_context, edition_page, item_context, item_page

# Beyond this many changed candidates one morph of the lists is cheaper than single rows.
ROWS_AT_ONCE = 20
CHANGED = "editionChanged"


def act(edition: Edition, action: Callable[[], Acted], *, item_id: int | None = None, typed: bool = False) -> Response:
    """Run one service call on an edition and answer with what became of the page.

    `typed` says that the form carried something typed, so that a refusal is about that unless things have changed.
    """
    try:
        acted = action()
    except NotAllowed as error:
        db.session.rollback()
        return refused(edition.id, error, item_id=item_id, typed=typed)
    event = db.session.get(AuditEvent, acted.event_id) if acted.event_id else None
    return done(edition.id, acted.item_ids, event, item_id=item_id)


def done(edition_id: int, item_ids: Sequence[int], event: AuditEvent | None, *, item_id: int | None) -> Response:
    """The answer to an action that went through; no event means that everything was so already."""
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    said = _said(event)
    if not is_htmx():
        flash(said, "done")
        return redirect(_back_to(edition, item_id), 303)
    toast = region(
        "#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=said, undo=_undo_url(edition, event)
    )
    return answer(*changed_regions(edition, item_ids, event is not None), toast, trigger=CHANGED)


def refused(edition_id: int, error: NotAllowed, *, item_id: int | None, typed: bool) -> Response:
    """The answer to an action that was refused: the sentence, and the page as it stands now with what was typed."""
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    is_about_input = isinstance(error, BadInput) or (typed and edition.status == "draft")
    status = 422 if is_about_input and not isinstance(error, Stale) else 409
    if not is_htmx():
        if item_id is not None:
            return item_page(item_id, status=status, problem=str(error), typed=request.form)
        return edition_page(edition, status=status, problem=str(error))
    toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=str(error), bad=True)
    return answer(*changed_regions(edition, [item_id] if item_id else [], False), toast, status=status)


def _said(event: AuditEvent | None) -> str:
    if event is None:
        return "Nothing had to change."
    return f"{event.summary[:1].upper()}{event.summary[1:]}."


def _undo_url(edition: Edition, event: AuditEvent | None) -> str | None:
    is_undoable = event is not None and event.undoes_id is None
    return url_for("editions.undo", day=edition.date.isoformat()) if is_undoable else None


def _back_to(edition: Edition, item_id: int | None) -> str:
    return url_for("editions.show", day=edition.date.isoformat(), _anchor=f"item-{item_id}" if item_id else None)


def changed_regions(edition: Edition, item_ids: Sequence[int], has_changed: bool) -> list[Markup]:
    """Every region of the edition page that an action touched.

    The candidates come row by row as long as the page has seen every change before this one; else, and where many
    rows changed, both lists come whole.
    """
    seen = request.form.get("seen", "")
    is_current = seen == str(edition.version - int(has_changed))
    some = is_current and len(item_ids) <= ROWS_AT_ONCE
    shown = desk(db.session, edition, candidate_ids=item_ids if some else None)
    context = edition_context(edition, shown)
    regions = [
        *_regions_above(context),
        region("#picked", "partials/editions/_picked.html", **context),
        region("#cut", "partials/editions/_cut.html", **context),
        *(_candidate_rows(shown, item_ids, context) if some else _all_candidates(context)),
        region("#dropped", "partials/editions/_dropped.html", **context),
        region("#seen", "partials/editions/_seen.html", **context),
    ]
    return regions + opened_details(edition.id)


def told_regions(edition: Edition) -> list[Markup]:
    """The regions that tell of new data while no list changes."""
    return _regions_above(edition_context(edition, desk(db.session, edition)))


def _regions_above(context: dict[str, Any]) -> list[Markup]:
    return [
        region("#edition-bar", "partials/editions/_bar.html", **context),
        region("#edition-head", "partials/editions/_head.html", **context),
        region("#edition-notices", "partials/editions/_notices.html", **context),
        region("#waiting", "partials/editions/_waiting.html", **context),
        region("#news", "partials/editions/_news.html", **context),
    ]


def _all_candidates(context: dict[str, Any]) -> list[Markup]:
    return [region("#candidates", "partials/editions/_candidates.html", **context)]


def _candidate_rows(shown: Desk, item_ids: Sequence[int], context: dict[str, Any]) -> list[Markup]:
    """Take every changed row out, then put the candidates among them where they belong.

    htmx looks for all targets before it swaps anything, so neighbours that come together go in together, before the
    next row that was there already.
    """
    rows, order = {row.id: row for row in shown.candidates}, shown.candidate_order
    regions = [region(f"#candidates > #item-{item_id}", swap="delete") for item_id in item_ids]
    coming: list[Row] = []
    for item_id in order:
        if item_id in rows:
            coming.append(rows[item_id])
        elif coming:
            target = f"#candidates > #item-{item_id}"
            regions.append(region(target, "partials/items/_rows.html", swap="beforebegin", rows=coming, **context))
            coming = []
    if coming:
        regions.append(region("#candidates", "partials/items/_rows.html", swap="beforeend", rows=coming, **context))
    return regions


def opened_details(edition_id: int) -> list[Markup]:
    """Fresh details of the items that the page has open, so that their forms carry the newest versions."""
    regions = []
    for item_id in sorted(read_ids(request.values.getlist("open")))[:ROWS_AT_ONCE]:
        item = details_of_item(db.session, item_id)
        if item and item.edition.id == edition_id:
            target = f"#details-{item_id}"
            context = item_context(item, live=True)
            regions.append(region(target, "partials/items/_details.html", swap="innerMorph", **context))
    return regions

"""What the edition page answers to an action: a redirect, or under htmx every region that changed, read afresh."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask import Response, flash, redirect, request, url_for
from markupsafe import Markup

from app.domain.editions import NotAllowed, Stale
from app.domain.texts import EDITION_TEXTS
from app.extensions import db
from app.models import AuditEvent, Edition
from app.queries.editions import Desk, Row, Wanted, desk, desk_of
from app.queries.handover import newest_taking
from app.queries.items import EditionOf, details_of_item
from app.queries.shown import arrange
from app.services.audit import UNDOABLE, Acted, Kind
from app.web.company import handover_for
from app.web.edition_pages import edition_page
from app.web.forms import BadInput, read_ids
from app.web.htmx import answer, is_htmx, region
from app.web.pages import edition_context, item_context, item_page
from app.web.reach import ROWS_AT_ONCE, reach_since, seen_version
from app.web.steps import LISTS, Steps, Told, steps_shown, steps_told
from app.web.told_ages import has_aged
from app.web.views import address_of, choices_context, filtered_context, shown_view, views_context

CHANGED = "editionChanged"
# The lists that are folded away.
FOLDED = {"held", "dropped"}


def act(
    edition: Edition | EditionOf, action: Callable[[], Acted], *, item_id: int | None = None, typed: bool = False
) -> Response:
    """Run one service call on an edition and answer with what became of the page.

    `typed` says that the form carried something typed, so that a refusal is about that unless things have changed.
    """
    # A commit lets go of what is known of an edition.
    edition_id = edition.id
    try:
        acted = action()
    except NotAllowed as error:
        db.session.rollback()
        return refused(edition_id, error, item_id=item_id, typed=typed)
    return done(edition_id, acted.event_id, item_id=item_id)


def done(edition_id: int, event_id: int | None, *, item_id: int | None = None) -> Response:
    """The answer to an action that went through; no event means that everything was so already."""
    item_ids = [item_id] if item_id else []
    steps = steps_told(edition_id, item_ids) if is_htmx() else None
    event = steps.events.get(event_id) if steps else None
    if event is None and event_id is not None:
        event = db.session.get(AuditEvent, event_id)
    if steps:
        told = Told(_said(event), _undo_url(steps.stand.date, event))
        return _told_steps(steps, told, trigger=CHANGED)
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    if not is_htmx():
        flash(_said(event), "done")
        return redirect(_back_to(edition, item_id), 303)
    told = Told(_said(event), _undo_url(edition.date, event))
    return answer(*changed_regions(edition, item_ids), _toast(told), trigger=CHANGED, version=edition.version)


def caught_up(edition_id: int) -> Response:
    """The answer to a page that has not seen all that was done in its edition."""
    if steps := steps_told(edition_id):
        return _told_steps(steps, None, trigger=CHANGED)
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    return answer(*changed_regions(edition), trigger=CHANGED, version=edition.version)


def _told_steps(steps: Steps, told: Told | None, **more: Any) -> Response:
    return answer(steps_shown(steps, told), *opened_details(steps.stand.id), version=steps.version, **more)


def _toast(told: Told) -> Markup:
    context = {"sentence": told.sentence, "undo": told.undo, "bad": told.bad}
    return region("#toast", "partials/shared/_toast.html", swap="innerHTML", **context)


def refused(edition_id: int, error: NotAllowed, *, item_id: int | None, typed: bool) -> Response:
    """The answer to an action that was refused: the sentence, and the page as it stands now with what was typed."""
    item_ids = [item_id] if item_id else []
    edition = db.session.get_one(Edition, edition_id, populate_existing=True)
    is_about_input = isinstance(error, BadInput) or (typed and edition.status == "draft")
    status = 422 if is_about_input and not isinstance(error, Stale) else 409
    if not is_htmx():
        if item_id is not None:
            return item_page(item_id, status=status, problem=str(error), typed=request.form)
        return edition_page(edition, status=status, problem=str(error))
    told = Told(str(error), bad=True)
    if steps := steps_told(edition_id, item_ids):
        return _told_steps(steps, told, status=status)
    return answer(*changed_regions(edition, item_ids), _toast(told), status=status, version=edition.version)


def _said(event: Any) -> str:
    if event is None:
        return "Nothing had to change."
    return f"{event.summary[:1].upper()}{event.summary[1:]}."


def _undo_url(day: date, event: Any) -> str | None:
    is_undoable = event is not None and event.kind in (*UNDOABLE, Kind.ACTION_REDONE)
    return url_for("editions.undo", day=day.isoformat(), event=event.id) if is_undoable else None


def _back_to(edition: Edition, item_id: int | None) -> str:
    return address_of(edition.date, shown_view(), anchor=f"item-{item_id}" if item_id else None)


def changed_regions(edition: Edition, item_ids: Sequence[int] = (), *, whole: bool = False) -> list[Markup]:
    """Every region of the edition page that has changed since the page has seen it, whoever changed it.

    Only what the actions since then reached comes, row by row, and the rows of `item_ids`; a picked list that is shown
    in part, or through a lens, comes whole, for its rows carry their numbers. Where the log does not tell, where
    many rows changed, and where the ages of numbers are others, all regions come whole; and with `whole` in any case,
    for a page that is to look otherwise now.
    """
    return [*_changed_regions(edition, item_ids, whole=whole), *_handed_over(edition)]


def _changed_regions(edition: Edition, item_ids: Sequence[int] = (), *, whole: bool = False) -> list[Markup]:
    view = shown_view()
    arranged = arrange(db.session, edition, view)
    reach = None if whole else reach_since(edition, arranged, item_ids)
    if reach is None:
        shown = desk_of(db.session, edition, arranged)
        context = edition_context(edition, shown, view)
        lists = [*_lists(context), *_words(EDITION_TEXTS, context)]
        return [*_regions_above(context), *lists, *_regions_below(context), *opened_details(edition.id)]
    whole = reach.lists & {"picked"} if view.filters.is_on or view.through else set[str]()
    shown = desk_of(db.session, edition, arranged, only=Wanted(whole, set(reach.item_ids)))
    context = edition_context(edition, shown, view, known_run=reach.known_run, knows_loud=reach.knows_loud)
    if has_aged(context["freshness"]):
        return _changed_regions(edition, whole=True)
    regions = _regions_above(context)
    if whole:
        regions.append(region("#picked", "partials/editions/_picked.html", **context))
    regions.append(region("#cut", "partials/editions/_cut.html", **context))
    # The candidates always, for a page that did something at once waits for what the answer says of them.
    for state in sorted(({"candidate"} | reach.lists - whole) & LISTS.keys()):
        regions += _changed_rows(shown, state, reach.item_ids, context)
    regions += _words(reach.words, context)
    return [*regions, *_regions_below(context)] + opened_details(edition.id)


def shown_lists(edition: Edition) -> Response:
    """The answer to other filters or another lens: the lists, what is said of them, and what the page sends along.

    To a page that has missed a change all regions come, and to a link (`form`) the choices as it sets them.
    """
    view = shown_view()
    if request.args.get("seen") == str(edition.version):
        shown = desk(db.session, edition, view)
        context = edition_context(edition, shown, view, known_run=0, knows_loud=True)
        head = region("#edition-head", "partials/editions/_head.html", **context)
        regions = [head, *_lists(context), *_regions_below(context)]
    else:
        regions = changed_regions(edition, whole=True)
    context = filtered_context(edition, view) | views_context(edition.date)
    regions.append(region("#shown", "partials/editions/_shown.html", **context))
    regions.append(region("#views", "partials/editions/_views.html", **context))
    if request.args.get("form"):
        # Not morphed, for a box that somebody has ticked would stay as it is.
        context |= choices_context(edition, view)
        regions.append(region("#choices", "partials/editions/_choices.html", swap="outerHTML", **context))
    return answer(*regions, version=edition.version)


def told_regions(edition: Edition) -> list[Markup]:
    """The regions that tell of new data while no list changes; the lists too where their numbers are of another age."""
    view = shown_view()
    shown = desk_of(db.session, edition, arrange(db.session, edition, view), only=Wanted((), ()))
    context = edition_context(edition, shown, view)
    return changed_regions(edition, whole=True) if has_aged(context["freshness"]) else _regions_above(context)


def company_regions(edition: Edition) -> list[Markup]:
    """The regions that tell who else is here and who publishes."""
    view = shown_view()
    shown = desk_of(db.session, edition, arrange(db.session, edition, view), only=Wanted((), ()))
    context = edition_context(edition, shown, view, known_run=read_run(), knows_loud=True)
    return [region("#edition-bar", "partials/editions/_bar.html", **context), *_news(context)]


def _handed_over(edition: Edition) -> list[Markup]:
    """The region that tells whoever has just got the baton what was handed over, where the page cannot know of it yet.

    On the page of anybody else it tells nothing any more.
    """
    taking, seen = newest_taking(db.session, edition.id), seen_version()
    if taking is None or (seen is not None and taking.version <= seen):
        return []
    return [region("#handover", "partials/editions/_handover.html", handed=handover_for(edition))]


def read_run() -> int:
    """The newest run that the page knows to be over, 0 where it does not say."""
    return max(read_ids(request.values.getlist("run")), default=0)


def _news(context: dict[str, Any]) -> list[Markup]:
    return [
        region("#news", "partials/editions/_news.html", **context),
        region("#askers", "partials/editions/_askers.html", **context),
    ]


def _regions_above(context: dict[str, Any]) -> list[Markup]:
    regions = [
        region("#edition-bar", "partials/editions/_bar.html", **context),
        region("#edition-head", "partials/editions/_head.html", **context),
        region("#edition-standing", "partials/publications/_standing.html", **context),
    ]
    if "loud" in context:
        regions.append(region("#edition-notices", "partials/editions/_notices.html", **context))
    if "waiting" in context:
        regions.append(region("#waiting", "partials/editions/_waiting.html", **context))
    return [*regions, *_news(context)]


def _lists(context: dict[str, Any]) -> list[Markup]:
    names = ("picked", "cut", "candidates", "held", "dropped")
    return [region(f"#{name}", f"partials/editions/_{name}.html", **context) for name in names]


def _words(fields: Iterable[str], context: dict[str, Any]) -> list[Markup]:
    """The regions of the edition's own words."""
    return [region(f"#{field}", "partials/editions/_words.html", field=field, **context) for field in fields]


def _regions_below(context: dict[str, Any]) -> list[Markup]:
    return [
        region("#filtered", "partials/editions/_filtered.html", **context),
        region("#seen", "partials/editions/_seen.html", **context),
    ]


def _changed_rows(shown: Desk, state: str, item_ids: Sequence[int], context: dict[str, Any]) -> list[Markup]:
    """Take every changed row out of a list, then put those that belong there where they do.

    htmx looks for all targets before it swaps anything, so neighbours that come together go in together, before the
    next row that was there already.
    """
    place = LISTS[state]
    rows = {row.id: row for row in shown.rows(state)}
    regions = [region(f"{place} > #item-{item_id}", swap="delete") for item_id in item_ids]
    coming: list[Row] = []
    for item_id in shown.shown[state]:
        if item_id in rows:
            coming.append(rows[item_id])
        elif coming:
            target = f"{place} > #item-{item_id}"
            regions.append(region(target, "partials/items/_rows.html", swap="beforebegin", rows=coming, **context))
            coming = []
    if coming:
        regions.append(region(place, "partials/items/_rows.html", swap="beforeend", rows=coming, **context))
    if state in FOLDED:
        regions.append(region(f"#{state}-said", f"partials/editions/_{state}_said.html", **context))
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

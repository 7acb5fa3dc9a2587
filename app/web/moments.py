"""An edition as it stood at one moment of its history, what of that differs from now, and what is brought back."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import NotAllowed
from app.domain.history import LISTS, Differences, Stood, differences, place_in_words
from app.extensions import db
from app.models import AuditEvent, Edition
from app.queries.history import Entry, Named, event_entries, events_beside, named_items
from app.queries.standing import ITEM_TEXTS, Then, places_at, reaching, stands, stood_after
from app.services import restoring
from app.services.audit import Acted
from app.web.auth import acting, editor_required
from app.web.changes import EDITION_TEXTS, Compared, changes_of, compared
from app.web.editions import edition_or_404
from app.web.filters import sentence
from app.web.forms import read_id
from app.web.htmx import render

bp = Blueprint("moments", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A paper as it stood: its number, if it was picked, its words, and where it is now, if elsewhere."""

    paper: Named
    number: int | None
    headline: str | None
    note: str | None
    score: float
    reason: str | None
    pinned: bool
    now: str


@bp.get("/editions/<day>/history/<id:event_id>")
@login_required
def show(day: str, event_id: int) -> Response:
    """The edition as it stood right after an event, and what of that differs from now."""
    return _page(edition_or_404(day), event_id)


def _page(edition: Edition, event_id: int, *, status: int = 200, problem: str = "") -> Response:
    entry = _entry_or_404(edition, event_id)
    then, now = stood_after(db.session, edition, event_id), stands(db.session, edition)
    found = differences(then.stood, now, ITEM_TEXTS)
    papers = named_items(db.session, then.stood.items)
    before, after = events_beside(db.session, edition, event_id)
    return render(
        "pages/history/moment.html",
        status=status,
        problem=problem,
        edition=edition,
        entry=entry,
        changes=changes_of([entry.event], {edition.id: edition}, {event_id: places_at(then, entry.event)}),
        then=then,
        differences=found,
        texts=_texts(then, now, found, papers, edition),
        lists=_lists(then.stood, now, found, papers) if then.has_lists else {},
        before=before,
        after=after,
        may_restore=current_user.may_edit and edition.status == "draft",
    )


def _entry_or_404(edition: Edition, event_id: int) -> Entry:
    event = db.session.get(AuditEvent, event_id)
    is_of_it = event is not None and event.edition_id == edition.id
    if not is_of_it and event_id not in {row.id for row in reaching(db.session, edition, event_id - 1)}:
        abort(404, f"There is no such moment in the history of {edition.date}.")
    return event_entries(db.session, [event_id])[0]


def _texts(
    then: Then, now: Stood, found: Differences, papers: dict[int, Named], edition: Edition
) -> list[tuple[Named | None, Compared, bool]]:
    """Every text that reads otherwise now: of which paper, compared, and whether somebody was writing it then."""
    texts: list[tuple[Named | None, Compared, bool]] = []
    wanted = [(None, name) for name in found.of_edition if name in EDITION_TEXTS] + list(found.texts)
    for item_id, name in wanted:
        was, is_now = (
            side.fields[name] if item_id is None else side.items[item_id][name] for side in (then.stood, now)
        )
        event_id = then.rewritten.get((item_id, name))
        may = was and event_id and (papers[item_id].is_open if item_id else edition.status == "draft")
        address = f"/editions/{edition.date}/history/{event_id}/text?name={name}" + (
            f"&item={item_id}" if item_id else ""
        )
        text = compared(name, was, is_now, address, ("before",) if may else ())
        texts.append((papers.get(item_id or 0), text, (item_id, name) in then.unsettled))
    return texts


def _text(stood: Stood, item_id: int | None, name: str) -> str | None:
    return stood.fields[name] if item_id is None else stood.items[item_id][name]


def _lists(stood: Stood, now: Stood, found: Differences, papers: dict[int, Named]) -> dict[str, list[Row]]:
    numbers, numbers_now = stood.numbers(), now.numbers()
    elsewhere = {*found.picked, *found.unpicked, *found.moved, *found.others}

    def row(item_id: int) -> Row:
        was, is_now = stood.items[item_id], now.items[item_id]
        words = place_in_words(is_now["state"], numbers_now.get(item_id)) if item_id in elsewhere else ""
        return Row(
            papers[item_id],
            numbers.get(item_id),
            was["headline"],
            was["note"],
            (is_now if was["state"] == "waiting" else was)["score"],
            was["drop_reason"],
            was["pinned_at"] is not None,
            words,
        )

    lists = {state: [row(item_id) for item_id in stood.listed(state)] for state in LISTS}
    came = [item_id for item_id in stood.items if stood.items[item_id]["state"] == "waiting" and item_id in elsewhere]
    return lists | {"waiting": [row(item_id) for item_id in came]}


@bp.post("/editions/<day>/history/<id:event_id>/order")
@editor_required
def restore_order(day: str, event_id: int) -> Response:
    """Bring the picked list back as it stood right after an event."""
    edition = edition_or_404(day)
    address = url_for("editions.show", day=day)
    return _restore(
        edition, event_id, lambda: restoring.bring_back_order(db.session, edition.id, event_id, acting()), address
    )


@bp.post("/editions/<day>/history/<id:event_id>/text")
@editor_required
def restore_text(day: str, event_id: int) -> Response:
    """Bring one text back, of a paper or of the edition, as it was before or after an event."""
    edition = edition_or_404(day)
    wanted = {"name": request.values.get("name", ""), "side": request.values.get("side", "")}
    address = url_for("moments.show", day=day, event_id=event_id)

    def action() -> Acted:
        item_id = read_id(request.values, "item")
        return restoring.bring_back_text(db.session, edition.id, event_id, acting(), item_id=item_id, **wanted)

    return _restore(edition, event_id, action, address)


def _restore(edition: Edition, event_id: int, action: Callable[[], Acted], address: str) -> Response:
    _entry_or_404(edition, event_id)
    try:
        acted = action()
    except NotAllowed as error:
        db.session.rollback()
        return _page(db.session.get_one(Edition, edition.id), event_id, status=409, problem=str(error))
    flash(sentence(db.session.get_one(AuditEvent, acted.event_id).summary), "done")
    return redirect(address, 303)

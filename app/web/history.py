"""The history: what everybody and the job did, in all editions, in one, or to one paper."""

from datetime import datetime
from itertools import groupby

from flask import Blueprint, Response, abort, request
from flask_login import login_required

from app.extensions import db
from app.models import Edition, Item
from app.queries.history import COMMAND, JOB, Asked, Entry, history_page, named_items, people
from app.services.audit import Kind
from app.web.changes import Changes, changes_of, what_was_done, who_acted, who_said
from app.web.editions import edition_or_404
from app.web.filters import in_zone
from app.web.forms import read_id
from app.web.htmx import render
from app.web.pages import NO_ITEM

bp = Blueprint("history", __name__)

# A page far beyond any that there is, and still a number that a database counts with.
LAST_PAGE = 1_000_000
GROUPS: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "decisions": (
        "Decisions",
        (
            Kind.ITEM_PICKED,
            Kind.ITEM_DROPPED,
            Kind.ITEM_HELD,
            Kind.ITEM_RETURNED,
            Kind.ITEM_UPDATED,
            Kind.PAPER_ADDED,
            Kind.EDITION_CUT,
        ),
    ),
    "order": (
        "Order",
        (Kind.ITEM_MOVED, Kind.ITEM_PINNED, Kind.ITEM_UNPINNED, Kind.EDITION_ORDERED, Kind.EDITION_RESTORED),
    ),
    "texts": ("Texts and quotes", (Kind.ITEM_ANNOTATED, Kind.ITEM_QUOTED, Kind.EDITION_WRITTEN)),
    "evidence": ("Strikes", (Kind.MENTION_STRUCK, Kind.MENTION_UNSTRUCK)),
    "data": ("Runs and data", (Kind.RUN_ASKED, Kind.EDITION_FILLED, Kind.DATA_TAKEN, Kind.DATA_LEFT)),
    "publishing": (
        "Publishing",
        (
            Kind.EDITION_PUBLISHED,
            Kind.EDITION_IMPORTED,
            Kind.EDITION_REOPENED,
            Kind.EDITION_CLOSED,
            Kind.EDITION_SCHEDULED,
            Kind.EDITION_UNSCHEDULED,
            Kind.EDITION_NOT_PUBLISHED,
            Kind.POST_RETRACTED,
            Kind.POST_RESTORED,
            Kind.POST_TAKEN_BACK,
            Kind.DELIVERY_DECIDED,
            Kind.MAIL_SENT,
            Kind.BATON_TAKEN,
            Kind.BATON_LAID_DOWN,
            Kind.LINK_MADE,
            Kind.LINK_ENDED,
        ),
    ),
    "undone": ("Undo and redo", (Kind.ACTION_UNDONE, Kind.ACTION_REDONE, Kind.UNDO_PASSED_OVER)),
}
for words in (who_said, who_acted, what_was_done):
    bp.app_template_filter()(words)


@bp.app_template_filter()
def clock_time(moment: datetime) -> str:
    """The time of day in the desk's zone, such as 08:41."""
    return f"{in_zone(moment):%H:%M}"


@bp.get("/history")
@login_required
def index() -> Response:
    """Everything that was done, in all editions."""
    return _page("History", "of all editions")


@bp.get("/editions/<day>/history")
@login_required
def of_edition(day: str) -> Response:
    """Everything that was done in one edition."""
    edition = edition_or_404(day)
    item = _item(read_id(request.args, "item"), edition.id)
    return _page("History", "of this edition", edition=edition, item=item)


@bp.get("/items/<id:item_id>/history")
@login_required
def of_item(item_id: int) -> Response:
    """Everything that was done to one paper, in whatever edition."""
    item = db.session.get(Item, item_id)
    if item is None:
        abort(404, NO_ITEM)
    return _page("History", "of this paper", item=item)


def _item(item_id: int | None, edition_id: int) -> Item | None:
    item = db.session.get(Item, item_id) if item_id else None
    return item if item is not None and item.edition_id == edition_id else None


def _page(heading: str, told: str, *, edition: Edition | None = None, item: Item | None = None) -> Response:
    by, what = _who(request.args.get("by", "")), request.args.get("what", "")
    group = GROUPS.get(what)
    asked = Asked(
        edition=edition,
        paper_id=item.paper_id if item else None,
        by=by,
        kinds=group[1] if group else None,
        runs=group is None or what == "data",
        deliveries=group is None or what == "publishing",
    )
    page = history_page(db.session, asked, _number(request.args.get("page", "")))
    days = [(day, list(entries)) for day, entries in groupby(page.entries, key=lambda entry: in_zone(entry.at).date())]
    return render(
        "pages/history/index.html",
        heading=heading,
        told=told,
        edition=edition,
        paper=named_items(db.session, [item.id]).get(item.id) if item else None,
        past=page,
        days=days,
        changes=_changes(page.entries, edition),
        chosen={"by": "" if by is None else str(by), "what": what if group else ""},
        people=people(db.session),
        groups=[(name, words) for name, (words, _) in GROUPS.items()],
        others=((JOB, "The job"), (COMMAND, "The command line")),
    )


def _who(text: str) -> int | str | None:
    if text in (JOB, COMMAND):
        return text
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
    return min(max(number, 1), LAST_PAGE)


def _changes(entries: list[Entry], edition: Edition | None) -> dict[int, Changes]:
    """What the events of a page changed; the places are those in the edition looked at, or in that of each event."""
    events = [entry.event for entry in entries if entry.event is not None]
    ids = {edition.id} if edition else {event.edition_id for event in events if event.edition_id is not None}
    return changes_of(events, {edition_id: db.session.get_one(Edition, edition_id) for edition_id in ids})

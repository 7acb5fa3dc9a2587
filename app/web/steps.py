"""The answer to a page that has seen all but the last few actions: no more is read and sent than these can reach."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from typing import Any

from flask import render_template, request
from flask_login import current_user
from markupsafe import Markup

from app.domain.editions import LOUD_FROM
from app.extensions import db
from app.models import Edition
from app.queries.loud import SHOWN, loud_mentions
from app.queries.posts import post_of
from app.queries.repeats import earlier_runs
from app.queries.source_states import Freshness
from app.queries.steps import (
    Picture,
    Stand,
    counts_of,
    is_named_with_others,
    picture_of,
    reasons_of,
    stand_of,
    steps_since,
)
from app.services.audit import UNDOABLE
from app.web.asking import ask
from app.web.company import company_of
from app.web.pages import undoing_of
from app.web.reach import ROWS_AT_ONCE, is_near, is_quiet, seen_version, states_of, tells_all
from app.web.told_ages import ages_told
from app.web.views import looks_at_all

# Where the rows of each list stand that comes row by row.
LISTS = {"picked": "#picked", "candidate": "#candidates", "held": "#held > ul", "dropped": "#dropped > ul"}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an action, in a sentence; `undo` is the address that takes it back."""

    sentence: str
    undo: str | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """The last few actions in a draft, by the ids of their events, and the rows they changed, as they stand now.

    They are told to the person `editor_id`.
    """

    editor_id: int
    stand: Stand
    version: int
    events: Mapping[int, Any]
    changes: Sequence[Mapping[str, Any]]
    picture: Picture
    ages: Freshness

    @property
    def resized(self) -> set[str]:
        """The lists that papers left or came to."""
        return {state for change in self.changes for state in states_of(change)}

    @property
    def lists(self) -> set[str]:
        """The lists that changed rows were in and are in."""
        return self.resized | {row.state for row in self.picture.rows}

    @property
    def crossing(self) -> list[int]:
        """The items that stand in the edition now and did not before, or the other way round."""
        crossed = [c for c in self.changes if len({state in SHOWN for state in states_of(c)}) > 1]
        return sorted({change["item_id"] for change in crossed})


@dataclass(frozen=True, slots=True)
class _Desk:
    """The edition as far as the regions tell of it; all its papers are shown, and a range is as long as a list."""

    date: Day
    version: int
    cut: float
    counts: Mapping[str, int]
    drop_reasons: Sequence[str]
    is_draft: bool = True

    @property
    def shown(self) -> dict[str, range]:
        """Something as long as each list that is shown."""
        return {state: range(count) for state, count in self.counts.items()}


def steps_told(edition_id: int, item_ids: Collection[int] = ()) -> Steps | None:
    """What was done in an edition that the page has not seen, with the rows of `item_ids` beside those it changed.

    None where more must be looked at: the page is filtered or has a lens, it does not say what it has seen, the log
    does not tell of every version since, a run goes on or is newer, or something was done that is told by more than
    rows, counts and the bar.
    """
    seen = seen_version()
    if seen is None or not looks_at_all():
        return None
    stand = stand_of(ask, edition_id, seen)
    # How one with a time to be published at stands is told by the clock and by whether a worker runs.
    if stand.status != "draft" or stand.publish_at or not _knows_data(stand) or not is_near(seen, stand.version):
        return None
    events = steps_since(ask, edition_id, seen)
    if not tells_all(events, seen, stand.version):
        return None
    changes = [change for event in events for change in event.changes]
    ids = {*item_ids, *(change["item_id"] for change in changes if "item_id" in change)}
    if len(ids) > ROWS_AT_ONCE or not all("item_id" in change and is_quiet(change) for change in changes):
        return None
    # From the first action on an edition does not follow the rules any more, and somebody holds its baton.
    if not stand.had_begun and any(event.at == stand.acted_at for event in events):
        return None
    me = current_user.id
    version = max([stand.version, *(event.version for event in events)])
    picture = picture_of(db.session, ask, stand, ids, me) if ids else Picture(version, [], [])
    ages = ages_told(stand.id, stand.date, version=seen, run_id=stand.run_id)
    # What was done in between would put rows beside others that the page has elsewhere.
    if ages is None or picture.version != version:
        return None
    return Steps(me, stand, version, {event.id: event for event in events}, changes, picture, ages)


def _knows_data(stand: Stand) -> bool:
    """Whether the page tells of the newest run, and none is going on that may bring more."""
    return not stand.is_running and request.values.get("up_to") == str(stand.run_id)


def steps_shown(steps: Steps, told: Told | None) -> Markup:
    """The regions of the page that these actions changed, as they are now, and what is told of the last one."""
    stand, lists, resized = steps.stand, steps.lists, steps.resized
    desk = _Desk(
        stand.date,
        steps.version,
        stand.cut,
        counts_of(ask, stand.id) if resized or lists & {"held", "dropped"} else {},
        reasons_of(ask, stand.id) if "dropped" in lists else (),
    )
    context = {
        "desk": desk,
        "lists": lists,
        "resized": resized,
        "freshness": steps.ages,
        "repeats": _repeats(steps),
        "leaving": _leaving(steps),
        "coming": [(*_place(coming.state, coming.before), coming.rows) for coming in steps.picture.coming],
        "day": stand.date.isoformat(),
        "asks": True,
        "seen": steps.version,
        "run": stand.run_id,
        "may_edit": current_user.may_edit,
        "told": told,
        **(_bar(steps) if current_user.may_edit else {}),
        **_loud(steps),
    }
    return Markup(render_template("partials/editions/_steps.html", **context))


def _leaving(steps: Steps) -> list[str]:
    """Every changed row leaves each list that it can be in on the page, before it comes to where it belongs."""
    # The candidates always, for a page that did something at once waits for what the answer says of them.
    lists = [LISTS[state] for state in sorted(({"candidate"} | steps.lists) & LISTS.keys())]
    ids = sorted(row.id for row in steps.picture.rows)
    return [f"{place} > #item-{item_id}" for place in lists for item_id in ids]


def _place(state: str, before: int | None) -> tuple[str, str]:
    return (LISTS[state], "beforeend") if before is None else (f"{LISTS[state]} > #item-{before}", "beforebegin")


def _repeats(steps: Steps) -> dict[int, Any]:
    if not steps.picture.ran_before:
        return {}
    edition = db.session.get_one(Edition, steps.stand.id)
    return earlier_runs(db.session, edition, item_ids=steps.picture.ran_before)


def _bar(steps: Steps) -> dict[str, Any]:
    """What the bar needs: all of it where its way to publish may be another one that depends on who is here."""
    stand, me = steps.stand, steps.editor_id
    own = [event for event in steps.events.values() if event.editor_id == me]
    if "picked" in steps.resized and stand.baton_editor_id != me:
        edition = db.session.get_one(Edition, stand.id, populate_existing=True)
        return {"company": company_of(edition), "post": post_of(db.session, edition)} | _undoing(stand, own)
    return _undoing(stand, own) if own else {}


def _undoing(stand: Stand, own: Sequence[Any]) -> dict[str, Any]:
    """What this person can take back and do again; a new action is what is taken back next, and ends the other."""
    newest = max(own, key=lambda event: event.id, default=None)
    if newest is not None and newest.kind in UNDOABLE:
        return {"undo": newest, "redo": None}
    return undoing_of(stand.id)


def _loud(steps: Steps) -> dict[str, Any]:
    """The mentions that are counted for several papers, where they may be others because of what came or went."""
    ids, edition_id = steps.crossing, steps.stand.id
    if not ids or not is_named_with_others(db.session, ask, edition_id, ids, LOUD_FROM):
        return {}
    return {"loud": loud_mentions(db.session, edition_id, LOUD_FROM)}

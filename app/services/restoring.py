"""Bringing back: a text as it was before or after an event, or the whole picked list as it stood after one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, spread_keys
from app.domain.history import Stood
from app.models import AuditEvent, Edition, Item
from app.queries.standing import ITEM_TEXTS, stands, stood_after
from app.services.acting import Acting
from app.services.audit import Acted, Kind, record, unplain
from app.services.changing import Work, change_items, leave_list, title_of
from app.services.chosen import Chosen
from app.services.placing import claim_edition
from app.services.transactions import transaction

EDITION_TEXTS = {"introduction": "the introduction", "closing": "the closing words"}
SIDES = ("before", "after")


def bring_back_text(
    session: Session, edition_id: int, event_id: int, by: Acting, *, name: str, side: str, item_id: int | None = None
) -> Acted:
    """Give a text of a paper, or of the edition itself, the words that it had `before` or `after` an event.

    Raises NotAllowed where the event did not change that text, where it reads so already, and for a published edition.
    """
    event = _event(session, event_id)
    text = _text_of(event, name, side, item_id)
    as_of = _moment(event, by, side)
    if item_id is None:
        return _write_edition(session, edition_id, name, text, by, as_of)

    def needs(item: Chosen) -> bool:
        return getattr(item, name) != text

    def change(work: Work) -> str:
        (item,) = work.items
        setattr(item, name, text)
        return f"brought back the {name} of {title_of(item)} as it was {as_of}"

    acted = change_items(session, edition_id, [item_id], Kind.ITEM_ANNOTATED, change, by, needs=needs)
    return _refuse_nothing(acted, f"The {name} reads so already; nothing was changed.")


def bring_back_order(session: Session, edition_id: int, event_id: int, by: Acting) -> Acted:
    """Pick what was picked right after an event, in the order of then; what is picked beside it becomes a candidate.

    Pins are as they were. Scores, strikes and texts stay, and a paper that waits to be taken stays out. Raises
    NotAllowed where the log does not tell that order, where the list stands so already, and for a published edition.
    """
    as_of = _moment(_event(session, event_id), by, "after")
    ids = session.scalars(select(Item.id).where(Item.edition_id == edition_id, Item.state != "waiting")).all()
    places: dict[int, tuple[str, datetime | None]] = {}
    read: list[Stood] = []

    def needs(item: Chosen) -> bool:
        # Read only now, for the edition is locked by now and nothing comes in between.
        if not read:
            read.append(_order_then(session, edition_id, event_id))
            places.update(_places(read[0], stands(session, _edition(session, edition_id)), set(ids)))
        is_there = item.state == "picked"
        if item.id not in places:
            return is_there
        return not is_there or (item.order_key, item.pinned_at) != places[item.id]

    def change(work: Work) -> str:
        left_out = len(read[0].listed("picked")) - len(places)
        return f"brought the picked list back as it stood {as_of}: {_place_as_then(work, places, left_out)}"

    acted = change_items(session, edition_id, ids, Kind.EDITION_RESTORED, change, by, needs=needs)
    return _refuse_nothing(acted, "The picked list stands so already; nothing was changed.")


def _order_then(session: Session, edition_id: int, event_id: int) -> Stood:
    then = stood_after(session, _edition(session, edition_id), event_id)
    if not then.has_lists:
        raise NotAllowed(
            "How the list stood then is in no log, for the edition followed the rules by itself; choose a later moment."
        )
    return then.stood


def _edition(session: Session, edition_id: int) -> Edition:
    return session.get_one(Edition, edition_id, populate_existing=True)


def _places(stood: Stood, now: Stood, there: set[int]) -> dict[int, tuple[str, datetime | None]]:
    """The key and the pin of every paper picked then that can be picked now, by item."""
    picked = [item_id for item_id in stood.listed("picked") if item_id in there]
    # A list in the same order keeps its keys, whatever they were.
    source = now if picked == now.listed("picked") else stood
    keys = [source.items[item_id]["order_key"] for item_id in picked]
    if len(set(keys)) < len(keys):
        keys = spread_keys(len(keys))
    pins = [unplain("pinned_at", stood.items[item_id]["pinned_at"]) for item_id in picked]
    return dict(zip(picked, zip(keys, pins, strict=True), strict=True))


def _place_as_then(work: Work, places: Mapping[int, tuple[str, datetime | None]], left_out: int) -> str:
    """Put the items where they were, and count what became of them."""
    now = work.by.now
    was_picked = {item.id for item in work.items if item.state == "picked"}
    out = [item for item in work.items if item.id not in places]
    back = [item for item in work.items if item.id in places]
    shifted = {item.id for item in back if item.order_key != places[item.id][0]}
    for item in out:
        leave_list(item, "candidate", now)
    for item in back:
        if item.id not in was_picked:
            item.decided_at, item.drop_reason = now, None
        if item.id in shifted:
            # Placed by hand from now on: the scores of today may say otherwise.
            item.state, item.placed_at = "picked", now
        item.order_key, item.pinned_at = places[item.id]
    more = sum(item.id not in was_picked for item in back)
    told = [(more, "picked again"), (len(out), "put back among the candidates")]
    told += [(len(shifted) - more, "moved"), (left_out, "left out, for it waits to be taken")]
    return ", ".join(f"{count:,} {words}" for count, words in told if count) or "the pins as they were"


def _event(session: Session, event_id: int) -> AuditEvent:
    event = session.get(AuditEvent, event_id)
    if event is None:
        raise NotAllowed("There is no such moment in the history.")
    return event


def _text_of(event: AuditEvent, name: str, side: str, item_id: int | None) -> str | None:
    """A text as an event found or left it. Raises NotAllowed where the event is not about it."""
    known = EDITION_TEXTS if item_id is None else ITEM_TEXTS
    for change in event.changes if name in known and side in SIDES else ():
        fields = change.get("fields") if item_id is not None else change.get("of_edition")
        if fields and name in fields and change.get("item_id") == item_id:
            return fields[name][SIDES.index(side)]
    raise NotAllowed("This action changed no such text; choose one of those that are shown.")


def _write_edition(session: Session, edition_id: int, name: str, text: str | None, by: Acting, as_of: str) -> Acted:
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
        was = getattr(edition, name)
        if was == text:
            raise NotAllowed(f"{EDITION_TEXTS[name].capitalize()} read so already; nothing was changed.")
        setattr(edition, name, text)
        changes = [{"edition_id": edition_id, "of_edition": {name: [was, text]}}]
        summary = f"brought back {EDITION_TEXTS[name]} as it stood {as_of}"
        event = record(session, by, Kind.EDITION_WRITTEN, summary, edition=edition, changes=changes)
        return Acted(edition_id, event.id, [])


def _moment(event: AuditEvent, by: Acting, side: str) -> str:
    """When a text or a list was as it is to be again: before 08:41, or at 08:41, with the day where it is another."""
    moment = event.at if side == "before" else event.ended_at or event.at
    here, now = (time.astimezone(by.rules.timezone) for time in (moment, by.now))
    day = (
        ""
        if here.date() == now.date()
        else f"on {here.day} {here:%B}{'' if here.year == now.year else f' {here.year}'} "
    )
    return f"{day}{'before' if side == 'before' else 'at'} {here:%H:%M}"


def _refuse_nothing(acted: Acted, sentence: str) -> Acted:
    if acted.event_id is None:
        raise NotAllowed(sentence)
    return acted

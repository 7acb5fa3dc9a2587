"""Texts that save themselves: each save takes its place among others that are lost, late, repeated or another's."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Stale
from app.domain.texts import EDITION_TEXTS, ITEM_TEXTS, NAMES, check_text, digest, tidy
from app.models import AuditEvent, Edition, Item, Writing
from app.queries.handover import BATON_KINDS
from app.queries.writings import LastSave, Owned, Stand, last_writer, owned_text, stand_of
from app.services.acting import Acting
from app.services.audit import Claimed, Kind, quoted_title, record
from app.services.placing import claim
from app.services.transactions import transaction
from app.services.undo import NEXT_UNDO, is_one_of

# A run of saves is one entry in the log as long as no pause in it is longer.
PAUSE = timedelta(minutes=5)
TICK = timedelta(microseconds=1)
_NOWHERE = "There is no such paper in this edition."

_EDITIONS, _ITEMS, _EVENTS, _WRITINGS = (model.__table__ for model in (Edition, Item, AuditEvent, Writing))
# Somebody who writes saves all the time, so what a save asks and writes is built once and past the ORM.
_LOCKING = (
    update(_EDITIONS)
    .values(version=_EDITIONS.c.version)
    .returning(*(_EDITIONS.c[name] for name in ("id", "date", "status", "version")))
)
_LOCK = _LOCKING.where(_EDITIONS.c.id == bindparam("edition"))
_LOCK_WITH = _LOCKING.where(
    _EDITIONS.c.id == select(_ITEMS.c.edition_id).where(_ITEMS.c.id == bindparam("item")).scalar_subquery()
)
_run_kept, _handed = _EVENTS.alias(), _EVENTS.alias()
_RUN = select(*(_run_kept.c[name] for name in ("id", "version", "versions", "changes"))).where(
    _run_kept.c.id == bindparam("event"),
    _run_kept.c.id == NEXT_UNDO.with_only_columns(_EVENTS.c.id).scalar_subquery(),
    ~exists().where(
        _handed.c.edition_id == _run_kept.c.edition_id,
        is_one_of(_handed, BATON_KINDS),
        _handed.c.id > _run_kept.c.id,
    ),
)
# Which text is set, an UPDATE is told each time.
_SET_OF_EDITION = update(_EDITIONS).where(_EDITIONS.c.id == bindparam("owner"))
_SET_OF_ITEM = update(_ITEMS).where(_ITEMS.c.id == bindparam("owner")).values(version=_ITEMS.c.version + 1)
_GROW = update(_EVENTS).where(_EVENTS.c.id == bindparam("event"))
_NOTE = insert(_WRITINGS).returning(_WRITINGS.c.id)
_NOTE_AGAIN = update(_WRITINGS).where(_WRITINGS.c.id == bindparam("save"))


@dataclass(frozen=True, slots=True)
class Place:
    """Which text is meant: `field` of an item, or without one of the edition. Raises NotAllowed for what is no text.

    The edition of an item need not be named.
    """

    edition_id: int | None
    field: str
    item_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no text."""
        if self.field not in (EDITION_TEXTS if self.item_id is None else ITEM_TEXTS):
            raise NotAllowed("There is no such text here; reload the page.")


@dataclass(frozen=True, slots=True)
class Page:
    """The page that saves: its name for itself and its count of saves of this text.

    `follows` are pages that are gone and whose unsaved text this one took over. Without a name every save stands alone.
    """

    writer: str = ""
    sequence: int = 0
    follows: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A save that went through, or was not needed any more: how the text stands, and the event, if one was made."""

    stand: Stand
    edition_id: int
    version: int
    event_id: int | None


class Conflict(Stale):
    """Somebody else wrote the text meanwhile; nothing was saved. `stand` has theirs, `by` is who wrote it, by name."""

    def __init__(self, stand: Stand, by: str | None, version: int) -> None:
        super().__init__(f"Somebody else wrote {_the(stand.field)} meanwhile; look at both and choose what stays.")
        self.stand = stand
        self.by = by
        self.version = version


def save(
    session: Session,
    place: Place,
    text: str | None,
    by: Acting,
    *,
    seen: str,
    page: Page | None = None,
    left: str | None = None,
) -> Saved:
    """Save one text, made from the one that `seen` seals.

    A request of a page of which a later one has come changes nothing, nor does one that says what is there already.
    Else the text must be the one seen, or the last save this page's own. `left` is a text that was not taken where two
    were to choose from: it is kept in the log. Raises NotAllowed for a text that is too long or an edition that is
    published, Conflict where somebody else wrote it meanwhile.
    """
    page = page or Page()
    check_text(place.field, text)
    text, left = tidy(text), tidy(left)
    with transaction(session):
        edition = _lock(session, place)
        place = replace(place, edition_id=edition.id)
        owned = _owned(session, place, edition)
        there, last = owned.text, owned.last
        stand = stand_of(place.field, there, last)
        if last and page.writer and last.writer == page.writer and page.sequence <= last.sequence:
            return Saved(stand, edition.id, edition.version, None)
        is_fresh = seen == stand.seen or _goes_on(page, last, stand)
        if text != there or left not in (None, there):
            if not is_fresh:
                raise Conflict(stand, last_writer(session, edition.id, place.item_id, place.field), edition.version)
            return _write(session, place, owned, text, by, page=page, left=left)
        # A late request must not make an old text of its page look like the newest, though it says what is there.
        if page.writer and is_fresh:
            last = _note(session, place, text, by, page=page, last=last)
        return Saved(stand_of(place.field, text, last), edition.id, edition.version, None)


class _Locked(NamedTuple):
    id: int
    date: date
    status: str
    version: int


def _lock(session: Session, place: Place) -> _Locked:
    """Let no other action on the edition come between, and count nothing up: there may be nothing to write.

    Raises NotAllowed for an edition that there is not.
    """
    if place.edition_id is None:
        row = session.execute(_LOCK_WITH, {"item": place.item_id}).one_or_none()
    else:
        row = session.execute(_LOCK, {"edition": place.edition_id}).one_or_none()
    if row is None:
        raise NotAllowed(_NOWHERE)
    return _Locked(*row)


def _owned(session: Session, place: Place, edition: _Locked) -> Owned:
    """The text, and what it is of. Raises NotAllowed where there is none to write on."""
    owned = owned_text(session, place.edition_id, place.item_id, place.field)
    if owned is None or owned.edition_id != edition.id:
        raise NotAllowed(_NOWHERE)
    if edition.status != "draft":
        raise NotAllowed(f"The edition of {edition.date} is published; to change it, correct its post.")
    if owned.state == "waiting":
        raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
    return owned


def _goes_on(page: Page, last: LastSave | None, stand: Stand) -> bool:
    """Whether the text is as this page, or one that it follows, saved it last; it may never have heard so."""
    if last is None or stand.saved_at is None or not last.writer:
        return False
    return last.writer in {page.writer, *page.follows}


def _write(
    session: Session, place: Place, owned: Owned, text: str | None, by: Acting, *, page: Page, left: str | None
) -> Saved:
    """Write the text, as a new entry of the log or as more of the run that is under way; after `left`, where given."""
    edition = claim(session, place.edition_id, by)
    # Asked before anything new is recorded, for it must be the newest that could be undone.
    run = _run(session, place, by, page, owned.last) if left is None else None
    former, event_id = owned.text, None
    for words in [left, text] if left not in (None, text) else [text]:
        if words != former:
            event_id = _record(session, place, owned.title, (former, words), edition, by, run)
        former = words
    if place.item_id is None:
        session.execute(_SET_OF_EDITION, {"owner": place.edition_id, place.field: text})
    else:
        session.execute(_SET_OF_ITEM, {"owner": place.item_id, place.field: text})
    last = _note(session, place, text, by, page=page, last=owned.last, event_id=event_id)
    return Saved(stand_of(place.field, text, last), edition.id, edition.version, event_id)


def _run(session: Session, place: Place, by: Acting, page: Page, last: LastSave | None) -> Row | None:
    """The entry of the log that this save goes on with, if its run is still under way.

    A run ends where the baton goes from hand to hand: what is written from then on is the next holder's to tell of.
    """
    if last is None or not page.writer or last.writer != page.writer or by.now - last.saved_at > PAUSE:
        return None
    asked = {"event": last.event_id, "edition": place.edition_id, "editor": by.editor_id}
    return session.execute(_RUN, asked).one_or_none()


def _record(
    session: Session,
    place: Place,
    title: str | None,
    change: tuple[str | None, str | None],
    edition: Claimed,
    by: Acting,
    run: Row | None,
) -> int:
    """Record a change of the text; the id of its entry.

    A run that would end where it began gets a second entry: none is of nothing.
    """
    former, text = change
    summary = _summary(place, title, text)
    began = _before(run, place.field) if run else former
    if run is None or began == text:
        kind = Kind.EDITION_WRITTEN if place.item_id is None else Kind.ITEM_ANNOTATED
        changes = [_change(place, former, text)]
        return record(session, by, kind, summary, edition=edition, item_id=place.item_id, changes=changes).id
    grown = {
        "event": run.id,
        "changes": [_change(place, began, text)],
        "summary": summary,
        "versions": [*(run.versions or [run.version]), edition.version],
        "version": edition.version,
        "ended_at": by.now,
    }
    session.execute(_GROW, grown)
    return run.id


def _before(run: Row, field: str) -> str | None:
    (change,) = run.changes
    return (change.get("fields") or change["of_edition"])[field][0]


def _change(place: Place, before: str | None, after: str | None) -> dict[str, Any]:
    if place.item_id is None:
        return {"edition_id": place.edition_id, "of_edition": {place.field: [before, after]}}
    return {"item_id": place.item_id, "fields": {place.field: [before, after]}}


def _summary(place: Place, title: str | None, text: str | None) -> str:
    of = "" if title is None else f" of {quoted_title(title)}"
    return f"wrote {_the(place.field)}{of}" if text else f"took away {_the(place.field)}{of}"


def _the(field: str) -> str:
    return f"the {NAMES[field]}"


def _note(
    session: Session,
    place: Place,
    text: str | None,
    by: Acting,
    *,
    page: Page,
    last: LastSave | None,
    event_id: int | None = None,
) -> LastSave:
    """Note the save as the text's last; its time is always later than that of the one before."""
    values: dict[str, Any] = {
        "writer": page.writer,
        "sequence": page.sequence,
        "digest": digest(text),
        "saved_at": by.now if last is None else max(by.now, last.saved_at + TICK),
        "event_id": event_id if event_id is not None or last is None else last.event_id,
    }
    written = values | {"editor_id": by.editor_id}
    if last is not None:
        session.execute(_NOTE_AGAIN, written | {"save": last.id})
        return LastSave(last.id, **values)
    of = {"edition_id": place.edition_id, "item_id": place.item_id, "field": place.field}
    return LastSave(session.execute(_NOTE, written | of).scalar_one(), **values)

"""Texts that save themselves: each save takes its place among others that are lost, late, repeated or another's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Stale
from app.domain.texts import EDITION_TEXTS, ITEM_TEXTS, NAMES, check_text, digest, tidy
from app.models import AuditEvent, Edition, Item, Writing
from app.queries.handover import newest_taking
from app.queries.writings import Stand, last_writer, stand_of, writing_of
from app.services.acting import Acting
from app.services.audit import Kind, quoted_title, record
from app.services.placing import claim_edition
from app.services.transactions import transaction
from app.services.undo import next_undo

# A run of saves is one entry in the log as long as no pause in it is longer.
PAUSE = timedelta(minutes=5)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Which text is meant: `field` of an item, or without one of the edition. Raises NotAllowed for what is no text."""

    edition_id: int
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
        _lock(session, place.edition_id)
        edition, item = _owner(session, place)
        there = getattr(item or edition, place.field)
        writing = writing_of(session, place.edition_id, place.item_id, place.field)
        stand = stand_of(place.field, there, writing)
        if writing and page.writer and writing.writer == page.writer and page.sequence <= writing.sequence:
            return Saved(stand, edition.id, edition.version, None)
        is_fresh = seen == stand.seen or _goes_on(page, writing, stand)
        if text != there or left not in (None, there):
            if not is_fresh:
                raise Conflict(stand, last_writer(session, edition.id, place.item_id, place.field), edition.version)
            return _write(session, place, text, by, page=page, writing=writing, left=left)
        # A late request must not make an old text of its page look like the newest, though it says what is there.
        if page.writer and is_fresh:
            writing = _note(session, place, text, by, page=page, writing=writing)
        return Saved(stand_of(place.field, text, writing), edition.id, edition.version, None)


def _lock(session: Session, edition_id: int) -> None:
    """Let no other action on the edition come between, and count nothing up: most likely there is nothing to write."""
    locking = update(Edition).where(Edition.id == edition_id).values(version=Edition.version)
    session.execute(locking.execution_options(synchronize_session=False))


def _owner(session: Session, place: Place) -> tuple[Edition, Item | None]:
    """The edition, and the item where the text is one of an item. Raises NotAllowed where there is none to write on."""
    edition = session.get(Edition, place.edition_id, populate_existing=True)
    item = None if place.item_id is None else session.get(Item, place.item_id, populate_existing=True)
    if edition is None or (place.item_id is not None and (item is None or item.edition_id != edition.id)):
        raise NotAllowed("There is no such paper in this edition.")
    if edition.status != "draft":
        raise NotAllowed(f"The edition of {edition.date} is published; to change it, correct its post.")
    if item is not None and item.state == "waiting":
        raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
    return edition, item


def _goes_on(page: Page, writing: Writing | None, stand: Stand) -> bool:
    """Whether the text is as this page, or one that it follows, saved it last; it may never have heard so."""
    if writing is None or stand.saved_at is None or not writing.writer:
        return False
    return writing.writer in {page.writer, *page.follows}


def _write(
    session: Session,
    place: Place,
    text: str | None,
    by: Acting,
    *,
    page: Page,
    writing: Writing | None,
    left: str | None,
) -> Saved:
    """Write the text, as a new entry of the log or as more of the run that is under way; after `left`, where given."""
    edition = claim_edition(session, place.edition_id, by)
    item = None if place.item_id is None else session.get_one(Item, place.item_id)
    # Asked before anything new is recorded, for it must be the newest that could be undone.
    run = _run(session, place, by, page, writing) if left is None else None
    for words in [left, text] if left not in (None, text) else [text]:
        event = _put(session, place, edition, item, words, by, run)
    if item is not None:
        item.version += 1
    writing = _note(session, place, text, by, page=page, writing=writing, event=event)
    stand = stand_of(place.field, text, writing)
    return Saved(stand, edition.id, edition.version, event.id if event else None)


def _run(session: Session, place: Place, by: Acting, page: Page, writing: Writing | None) -> AuditEvent | None:
    """The entry of the log that this save goes on with, if its run is still under way.

    A run ends where the baton goes from hand to hand: what is written from then on is the next holder's to tell of.
    """
    if writing is None or not page.writer or writing.writer != page.writer or by.now - writing.saved_at > PAUSE:
        return None
    event, taking = next_undo(session, place.edition_id, by.editor), newest_taking(session, place.edition_id)
    if event is None or event.id != writing.event_id or (taking is not None and taking.id > event.id):
        return None
    return event


def _put(
    session: Session,
    place: Place,
    edition: Edition,
    item: Item | None,
    text: str | None,
    by: Acting,
    run: AuditEvent | None,
) -> AuditEvent | None:
    """Set the text and record it. A run that would end where it began gets a second entry: none is of nothing."""
    owner = item or edition
    former = getattr(owner, place.field)
    if former == text:
        return None
    setattr(owner, place.field, text)
    began = _before(run, place.field) if run else former
    if run is not None and began != text:
        run.changes, run.summary = [_change(place, began, text)], _summary(place, item, text)
        run.versions = [*(run.versions or [run.version]), edition.version]
        run.version, run.ended_at = edition.version, by.now
        return run
    kind = Kind.EDITION_WRITTEN if item is None else Kind.ITEM_ANNOTATED
    changes = [_change(place, former, text)]
    summary = _summary(place, item, text)
    return record(session, by, kind, summary, edition=edition, item_id=place.item_id, changes=changes)


def _before(run: AuditEvent, field: str) -> str | None:
    (change,) = run.changes
    return (change.get("fields") or change["of_edition"])[field][0]


def _change(place: Place, before: str | None, after: str | None) -> dict[str, Any]:
    if place.item_id is None:
        return {"edition_id": place.edition_id, "of_edition": {place.field: [before, after]}}
    return {"item_id": place.item_id, "fields": {place.field: [before, after]}}


def _summary(place: Place, item: Item | None, text: str | None) -> str:
    of = "" if item is None else f" of {quoted_title(item.paper.title)}"
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
    writing: Writing | None,
    event: AuditEvent | None = None,
) -> Writing:
    """Note the save as the text's last; its time is always later than that of the one before."""
    saved_at = by.now if writing is None else max(by.now, writing.saved_at + TICK)
    writing = writing or Writing(edition_id=place.edition_id, item_id=place.item_id, field=place.field)
    writing.saved_at, writing.editor_id, writing.writer = saved_at, by.editor_id, page.writer
    writing.sequence = page.sequence
    writing.digest = digest(text)
    if event is not None:
        writing.event_id = event.id
    session.add(writing)
    session.flush()
    return writing

"""What a save of a text leaves: the text itself, its entry in the log, and the note of who saved it last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.domain.texts import EDITION_TEXTS, ITEM_TEXTS, NAMES, digest
from app.models import AuditEvent, Edition, Item, Writing
from app.queries.handover import BATON_KINDS
from app.queries.writings import LastSave, Owned, Run
from app.services.acting import Acting
from app.services.audit import Claimed, Kind, quoted_title, record
from app.services.undo import NEXT_UNDO, is_one_of

# A run of saves is one entry in the log as long as no pause in it is longer.
PAUSE = timedelta(minutes=5)
TICK = timedelta(microseconds=1)

_EDITIONS, _ITEMS, _EVENTS, _WRITINGS = (model.__table__ for model in (Edition, Item, AuditEvent, Writing))
# Somebody who writes saves all the time, so what a save writes is built once and past the ORM. Which text is set, and
# what of a run grows, an UPDATE is told each time.
_SET_OF_EDITION = update(_EDITIONS).where(_EDITIONS.c.id == bindparam("owner"))
_SET_OF_ITEM = update(_ITEMS).where(_ITEMS.c.id == bindparam("owner")).values(version=_ITEMS.c.version + 1)
_handed = _EVENTS.alias()
# A run goes on as long as nothing else could be undone before it, and ends where the baton goes from hand to hand:
# what is written from then on is the next holder's to tell of.
_GROW = (
    update(_EVENTS)
    .where(_EVENTS.c.id == bindparam("event"))
    .where(_EVENTS.c.id == NEXT_UNDO.with_only_columns(_EVENTS.c.id).correlate(None).scalar_subquery())
    .where(
        ~exists().where(
            _handed.c.edition_id == _EVENTS.c.edition_id,
            is_one_of(_handed, BATON_KINDS),
            _handed.c.id > _EVENTS.c.id,
        )
    )
    .returning(_EVENTS.c.id)
)
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


def set_text(session: Session, place: Place, text: str | None) -> None:
    """Give a text its words, and count its item up."""
    if place.item_id is None:
        session.execute(_SET_OF_EDITION, {"owner": place.edition_id, place.field: text})
    else:
        session.execute(_SET_OF_ITEM, {"owner": place.item_id, place.field: text})


def record_text(
    session: Session, place: Place, owned: Owned, text: str | None, edition: Claimed, by: Acting, *, run: Run | None
) -> int:
    """Record that a text reads otherwise, in the entry of the run that it goes on with, or as a new one; its id.

    It must be the first that an action records. A run that would end where it began gets a second entry: none is of
    nothing.
    """
    summary = _summary(place, owned.title, text)
    began = _before(run, place.field) if run else owned.text
    if run is not None and began != text:
        grown = {
            "changes": [_change(place, began, text)],
            "summary": summary,
            "versions": [*(run.versions or [run.version]), edition.version],
            "version": edition.version,
            "ended_at": by.now,
        }
        asked = {"event": run.id, "edition": edition.id, "editor": by.editor_id}
        if session.execute(_GROW, grown | asked).one_or_none() is not None:
            return run.id
    kind = Kind.EDITION_WRITTEN if place.item_id is None else Kind.ITEM_ANNOTATED
    changes = [_change(place, owned.text, text)]
    return record(session, by, kind, summary, edition=edition, item_id=place.item_id, changes=changes).id


def run_of(owned: Owned, page: Page, by: Acting) -> Run | None:
    """The entry of the log that a save of a page could go on with: that of its last save, after no long pause."""
    last = owned.last
    if last is None or not page.writer or last.writer != page.writer or by.now - last.saved_at > PAUSE:
        return None
    return owned.run


def note_save(
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


def the(field: str) -> str:
    """A text in a sentence: the note."""
    return f"the {NAMES[field]}"


def _before(run: Run, field: str) -> str | None:
    (change,) = run.changes
    return (change.get("fields") or change["of_edition"])[field][0]


def _change(place: Place, before: str | None, after: str | None) -> dict[str, Any]:
    if place.item_id is None:
        return {"edition_id": place.edition_id, "of_edition": {place.field: [before, after]}}
    return {"item_id": place.item_id, "fields": {place.field: [before, after]}}


def _summary(place: Place, title: str | None, text: str | None) -> str:
    of = "" if title is None else f" of {quoted_title(title)}"
    return f"wrote {the(place.field)}{of}" if text else f"took away {the(place.field)}{of}"

"""Texts that save themselves: each save takes its place among others that are lost, late, repeated or another's."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Stale
from app.domain.texts import check_text, tidy
from app.queries.writings import LastSave, Owned, Stand, last_writer, owned_text, stand_of
from app.services.acting import Acting
from app.services.audit import Claimed
from app.services.placing import claim, claim_with, lock
from app.services.transactions import transaction
from app.services.written import Page, Place, note_save, record_text, run_of, set_text, the


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
        super().__init__(f"Somebody else wrote {the(stand.field)} meanwhile; look at both and choose what stays.")
        self.stand = stand
        self.by = by
        self.version = version


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a save is told: the text, which one it was made from, its page, and a text that was not taken."""

    text: str | None
    seen: str
    page: Page
    left: str | None

    def changes(self, owned: Owned) -> bool:
        """Whether anything is to be written: the text, or the one that was not taken, which the log keeps."""
        return self.text != owned.text or self.left not in (None, owned.text)

    def is_late(self, last: LastSave | None) -> bool:
        """Whether a later request of the same page has come already."""
        return (
            bool(last and self.page.writer) and last.writer == self.page.writer and self.page.sequence <= last.sequence
        )

    def is_fresh(self, last: LastSave | None, stand: Stand) -> bool:
        """Whether it was made from the text as it stands, or this page, or one that it follows, saved that last.

        The page may never have heard that it did.
        """
        if self.seen == stand.seen:
            return True
        if last is None or stand.saved_at is None or not last.writer:
            return False
        return last.writer in {self.page.writer, *self.page.follows}


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
    check_text(place.field, text)
    asked = _Asked(tidy(text), seen, page or Page(), tidy(left))
    with transaction(session):
        # Most saves have something to write, so the version is counted up with the lock; what has not lets go again.
        edition = _claim(session, place, by)
        there = replace(place, edition_id=edition.id)
        owned = _owned(session, there)
        stand = stand_of(place.field, owned.text, owned.last)
        if asked.changes(owned) and not asked.is_late(owned.last) and asked.is_fresh(owned.last, stand):
            return _write(session, there, owned, asked, edition, by)
        session.rollback()
    with transaction(session):
        return _settle(session, there, asked, by)


def _claim(session: Session, place: Place, by: Acting) -> Claimed:
    if place.edition_id is None:
        return claim_with(session, place.item_id, by)
    return claim(session, place.edition_id, by)


def _settle(session: Session, place: Place, asked: _Asked, by: Acting) -> Saved:
    """Do what there is to do where most likely there is nothing to write."""
    edition = lock(session, place.edition_id)
    owned = _owned(session, place)
    last = owned.last
    stand = stand_of(place.field, owned.text, last)
    if asked.is_late(last):
        return Saved(stand, edition.id, edition.version, None)
    is_fresh = asked.is_fresh(last, stand)
    if asked.changes(owned):
        if not is_fresh:
            raise Conflict(stand, last_writer(session, edition.id, place.item_id, place.field), edition.version)
        return _write(session, place, owned, asked, claim(session, edition.id, by), by)
    # A late request must not make an old text of its page look like the newest, though it says what is there.
    if asked.page.writer and is_fresh:
        last = note_save(session, place, asked.text, by, page=asked.page, last=last)
    return Saved(stand_of(place.field, asked.text, last), edition.id, edition.version, None)


def _owned(session: Session, place: Place) -> Owned:
    """The text, and what it is of. Raises NotAllowed where there is none to write on."""
    owned = owned_text(session, place.edition_id, place.item_id, place.field)
    if owned is None or owned.edition_id != place.edition_id:
        raise NotAllowed("There is no such paper in this edition.")
    if owned.state == "waiting":
        raise NotAllowed("This paper is not in the edition yet, because it came after you began; take it first.")
    return owned


def _write(session: Session, place: Place, owned: Owned, asked: _Asked, edition: Claimed, by: Acting) -> Saved:
    """Write the text, as a new entry of the log or as more of the run that is under way; after `left`, where given."""
    text, page, left = asked.text, asked.page, asked.left
    run, event_id = run_of(owned, page, by) if left is None else None, None
    former = owned
    for words in [left, text] if left not in (None, text) else [text]:
        if words != former.text:
            event_id = record_text(session, place, former, words, edition, by, run=run)
        former = former._replace(text=words)
    set_text(session, place, text)
    last = note_save(session, place, text, by, page=page, last=owned.last, event_id=event_id)
    return Saved(stand_of(place.field, text, last), edition.id, edition.version, event_id)

"""Publishing: an edition's selection frozen into a post with its record, once, and handed to the targets."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, true, update
from sqlalchemy.orm import Session

from app.domain.corrections import NothingCorrected, checked_note, checked_reason
from app.domain.editions import EmptyEdition, NotAllowed, Rules
from app.domain.posts import FrontMatterError, ProfileError, compose, file_name
from app.domain.records import document_of, profile_of, rebuilt
from app.models import Edition, Post
from app.queries.corrections import newest_revision, next_record, uncorrected
from app.queries.posts import post_of
from app.queries.records import item_records
from app.services.acting import Acting
from app.services.audit import Kind, record
from app.services.deciding import ask_again
from app.services.delivery import deliver_after, order_deliveries
from app.services.post_entries import list_papers
from app.services.standing import changed_standing, clear_schedule, refuse_other_holder, standing_of
from app.services.transactions import transaction
from app.targets import Target

NO_GRACE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Published:
    """The post of an edition; `is_new` is False when it had been published before."""

    post: Post
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """What an editor said on publishing: to an edition without papers, to a rehearsal that is not good, to readers."""

    empty_confirmed: bool
    reason: str
    note: str
    grace: timedelta


def rebuild(post_record: dict[str, Any]) -> bytes:
    """The bytes of a post from its record alone."""
    return rebuilt(post_record)


def preview(session: Session, edition_id: int, *, now: datetime, rules: Rules) -> bytes:
    """The Markdown that publishing at `now` would freeze, but for the note of a correction, which is asked for then."""
    return rebuild(next_record(session, session.get_one(Edition, edition_id), now=now, rules=rules))


def publish(
    session: Session,
    edition_id: int,
    by: Acting,
    *,
    targets: Sequence[Target],
    empty_confirmed: bool = False,
    reason: str = "",
    note: str = "",
    grace: timedelta = NO_GRACE,
) -> Published:
    """Freeze an edition into its post, or a correction into the post's next revision, in one transaction; deliver it.

    Pressed twice, or by two editors at once, it makes one post: the second gets the first one's. A delivery that
    fails leaves the post frozen, and pressing again tries it again. `reason` is what was said to a rehearsal that is
    not good, `note` what readers are told of a correction; within the `grace` nothing is delivered, and it can be taken
    back. Raises EmptyEdition when nothing is picked and that was not confirmed, NoteMissing and NothingCorrected for a
    correction, NotAllowed when there is no such edition, or when another editor holds its baton; the command line
    publishes regardless.
    """
    said = _Said(empty_confirmed, checked_reason(reason), note, grace)
    with transaction(session):
        post, is_new = _freeze(session, edition_id, by, targets, said)
        # Asked later, the whole post would be read again for it.
        post_id = post.id
    if not is_new:
        ask_again(session, by.now, edition_id=edition_id)
    deliver_after(session, post_id, by, targets=targets)
    return Published(post, is_new)


def _freeze(session: Session, edition_id: int, by: Acting, targets: Sequence[Target], said: _Said) -> tuple[Post, bool]:
    # The claim: of two at once only one finds a draft. It comes first, so that nothing read later is older.
    claimed = session.execute(
        update(Edition)
        .where(Edition.id == edition_id, Edition.status == "draft", _may_publish(by))
        .values(status="published", version=Edition.version + 1)
        .execution_options(synchronize_session=False)
    )
    edition = session.get(Edition, edition_id, populate_existing=True)
    if edition is None:
        raise NotAllowed("There is no such edition.")
    if claimed.rowcount != 1 and edition.status == "draft":
        refuse_other_holder(edition, by)
        raise NotAllowed("The edition changed hands a moment ago; look at it once more and publish it then.")
    if claimed.rowcount != 1:
        return session.get_one(Post, edition.post_id), False
    items = item_records(session, edition, by.rules)
    if not said.empty_confirmed and not items:
        raise EmptyEdition(f"No paper is picked for {edition.date}; publish it empty only if you mean it.")
    was = post_of(session, edition)
    note = _checked_correction(session, edition, was, said.note, by.rules, items) if was else ""
    before = standing_of(edition) | {"status": "draft"}
    post = freeze(
        session,
        edition,
        next_record(session, edition, now=by.now, rules=by.rules, note=note, items=items),
        by,
        note=note or None,
        grace_until=by.now + said.grace if said.grace else None,
    )
    edition.retracted_at = None
    clear_schedule(edition)
    event = "corrected" if was else "published"
    order_deliveries(session, post, event, "put", targets, by.now, not_before=post.grace_until)
    changes = [changed_standing(edition, before) | ({"reason": said.reason} if said.reason else {})]
    of_it, told = (f"revision {post.revision} of ", f": {note}") if was else ("", "")
    summary = f"published {of_it}{post.file_name}{told}"
    record(session, by, Kind.EDITION_PUBLISHED, summary, edition=edition, changes=changes)
    return post, True


def _checked_correction(
    session: Session, edition: Edition, was: Post, note: str, rules: Rules, items: Sequence[Mapping[str, Any]]
) -> str:
    """The note of a correction; refuses one without a note, and one that corrects nothing."""
    if uncorrected(session, edition, was, rules, items) == was.markdown:
        raise NothingCorrected(
            "Nothing differs from what readers have; correct something first, or give up the correction."
        )
    return checked_note(note)


def _may_publish(by: Acting) -> ColumnElement[bool]:
    """The holder of the baton, whoever is first where nobody holds it, and the command line."""
    if by.editor_id is None:
        return true()
    return or_(Edition.baton_editor_id.is_(None), Edition.baton_editor_id == by.editor_id)


def freeze(
    session: Session,
    edition: Edition,
    post_record: dict[str, Any],
    by: Acting,
    *,
    at: datetime | None = None,
    note: str | None = None,
    grace_until: datetime | None = None,
) -> Post:
    """Add the post of a record to the transaction as its edition's next revision, as published `at` or now.

    It is what readers have from now on, or once its grace is over; the caller commits. Raises NotAllowed if the house's
    profile cannot be filled in with it.
    """
    document, profile = document_of(post_record), profile_of(post_record)
    try:
        data = compose(document, profile)
    except (FrontMatterError, ProfileError) as error:
        raise NotAllowed(str(error)) from error
    was = post_of(session, edition)
    post = Post(
        edition_id=edition.id,
        # Only of a file that is read in the record does not say it.
        revision=post_record.get("revision") or newest_revision(session, edition.id) + 1,
        file_name=file_name(edition.date, profile),
        markdown=data,
        sha256=hashlib.sha256(data).hexdigest(),
        record=post_record,
        published_at=at or by.now,
        editor_id=by.editor_id,
        note=note,
        replaces=was.revision if was else None,
        grace_until=grace_until,
    )
    session.add(post)
    session.flush()
    list_papers(session, post.id, document)
    edition.post_id = post.id
    return post

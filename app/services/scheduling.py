"""Publishing at a time: scheduled by an editor, done by the worker, and said loudly where it could not be."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.corrections import checked_note, checked_reason
from app.domain.editions import NotAllowed, Rules
from app.domain.local_times import moment_in_words
from app.models import AuditEvent, Edition, Post
from app.queries.order import picked_count
from app.queries.scheduled import due_editions
from app.services.acting import Acting
from app.services.audit import Acted, Kind, record
from app.services.placing import claim_edition
from app.services.publishing import publish
from app.services.rehearsal import rehearsal_of
from app.services.standing import changed_standing, clear_schedule, refuse_other_holder, standing_of
from app.services.transactions import transaction
from app.targets import Target

logger = logging.getLogger(__name__)

# Later than that nobody expects it any more, and an editor is asked instead.
LATEST = timedelta(hours=1)
FARTHEST = timedelta(days=366)
UNFORESEEN = "Something went wrong that nobody foresaw, and the log has more; publish it now, or choose another time."


@dataclass(frozen=True, slots=True)
class Tried:
    """A scheduled publishing that was tried: its edition, and the post or why there is none."""

    edition_id: int
    post: Post | None
    problem: str | None


def schedule(session: Session, edition_id: int, by: Acting, *, at: datetime, reason: str = "", note: str = "") -> Acted:
    """Have an edition published at a time (aware), in the name of whoever says so; what is edited until then counts.

    A time that was set before is replaced. `reason` is what is said to a rehearsal that is not good, `note` what
    readers are told of a correction. Raises NotAllowed for a time that is over or too far away, for a published
    edition, where another editor holds the baton, and for a correction without a note.
    """
    said = checked_reason(reason)
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
        refuse_other_holder(edition, by)
        _refuse_time(at, by)
        before = standing_of(edition)
        again = "another time" if edition.publish_at else "a time"
        clear_schedule(edition)
        edition.publish_at, edition.publish_editor_id = at, by.editor_id
        edition.publish_reason = said or None
        edition.publish_note = checked_note(note) if edition.post_id else None
        summary = f"set {again} for publishing: {moment_in_words(at, by.rules.timezone)}"
        changes = [changed_standing(edition, before) | ({"reason": said} if said else {})]
        event = record(session, by, Kind.EDITION_SCHEDULED, summary, edition=edition, changes=changes)
        return Acted(edition_id, event.id, [])


def unschedule(session: Session, edition_id: int, by: Acting) -> Acted:
    """Let an edition not be published by itself any more; nothing happens where no time is set."""
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
        if edition.publish_at is None:
            session.rollback()
            return Acted(edition_id, None, [])
        before = standing_of(edition)
        was = moment_in_words(edition.publish_at, by.rules.timezone)
        clear_schedule(edition)
        changes = [changed_standing(edition, before)]
        summary = f"took off the time for publishing, {was}"
        event = record(session, by, Kind.EDITION_UNSCHEDULED, summary, edition=edition, changes=changes)
        return Acted(edition_id, event.id, [])


def publish_due(session: Session, targets: Sequence[Target], now: datetime, rules: Rules) -> list[Tried]:
    """Publish every edition whose time has come, each in its editor's name; what stands in the way is kept with it.

    Two workers at once publish each of them once. What was refused is not tried again by itself: an editor decides.
    """
    return [_publish_at_its_time(session, edition_id, targets, now, rules) for edition_id in due_editions(session, now)]


def _publish_at_its_time(
    session: Session, edition_id: int, targets: Sequence[Target], now: datetime, rules: Rules
) -> Tried:
    edition = session.get_one(Edition, edition_id, populate_existing=True)
    by, at = Acting(edition.publish_editor, now, rules), edition.publish_at
    said = {"reason": edition.publish_reason or "", "note": edition.publish_note or ""}
    try:
        _refuse_now(session, edition, by)
        return Tried(edition_id, publish(session, edition_id, by, targets=targets, **said).post, None)
    except NotAllowed as error:
        problem = str(error)
    except Exception:
        # Whatever it is, an editor must hear of it, and the other editions must not wait for it.
        logger.exception("the edition of %s could not be published at its time", edition.date)
        problem = UNFORESEEN
    session.rollback()
    _keep_problem(session, edition_id, at, Acting(None, now, rules), problem)
    return Tried(edition_id, None, problem)


def _refuse_now(session: Session, edition: Edition, by: Acting) -> None:
    """Refuse what nobody would press the button for now. Raises NotAllowed.

    Targets are not asked: one that cannot be reached now is tried again, and the post goes out to all the others.
    """
    if edition.publish_at is not None and by.now - edition.publish_at > LATEST:
        raise NotAllowed("No worker ran at the time; publish it now, or choose another time.")
    if by.editor is not None and not (by.editor.may_edit and by.editor.is_active):
        raise NotAllowed(f"{by.editor.name} may not publish any more; publish it now, or choose another time.")
    if not picked_count(session, edition.id):
        raise NotAllowed("No paper was picked; pick what is to be published, or publish it empty yourself.")
    if _was_retracted_since(session, edition):
        raise NotAllowed("The post was retracted after that and would be given back; publish it now if you mean it.")
    if edition.publish_reason is None:
        lines = rehearsal_of(session, edition, now=by.now, rules=by.rules)
        if red := [line.said for line in lines if line.is_bad]:
            raise NotAllowed(f"The rehearsal was not good, and nobody had given a reason to publish anyway: {red[0]}")


def _was_retracted_since(session: Session, edition: Edition) -> bool:
    """Whether the post was retracted after somebody had set the time, and so is not to be given back without a word."""
    kinds = (Kind.EDITION_SCHEDULED, Kind.POST_RETRACTED)
    query = select(AuditEvent.kind).where(AuditEvent.edition_id == edition.id, AuditEvent.kind.in_(kinds))
    newest = session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))
    return edition.retracted_at is not None and newest == Kind.POST_RETRACTED


def _keep_problem(session: Session, edition_id: int, at: datetime | None, by: Acting, problem: str) -> None:
    """Tell whoever has the edition open, and whoever opens it, why it was not published; not where that is over."""
    try:
        with transaction(session):
            edition = claim_edition(session, edition_id, by, acts=False)
            if edition.publish_at != at:
                raise NotAllowed("An editor has chosen another time meanwhile.")
            before = standing_of(edition)
            edition.publish_problem = problem
            record(
                session,
                by,
                Kind.EDITION_NOT_PUBLISHED,
                f"did not publish it at its time: {problem}",
                edition=edition,
                changes=[changed_standing(edition, before)],
            )
    except NotAllowed:
        logger.info("the edition %s is published by now, or is to be at another time", edition_id)


def _refuse_time(at: datetime, by: Acting) -> None:
    if at <= by.now:
        told = moment_in_words(at, by.rules.timezone)
        raise NotAllowed(f"{told} is over already; choose a later time, or publish it now.")
    if at - by.now > FARTHEST:
        raise NotAllowed("That is more than a year away; choose an earlier time.")

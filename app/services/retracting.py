"""Retracting a post from its readers, restoring it, and taking it back within its grace."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.corrections import checked_reason
from app.domain.editions import NotAllowed
from app.models import Delivery, Post
from app.queries.posts import is_in_grace, retracted_before_publishing, revision_of
from app.services.acting import Acting
from app.services.audit import Acted, Kind, record
from app.services.delivery import deliver_after, order_deliveries
from app.services.standing import changed_standing, claim_post, standing_of
from app.services.transactions import transaction
from app.targets import Target


def retract(session: Session, edition_id: int, by: Acting, *, reason: str, targets: Sequence[Target]) -> Acted:
    """Withdraw a post from its readers, and have it removed wherever it was delivered; it stays in the archive.

    Raises NotAllowed without a reason, where there is no post, and where it is withdrawn already or in its grace.
    """
    said = checked_reason(reason)
    if not said:
        raise NotAllowed("Say in a few words why the post is retracted; the others and the archive are told.")
    with transaction(session):
        edition, post = claim_post(session, edition_id)
        if edition.retracted_at is not None:
            raise NotAllowed("This post is retracted already; nothing was changed.")
        if is_in_grace(post, by.now):
            raise NotAllowed("This post has not gone out yet; take it back instead.")
        before = standing_of(edition)
        edition.retracted_at = by.now
        order_deliveries(session, post, "retracted", "remove", targets, by.now)
        changes = [changed_standing(edition, before) | {"reason": said}]
        event = record(
            session, by, Kind.POST_RETRACTED, f"retracted {post.file_name}: {said}", edition=edition, changes=changes
        )
        acted = Acted(edition_id, event.id, [])
    deliver_after(session, post.id, by, targets=targets)
    return acted


def restore(session: Session, edition_id: int, by: Acting, *, targets: Sequence[Target]) -> Acted:
    """Give a retracted post back to its readers as it was, and have it put where it is delivered.

    Raises NotAllowed where there is no post, and where it is not retracted.
    """
    with transaction(session):
        edition, post = claim_post(session, edition_id)
        if edition.retracted_at is None:
            raise NotAllowed("This post is not retracted; nothing was changed.")
        before = standing_of(edition)
        edition.retracted_at = None
        order_deliveries(session, post, "restored", "put", targets, by.now)
        changes = [changed_standing(edition, before)]
        event = record(session, by, Kind.POST_RESTORED, f"restored {post.file_name}", edition=edition, changes=changes)
        acted = Acted(edition_id, event.id, [])
    deliver_after(session, post.id, by, targets=targets)
    return acted


def take_back(session: Session, edition_id: int, by: Acting, *, targets: Sequence[Target]) -> Acted:
    """Take a post back within its grace: its edition is a draft again, and readers have what they had before.

    The revision is kept, and the next one gets the next number. Raises NotAllowed once it has gone out.
    """
    with transaction(session):
        edition, post = claim_post(session, edition_id)
        if edition.status != "published":
            raise NotAllowed("This edition is a draft already; nothing was changed.")
        if not is_in_grace(post, by.now) or _has_left(session, post):
            raise NotAllowed("It has gone out by now and cannot be taken back; correct it or retract it instead.")
        was = revision_of(session, edition_id, post.replaces) if post.replaces else None
        before = standing_of(edition)
        edition.status, edition.post_id = "draft", was.id if was else None
        edition.retracted_at = retracted_before_publishing(session, edition_id)
        is_back = was is not None and edition.retracted_at is None
        order_deliveries(session, was or post, "taken back", "put" if is_back else "remove", targets, by.now)
        summary = f"took back revision {post.revision} of {post.file_name} before it went out"
        changes = [changed_standing(edition, before)]
        event = record(session, by, Kind.POST_TAKEN_BACK, summary, edition=edition, changes=changes)
        acted = Acted(edition_id, event.id, [])
    deliver_after(session, (was or post).id, by, targets=targets)
    return acted


def _has_left(session: Session, post: Post) -> bool:
    """Whether a delivery was tried, or is being tried, by a machine whose clock goes ahead of this one's."""
    tried = Delivery.attempts > 0, Delivery.claimed_until.is_not(None)
    query = select(func.count()).where(Delivery.post_id == post.id, tried[0] | tried[1])
    return bool(session.scalar(query))

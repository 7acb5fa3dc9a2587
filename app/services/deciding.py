"""What an editor says of deliveries that did not arrive: try again, put ours in the place of theirs, or let them be."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Delivery, Edition, Post
from app.queries.deliveries import DeliveryLine, delivery_line
from app.queries.posts import UNARRIVED
from app.services.acting import Acting
from app.services.audit import Acted, Kind, record
from app.services.transactions import transaction

CHANGED_AGAIN = "What stands there was changed again since you looked; this is how it differs now."
NO_LONGER = "This delivery is settled: {}. Nothing was changed."
BUSY = "This delivery is being tried right now; wait until that is over."
SETTLED = {
    "delivered": "it has arrived",
    "superseded": "a later one has taken its place",
    "left": "what stands there was left",
    "waiting": "it is tried again",
    "failed": "it found nothing strange",
}


def ask_again(session: Session, now: datetime, *, edition_id: int, delivery_id: int | None = None) -> int:
    """Make what has not arrived due now, all of an edition or one delivery; how many that are.

    What can still be taken back waits on, and what is being tried right now is left alone.
    """
    posts = select(Post.id).where(Post.edition_id == edition_id)
    which = Delivery.post_id.in_(posts) if delivery_id is None else Delivery.id == delivery_id
    is_free = or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now)
    with transaction(session):
        asked = session.execute(
            update(Delivery)
            .where(which, Delivery.status.in_(UNARRIVED), is_free)
            .values(status="waiting", next_at=now)
            .execution_options(synchronize_session=False)
        )
    return asked.rowcount


def put_ours(session: Session, delivery_id: int, by: Acting, *, seen: str) -> Acted:
    """Let a delivery replace, or remove, the very content of the SHA-256 `seen` that stands at its target.

    Raises NotAllowed where something else stands there by now, or nothing is to be decided any more.
    """
    values = {"status": "waiting", "may_replace": seen, "next_at": by.now, "error": None}
    return _decide(session, delivery_id, by, seen, "replaced what stood at {}", values)


def leave_theirs(session: Session, delivery_id: int, by: Acting, *, seen: str) -> Acted:
    """Leave what stands there as it is, the content of the SHA-256 `seen`; raises NotAllowed as put_ours does."""
    return _decide(session, delivery_id, by, seen, "left what stands at {}", {"status": "left", "next_at": None})


def give_up(session: Session, delivery_id: int, by: Acting) -> Acted:
    """Try a delivery that failed no more. Raises NotAllowed where it did not fail, or is being tried right now."""
    values = {"status": "left", "next_at": None}
    return _decide(session, delivery_id, by, None, "gave up the delivery to {}", values)


def _decide(
    session: Session, delivery_id: int, by: Acting, seen: str | None, summary: str, values: dict[str, object]
) -> Acted:
    """One decision with its event; `seen` is None where nothing was found and the delivery merely failed."""
    with transaction(session):
        edition = _claim_edition(session, delivery_id)
        before = delivery_line(session, delivery_id)
        if before is None:
            raise NotAllowed("There is no such delivery.")
        _check(before, by.now, seen)
        # Again in the statement itself, for an attempt may end in this very moment.
        changed = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.status == before.status)
            .where(Delivery.found_sha256.is_not_distinct_from(before.found_sha256))
            .where(or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= by.now))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:
            raise NotAllowed(CHANGED_AGAIN)
        fields = {"status": [before.status, values["status"]], "found_sha256": [before.found_sha256, seen]}
        if "may_replace" in values:
            fields["may_replace"] = [None, values["may_replace"]]
        changes = [{"delivery_id": delivery_id, "of_delivery": fields}]
        event = record(
            session, by, Kind.DELIVERY_DECIDED, summary.format(before.target), edition=edition, changes=changes
        )
        return Acted(edition.id, event.id, [])


def _claim_edition(session: Session, delivery_id: int) -> Edition:
    """The edition of a delivery, its version counted up, so that two decisions follow each other."""
    of = select(Post.edition_id).join(Delivery, Delivery.post_id == Post.id).where(Delivery.id == delivery_id)
    session.execute(
        update(Edition)
        .where(Edition.id == of.scalar_subquery())
        .values(version=Edition.version + 1)
        .execution_options(synchronize_session=False)
    )
    edition_id = session.scalar(of)
    if edition_id is None:
        raise NotAllowed("There is no such delivery.")
    return session.get_one(Edition, edition_id, populate_existing=True)


def _check(line: DeliveryLine, now: datetime, seen: str | None) -> None:
    if line.is_under_way(now):
        raise NotAllowed(BUSY)
    if line.status != ("failed" if seen is None else "changed"):
        raise NotAllowed(NO_LONGER.format(SETTLED.get(line.status, "an editor has to look at what stands there")))
    if seen is not None and line.found_sha256 != seen:
        raise NotAllowed(CHANGED_AGAIN)

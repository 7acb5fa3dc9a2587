"""Delivery: posts on their way to the targets, again and again until they arrive; never does it undo the freeze."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from app.domain.delivery import ChangedThere, DeliveryError, Order
from app.models import Delivery, Edition, Post
from app.models.columns import UtcTime
from app.queries.deliveries import NOW, Due, due_deliveries, files_to_come, is_due, is_under_way, last_tried, order_of
from app.queries.posts import UNARRIVED, deliveries_of
from app.queries.schedule import worker_state
from app.services.acting import Acting
from app.services.transactions import transaction
from app.targets import DirectoryTarget, Target

logger = logging.getLogger(__name__)
# As long one attempt may take; whoever has been at it for longer has died.
CLAIMED_FOR = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=1)
# Bytes that are kept of what stands at a target instead.
KEPT = 2 * 1024 * 1024
# What became of a delivery while it was on its way stays so, whatever comes of the attempt.
SETTLED = ("superseded", "left")
DONE = "delivered"
UNFORESEEN = "Something went wrong that nobody foresaw ({}); the log has more."

_EDITION = (
    update(Edition.__table__)
    .where(Edition.__table__.c.id == bindparam("edition_id"))
    .values(version=Edition.__table__.c.version)
)
_NAMED = Due(id=bindparam("delivery_id"), edition_id=bindparam("of_edition"), target=bindparam("of_target"))
# Both answers to whether what is put off may be tried, built once.
_CLAIM = {
    backing_off: update(Delivery)
    .where(Delivery.id == _NAMED.id, is_due(NOW, backing_off=backing_off), ~is_under_way(_NAMED, NOW))
    .values(attempts=Delivery.attempts + 1, attempted_at=NOW, claimed_until=bindparam("until", type_=UtcTime))
    .execution_options(synchronize_session=False)
    for backing_off in (False, True)
}


def order_deliveries(
    session: Session,
    post: Post,
    event: str,
    action: str,
    targets: Iterable[Target],
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Add to the transaction what is to be delivered of a post to each target; the caller commits.

    `event` and `action` are those of Order. Whatever of the edition has not arrived by now is superseded. What is taken
    back before anything was tried needs no order. Nothing is delivered before `not_before`.
    """
    # Of an edition's first revision nothing was ordered before it was published.
    is_first = post.revision == 1 and event == "published"
    if not is_first:
        _supersede(session, post.edition_id)
    asked = {"event": event, "action": action, "made_at": now, "not_before": not_before}
    for target in targets:
        was = None if is_first else last_tried(session, post.edition_id, target.name)
        is_so = action == "remove" if was is None else (was.post_id, was.action, was.status) == (post.id, action, DONE)
        if not (event == "taken back" and is_so):
            session.add(Delivery(post_id=post.id, target=target.name, **asked))
    session.flush()


def _supersede(session: Session, edition_id: int) -> None:
    posts = select(Post.id).where(Post.edition_id == edition_id)
    session.execute(
        update(Delivery)
        .where(Delivery.post_id.in_(posts), Delivery.status.in_(UNARRIVED))
        .values(status="superseded", next_at=None)
        .execution_options(synchronize_session=False)
    )


def deliver(session: Session, post_id: int, *, targets: Iterable[Target], now: datetime) -> Sequence[Delivery]:
    """Try everything of a post that is due now; each is kept with its receipt or its error."""
    for _ in deliver_due(session, targets=targets, clock=lambda: now, post_id=post_id):
        pass
    return deliveries_of(session, post_id)


def deliver_after(session: Session, post_id: int, by: Acting, *, targets: Sequence[Target]) -> None:
    """Deliver a post right after an action on it was committed.

    The command line delivers everything. An editor waits for folders only, and the worker does the rest where one runs;
    the page wakes it.
    """
    only = None
    if by.editor is not None and worker_state(session, by.now).is_running:
        only = [target.name for target in targets if isinstance(target, DirectoryTarget)]
    for _ in deliver_due(session, targets=targets, clock=lambda: by.now, post_id=post_id, only=only):
        pass


def deliver_due(
    session: Session,
    *,
    targets: Iterable[Target],
    clock: Callable[[], datetime],
    post_id: int | None = None,
    only: Collection[str] | None = None,
    backing_off: bool = False,
) -> Iterator[Delivery]:
    """Try what is due, files before hooks, one after another; yields each as it stands then.

    `targets` are all that are set up, `only` the names of those that are to be tried now. With `backing_off` also what
    would be tried later, or by hand only. Nobody else tries the same delivery at the same time, nor another one of the
    same edition and target.
    """
    by_name = {target.name: target for target in targets}
    files = [name for name, target in by_name.items() if not target.is_hook]
    hooks = by_name.keys() - set(files)
    due = due_deliveries(session, clock(), post_id=post_id, backing_off=backing_off)
    for found in sorted(due, key=lambda found: (found.target in hooks, found.id)):
        if only is not None and found.target not in only:
            continue
        if found.target in hooks and files_to_come(session, found.edition_id, files):
            continue
        if claimed := _claim(session, found, clock(), backing_off):
            attempt, order = claimed
            came = _try(by_name.get(found.target), found.target, order)
            _keep(session, found.id, attempt, came, clock())
            yield session.get_one(Delivery, found.id, populate_existing=True)


def pause_after(attempts: int) -> timedelta:
    """How long after so many attempts the next one comes: 1, 2, 4 … minutes, in the end every hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 6)), LONGEST_PAUSE)


def _claim(session: Session, due: Due, now: datetime, backing_off: bool) -> tuple[int, Order] | None:
    """Have a delivery for as long as an attempt may take; its number, and what is to be done.

    None where somebody else was quicker, or it is not due any more.
    """
    with transaction(session):
        # First, so that claims of one edition follow each other, and each sees what the others have claimed.
        session.execute(_EDITION, {"edition_id": due.edition_id})
        named = {"delivery_id": due.id, "of_edition": due.edition_id, "of_target": due.target}
        claimed = session.execute(_CLAIM[backing_off], named | {"now": now, "until": now + CLAIMED_FOR})
        if claimed.rowcount != 1:
            return None
        delivery = session.get_one(Delivery, due.id, populate_existing=True)
        return delivery.attempts, order_of(session, delivery)


def _try(target: Target | None, name: str, order: Order) -> str | DeliveryError:
    """The receipt, or why there is none. No transaction is open meanwhile."""
    if target is None:
        return DeliveryError(f"The target {name} is no longer set up; set it up again, or give this delivery up.")
    try:
        return target.deliver(order)
    except DeliveryError as error:
        return error
    except Exception as error:
        # One target must never stand in the way of the others.
        logger.exception("%s could not be delivered to %s", order.key, name)
        return DeliveryError(UNFORESEEN.format(type(error).__name__))


def _keep(session: Session, delivery_id: int, attempt: int, came: str | DeliveryError, now: datetime) -> None:
    """Write down what came of an attempt; one that was so slow that another has begun has no say any more."""
    values: dict[str, Any] = {
        "claimed_until": None,
        "next_at": None,
        "error": None,
        "found": None,
        "found_sha256": None,
    }
    if isinstance(came, str):
        # Also of what was superseded meanwhile: it did arrive.
        values |= {"status": DONE, "receipt": came, "delivered_at": now}
    elif isinstance(came, ChangedThere):
        found = hashlib.sha256(came.found).hexdigest()
        values |= {"status": "changed", "found": came.found[:KEPT], "found_sha256": found, "may_replace": None}
    else:
        values |= {"status": "failed", "next_at": None if came.permanent else now + pause_after(attempt)}
    if not isinstance(came, str):
        values["error"] = str(came)
    values["status"] = case((Delivery.status.in_(SETTLED), Delivery.status), else_=values["status"])
    with transaction(session):
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.attempts == attempt)
            .values(**values)
            .execution_options(synchronize_session=False)
        )

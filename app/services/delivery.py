"""Delivery: frozen posts on their way to the targets. A failure is kept on its row and never undoes the freeze."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.delivery import DeliveryError, Order
from app.models import Delivery
from app.queries.posts import deliveries_of
from app.targets import Target


def deliver(session: Session, post_id: int, *, targets: Iterable[Target], now: datetime) -> Sequence[Delivery]:
    """Try every delivery of a post that has not arrived yet; each is kept with its receipt or its error."""
    by_name = {target.name: target for target in targets}
    deliveries = deliveries_of(session, post_id)
    for delivery in deliveries:
        if delivery.status != "delivered":
            _attempt(delivery, by_name.get(delivery.target), now)
            session.commit()
    return deliveries


def _attempt(delivery: Delivery, target: Target | None, now: datetime) -> None:
    delivery.attempts += 1
    delivery.attempted_at = now
    try:
        if target is None:
            raise DeliveryError(f"The target {delivery.target} is no longer set up.")
        delivery.receipt = target.deliver(_order(delivery))
        delivery.status, delivery.error = "delivered", None
    except DeliveryError as error:
        delivery.status, delivery.error = "failed", str(error)


def _order(delivery: Delivery) -> Order:
    post = delivery.post
    return Order(
        key=f"delivery-{delivery.id}",
        action="put",
        event="published",
        file_name=post.file_name,
        data=post.markdown,
        replaces=frozenset(),
        title="Hot Papers",
        date=post.edition.date,
        revision=post.revision,
        papers=len(post.record.get("papers", [])),
        editor=post.editor.name if post.editor else "the command line",
        note="",
        sha256=post.sha256,
    )

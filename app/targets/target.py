"""What every target is: a place that takes posts and can be asked whether it would."""

from typing import Protocol

from app.domain.delivery import Order


class Target(Protocol):
    """A place that takes posts. Delivering the same order twice changes nothing.

    `name` is that of its deliveries. A target that `is_hook` takes no files: it is told that they have arrived, and so
    comes after the others.
    """

    name: str
    is_hook: bool

    def describe(self) -> str:
        """Where it is, in words for the editor and without a secret."""
        ...

    def deliver(self, order: Order) -> str:
        """Do what the order says and return a receipt.

        Raises DeliveryError with one plain sentence, and ChangedThere where something stands that is not ours.
        """
        ...

    def check(self) -> str | None:
        """One sentence why it cannot be reached or written to, None if it can; changes nothing there."""
        ...

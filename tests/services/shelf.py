"""A target that tests can look into and let fail."""

from collections.abc import Callable

from app.domain.delivery import ChangedThere, DeliveryError, Order, may_replace


class Shelf:
    """Keeps files in memory; `fails` is raised as long as it is set, `meanwhile` is called amid an attempt."""

    def __init__(self, name: str = "shelf", *, is_hook: bool = False) -> None:
        self.name, self.is_hook = name, is_hook
        self.files: dict[str, bytes] = {}
        self.orders: list[Order] = []
        self.fails: Exception | None = None
        self.meanwhile: Callable[[], object] | None = None

    def describe(self) -> str:
        """The shelf."""
        return f"the {self.name}"

    def deliver(self, order: Order) -> str:
        """Keep the file, or take it away, as a target does."""
        self.orders.append(order)
        if self.meanwhile:
            self.meanwhile()
        if self.fails:
            raise self.fails
        found = self.files.get(order.file_name)
        if found is not None and not may_replace(found, order.data, order.replaces):
            raise ChangedThere("Something else stands there.", found=found)
        if order.action == "remove":
            self.files.pop(order.file_name, None)
        elif not self.is_hook:
            self.files[order.file_name] = order.data
        return f"{order.key} on the {self.name}"

    def check(self) -> str | None:
        """Whether it fails."""
        return str(self.fails) if isinstance(self.fails, DeliveryError) else None

"""Where posts are delivered, and which targets the settings ask for."""

from collections.abc import Mapping
from typing import Any, Protocol

from app.targets.directory import DirectoryTarget


class Target(Protocol):
    """A place that takes posts. Delivering the same bytes twice changes nothing."""

    name: str

    def describe(self) -> str:
        """Where it is, in words for the editor."""
        ...

    def deliver(self, file_name: str, data: bytes) -> str:
        """Put the post there and return a receipt; raises DeliveryError with one plain sentence."""
        ...


def targets_from(settings: Mapping[str, Any]) -> list[Target]:
    """The targets of the settings: the directory, always."""
    return [DirectoryTarget(settings["TARGET_DIR"])]

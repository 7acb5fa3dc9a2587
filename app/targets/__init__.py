"""Where posts are delivered, and which targets the settings ask for."""

from collections.abc import Mapping
from typing import Any

from app.targets.directory import DirectoryTarget
from app.targets.target import Target

__all__ = ["DirectoryTarget", "Target", "targets_from"]


def targets_from(settings: Mapping[str, Any]) -> list[Target]:
    """The targets of the settings: the directory, always."""
    return [DirectoryTarget(settings["TARGET_DIR"])]

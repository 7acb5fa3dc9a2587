"""Where posts are delivered, and which targets the settings ask for."""

from collections.abc import Mapping
from typing import Any

from app.targets.directory import DirectoryTarget
from app.targets.git import GitTarget
from app.targets.git_store import Access
from app.targets.target import Target
from app.targets.webhook import WebhookTarget

__all__ = ["DirectoryTarget", "GitTarget", "Target", "WebhookTarget", "targets_from"]


def targets_from(settings: Mapping[str, Any]) -> list[Target]:
    """The targets of the settings: the directory always, a repository and a webhook where they are set."""
    targets: list[Target] = [DirectoryTarget(settings["TARGET_DIR"])]
    if settings["TARGET_GIT"]:
        access = Access(settings["TARGET_GIT"], settings["TARGET_GIT_USER"], settings["TARGET_GIT_TOKEN"])
        targets.append(
            GitTarget(
                access,
                settings["INSTANCE_DIR"] / "git",
                branch=settings["TARGET_GIT_BRANCH"],
                inside=settings["TARGET_GIT_FOLDER"],
                author=settings["TARGET_GIT_AUTHOR"],
            )
        )
    if settings["TARGET_WEBHOOK"]:
        targets.append(WebhookTarget(settings["TARGET_WEBHOOK"], settings["TARGET_WEBHOOK_SECRET"]))
    return targets

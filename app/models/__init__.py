"""Tables and their constraints, by noun; no rules."""

from app.models.editions import AuditEvent, Edition, Item, Look, Strike, View
from app.models.editors import Editor, SignInLink
from app.models.papers import (
    Announcement,
    Mention,
    MentionedPaper,
    MetricsSnapshot,
    Paper,
    Revision,
    Run,
    RunRequest,
    Worker,
)
from app.models.posts import Delivery, Post
from app.models.search import SearchText

__all__ = [
    "Announcement",
    "AuditEvent",
    "Delivery",
    "Edition",
    "Editor",
    "Item",
    "Look",
    "Mention",
    "MentionedPaper",
    "MetricsSnapshot",
    "Paper",
    "Post",
    "Revision",
    "Run",
    "RunRequest",
    "SearchText",
    "SignInLink",
    "Strike",
    "View",
    "Worker",
]

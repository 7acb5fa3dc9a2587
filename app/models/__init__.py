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
from app.models.posts import Delivery, Post, PostEntry, PublicState
from app.models.search import SearchText
from app.models.together import Glance, Presence, ReadingLink, Writing

__all__ = [
    "Announcement",
    "AuditEvent",
    "Delivery",
    "Edition",
    "Editor",
    "Glance",
    "Item",
    "Look",
    "Mention",
    "MentionedPaper",
    "MetricsSnapshot",
    "Paper",
    "Post",
    "PostEntry",
    "Presence",
    "PublicState",
    "ReadingLink",
    "Revision",
    "Run",
    "RunRequest",
    "SearchText",
    "SignInLink",
    "Strike",
    "View",
    "Worker",
    "Writing",
]

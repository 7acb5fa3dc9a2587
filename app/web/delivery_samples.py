"""Invented deliveries for the style guide, one in each state, and two texts compared line by line."""

from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from app.domain.line_changes import line_changes
from app.queries.deliveries import DeliveryLine
from app.web.delivery_words import WORDS, Told
from app.web.samples import NOW

FOLDER, BRANCH = "/srv/site/content/posts", "the branch main of https://git.example/site.git"
THEIRS = "---\ntitle: Hot Papers\n---\n\nWe study lanterns at night.\n\nAdded by hand.\n"
OURS = "---\ntitle: Hot Papers\n---\n\nWe study candles at night.\n"


def _told(number: int, place: str, status: str, comes: str = "", **fields: Any) -> Told:
    usual = {
        "date": date(2026, 11, 19),
        "edition_id": 1,
        "post_id": 1,
        "file_name": "2026-11-19-hot-papers.md",
        "revision": 1,
        "target": "git",
        "action": "put",
        "event": "published",
        "made_at": NOW - timedelta(days=2),
        "not_before": None,
        "attempts": 1,
        "attempted_at": NOW,
        "claimed_until": None,
        "next_at": NOW,
        "delivered_at": NOW if status == "delivered" else None,
        "receipt": None,
        "error": None,
        "found_sha256": None,
    }
    line = DeliveryLine(id=9000 + number, status=status, **usual | fields)
    tag, tone = WORDS.get(status, ("waiting", ""))
    return Told(line, place, tag, tone, Markup(comes), is_late=line.attempts > 9, can_be_tried=bool(line.error))


def everything() -> dict[str, Any]:
    """The samples by the names under which the style guide asks for them."""
    error = "git.example could not be reached (connection refused); look whether the address is right."
    return {
        "deliveries": [
            _told(1, FOLDER, "delivered", receipt=f"{FOLDER}/2026-11-19-hot-papers.md"),
            _told(2, BRANCH, "delivered", receipt="commit 4f0c1d2", revision=2, event="corrected", attempts=3),
            _told(3, BRANCH, "waiting", "It is tried within a minute.", attempts=0),
            _told(4, BRANCH, "failed", "Tried 3 times, last 08:10. Next attempt in 4 min, at 08:18.", error=error),
            _told(5, BRANCH, "failed", "Tried 29 times, last 07:40.", error=error, attempts=29),
            _told(6, FOLDER, "changed", "Nothing was overwritten.", error=f"{FOLDER} has other content."),
            _told(7, FOLDER, "left", error=f"{FOLDER} has other content."),
        ],
        "compared_lines": line_changes(THEIRS, OURS),
    }

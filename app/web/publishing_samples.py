"""What follows publishing, for the style guide: notices, a delivery in each state, two texts compared line by line."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from app.domain.line_changes import line_changes
from app.queries.deliveries import DeliveryLine
from app.queries.scheduled import Scheduled
from app.web.delivery_words import WORDS, Told
from app.web.samples import DAY, NOW
from app.web.standing import Standing

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


def _standing(*, post: int | None = None, grace: timedelta | None = None, **fields: Any) -> Standing:
    """How an edition stands to its readers; `post` is the revision that they have, `fields` are the edition's own."""
    ben = SimpleNamespace(name="Ben Ash")
    usual = {"date": DAY, "status": "draft" if post is None else "published", "retracted_at": None, "publish_at": None}
    usual |= {"publish_problem": None, "publish_editor": ben, "publish_editor_id": 1}
    usual |= {"baton_editor": SimpleNamespace(name="Rui Vale"), "baton_editor_id": 1}
    return Standing(
        edition=SimpleNamespace(**usual | fields),
        post=post and SimpleNamespace(revision=post, replaces=post - 1, published_at=NOW),
        grace_left=grace,
        is_overdue="publish_problem" in fields,
        has_worker=True,
        elsewhere=[],
    )


def standings() -> list[Standing]:
    """Every notice of how an edition stands to its readers."""
    then = NOW + timedelta(hours=1)
    return [
        _standing(post=1, grace=timedelta(minutes=4)),
        _standing(post=2),
        _standing(post=1, retracted_at=NOW),
        _standing(post=1, status="draft"),
        _standing(publish_at=then),
        _standing(publish_at=then, baton_editor_id=2),
        replace(
            _standing(publish_at=NOW, publish_problem="No paper was picked; pick what is to be published."),
            elsewhere=[Scheduled(2, DAY - timedelta(days=1), NOW - timedelta(days=1), "Ben Ash", None)],
        ),
    ]


def everything() -> dict[str, Any]:
    """The samples by the names under which the style guide asks for them."""
    error = "git.example could not be reached (connection refused); look whether the address is right."
    return {
        "standings": standings(),
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

"""What the commit of a delivery says: what changed, and by whom."""

import unicodedata

from app.domain.delivery import Order

VERBS = {
    "published": "Publish",
    "corrected": "Correct",
    "retracted": "Retract",
    "restored": "Restore",
    "taken back": "Take back",
}


def commit_message(order: Order) -> str:
    """The message of an order's commit: a subject, then revision, papers, editor, note and the delivery's key."""
    day, title = order.date.isoformat(), _line(order.title)
    named = title if day in title else f"{title} {day}".strip()
    papers = "1 paper" if order.papers == 1 else f"{order.papers} papers"
    parts = [
        f"{VERBS[order.event]} {named}",
        f"Revision {order.revision}, {papers}, by {_line(order.editor)}.",
        "\n".join(_line(line) for line in order.note.splitlines()).strip(),
        f"Delivery: {order.key}\nSHA-256: {order.sha256}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(text: str) -> str:
    """A text in one line and without signs that cannot be seen, which git and terminals take amiss."""
    seen = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text)
    return " ".join(seen.split())

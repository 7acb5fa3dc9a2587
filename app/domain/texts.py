"""The texts that editors write: which there are, how long they may be, how they are tidied, what names a version."""

import hashlib
from datetime import datetime

from app.domain.editions import NotAllowed

ITEM_TEXTS = ("headline", "note", "remark")
EDITION_TEXTS = ("introduction", "closing")
# In characters.
LIMITS = {"headline": 300, "note": 20_000, "remark": 20_000, "introduction": 20_000, "closing": 20_000}
NAMES = {
    "headline": "headline",
    "note": "note",
    "remark": "remark",
    "introduction": "introduction",
    "closing": "closing words",
}


def tidy(text: str | None) -> str | None:
    """A text as it is kept: line ends evened, nothing around it, None for nothing but blanks."""
    return (text or "").replace("\r\n", "\n").replace("\0", "").strip() or None


def check_text(field: str, text: str | None) -> None:
    """Refuse a text that is too long, and a headline of several lines. Raises NotAllowed saying by how much."""
    if text and len(text) > LIMITS[field]:
        name, has = NAMES[field], "have" if NAMES[field].endswith("words") else "has"
        raise NotAllowed(f"The {name} {has} {len(text):,} characters; shorten it to {LIMITS[field]:,} or fewer.")
    if field == "headline" and text and "\n" in text.strip():
        raise NotAllowed("A headline is one line; put the rest into the note.")


def digest(text: str | None) -> str:
    """A short name for a text."""
    return hashlib.sha256((text or "").encode("utf8", "surrogatepass")).hexdigest()[:16]


def seal(text: str | None, saved_at: datetime | None) -> str:
    """What a page sends along to say which text it was made from.

    The time of the last save is in it, so that a request which was long under way does not pass for a fresh one where
    the text has meanwhile become another and the same again.
    """
    moment = f"{int(saved_at.timestamp() * 1_000_000):x}" if saved_at else ""
    return f"{digest(text)}-{moment}"

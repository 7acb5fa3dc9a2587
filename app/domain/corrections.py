"""What is said on correcting, withdrawing or publishing in spite of something: a line each, not too long."""

from app.domain.editions import NotAllowed

NOTE_LIMIT = 600
REASON_LIMIT = 300


class NoteMissing(NotAllowed):
    """A correction without a word to the readers."""


class NothingCorrected(NotAllowed):
    """A correction that leaves every byte of the post as readers have it."""


def checked_note(text: str) -> str:
    """The note of a correction on one line, as it is printed. Raises NoteMissing, and NotAllowed for a long one."""
    note = _on_one_line(text)
    if not note:
        raise NoteMissing("A correction is printed with a note for its readers; write in a sentence what was wrong.")
    _refuse_long("note", note, NOTE_LIMIT)
    return note


def checked_reason(text: str) -> str:
    """A reason on one line; it may be empty. Raises NotAllowed for a long one."""
    reason = _on_one_line(text)
    _refuse_long("reason", reason, REASON_LIMIT)
    return reason


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _refuse_long(what: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise NotAllowed(f"The {what} has {len(text):,} characters; shorten it to {limit} or fewer.")

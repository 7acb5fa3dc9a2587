"""What differs between two revisions of a post, or between one and the draft that corrects it, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.editions import NotAllowed
from app.domain.line_changes import Line, TooLongToCompare, line_changes
from app.domain.posts import FrontMatterError, ProfileError
from app.extensions import db
from app.models import Edition, Post
from app.queries.corrections import uncorrected
from app.web.auth import acting

TOO_LONG = "The two are too long to be compared here; each can be read whole."


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines of two texts that differ; `problem` says in a sentence why they are not compared."""

    lines: Sequence[Line]
    problem: str = ""

    @property
    def count(self) -> int:
        """How many lines are gone or have come; a line that was changed counts once."""
        gone, come = (sum(line.kind == kind for line in self.lines) for kind in ("gone", "come"))
        return max(gone, come)

    @property
    def is_any(self) -> bool:
        """Whether anything differs, as far as that is known."""
        return bool(self.problem) or self.count > 0


def compared_with(edition: Edition, was: Post) -> Difference:
    """What differs between a revision and its edition as it stands now, but for a correction's note and date."""
    try:
        return compared(was.markdown, uncorrected(db.session, edition, was, acting().rules))
    except (FrontMatterError, NotAllowed, ProfileError) as error:
        return Difference((), f"The post cannot be composed as it stands: {error}")


def compared(before: bytes, after: bytes) -> Difference:
    """What differs between the bytes of two posts."""
    if before == after:
        return Difference(())
    try:
        return Difference(line_changes(*(data.decode("utf8", "backslashreplace") for data in (before, after))))
    except TooLongToCompare:
        return Difference((), TOO_LONG)

"""What a dress rehearsal says: one line for each check, good, or bad with the line of the post that is meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

LONGEST_SHOWN = 240
# What the checks of targets begin with.
TARGET = "target "


@dataclass(frozen=True, slots=True)
class Line:
    """One check and what came of it in one sentence; of the post's line its number from 1 and its text, where one is
    meant."""

    check: str
    state: Literal["good", "bad"]
    said: str
    line_number: int | None = None
    line_text: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether something is wrong."""
        return self.state == "bad"

    @property
    def is_of_target(self) -> bool:
        """Whether it tells of a target, not of the post."""
        return self.check.startswith(TARGET)


def good(check: str, said: str) -> Line:
    """A check that was passed."""
    return Line(check, "good", said)


def bad(check: str, said: str, number: int | None = None, text: str = "") -> Line:
    """A check that was not passed; a long line is shown by its beginning."""
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return Line(check, "bad", said, number, shown)


def is_red(lines: Iterable[Line]) -> bool:
    """Whether any check was not passed, so that publishing asks for a reason."""
    return any(line.is_bad for line in lines)


def counted(number: int, what: str) -> str:
    """`1 link`, `12 links`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """`Python`, `Python and Hugo`, `Python, JavaScript and Hugo`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last

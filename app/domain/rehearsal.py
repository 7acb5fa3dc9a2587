"""The dress rehearsal of a post: all that can be known of its bytes before anybody has them, a line for each check."""

from datetime import datetime

from app.domain.front_matter import FENCE
from app.domain.rehearsal_body import body_lines
from app.domain.rehearsal_head import head_lines
from app.domain.rehearsal_lines import Line, bad, is_red

__all__ = ["Line", "is_red", "rehearse"]


def rehearse(data: bytes, *, papers: int | None, now: datetime) -> list[Line]:
    """Hold a post against everybody who will read it: front matter, dates, papers, formulas, links, quotes.

    `papers` is how many there are to be, None where nobody knows; `now` is an aware time, after which no post may be
    dated. Never raises, whatever the bytes are.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        line = data.split(b"\n")[number - 1].decode("utf-8", "backslashreplace")
        return [bad("text", "The post is not valid UTF-8, and no reader would take it.", number, line)]
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    end = _end_of_head(lines)
    if end is None:
        said = "The post does not begin with front matter between two lines of ---."
        return [bad("front matter", said, 1, lines[0]), *body_lines(lines, 0, papers=papers)]
    return [*head_lines(lines[1:end], now=now), *body_lines(lines, end + 1, papers=papers)]


def _end_of_head(lines: list[str]) -> int | None:
    """The index of the second fence; None where there is no front matter."""
    if lines[0].rstrip() != FENCE:
        return None
    return next((number for number in range(1, len(lines)) if lines[number].rstrip() == FENCE), None)

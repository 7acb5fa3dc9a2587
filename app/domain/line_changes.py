"""Two texts compared line by line, with the words that differ within a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.domain.history import Piece, word_changes

# Of a stretch that is the same so many lines are shown before and after what differs.
LINES_AROUND = 3
# Characters of both texts together up to which they are compared; a post of a hundred papers has half of it.
LONGEST = 600_000
# The product of the lines of a stretch that differs up to which they are set against each other.
LINES_COMPARED = 1_000_000
# From this share of equal words on, two lines are shown as one that was changed.
ALIKE = 0.4
# Signs that nobody can see, shown as the pictures that Unicode has for them.
_SEEN = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"} | {127: "\u2421"}


class TooLongToCompare(Exception):
    """Two texts that are too long to be compared while somebody waits."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of two texts compared: `same`, `gone` from the first, `come` with the second, or `skipped`.

    `before` and `after` are its numbers from 1, None where it is not in that text; of a skipped stretch the `count` of
    its lines.
    """

    kind: str
    pieces: Sequence[Piece]
    before: int | None = None
    after: int | None = None
    count: int = 1


def line_changes(before: str, after: str) -> list[Line]:
    """What became of a text line by line; what is the same far from any change is left out.

    A line end at the very end counts as one more line, an empty one; signs that cannot be seen are made visible. Raises
    TooLongToCompare.
    """
    if len(before) + len(after) > LONGEST:
        raise TooLongToCompare
    return _shortened(list(_compared(before.split("\n"), after.split("\n"))))


def _compared(old: list[str], new: list[str]) -> Iterator[Line]:
    for kind, i1, i2, j1, j2 in _stretches(old, new):
        if kind == "equal":
            for offset, text in enumerate(old[i1:i2]):
                yield Line("same", _plain("same", text), i1 + offset + 1, j1 + offset + 1)
        else:
            yield from _changed(old[i1:i2], new[j1:j2], i1 + 1, j1 + 1)


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Which lines of both texts are the same; only what lies between the first and the last other line is searched."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield "equal", 0, start, 0, start
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if len(left) * len(right) > LINES_COMPARED:
        yield "replace", start, len(old) - end, start, len(new) - end
    else:
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            yield kind, i1 + start, i2 + start, j1 + start, j2 + start
    yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _changed(old: list[str], new: list[str], first_old: int, first_new: int) -> Iterator[Line]:
    """Lines that were replaced, those that are gone first; a line and the one that came for it show their words."""
    gone = [_plain("gone", text) for text in old]
    come = [_plain("come", text) for text in new]
    for index, (left, right) in enumerate(zip(old, new, strict=False)):
        pieces = word_changes(_seen(left), _seen(right))
        kept = sum(len(piece.text) for piece in pieces if piece.kind == "same" and not piece.text.isspace())
        if kept > ALIKE * max(len(left), len(right)):
            gone[index] = [piece for piece in pieces if piece.kind != "come"]
            come[index] = [piece for piece in pieces if piece.kind != "gone"]
    yield from (Line("gone", pieces, before=number) for number, pieces in enumerate(gone, first_old))
    yield from (Line("come", pieces, after=number) for number, pieces in enumerate(come, first_new))


def _plain(kind: str, text: str) -> list[Piece]:
    return [Piece(kind, _seen(text))] if text else []


def _seen(text: str) -> str:
    return text.translate(_SEEN)


def _shortened(lines: list[Line]) -> list[Line]:
    """Leave out what is the same and further away from any change than LINES_AROUND."""
    near: set[int] = set()
    for index, line in enumerate(lines):
        if line.kind != "same":
            near.update(range(index - LINES_AROUND, index + LINES_AROUND + 1))
    short: list[Line] = []
    for index, line in enumerate(lines):
        if index in near:
            short.append(line)
        elif short and short[-1].kind == "skipped":
            short[-1] = Line("skipped", (), count=short[-1].count + 1)
        else:
            short.append(Line("skipped", ()))
    return short

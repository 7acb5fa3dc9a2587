"""What was measured, as rows of a table; and below it, where the time of every missed goal goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measure import Ratio

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEADS = ("Work", "Goal", "Measured", "Range", "Verdict")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row; without a goal it is told for what it is worth. `why` says where the time goes, where that is known."""

    work: str
    goal: str
    measured: str
    spread: str
    is_reached: bool | None
    why: str = ""

    @property
    def verdict(self) -> str:
        """In a word."""
        return {True: "reached", False: "**missed**", None: "told only"}[self.is_reached]


def at_most(work: str, goal: float, ratio: Ratio, floor: str, *, why: str = "") -> Figure:
    """A work that may take so many times as long as the floor."""
    return Figure(work, f"≤ {goal:g} of {floor}", _told(ratio), _spread(ratio), ratio.value <= goal, why)


def at_least(work: str, goal: float, ratio: Ratio, floor: str, *, why: str = "") -> Figure:
    """A work that must reach such a share of the floor's speed; the ratio is one of times."""
    speed = ratio.inverse
    return Figure(work, f"≥ {goal:g} of {floor}", _told(speed), _spread(speed), speed.value >= goal, why)


def rate_at_least(work: str, goal: float, ratio: Ratio, floor: str) -> Figure:
    """A work that must be done such a share of the times that the floor is in a second; the ratio is one of times."""
    row, rates = at_least(work, goal, ratio, floor), (1 / ratio.seconds, 1 / ratio.floor_seconds)
    return replace(row, measured=f"{number(ratio.inverse.value)} ({rates[0]:,.0f} : {rates[1]:,.0f} a second)")


def told_only(work: str, ratio: Ratio, floor: str) -> Figure:
    """A ratio without a goal."""
    return Figure(work, f"none; of {floor}", _told(ratio), _spread(ratio), None)


def within_a_fifth(work: str, ratio: Ratio, *, why: str = "") -> Figure:
    """A work that must take as long as another one, or at most a fifth longer."""
    return Figure(work, "≤ 1.2", _told(ratio), _spread(ratio), ratio.value <= 1.2, why)


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def milliseconds(seconds: float) -> str:
    """A time as people compare them."""
    return f"{number(seconds * 1000)} ms"


def _told(ratio: Ratio) -> str:
    return f"{number(ratio.value)} ({milliseconds(ratio.seconds)} : {milliseconds(ratio.floor_seconds)})"


def _spread(ratio: Ratio) -> str:
    return f"{number(ratio.low)} to {number(ratio.high)}"


def rendered(figures: Sequence[Figure]) -> str:
    """The rows as a table in Markdown."""
    rows = [(f.work, f.goal, f.measured, f.spread, f.verdict) for f in figures]
    lines = [HEADS, tuple("---" for _ in HEADS), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def misses(figures: Sequence[Figure]) -> str:
    """Where the time of every missed goal goes."""
    missed = [figure for figure in figures if figure.is_reached is False]
    told = [f"**{figure.work}** ({figure.measured}, goal {figure.goal}). {figure.why}".rstrip() for figure in missed]
    return "\n\n".join(told) or "No goal was missed."

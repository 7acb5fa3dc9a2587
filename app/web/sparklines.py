"""Numbers over time: a score as a small line, in words and as rows of a table; stars and citations in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.domain.labels import source_name
from app.domain.trends import LEAST_DRAWN, RISING_RULE, Point, is_rising, trend_points
from app.queries.readings import Signal
from app.web.ages import span
from app.web.filters import counted, grouped, in_zone

# The line is drawn on whole units of this field, shown at half its size or larger, so a point takes few signs.
WIDTH, HEIGHT, EDGE = 128, 32, 2
Trend = Sequence[Sequence[Any]]
RISING = Markup(' <span class="tag rise" title="{}">rising</span>').format(RISING_RULE)


@dataclass(frozen=True, slots=True)
class Step:
    """One look at the score, and by how much it had changed since the look before."""

    at: datetime
    score: float
    change: float | None


def sparkline(trend: Trend, *, has_words: bool = False) -> Markup:
    """The line of a trend as an image; nothing where there are too few points for one.

    It says what it shows in words, unless it `has_words` beside it.
    """
    return line_of(trend_points(trend), has_words=has_words)


def line_of(points: Sequence[Point], *, has_words: bool = False) -> Markup:
    """The same of points."""
    if len(points) < LEAST_DRAWN:
        return Markup("")
    # Plain text around numbers and plain words, for there may be a thousand.
    says = 'aria-hidden="true"' if has_words else f'role="img" aria-label="{_words(points)}"'
    return Markup(f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" {says}><path d="{_path(points)}"/></svg>')


def trend_in_words(trend: Trend) -> str:
    """from 120 to 468 in 18 hours."""
    return _words(trend_points(trend))


def rising(trend: Trend) -> Markup:
    """The badge of a score that rises, with the rule behind it; nothing for the others."""
    return rising_tag(trend_points(trend))


def rising_tag(points: Sequence[Point]) -> Markup:
    """The same of points."""
    return RISING if is_rising(points) else Markup("")


def trend_steps(trend: Trend) -> list[Step]:
    """Every point with its change, the newest first."""
    points = trend_points(trend)
    before = [None, *(score for _, score in points)]
    steps = [Step(at, score, None if b is None else score - b) for (at, score), b in zip(points, before, strict=False)]
    return steps[::-1]


def signal_in_words(signal: Signal) -> str:
    """★ 512 stars on GitHub, +40 since 20 November."""
    where = source_name(signal.source)
    if signal.kind == "stars":
        words = f"★ {counted(signal.value, 'star')} on {where}"
    else:
        words = f"{counted(signal.value, 'citation')} ({where})"
    first = in_zone(signal.first_at)
    return f"{words}, {signed(signal.change)} since {first.day} {first:%B}" if signal.change else words


def signed(number: float) -> str:
    """+40, −3, ±0: a change."""
    return f"{'+' if number > 0 else '−' if number < 0 else '±'}{grouped(abs(number))}"


def _words(points: Sequence[Point]) -> str:
    (start, first), (end, last) = points[0], points[-1]
    return f"from {grouped(first)} to {grouped(last)} in {span(end - start)}"


def _path(points: Sequence[Point]) -> str:
    """The points from left to right by their times, over nothing at the bottom: half the height is half the score.

    Each but the first is told by its way from the one before, in small numbers that come again and pack well.
    """
    start = points[0][0]
    across = (WIDTH - 2 * EDGE) / (points[-1][0] - start).total_seconds()
    up = (HEIGHT - 2 * EDGE) / (max(score for _, score in points) or 1)
    places = [
        (round(EDGE + (at - start).total_seconds() * across), round(HEIGHT - EDGE - max(0, score) * up))
        for at, score in points
    ]
    ways = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(places)]
    # A minus parts two numbers by itself.
    return f"M{places[0][0]} {places[0][1]}l" + " ".join(f"{x} {y}" for x, y in ways).replace(" -", "-")


def register(app: Flask) -> None:
    """Give the filters to every template."""
    for filter_ in (rising, signal_in_words, signed, sparkline, trend_in_words, trend_steps):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.globals["rising_rule"] = RISING_RULE

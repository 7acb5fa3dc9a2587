"""Plots of a look back: the slope chart of three orders, the scores then and now, the hits of a post in a row.

Places are given as shares of the drawing, so it takes any width while its letters and dots keep their size.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log1p

from flask import Flask
from markupsafe import Markup

from app.domain.lookback import Fate, Outcome, Slope, Verdict
from app.web.drawing import between, drawing
from app.web.filters import counted, grouped

# The columns of the slope chart from the left, in percent of its width: score order, the editors' order, now.
COLUMNS = (20, 58, 95)
LEFT, RIGHT, TOP, BOTTOM = 11, 97, 4, 89
TICKS = (0, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
SQUARE, GAP = 6, 2
# Dots nearer to each other than this share of an axis have one label.
LABEL_APART = 0.05


def slope_chart(slopes: Sequence[Slope], verdict: Verdict) -> Markup:
    """Each paper as a line through the three orders; a passed one is dashed, with hollow ends."""
    count = len(slopes)
    # What overtook the others is drawn last, above their lines.
    ordered = sorted(slopes, key=lambda slope: (slope.fate is Fate.MISSED, slope.fate is Fate.HIT))
    parts = [*_borders(slopes, verdict), *(part for slope in ordered for part in _line(slope, count))]
    parts += [part for slope in slopes for part in _ends(slope, count)]
    return drawing("plot slope", parts, says=_slope_words(slopes, verdict))


def _height(row: float, count: int) -> str:
    return f"{100 * row / count:.2f}%"


def _borders(slopes: Sequence[Slope], verdict: Verdict) -> Iterator[Markup]:
    """Where the picked end in the editors' column, and where the top ends in that of now."""
    ends = (
        (COLUMNS[1] - 10, COLUMNS[1] + 10, sum(slope.paper.is_picked for slope in slopes)),
        (COLUMNS[2] - 10, 100, sum(slope.ranks[2] <= verdict.picked for slope in slopes)),
    )
    for start, end, row in ends:
        if row < len(slopes):
            y = _height(row, len(slopes))
            yield Markup('<line class="border" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(start, y, end, y)


def _line(slope: Slope, count: int) -> Iterator[Markup]:
    rows = [_height(row + 0.5, count) for row in slope.rows]
    for column in (0, 1):
        yield Markup('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(
            slope.fate, COLUMNS[column], rows[column], COLUMNS[column + 1], rows[column + 1]
        )


def _ends(slope: Slope, count: int) -> Iterator[Markup]:
    """A dot in each column, the post's numbers in that of the editors, and the rank by score before the first."""
    rows = [_height(row + 0.5, count) for row in slope.rows]
    dot = Markup('<circle class="{}" cx="{}%" cy="{}" r="{}"/>')
    number = Markup('<text x="{}%" y="{}" dx="{}" dy=".35em" text-anchor="{}">{}</text>')
    yield number.format(COLUMNS[0], rows[0], -8, "end", slope.ranks[0])
    yield dot.format(slope.fate, COLUMNS[0], rows[0], 3.5)
    yield dot.format(slope.fate, COLUMNS[2], rows[2], 3.5)
    if slope.paper.is_picked:
        yield dot.format("seat", COLUMNS[1], rows[1], 9)
        yield number.format(COLUMNS[1], rows[1], 0, "middle", slope.ranks[1])
    else:
        yield dot.format(slope.fate, COLUMNS[1], rows[1], 3.5)


def _slope_words(slopes: Sequence[Slope], verdict: Verdict) -> str:
    shown = sum(slope.paper.is_picked for slope in slopes)
    return (
        f"Slope chart of three orders: score at publishing, the editors’ order, score now. "
        f"{counted(shown, 'picked paper')} and {grouped(len(slopes) - shown)} passed; "
        f"{grouped(verdict.top_now)} of {grouped(verdict.picked)} picked stand among as many that stand highest now."
    )


def score_scatter(papers: Collection[Outcome], cut: float, places: Mapping[int, int]) -> Markup:
    """Each paper by its score at publishing and its score now, both on one logarithmic scale; passed ones are hollow.

    `places` gives by item the rank now of those that are to carry it.
    """
    most = max([cut, *(score for paper in papers for score in (paper.then, paper.now))])
    parts = [
        *_axes(most, cut),
        *_points(papers, most),
        *_labels([p for p in papers if p.item_id in places], places, most),
    ]
    above = sum(paper.now >= cut for paper in papers if not paper.is_picked)
    says = (
        f"Scores of {counted(len(papers), 'paper')} at publishing, from left to right, and now, from bottom to top. "
        f"{grouped(above)} of the passed stand at or above the cut of {grouped(cut)} now."
    )
    return drawing("plot scatter", parts, says=says)


def _share(score: float, most: float) -> float:
    return log1p(max(0, score)) / log1p(most) if most > 0 else 0


def _across(score: float, most: float) -> str:
    return f"{between(LEFT, RIGHT, _share(score, most)):.1f}%"


def _up(score: float, most: float) -> str:
    return f"{between(BOTTOM, TOP, _share(score, most)):.1f}%"


def _axes(most: float, cut: float) -> Iterator[Markup]:
    """The ticks of both axes, the line of no change, and the cut in both directions."""
    line = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')
    yield line.format("axis", f"{LEFT}%", f"{BOTTOM}%", f"{RIGHT}%", f"{BOTTOM}%")
    yield line.format("axis", f"{LEFT}%", f"{TOP}%", f"{LEFT}%", f"{BOTTOM}%")
    yield line.format("same", f"{LEFT}%", f"{BOTTOM}%", f"{RIGHT}%", f"{TOP}%")
    x, y = _across(cut, most), _up(cut, most)
    yield line.format("cut-at", x, f"{TOP}%", x, f"{BOTTOM}%")
    yield line.format("cut-at", f"{LEFT}%", y, f"{RIGHT}%", y)
    text = Markup('<text class="{}" x="{}" y="{}" dx="{}" dy="{}" text-anchor="{}">{}</text>')
    yield text.format("cut-name", f"{RIGHT}%", y, 0, -5, "end", f"cut {grouped(cut)}")
    for tick in (tick for tick in TICKS if tick <= most):
        yield text.format("tick", _across(tick, most), f"{BOTTOM}%", 0, 15, "middle", grouped(tick))
        yield text.format("tick", f"{LEFT}%", _up(tick, most), -5, ".35em", "end", grouped(tick))
    yield text.format("axis-name", f"{RIGHT}%", f"{BOTTOM}%", 0, 32, "end", "score at publishing")
    yield text.format("axis-name", f"{LEFT}%", f"{TOP}%", 6, 4, "start", "score now")


def _points(papers: Collection[Outcome], most: float) -> Iterator[Markup]:
    """A dot for every place that a paper stands at; papers of equal scores share one, the picked on top."""
    places = {(p.is_picked, _across(p.then, most), _up(p.now, most)) for p in papers}
    for is_picked, x, y in sorted(places):
        kind = "picked" if is_picked else "passed"
        yield Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(kind, x, y, 4)


def _labels(papers: Sequence[Outcome], places: Mapping[int, int], most: float) -> Iterator[Markup]:
    """The ranks of papers beside their dots; dots that lie so near that the ranks would overlap share a label."""
    groups: list[list[Outcome]] = []
    for paper in sorted(papers, key=lambda paper: -paper.now):
        near = groups and all(
            abs(_share(score, most) - _share(former, most)) < LABEL_APART
            for score, former in ((paper.then, groups[-1][0].then), (paper.now, groups[-1][0].now))
        )
        if near:
            groups[-1].append(paper)
        else:
            groups.append([paper])
    text = Markup('<text class="label" x="{}" y="{}" dx="-6" dy="-4" text-anchor="end">{}</text>')
    for group in groups:
        x = min(_share(paper.then, most) for paper in group)
        ranks = ", ".join(str(places[paper.item_id]) for paper in group)
        yield text.format(f"{between(LEFT, RIGHT, x):.1f}%", _up(group[0].now, most), ranks)


def hits_row(hits: Sequence[bool]) -> Markup:
    """The papers of a post in its order as squares: full for one in the top now, hollow for one that is not."""
    if not hits:
        return Markup("")
    square = Markup('<rect class="{}" x="{}" y=".5" width="{}" height="{}"/>')
    parts = [
        square.format("hit" if is_hit else "fell", n * (SQUARE + GAP) + 0.5, SQUARE, SQUARE)
        for n, is_hit in enumerate(hits)
    ]
    fell = [str(number) for number, is_hit in enumerate(hits, 1) if not is_hit]
    says = f"Not in the top now: no. {', '.join(fell)}" if fell else "All of them are in the top now"
    return drawing("hits", parts, says=says, view=(len(hits) * (SQUARE + GAP), SQUARE + 1))


def register(app: Flask) -> None:
    """Give the plots to every template."""
    for plot in (hits_row, score_scatter, slope_chart):
        app.jinja_env.filters[plot.__name__] = plot

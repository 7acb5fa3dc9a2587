"""What became of the papers of an edition: its picks and plain score order, held against the scores of later. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from app.domain.ranking import rank_key

# More lines than this cannot be told apart in a slope chart.
MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """A paper of a published edition: its score at publishing, and its score by all that was read of it since.

    `number` is its place in the post from 1, None where it was passed. `read_at` is its newest reading from after
    publishing, None where there is none: `now` is then what was known already. `struck_since` counts the mentions that
    were taken out of its score after publishing.
    """

    item_id: int
    arxiv_id: str
    state: str
    number: int | None
    then: float
    now: float
    read_at: datetime | None = None
    struck_since: int = 0

    @property
    def is_picked(self) -> bool:
        """Whether the post has it."""
        return self.number is not None

    @property
    def growth(self) -> float:
        """By how much its score has changed since publishing."""
        return self.now - self.then


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well an order of papers foretold their scores: of the pairs that stand apart now, how many it had right."""

    right: int
    pairs: int

    @property
    def tau(self) -> float | None:
        """Kendall's tau without equal scores: 1 for the same order, −1 for the reverse; None where there is no pair."""
        return (2 * self.right - self.pairs) / self.pairs if self.pairs else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An edition's picks, held against as many papers that stand highest now, "the top" of now.

    Of the picked papers `top_then` were among as many that stood highest at publishing, and `hits` tells of each, in
    the post's order, whether it is in the top now; `plain_hits` is how many plain score order would have had there.
    `missed` are the passed papers in the top now, the highest first; `grew_most` is the passed paper that gained most,
    None where none gained.
    """

    picked: int
    passed: int
    top_then: int
    hits: tuple[bool, ...]
    plain_hits: int
    missed: tuple[Outcome, ...]
    grew_most: Outcome | None
    editors: Agreement
    plain: Agreement

    @property
    def top_now(self) -> int:
        """How many of the picked papers are in the top now."""
        return sum(self.hits)


class Fate(StrEnum):
    """What became of a paper of the slope chart: picked and in the top now, picked and not, passed and in the top."""

    HIT = "hit"
    FELL = "fell"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Slope:
    """A line of the slope chart through its three columns: score order, the editors' order, the order of now.

    `ranks` are the paper's places in them, from 1, among all papers of the edition; the editors gave none to a passed
    one. `rows` are the rows of the chart in which it stands, from 0.
    """

    paper: Outcome
    fate: Fate
    ranks: tuple[int, int | None, int]
    rows: tuple[int, int, int]


def by_score(papers: Collection[Outcome]) -> list[Outcome]:
    """Plain score order as it was at publishing."""
    return sorted(papers, key=lambda paper: rank_key(paper.then, paper.arxiv_id))


def by_editors(papers: Collection[Outcome]) -> list[Outcome]:
    """The picked papers as the post has them."""
    return sorted((paper for paper in papers if paper.is_picked), key=lambda paper: paper.number or 0)


def by_now(papers: Collection[Outcome]) -> list[Outcome]:
    """The order of the scores now; of equal ones the picked come first, since none of them was overtaken."""
    return sorted(papers, key=lambda paper: (-paper.now, not paper.is_picked, paper.arxiv_id))


def judge(papers: Collection[Outcome]) -> Verdict:
    """How the picks of an edition did. Whatever the order of `papers`, the verdict is the same."""
    picked, plain, now = by_editors(papers), by_score(papers), by_now(papers)
    count = len(picked)
    top = {paper.item_id for paper in now[:count]}
    passed = [paper for paper in now if not paper.is_picked]
    grown = [paper for paper in passed if paper.growth > 0]
    return Verdict(
        picked=count,
        passed=len(passed),
        top_then=_in_top(papers, picked, lambda paper: paper.then),
        hits=tuple(paper.item_id in top for paper in picked),
        plain_hits=_in_top(papers, plain[:count], lambda paper: paper.now),
        missed=tuple(paper for paper in passed if paper.item_id in top),
        grew_most=max(grown, key=lambda paper: paper.growth, default=None),
        editors=agreement(picked),
        plain=agreement([paper for paper in plain if paper.is_picked]),
    )


def _in_top(papers: Collection[Outcome], chosen: Sequence[Outcome], score: Callable[[Outcome], float]) -> int:
    """How many of the chosen are among as many papers of the highest score, equal scores counted in their favour."""
    ids = {paper.item_id for paper in chosen}
    best = sorted(papers, key=lambda paper: (-score(paper), paper.item_id not in ids))
    return sum(paper.item_id in ids for paper in best[: len(ids)])


def agreement(order: Sequence[Outcome]) -> Agreement:
    """How many pairs of an order stand as their scores stand now; pairs of equal scores say nothing."""
    apart = [(higher.now, lower.now) for higher, lower in combinations(order, 2) if higher.now != lower.now]
    return Agreement(sum(higher > lower for higher, lower in apart), len(apart))


def slopes(papers: Collection[Outcome], most: int = MOST_LINES) -> list[Slope]:
    """The lines of the slope chart in the order of now: the picked papers, and those that overtook them.

    Where these are more than `most`, as many as fit: the first of the post and as many that stand highest now.
    """
    count = sum(paper.is_picked for paper in papers)
    columns = (by_score(papers), by_editors(papers), by_now(papers))
    shown = _shown(columns[1], columns[2][:count], most)
    top = {paper.item_id for paper in columns[2][:count]}
    places = [{paper.item_id: rank for rank, paper in enumerate(column, 1)} for column in columns]
    passed = [paper for paper in columns[0] if not paper.is_picked]
    rows = [_rows(column, shown) for column in (columns[0], [*columns[1], *passed], columns[2])]
    return [
        Slope(
            paper,
            _fate(paper, top),
            (places[0][paper.item_id], paper.number, places[2][paper.item_id]),
            (rows[0][paper.item_id], rows[1][paper.item_id], rows[2][paper.item_id]),
        )
        for paper in columns[2]
        if paper.item_id in shown
    ]


def _shown(picked: Sequence[Outcome], top: Sequence[Outcome], most: int) -> set[int]:
    """The ids of the first of the post and as many of the top, at most `most` of both together."""
    shown: set[int] = set()
    for post, now in zip(picked, top, strict=True):
        more = shown | {post.item_id, now.item_id}
        if len(more) > most:
            break
        shown = more
    return shown


def _rows(column: Sequence[Outcome], shown: set[int]) -> dict[int, int]:
    return {item_id: row for row, item_id in enumerate(p.item_id for p in column if p.item_id in shown)}


def _fate(paper: Outcome, top: set[int]) -> Fate:
    if not paper.is_picked:
        return Fate.MISSED
    return Fate.HIT if paper.item_id in top else Fate.FELL

"""From readings and strikes to scores, their parts, and the order of papers. The rules are DESIGN.md section 5."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from app.domain.labels import source_name

Thing = TypeVar("Thing")

DEFAULT_CUT = 50.0
QUOTE_CUT = 25.0
QUOTE_LIMIT = 10
# A paper is a close call when one source's weight, moved by this share, decides about it.
WEIGHT_SHIFT = 0.25
CLOSE_RULE = (
    "A paper is a close call when counting any one source a quarter more or a quarter less "
    "would put it on the other side of the cut."
)


class Counts(Protocol):
    """Anything that carries counts; None is "not given", never 0."""

    reposts: int | None
    likes: int | None
    replies: int | None
    points: int | None


class CountedReading(NamedTuple):
    """The newest paper-level counts at one source."""

    source: str
    reposts: int | None
    likes: int | None
    replies: int | None
    points: int | None
    captured_at: datetime


class CountedMention(NamedTuple):
    """One mention with its newest counts, as far as scoring needs it."""

    source: str
    reposts: int | None = None
    likes: int | None = None
    replies: int | None = None
    points: int | None = None
    captured_at: datetime | None = None
    is_struck: bool = False
    is_repost: bool = False


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """What one source adds to a paper's score, and from which counts. `voices` is how many mentions were counted."""

    source: str
    reposts: int | None
    likes: int | None
    replies: int | None
    points: int | None
    captured_at: datetime | None
    score: float
    voices: int = 0
    # The largest share of this part that one mention carries, 0 to 1; None where only totals are known.
    loudest: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The part as plain data, its time as ISO 8601."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return fields | {"captured_at": self.captured_at.isoformat() if self.captured_at else None}


def has_counts(counts: Counts) -> bool:
    """Whether the source gave any count that a score is made of."""
    return counts.reposts is not None or counts.likes is not None or counts.points is not None


def mention_score(counts: Counts, weight: float = 1.0) -> float | None:
    """Reposts, likes and points times the source's weight; None where no count is known."""
    if not has_counts(counts):
        return None
    return weight * ((counts.reposts or 0) + (counts.likes or 0) + (counts.points or 0))


def source_totals(
    readings: Iterable[CountedReading], mentions: Iterable[CountedMention], weights: Mapping[str, float]
) -> list[SourceTotal]:
    """The parts of a paper's score, one per source, largest first.

    Where any mention of a source has counts, the unstruck originals are summed; where none has, the newest
    paper-level reading stands for the source. Native reposts never count.
    """
    counted: dict[str, list[CountedMention]] = {}
    for mention in mentions:
        if has_counts(mention) and not mention.is_repost:
            counted.setdefault(mention.source, []).append(mention)
    newest: dict[str, CountedReading] = {}
    for reading in readings:
        if reading.source not in newest or reading.captured_at > newest[reading.source].captured_at:
            newest[reading.source] = reading
    totals = [_sum_of(source, found, weights.get(source, 1.0)) for source, found in counted.items()]
    totals += [_total_of(r, weights.get(r.source, 1.0)) for r in newest.values() if r.source not in counted]
    return sorted(totals, key=lambda total: (-total.score, total.source))


def _sum_of(source: str, mentions: Sequence[CountedMention], weight: float) -> SourceTotal:
    heard = [mention for mention in mentions if not mention.is_struck]
    scores = [mention_score(mention, weight) or 0.0 for mention in heard]
    total = sum(scores)
    times = [mention.captured_at for mention in mentions if mention.captured_at]
    return SourceTotal(
        source=source,
        reposts=_sum([mention.reposts for mention in heard]),
        likes=_sum([mention.likes for mention in heard]),
        replies=_sum([mention.replies for mention in heard]),
        points=_sum([mention.points for mention in heard]),
        captured_at=max(times, default=None),
        score=total,
        voices=len(heard),
        loudest=max(scores) / total if total else None,
    )


def _total_of(reading: CountedReading, weight: float) -> SourceTotal:
    return SourceTotal(
        source=reading.source,
        reposts=reading.reposts,
        likes=reading.likes,
        replies=reading.replies,
        points=reading.points,
        captured_at=reading.captured_at,
        score=mention_score(reading, weight) or 0.0,
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def paper_score(totals: Iterable[SourceTotal]) -> float:
    """The sum over the sources."""
    return sum(total.score for total in totals)


def rank_key(score: float, arxiv_id: str) -> tuple[float, str]:
    """Sorts by score, best first, then by arXiv id: total, so the same data gives the same order."""
    return (-score, arxiv_id)


def is_above_cut(score: float, cut: float) -> bool:
    """Whether a fresh edition picks a paper of this score."""
    return score >= cut


@dataclass(frozen=True, slots=True)
class CloseCall:
    """Which sources would put a paper on the other side of the cut, `less` counted a quarter less, `more` more."""

    is_above: bool
    less: tuple[str, ...]
    more: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """What would happen and when: falls below if Bluesky counted a quarter less."""
        ways = ((self.less, "less"), (self.more, "more"))
        told = [f"{' or '.join(map(source_name, names))} counted a quarter {way}" for names, way in ways if names]
        return f"{'falls below' if self.is_above else 'would be above'} if {', or if '.join(told)}"


def close_call(parts: Iterable[Mapping[str, Any]], cut: float) -> CloseCall | None:
    """Whether CLOSE_RULE holds for a score of these parts (as `SourceTotal.as_json` gives them), and for which sources.

    A source's part grows with its weight alone, so nothing else need be counted again.
    """
    scores = {part["source"]: part["score"] for part in parts}
    total = sum(scores.values())
    # No source moves a score by more than this, the errors of rounding included, so most need not be tried.
    if abs(total - cut) > (WEIGHT_SHIFT + 0.01) * max(map(abs, scores.values()), default=0):
        return None
    is_above = is_above_cut(total, cut)

    def deciding(factor: float) -> tuple[str, ...]:
        return tuple(
            source
            for source in scores
            if is_above_cut(sum(s * factor if name == source else s for name, s in scores.items()), cut) != is_above
        )

    call = CloseCall(is_above, less=deciding(1 - WEIGHT_SHIFT), more=deciding(1 + WEIGHT_SHIFT))
    return call if call.less or call.more else None


def best_first(things: Iterable[Thing], score: Callable[[Thing], float | None]) -> list[Thing]:
    """Scored things best first, then those without a score; equal ones and unscored ones keep their given order."""
    return sorted(things, key=lambda thing: (score(thing) is None, -(score(thing) or 0.0)))

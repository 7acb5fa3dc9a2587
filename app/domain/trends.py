"""A paper's score over time, from all that was ever read of it, and whether it rises."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.domain.ranking import CountedMention, CountedReading, SourceTotal, has_counts, paper_score, source_totals

# The score at a moment, in UTC.
Point = tuple[datetime, float]

MOST_POINTS = 24
# From so many points on, a line says more than the score alone.
LEAST_DRAWN = 3
# The sources of one run are read one after the other, and only together do they give a score.
ONE_LOOK = timedelta(hours=1)

RISING_RULE = "Rising: the score grew by at least a fifth and by 10 or more in the last 24 hours of readings."
RISE_SHARE = 0.2
RISE_LEAST = 10
RISE_TIME = timedelta(hours=24)


class PastReading(NamedTuple):
    """One reading of a paper's numbers.

    `subject` is what was read, a mention or the paper as a whole at one source: its later readings stand in place of
    its earlier ones. `run` is the run that read it.
    """

    subject: Hashable
    run: int
    counts: CountedReading | CountedMention


def scored(history: Sequence[PastReading], weights: Mapping[str, float]) -> tuple[list[SourceTotal], list[Point]]:
    """The parts of a paper's score, and the score over time, from all that was ever read of it.

    Of each subject the readings come in the order of their times.
    """
    newest = {subject: counts for subject, _, counts in history}
    readings, mentions = _apart(newest.values())
    readings = [reading for reading in readings if reading.replies is not None or has_counts(reading)]
    totals = source_totals(readings, mentions, weights)
    times = _times_of_one_look(history)
    if times:
        # Most papers were looked at once, and then the score now is the whole line.
        return totals, [(max(times), paper_score(totals))]
    return totals, score_trend(history, weights)


def _times_of_one_look(history: Iterable[PastReading]) -> list[datetime]:
    """The times of the readings that count, where these are one look for sure; else none."""
    if not all(has_counts(reading.counts) and reading.counts.captured_at for reading in history):
        return []
    times = [reading.counts.captured_at for reading in history if not _is_repost(reading)]
    is_one = len({reading.run for reading in history}) == 1 and times and max(times) - min(times) < ONE_LOOK
    return times if is_one else []


def score_trend(readings: Iterable[PastReading], weights: Mapping[str, float]) -> list[Point]:
    """The score after each look at the paper's numbers, oldest first, at most MOST_POINTS with the first and last.

    What a look did not read keeps its last reading, for a gap is no drop; the rules of the score are those of
    `source_totals`, with the strikes of today. Readings of one run that are less than ONE_LOOK apart are one look.
    """
    looks = list(_looks(_that_count(readings)))
    kept = _thinned(len(looks))
    newest: dict[Hashable, CountedReading | CountedMention] = {}
    points: list[Point] = []
    for number, look in enumerate(looks):
        newest |= {reading.subject: reading.counts for _, reading in look}
        if number in kept:
            points.append((look[-1][0], _score(newest.values(), weights)))
    return points


def _that_count(readings: Iterable[PastReading]) -> Iterator[tuple[datetime, PastReading]]:
    """The readings that can make a difference to the score, in the order of their times."""
    timed = [(reading.counts.captured_at, reading) for reading in readings]
    known = [(at, reading) for at, reading in timed if at is not None and not _is_repost(reading)]
    counted: set[Hashable] = set()
    for at, reading in sorted(known, key=lambda pair: (pair[0], pair[1].run, str(pair[1].subject))):
        if reading.subject in counted or has_counts(reading.counts):
            counted.add(reading.subject)
            yield at, reading


def _is_repost(reading: PastReading) -> bool:
    return isinstance(reading.counts, CountedMention) and reading.counts.is_repost


def _looks(readings: Iterable[tuple[datetime, PastReading]]) -> Iterator[list[tuple[datetime, PastReading]]]:
    look: list[tuple[datetime, PastReading]] = []
    for at, reading in readings:
        is_other = look and (reading.run != look[0][1].run or at - look[0][0] >= ONE_LOOK)
        if is_other and at > look[-1][0]:
            yield look
            look = []
        look.append((at, reading))
    if look:
        yield look


def _thinned(count: int) -> set[int]:
    """The places of at most MOST_POINTS out of `count`, evenly spread, the first and the last among them."""
    if count <= MOST_POINTS:
        return set(range(count))
    return {round(n * (count - 1) / (MOST_POINTS - 1)) for n in range(MOST_POINTS)}


def _score(counts: Iterable[CountedReading | CountedMention], weights: Mapping[str, float]) -> float:
    return paper_score(source_totals(*_apart(counts), weights))


def _apart(
    counts: Iterable[CountedReading | CountedMention],
) -> tuple[list[CountedReading], list[CountedMention]]:
    readings: list[CountedReading] = []
    mentions: list[CountedMention] = []
    for counted in counts:
        if isinstance(counted, CountedReading):
            readings.append(counted)
        else:
            mentions.append(counted)
    return readings, mentions


def is_rising(points: Sequence[Point]) -> bool:
    """Whether RISING_RULE holds. It is about the newest reading, not about today, so the same points say the same.

    What was read more than 24 hours before the newest reading says nothing of these hours and is left out.
    """
    if not points:
        return False
    newest, score = points[-1]
    before = next(former for at, former in points if newest - at <= RISE_TIME)
    return score - before >= max(RISE_LEAST, RISE_SHARE * before)


def trend_json(points: Iterable[Point]) -> list[list[Any]]:
    """The points as plain data: [[ISO 8601 time, score], …]."""
    return [[at.isoformat(), score] for at, score in points]


def trend_points(trend: Iterable[Sequence[Any]]) -> list[Point]:
    """The points again."""
    return [(datetime.fromisoformat(at), score) for at, score in trend]

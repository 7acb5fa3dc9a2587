"""Times of things that are done in turns, and what one takes of another: the ratio of medians, and its range."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

# Does one thing once, told which round it is, and returns the seconds that count of it.
Side = Callable[[int], float]
BLOCKS = 5


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long one side takes as another; `low` and `high` are the range over blocks of rounds."""

    value: float
    low: float
    high: float
    seconds: float
    floor_seconds: float

    @property
    def inverse(self) -> "Ratio":
        """The same as speeds: how much of the other's speed is reached."""
        return Ratio(1 / self.value, 1 / self.high, 1 / self.low, self.seconds, self.floor_seconds)


class Rounds:
    """The seconds of every side in every round."""

    def __init__(self, taken: Mapping[str, Sequence[float]]) -> None:
        self.taken = taken

    def median(self, side: str) -> float:
        """The median of a side in seconds."""
        return statistics.median(self.taken[side])

    def ratio(self, side: str, floor: str) -> Ratio:
        """One side against another, with its range over blocks of consecutive rounds."""
        ours, theirs = self.taken[side], self.taken[floor]
        size = max(1, len(ours) // BLOCKS)
        starts = range(0, len(ours) - size + 1, size)
        found = [statistics.median(ours[n : n + size]) / statistics.median(theirs[n : n + size]) for n in starts]
        whole = self.median(side) / self.median(floor)
        return Ratio(whole, min(found), max(found), self.median(side), self.median(floor))


def in_turns(rounds: int, sides: Mapping[str, Side], *, warm: int = 1) -> Rounds:
    """Do every side once a round, each round beginning with another one; the first `warm` rounds do not count.

    So whatever slows the machine down for a while slows down all of them.
    """
    names = list(sides)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(warm + rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seconds = sides[name](number)
            if number >= warm:
                taken[name].append(seconds)
    return Rounds(taken)


def timed(work: Callable[[], object]) -> float:
    """The seconds that something takes."""
    began = perf_counter()
    work()
    return perf_counter() - began

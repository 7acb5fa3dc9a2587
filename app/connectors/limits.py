"""What the hosts have told one client of its limits, so that it need not be told again."""

from collections.abc import Callable, Mapping

from app.connectors.answers import Failure
from app.connectors.resets import in_words, is_spent, reset_pause

# The longest pause that is sat out: waiting for hours would hold up every other source.
LONGEST_PAUSE = 300.0


class Limits:
    """The lanes that have no request left for a while, and those given up until the next run.

    `clock` gives seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._spent_until: dict[str, float] = {}
        self._given_up: set[str] = set()

    def note(self, lane: str, status: int, headers: Mapping[str, str]) -> None:
        """Remember what an answer says of the requests that are left; a refusal has a pause of its own."""
        pause = reset_pause(headers, self._clock())
        if status not in (403, 429) and pause is not None and is_spent(headers):
            self._spent_until[lane] = self._clock() + pause

    def give_up(self, lane: str) -> None:
        """Ask nothing more on a lane, for its host found us too fast even after a pause."""
        self._given_up.add(lane)

    def wait(self, lane: str) -> float:
        """Seconds to wait before the next request on a lane. Raises Failure where there is to be none in this run."""
        if lane in self._given_up:
            raise Failure("has asked us to slow down", of_source=True)
        wait = max(0.0, self._spent_until.get(lane, 0.0) - self._clock())
        if wait > LONGEST_PAUSE:
            raise Failure(f"takes no more requests from us for {in_words(wait)}", of_source=True)
        return wait

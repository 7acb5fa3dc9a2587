"""Asks a source for one part of a question after another, and knows when to give up."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from app.domain.sources import ConnectorError, Done, Expected, Fetched, Problem

T = TypeVar("T")
# So many parts that fail one after the other are no bad luck.
MOST_FAILURES = 3


class GivenUp(ConnectorError):
    """Nothing more is to be had from this source in this run, so it is not asked for the parts that are left."""

    def __init__(self, message: str) -> None:
        super().__init__(message, of_source=True)


def step_by_step(
    parts: Sequence[T], ask: Callable[[T], Iterable[Fetched]], named: Callable[[T], str]
) -> Iterator[Fetched]:
    """Everything that `ask` has to say to each part, and how far it is; a part that fails is a Problem under its name.

    Raises ConnectorError where nothing more can be got: the failure is one of the whole source, or the third in a row,
    as when a host is down, or no part at all could be read.
    """
    yield Expected(len(parts))
    failures = 0
    for done, part in enumerate(parts, start=1):
        try:
            yield from ask(part)
            failures = 0
        except ConnectorError as error:
            failures += 1
            if error.of_source or failures in (MOST_FAILURES, len(parts)):
                raise
            yield Problem(named(part), str(error))
        yield Done(done)

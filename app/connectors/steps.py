"""Asks a source for one part of a question after another, and knows when to give up."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from app.domain.sources import ConnectorError, Done, Expected, Fetched, Problem

T = TypeVar("T")


class GivenUp(ConnectorError):
    """Nothing more is to be had from this source in this run, so it is not asked for the parts that are left."""


def step_by_step(
    parts: Sequence[T], ask: Callable[[T], Iterable[Fetched]], named: Callable[[T], str]
) -> Iterator[Fetched]:
    """Everything that `ask` has to say to each part, and how far it is; a part that fails is a Problem under its name.

    Raises ConnectorError where nothing more can be got: the failure is permanent or a GivenUp, or it is the first
    part that fails or the second in a row, as when a host is down.
    """
    yield Expected(len(parts))
    failing = True
    for done, part in enumerate(parts, start=1):
        try:
            yield from ask(part)
            failing = False
        except ConnectorError as error:
            if failing or error.permanent or isinstance(error, GivenUp):
                raise
            failing = True
            yield Problem(named(part), str(error))
        yield Done(done)

"""Bounds of work: it must not grow with the square of what it is given, nor ask the database more than it has to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

# Signs of a hostile text. Work that grows with its length takes a fraction of a second, work that grows with the
# square of it minutes; so the bound tells one from the other on any machine, and is no measurement.
HOSTILE = 250_000
SECONDS = 30


def hostile(unit: str, size: int = HOSTILE) -> str:
    """The same few signs over and over."""
    return unit * (size // len(unit))


def takes_no_square(work: Callable[[], object]) -> None:
    """Do the work, and fail where it took longer than anything that only grows with the length would."""
    started = time.process_time()
    work()
    assert time.process_time() - started < SECONDS


@contextmanager
def statements_of(session: Session) -> Iterator[list[str]]:
    """What the database is asked to do meanwhile; many rows in one call count once."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)

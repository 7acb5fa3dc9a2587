"""The dress rehearsal of an edition: its post held against its readers, and every target asked at once."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules
from app.domain.front_matter import FrontMatterError
from app.domain.profiles import ProfileError
from app.domain.records import RecordUnreadable
from app.domain.rehearsal import Line, rehearse
from app.domain.rehearsal_lines import TARGET, bad, good
from app.models import Edition
from app.queries.order import picked_count
from app.services.publishing import preview
from app.targets import Target

# Seconds in which a target is to have answered; whoever wants to publish waits for it.
PATIENCE = 8.0


def rehearsal_of(
    session: Session, edition: Edition, *, now: datetime, rules: Rules, targets: Sequence[Target] = ()
) -> list[Line]:
    """Every check of what publishing an edition at `now` would freeze, and of the targets, if any are given.

    A post that cannot be composed is a line that says so. Changes nothing, here and there, and never raises.
    """
    asked = _Asked(targets)
    papers = picked_count(session, edition.id)
    try:
        data = preview(session, edition.id, now=now, rules=rules)
    except (FrontMatterError, NotAllowed, ProfileError, RecordUnreadable) as error:
        return [bad("post", f"The post cannot be composed: {error}"), *asked.lines(PATIENCE)]
    return [*rehearse(data, papers=papers, now=now), *asked.lines(PATIENCE)]


def target_lines(targets: Sequence[Target], *, patience: float = PATIENCE) -> list[Line]:
    """A line for each target: whether it can be reached and written to, or that it did not say in so many seconds."""
    return _Asked(targets).lines(patience)


class _Asked:
    """Targets that are being asked, each in a thread of its own, which no program waits for at its end."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets = list(targets)
        self._answers: SimpleQueue[tuple[int, Line]] = SimpleQueue()
        for number, target in enumerate(self._targets):
            Thread(target=self._ask, args=(number, target), daemon=True).start()

    def _ask(self, number: int, target: Target) -> None:
        self._answers.put((number, _checked(target)))

    def lines(self, patience: float) -> list[Line]:
        """The answers in the order of the targets; whoever has not answered by then is said not to have."""
        end, answers = monotonic() + patience, dict[int, Line]()
        while len(answers) < len(self._targets):
            try:
                number, line = self._answers.get(timeout=max(0.0, end - monotonic()))
            except Empty:
                break
            answers[number] = line
        return [answers.get(number) or _silent(target, patience) for number, target in enumerate(self._targets)]


def _checked(target: Target) -> Line:
    try:
        trouble = target.check()
    except Exception:  # Nobody would ever hear of what ends a thread.
        logging.getLogger(__name__).exception("The target %s could not be checked.", target.name)
        trouble = f"{target.describe()} could not be checked; the log of the desk says why."
    check = f"{TARGET}{target.name}"
    return bad(check, trouble) if trouble else good(check, f"{target.describe()} can be reached and written to.")


def _silent(target: Target, patience: float) -> Line:
    return bad(f"{TARGET}{target.name}", f"{target.describe()} did not answer within {patience:g} seconds.")

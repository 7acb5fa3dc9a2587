"""What the sources of citations share: whom they are asked about, when, and in portions of which size."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from app.connectors.steps import step_by_step
from app.domain.listings import NEW_YORK
from app.domain.sources import Fetched, Notice, Question

# Until then the catalogues hardly know a paper, and nobody has cited it.
SLOW = timedelta(days=7)
TOO_EARLY = "Citations are asked for from a week after the listing."


def ask_in_portions(question: Question, size: int, ask: Callable[[list[str]], Iterable[Fetched]]) -> Iterator[Fetched]:
    """What `ask` has to say to portions of at most `size` ids of the question's papers; a single paper goes at any age.

    Raises ConnectorError where nothing more can be got; what was yielded before stands.
    """
    if question.sweeps and not _is_due(question):
        yield Notice(TOO_EARLY)
        return
    ids = [paper.arxiv_id for paper in question.papers]
    portions = [ids[start : start + size] for start in range(0, len(ids), size)]
    yield from step_by_step(portions, ask, lambda portion: f"the papers from {portion[0]} on")


def _is_due(question: Question) -> bool:
    return question.day is not None and question.now.astimezone(NEW_YORK).date() - question.day >= SLOW

"""The worker's day: what is to be collected next, one run after another, as often as it is stopped and started."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules
from app.domain.schedule import Agenda, Due, agenda
from app.domain.sources import Connector, ConnectorError
from app.models import Editor, Run, Worker
from app.queries.schedule import OpenRequest, first_day, incomplete_days, open_requests, past_runs
from app.services.acting import Acting
from app.services.adding import add_paper
from app.services.ingestion import ingest
from app.services.requests import begin_request, end_request
from app.services.transactions import transaction

LISTING = "arxiv"
ON_REQUEST = "The schedule is off; the worker collects what editors ask for."


@dataclass(frozen=True, slots=True)
class Collecting:
    """What the worker needs for its runs.

    `connectors` makes those of the sources that are on, without the listing where it is told so; `off` gives the
    sources that are off with their reasons; `papers_linked` finds the arXiv ids that a web page links.
    """

    connectors: Callable[[bool], Sequence[Connector]]
    papers_linked: Callable[[str], Sequence[str]]
    off: Mapping[str, str]
    clock: Callable[[], datetime]
    rules: Rules
    holidays: Set[date]
    by_schedule: bool


def collect_next(session: Session, means: Collecting) -> bool:
    """Do the most urgent thing there is to do; False where nothing is due or another run is going on.

    What to do is read from the desk itself each time: requests that stand, and the schedule against the runs made. A
    run that was cut off counts as not made, so it is taken up again by whoever comes next.
    """
    now = means.clock()
    requests = open_requests(session)
    due = agenda_now(session, means, now).due
    try:
        if requests:
            _answer(session, means, requests[0])
        elif due:
            _look(session, means, due[0])
        return bool(requests or due)
    except NotAllowed:
        # Another process is reading; it will not be long.
        session.rollback()
        return False


def agenda_now(session: Session, means: Collecting, now: datetime) -> Agenda:
    """What the schedule says now; nothing is due where the desk is told to collect on request only."""
    runs, incomplete, since = past_runs(session, now), incomplete_days(session, now), first_day(session, now)
    found = agenda(now, runs, holidays=means.holidays, incomplete=incomplete, since=since)
    return found if means.by_schedule else Agenda((), found.next_at, ON_REQUEST)


def tell(session: Session, means: Collecting) -> Agenda:
    """Say that the worker is at work, and when it looks next; the desk shows it."""
    now = means.clock()
    found = agenda_now(session, means, now)
    with transaction(session):
        next_at = found.next_at if means.by_schedule else None
        session.merge(Worker(id=1, seen_at=now, next_at=next_at, said=found.said))
    return found


def _look(session: Session, means: Collecting, due: Due) -> Run:
    connectors = means.connectors(due.with_listing)
    return ingest(session, connectors, day=due.day, clock=means.clock, rules=means.rules, off=means.off)


def _answer(session: Session, means: Collecting, request: OpenRequest) -> None:
    """Make the run that an editor asked for. Raises NotAllowed only where another run is going on."""
    try:
        arxiv_id = _paper_of(means, request)
    except ConnectorError as error:
        return end_request(session, request.id, means.clock(), str(error))
    run = ingest(
        session,
        means.connectors(True),
        day=request.day,
        clock=means.clock,
        rules=means.rules,
        off=means.off,
        arxiv_id=arxiv_id,
        started=lambda run: begin_request(session, request.id, run),
    )
    if arxiv_id is None:
        return end_request(session, request.id, means.clock())
    by = Acting(session.get(Editor, request.editor_id or 0), means.clock(), means.rules)
    try:
        add_paper(session, request.day, arxiv_id, by, run_id=run.id, request_id=request.id)
    except NotAllowed as refused:
        end_request(session, request.id, means.clock(), str(refused))


def _paper_of(means: Collecting, request: OpenRequest) -> str | None:
    """The paper that is wanted, None for a whole day. Raises ConnectorError where a page does not link exactly one."""
    if request.link is None:
        return request.arxiv_id
    found = means.papers_linked(request.link)
    if not found:
        raise ConnectorError("That page links no arXiv paper; paste the paper's id or its own link.")
    if len(found) > 1:
        shown = ", ".join(found[:5])
        raise ConnectorError(f"That page links {len(found)} papers ({shown}…); add the one you mean by its id.")
    return found[0]

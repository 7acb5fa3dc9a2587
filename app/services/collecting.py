"""The worker's day: what is to be collected next, one run after another, as often as it is stopped and started."""

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules
from app.domain.listings import LISTING
from app.domain.schedule import Agenda, Due, agenda
from app.domain.sources import Connector, ConnectorError
from app.models import Editor, Run, Worker
from app.queries.schedule import (
    OpenRequest,
    announced_days,
    first_day,
    incomplete_days,
    open_requests,
    past_runs,
)
from app.services.acting import Acting
from app.services.adding import add_paper
from app.services.ingestion import ingest
from app.services.requests import begin_request, end_request
from app.services.run_lock import one_run_at_a_time
from app.services.transactions import transaction

logger = logging.getLogger(__name__)
UNREADABLE = "That page could not be read; paste the paper's id or its own link."
ON_REQUEST = "The schedule is off; the worker collects what editors ask for."


@dataclass(frozen=True, slots=True)
class Collecting:
    """What the worker needs for its runs.

    `connectors` makes those of the sources that are on, of the listing, of the networks, or both; `off` gives the
    sources that are off with their reasons; `papers_linked` finds the arXiv ids that a web page links.
    """

    connectors: Callable[[bool, bool], Sequence[Connector]]
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
    try:
        with one_run_at_a_time(session):
            now = means.clock()
        requests, due = open_requests(session), agenda_now(session, means, now).due
        session.commit()
        if requests:
            _answer(session, means, requests[0])
        elif due:
            _look(session, means, due[0])
        return bool(requests or due)
    except NotAllowed:
        # Another process is reading or was quicker; it will not be long.
        session.rollback()
        return False


def agenda_now(session: Session, means: Collecting, now: datetime) -> Agenda:
    """What the schedule says now; nothing is due where the desk is told to collect on request only."""
    runs, incomplete, since = past_runs(session, now), incomplete_days(session, now), first_day(session, now)
    found = agenda(
        now,
        runs,
        holidays=means.holidays,
        incomplete=incomplete,
        since=since,
        filled=None if LISTING not in means.off else announced_days(session, now),
    )
    return found if means.by_schedule else Agenda((), found.next_at, ON_REQUEST)


def tell(session: Session, means: Collecting) -> Agenda:
    """Say that the worker is at work, and when it looks next; the desk shows it."""
    now = means.clock()
    found = agenda_now(session, means, now)
    said = {"seen_at": now, "next_at": found.next_at if means.by_schedule else None, "said": found.said}
    try:
        _say(session, said)
    except IntegrityError:
        # Two workers spoke for the first time at once; by now there is a row to write to.
        _say(session, said)
    return found


def say_goodbye(session: Session) -> None:
    """Say that the worker was stopped; another one of the same desk is heard of again within a minute."""
    with transaction(session):
        session.execute(update(Worker).where(Worker.id == 1).values(next_at=None, said=""))


def _say(session: Session, said: Mapping[str, object]) -> None:
    with transaction(session):
        session.merge(Worker(id=1, **said))


def _look(session: Session, means: Collecting, due: Due) -> Run:
    def still_due(run: Run) -> None:
        if due not in agenda_now(session, means, means.clock()).due:
            raise NotAllowed("Somebody else has made this run.")

    connectors = means.connectors(due.with_listing, due.with_numbers)
    given = {"clock": means.clock, "rules": means.rules, "off": means.off}
    return ingest(session, connectors, day=due.day, started=still_due, **given)


def _answer(session: Session, means: Collecting, request: OpenRequest) -> None:
    """Make the run that an editor asked for. Raises NotAllowed only where another run is going on."""
    try:
        arxiv_id = _paper_of(means, request)
    except ConnectorError as error:
        return end_request(session, request.id, means.clock(), str(error))
    except Exception:
        # A page that nobody foresaw must not stand in the way of everything else for ever.
        logger.exception("the page of a request could not be read")
        return end_request(session, request.id, means.clock(), UNREADABLE)
    run = ingest(
        session,
        means.connectors(True, True),
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
        end_request(session, request.id, means.clock(), _why_not_fetched(run, arxiv_id) or str(refused))


def _why_not_fetched(run: Run, arxiv_id: str) -> str | None:
    """Why arXiv could not say anything of a paper, as a sentence; None where it could."""
    for report in run.reports:
        if report["source"] != LISTING or report["found"]:
            continue
        others = [problem["reason"] for problem in report["problems"] if problem["where"] != arxiv_id]
        reasons = [report["stopped"]] if report["stopped"] else others
        if reasons:
            reason = reasons[0].removesuffix(".").removesuffix("; the next run tries again")
            return f"{arxiv_id} could not be fetched: {reason}. Ask for it again later."
    return None


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

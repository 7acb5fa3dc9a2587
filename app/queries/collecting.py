"""What is being collected for a day: the run under way, the requests of editors, and what the worker says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.queries.runs import RunReport, run_report
from app.queries.schedule import OpenRequest, WorkerState, open_requests, worker_state

# A request that could not be met is shown this long.
SHOWN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Collecting:
    """How the collecting of a day stands; `refused` are the sentences of requests that could not be met lately."""

    day: date
    run: RunReport | None
    waiting: list[OpenRequest]
    refused: list[str]
    worker: WorkerState

    @property
    def is_busy(self) -> bool:
        """Whether there is something to watch."""
        return bool(self.waiting or (self.run and self.run.is_going_on))


def collecting_of(session: Session, day: date, now: datetime) -> Collecting:
    """How the collecting of a day stands at `now`."""
    waiting = [request for request in open_requests(session) if request.day == day]
    of_requests = [request.run_id for request in waiting if request.run_id]
    newest = session.scalar(
        select(Run.id).where(or_(Run.day == day, Run.id.in_(of_requests))).order_by(Run.id.desc()).limit(1)
    )
    refused = session.scalars(
        select(RunRequest.error)
        .where(RunRequest.day == day, RunRequest.error.is_not(None), RunRequest.ended_at > now - SHOWN)
        .order_by(RunRequest.id.desc())
        .limit(3)
    )
    run = run_report(session, newest) if newest else None
    return Collecting(day, run, waiting, [text for text in refused if text], worker_state(session, now))

"""What is being collected for a day: the run under way, the requests of editors, and what the worker says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.queries.among import among
from app.queries.runs import RUN_COLUMNS, RunReport, report_of
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


_RUN, _ASKED = Run.__table__.c, RunRequest.__table__.c
_DAY = bindparam("day", type_=_RUN.day.type)
NEWEST_RUN = (
    select(*(_RUN[name] for name in RUN_COLUMNS))
    .where(or_(_RUN.day == _DAY, among(_RUN.id, "run_ids")))
    .order_by(_RUN.id.desc())
    .limit(1)
)
REFUSED = (
    select(_ASKED.error)
    .where(_ASKED.day == _DAY, _ASKED.error.is_not(None), _ASKED.ended_at > bindparam("lately"))
    .order_by(_ASKED.id.desc())
    .limit(3)
)


def collecting_of(session: Session, day: date, now: datetime) -> Collecting:
    """How the collecting of a day stands at `now`."""
    waiting = [request for request in open_requests(session) if request.day == day]
    of_requests = [request.run_id for request in waiting if request.run_id]
    newest = session.execute(NEWEST_RUN, {"day": day, "run_ids": of_requests}).first()
    refused = session.scalars(REFUSED, {"day": day, "lately": now - SHOWN})
    run = report_of(newest) if newest else None
    return Collecting(day, run, waiting, [text for text in refused if text], worker_state(session, now))

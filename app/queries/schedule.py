"""What the worker goes by: the runs of the last days, the requests that stand, and what it said of itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.listings import LISTING, NEW_YORK
from app.domain.schedule import BACK_DAYS, PastRun
from app.models import Announcement, Editor, Paper, Run, RunRequest, Worker

# The worker says something every minute; after this silence it counts as not running.
SILENCE = timedelta(minutes=3)
DEMO = "demo"


@dataclass(frozen=True, slots=True)
class WorkerState:
    """Whether a worker is at work, when it looks next and what it says."""

    is_running: bool
    seen_at: datetime | None
    next_at: datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A run that an editor wants and that has not ended yet; `run_id` once the worker has begun it."""

    id: int
    day: date
    arxiv_id: str | None
    link: str | None
    editor_id: int | None
    asked_by: str | None
    asked_at: datetime
    run_id: int | None

    @property
    def is_paper(self) -> bool:
        """Whether one paper is wanted, rather than a whole day."""
        return self.arxiv_id is not None or self.link is not None


def past_runs(session: Session, now: datetime) -> list[PastRun]:
    """The runs of the days that the schedule looks at that came to their end."""
    earliest = now.astimezone(NEW_YORK).date() - timedelta(days=BACK_DAYS + 4)
    query = select(Run.day, Run.started_at, Run.reports, Run.asked_all).where(
        Run.day >= earliest, Run.finished_at.is_not(None), Run.was_cut_off.is_(False)
    )
    return [_past(*row) for row in session.execute(query.order_by(Run.id))]


def _past(day: date, started_at: datetime, reports: list[dict] | None, asked_all: bool) -> PastRun:
    by_source = {report["source"]: report for report in reports or [] if report["status"] != "off"}
    listing = by_source.get(LISTING)
    if listing is None:
        return PastRun(day, started_at, None, has_numbers=asked_all, is_demo=DEMO in by_source)
    asked = {source for source, report in by_source.items() if report["status"] != "pending"}
    return PastRun(
        day,
        started_at,
        listing["status"],
        listing["found"],
        listing["new"],
        _said(listing),
        has_numbers=asked_all and bool(asked - {LISTING}),
    )


def _said(report: dict) -> str:
    if report["status"] in ("succeeded", "partial"):
        return "" if report["found"] else next(iter(report["notices"]), "")
    return report["stopped"] or ""


def incomplete_days(session: Session, now: datetime) -> set[date]:
    """The days of the last week with papers of which only the listing is known."""
    earliest = now.astimezone(NEW_YORK).date() - timedelta(days=BACK_DAYS)
    query = select(Announcement.announced_on).join(Paper, Paper.id == Announcement.paper_id).distinct()
    return set(session.scalars(query.where(Announcement.announced_on >= earliest, Paper.is_complete.is_(False))))


def announced_days(session: Session, now: datetime) -> set[date]:
    """The days of the last weeks of which the desk has papers, wherever they came from."""
    earliest = now.astimezone(NEW_YORK).date() - timedelta(days=BACK_DAYS + 4)
    query = select(Announcement.announced_on).where(Announcement.announced_on >= earliest)
    return set(session.scalars(query.distinct()))


def first_day(session: Session, now: datetime) -> date:
    """The date in New York on which the desk made its first run, or today's."""
    first = session.scalar(select(func.min(Run.started_at)))
    return (first or now).astimezone(NEW_YORK).date()


_ASKED, _EDITOR, _WORKER = RunRequest.__table__.c, Editor.__table__.c, Worker.__table__.c
# In the order of the fields of OpenRequest.
OPEN_REQUESTS = (
    select(
        *(_ASKED[name] for name in ("id", "day", "arxiv_id", "link", "editor_id")),
        _EDITOR.name,
        *(_ASKED.asked_at, _ASKED.run_id),
    )
    .join_from(RunRequest.__table__, Editor.__table__, _EDITOR.id == _ASKED.editor_id, isouter=True)
    .where(_ASKED.ended_at.is_(None))
    .order_by(_ASKED.arxiv_id.is_(None) & _ASKED.link.is_(None), _ASKED.id)
)
WORKER = select(_WORKER.seen_at, _WORKER.next_at, _WORKER.said).where(_WORKER.id == 1)


def open_requests(session: Session) -> list[OpenRequest]:
    """The requests that stand, in the order in which they are taken up: single papers first, for somebody waits."""
    return [OpenRequest(*row) for row in session.execute(OPEN_REQUESTS)]


def worker_state(session: Session, now: datetime) -> WorkerState:
    """What is known of the worker."""
    worker = session.execute(WORKER).first()
    if worker is None:
        return WorkerState(False, None, None, "")
    # One that was told to stop has said goodbye.
    is_running = bool(worker.said) and now - worker.seen_at < SILENCE
    return WorkerState(is_running, worker.seen_at, worker.next_at, worker.said)

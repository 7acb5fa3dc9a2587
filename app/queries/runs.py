"""The ingestion runs and their reports."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.models import Run

COUNTS = ("found", "new", "updated", "failed")
# What a report is made from, by the names of a run's columns.
RUN_COLUMNS = ("id", "day", "started_at", "finished_at", "status", "reports", "was_cut_off", "heard_at")


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with its report per source, and the counts over all of them."""

    id: int
    day: Day | None
    started_at: datetime
    finished_at: datetime | None
    status: str
    reports: list[dict[str, Any]]
    was_cut_off: bool = False
    heard_at: datetime | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether it has not ended, as far as anybody said."""
        return self.status == "running"

    @property
    def totals(self) -> dict[str, int]:
        """What was found, new, updated and failed over all sources."""
        return {name: sum(report.get(name) or 0 for report in self.reports) for name in COUNTS}


def newest_runs(session: Session, limit: int = 50) -> list[RunReport]:
    """The newest runs, newest first."""
    return [report_of(run) for run in session.scalars(select(Run).order_by(Run.id.desc()).limit(limit))]


def run_report(session: Session, run_id: int) -> RunReport | None:
    """One run, or None."""
    run = session.get(Run, run_id, populate_existing=True)
    return report_of(run) if run else None


def newest_run_for(session: Session, day: Day) -> RunReport | None:
    """The newest run that asked for a day, or None."""
    run = session.scalar(select(Run).where(Run.day == day).order_by(Run.id.desc()).limit(1))
    return report_of(run) if run else None


def report_of(run: Run | Row[Any]) -> RunReport:
    """A run with its reports, from itself or from RUN_COLUMNS of it."""
    return RunReport(
        run.id, run.day, run.started_at, run.finished_at, run.status, run.reports or [], run.was_cut_off, run.heard_at
    )

"""When each source was last asked, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Run

# So many runs back; a source that is on is asked in every run but those for the demo and for files.
RUNS = 30


@dataclass(frozen=True, slots=True)
class Look:
    """The newest run in which a source was asked: when, how it ended, its sentence where it did not succeed."""

    run_id: int
    at: datetime
    status: str
    said: str


def last_looks(session: Session) -> dict[str, Look]:
    """The newest look at each source, by its name."""
    looks: dict[str, Look] = {}
    for run in session.scalars(select(Run).order_by(Run.id.desc()).limit(RUNS)):
        for report in run.reports or []:
            if report["status"] not in ("off", "running"):
                looks.setdefault(report["source"], Look(run.id, run.started_at, report["status"], _said(report)))
    return looks


def _said(report: dict[str, Any]) -> str:
    problems = report.get("problems") or []
    first = f"{problems[0]['where']}: {problems[0]['reason']}" if problems else ""
    return report.get("stopped") or first

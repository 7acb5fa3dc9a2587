"""What an ingestion run says of one source."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from app.domain.sources import Problem

# A report keeps so many problems in full; the rest are counted.
SHOWN_PROBLEMS = 200


@dataclass(slots=True)
class SourceReport:
    """What a run found at one source, counted in papers, and how many mentions came with them.

    `updated` are papers known before of which anything changed: text, mentions or numbers. `failed` counts whatever
    could not be read, `passed_over` mentions of papers that the desk does not have. `stopped` is the sentence with
    which the source gave up, if it did; `pending` says that it is no failure, for there is nothing to read yet.
    `done` of `expected` steps are behind.
    """

    source: str
    found: int = 0
    new: int = 0
    updated: int = 0
    failed: int = 0
    mentions: int = 0
    new_mentions: int = 0
    readings: int = 0
    passed_over: int = 0
    done: int = 0
    expected: int | None = None
    stopped: str | None = None
    pending: bool = False
    is_off: bool = False
    is_over: bool = False
    problems: list[dict[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """off, running, pending (nothing to read yet), succeeded, partial (some of it failed) or failed."""
        if self.is_off or not self.is_over:
            return "off" if self.is_off else "running"
        if self.pending:
            return "pending"
        if (self.stopped or self.failed) and not (self.found or self.mentions or self.readings):
            return "failed"
        return "partial" if self.stopped or self.failed else "succeeded"

    def add_problem(self, problem: Problem) -> None:
        """Count a thing that could not be read, and keep it if there is room."""
        self.failed += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append({"where": problem.where, "reason": problem.reason})

    def as_json(self) -> dict[str, Any]:
        """The report as plain data, as a run keeps it."""
        return asdict(self) | {"status": self.status}


def run_status(reports: Iterable[SourceReport]) -> str:
    """succeeded, partial or failed, from the sources that were asked and had something to read."""
    states = {report.status for report in reports} - {"off", "pending"}
    return states.pop() if len(states) == 1 else "partial" if states else "succeeded"

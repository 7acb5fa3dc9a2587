"""What an ingestion run says of one source."""

from dataclasses import asdict, dataclass, field
from typing import Any

from app.domain.sources import Problem

# A report keeps so many problems in full; the rest are counted.
SHOWN_PROBLEMS = 200


@dataclass(slots=True)
class SourceReport:
    """What a run found at one source, counted in papers, and how many mentions came with them.

    `updated` are papers known before of which anything changed: text, mentions or numbers. `failed` counts whatever
    could not be read. `stopped` is the sentence with which the source gave up, if it did.
    """

    source: str
    found: int = 0
    new: int = 0
    updated: int = 0
    failed: int = 0
    mentions: int = 0
    new_mentions: int = 0
    stopped: str | None = None
    problems: list[dict[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """succeeded, partial (some of it failed) or failed (nothing came)."""
        if (self.stopped or self.failed) and not self.found and not self.mentions:
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

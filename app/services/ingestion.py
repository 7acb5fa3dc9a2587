"""One ingestion run: every source read, what it gave stored, and the editions of the days concerned filled."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import (
    Connector,
    ConnectorError,
    Expected,
    Fetched,
    FetchedMention,
    FetchedPaper,
    Notice,
    Problem,
)
from app.models import Run
from app.services.filling import days_of, fill_edition
from app.services.storing import store

# A batch is one transaction: small enough to keep no editor waiting for the write lock, large enough to be quick.
BATCH = 500
# A report keeps so many problems in full; the rest are counted.
SHOWN_PROBLEMS = 200

logger = logging.getLogger(__name__)
# Called with (source, papers done, papers expected or None).
Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class SourceReport:
    """What a run found at one source. `stopped` is the sentence with which the source gave up, if it did."""

    source: str
    found: int = 0
    new: int = 0
    updated: int = 0
    failed: int = 0
    stopped: str | None = None
    problems: list[dict[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """succeeded, partial (some of it failed) or failed (nothing came)."""
        if self.stopped and not self.found:
            return "failed"
        return "partial" if self.stopped or self.failed else "succeeded"

    def add_problem(self, problem: Problem) -> None:
        """Count a thing that could not be read, and keep it if there is room."""
        self.failed += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append({"where": problem.where, "reason": problem.reason})


def ingest(
    session: Session,
    connectors: Sequence[Connector],
    *,
    day: date | None,
    clock: Callable[[], datetime],
    rules: Rules,
    progress: Progress = lambda source, done, expected: None,
) -> Run:
    """Read every connector for a listing date, store what it gives, fill the editions concerned, keep a report.

    A bad line or a failing source is reported and the rest goes in; a second run of the same data changes nothing.
    """
    run = Run(day=day, started_at=clock())
    session.add(run)
    session.commit()
    run_id, touched, reports = run.id, set[int](), list[SourceReport]()
    for connector in connectors:
        report = SourceReport(connector.name)
        touched |= _read_source(session, connector, day, run_id, report, clock, progress)
        reports.append(report)
    for found in days_of(session, touched):
        fill_edition(session, found, run_id=run_id, rules=rules, now=clock())
        session.commit()
    run.status = _status(reports)
    run.reports = [asdict(report) | {"status": report.status} for report in reports]
    run.finished_at = clock()
    session.commit()
    return run


def _read_source(
    session: Session,
    connector: Connector,
    day: date | None,
    run_id: int,
    report: SourceReport,
    clock: Callable[[], datetime],
    progress: Progress,
) -> set[int]:
    """Read one source to its end or its failure; returns the ids of the papers of which anything changed."""
    touched: set[int] = set()
    try:
        for batch in _batches(_watched(connector, day, report, progress)):
            papers = [thing for thing in batch if isinstance(thing, FetchedPaper)]
            mentions = [thing for thing in batch if isinstance(thing, FetchedMention)]
            stored = store(session, papers, mentions, run_id=run_id, now=clock())
            session.commit()
            report.new += stored.new
            report.updated += stored.updated
            touched |= stored.paper_ids
            for arxiv_id in dict.fromkeys(stored.unknown_papers):
                report.add_problem(Problem(arxiv_id, "is named by a mention, but the desk does not know the paper."))
    except ConnectorError as error:
        session.rollback()
        report.stopped = str(error)
    except Exception:
        # Whatever goes wrong in one source must not stop the others; the log has the details.
        logger.exception("reading %s stopped", connector.name)
        session.rollback()
        report.stopped = (
            f"Reading {connector.name} stopped on an unexpected error; the log of this run has the details."
        )
    return touched


def _watched(
    connector: Connector, day: date | None, report: SourceReport, progress: Progress
) -> Iterator[FetchedPaper | FetchedMention]:
    """The papers and mentions of a source; all else that it yields goes into the report and the progress."""
    expected: int | None = None
    for thing in connector.fetch(day):
        if isinstance(thing, Problem):
            report.add_problem(thing)
        elif isinstance(thing, Notice):
            report.notices.append(thing.text)
        elif isinstance(thing, Expected):
            expected = thing.count
        else:
            report.found += isinstance(thing, FetchedPaper)
            yield thing
        progress(connector.name, report.found + report.failed, expected)


def _batches(things: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    """Portions for one transaction each; what came before a failure is handed on before the failure is."""
    batch: list[Fetched] = []
    try:
        for thing in things:
            batch.append(thing)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except ConnectorError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _status(reports: Sequence[SourceReport]) -> str:
    states = {report.status for report in reports}
    return states.pop() if len(states) == 1 else "partial" if states else "succeeded"

"""One ingestion run: every source read, what it gave stored, and the editions of the days concerned filled."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from app.services.reports import SourceReport
from app.services.storing import store

# A batch is one transaction: small enough to keep no editor waiting for the write lock, large enough to be quick.
BATCH = 500

logger = logging.getLogger(__name__)
# Called with (source, papers done, papers expected or None).
Progress = Callable[[str, int, int | None], None]


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
    run.reports = [report.as_json() for report in reports]
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
    changed, new = set[int](), set[int]()
    try:
        for batch in _batches(_watched(connector, day, report, progress)):
            papers = [thing for thing in batch if isinstance(thing, FetchedPaper)]
            mentions = [thing for thing in batch if isinstance(thing, FetchedMention)]
            stored = store(session, papers, mentions, run_id=run_id, now=clock())
            session.commit()
            report.new_mentions += stored.new_mentions
            changed |= stored.changed
            new |= stored.new
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
    report.new, report.updated = len(new), len(changed - new)
    return changed


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
            report.mentions += isinstance(thing, FetchedMention)
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

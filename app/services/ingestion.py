"""One ingestion run: every source read, what it gave stored, and the editions of the days concerned filled."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
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
from app.models import Announcement, MentionedPaper, MetricsSnapshot, Run
from app.services.filling import days_of, fill_edition
from app.services.reports import SourceReport
from app.services.run_lock import one_run_at_a_time
from app.services.storing import Stored, papers_named_by, store

# A batch is one transaction: small enough to keep no editor waiting for the write lock, large enough to be quick.
BATCH = 500

logger = logging.getLogger(__name__)
# Called with (source, papers done, papers expected or None).
Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class _Reading:
    """A run under way: its sources' reports, and the papers of which anything changed so far."""

    run_id: int
    day: date | None
    clock: Callable[[], datetime]
    progress: Progress
    reports: list[SourceReport] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)


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
    What a run had stored when it was cut off is filled in all the same, at once or by the next run. Raises NotAllowed
    while another run is going on.
    """
    with one_run_at_a_time(session):
        left_over = _end_cut_off_runs(session, clock())
        run = Run(day=day, started_at=clock())
        session.add(run)
        session.commit()
        reading = _Reading(run.id, day, clock, progress, changed=left_over)
        is_whole = False
        try:
            for connector in connectors:
                _read_source(session, connector, reading)
            is_whole = True
        finally:
            _finish(session, reading, rules, is_whole)
        return session.get_one(Run, reading.run_id)


def _end_cut_off_runs(session: Session, now: datetime) -> set[int]:
    """Mark the runs that never ended, for nobody else can be running, and return the papers that they had touched."""
    cut_off = list(session.scalars(select(Run).where(Run.status == "running")))
    papers: set[int] = set()
    for run in cut_off:
        run.status, run.finished_at = "failed", now
        papers |= set(session.scalars(select(Announcement.paper_id).where(Announcement.run_id == run.id)))
        papers |= set(session.scalars(select(MentionedPaper.paper_id).where(MentionedPaper.run_id == run.id)))
        counted = select(MetricsSnapshot.paper_id, MetricsSnapshot.mention_id).where(MetricsSnapshot.run_id == run.id)
        for paper_id, mention_id in session.execute(counted):
            papers |= {paper_id} if paper_id else papers_named_by(session, mention_id)
    session.commit()
    return papers


def _finish(session: Session, reading: _Reading, rules: Rules, is_whole: bool) -> None:
    """Fill the editions of all that was stored, and keep the report, also of a run that was interrupted."""
    session.rollback()
    for day in days_of(session, reading.changed):
        fill_edition(session, day, run_id=reading.run_id, rules=rules, now=reading.clock())
        session.commit()
    run = session.get_one(Run, reading.run_id)
    run.status = _status(reading.reports) if is_whole else "failed"
    run.reports = [report.as_json() for report in reading.reports]
    run.finished_at = reading.clock()
    session.commit()


def _read_source(session: Session, connector: Connector, reading: _Reading) -> None:
    """Read one source to its end or its failure."""
    report = SourceReport(connector.name)
    reading.reports.append(report)
    try:
        for batch in _batches(_watched(connector, report, reading)):
            papers = [thing for thing in batch if isinstance(thing, FetchedPaper)]
            mentions = [thing for thing in batch if isinstance(thing, FetchedMention)]
            stored = store(session, papers, mentions, run_id=reading.run_id, now=reading.clock())
            session.commit()
            _count(report, stored, reading)
    except ConnectorError as error:
        session.rollback()
        report.stopped = str(error)
    except Exception:
        # Whatever goes wrong in one source must not stop the others; the log has the details.
        logger.exception("reading %s stopped", connector.name)
        session.rollback()
        report.stopped = f"Reading {connector.name} stopped on an unexpected error; the log has the details."


def _count(report: SourceReport, stored: Stored, reading: _Reading) -> None:
    report.new += len(stored.new)
    report.updated += len(stored.changed - stored.new - reading.changed)
    report.new_mentions += stored.new_mentions
    reading.changed |= stored.changed
    for arxiv_id in dict.fromkeys(stored.unknown_papers):
        report.add_problem(Problem(arxiv_id, "is named by a mention, but the desk does not know the paper."))


def _watched(connector: Connector, report: SourceReport, reading: _Reading) -> Iterator[FetchedPaper | FetchedMention]:
    """The papers and mentions of a source; all else that it yields goes into the report and the progress.

    Of what a source tells twice the first telling stands: else the two would replace each other in every run.
    """
    expected: int | None = None
    papers, mentions = set[tuple[str, date]](), set[tuple[str, str]]()
    for thing in connector.fetch(reading.day):
        if isinstance(thing, Problem):
            report.add_problem(thing)
        elif isinstance(thing, Notice):
            report.notices.append(thing.text)
        elif isinstance(thing, Expected):
            expected = thing.count
        elif isinstance(thing, FetchedMention):
            report.mentions += 1
            yield thing.without_words() if (thing.source, thing.external_id) in mentions else thing
            mentions.add((thing.source, thing.external_id))
        elif (thing.arxiv_id, thing.announced_on) in papers:
            report.add_problem(Problem(thing.arxiv_id, "stands here twice; the first one went in."))
        else:
            report.found += 1
            papers.add((thing.arxiv_id, thing.announced_on))
            yield thing
        reading.progress(connector.name, report.found + report.failed, expected)


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

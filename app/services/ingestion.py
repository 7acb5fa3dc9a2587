"""One ingestion run: every source read, what it gave stored, and the editions of the days concerned filled."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import (
    Connector,
    ConnectorError,
    Done,
    Expected,
    FetchedMention,
    FetchedPaper,
    FetchedReading,
    Gone,
    Notice,
    NotYet,
    Problem,
    Question,
)
from app.models import Run
from app.queries.left_over import papers_left_over
from app.queries.questions import question_about, question_for
from app.services.filling import days_of, fill_edition
from app.services.indexing import index_in_portions, papers_without_words
from app.services.reports import SourceReport, run_status
from app.services.run_lock import one_run_at_a_time
from app.services.storing import Kept, store
from app.services.storing_mentions import Stored, Told

# A batch is one transaction: small enough to keep no editor waiting for the write lock, large enough to be quick.
BATCH = 500
# So many papers of which anything is new make another database of the one before.
MANY = 500
# How often a run that goes on tells the desk how far it is.
TELL_EVERY = timedelta(seconds=1)

logger = logging.getLogger(__name__)
# Called with (source, steps done, steps expected or None).
Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class _Reading:
    """A run under way: what it asks, its sources' reports, and the papers of which anything, or any word, is new."""

    run_id: int
    day: date | None
    arxiv_id: str | None
    clock: Callable[[], datetime]
    progress: Progress
    told_at: datetime
    reports: list[SourceReport] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    reworded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Nobody noted of which papers a run that was cut off brought words, and of which numbers only.
        self.reworded |= self.changed

    def question(self, session: Session, source: str) -> Question:
        """What to ask a source, as much as is known by now."""
        if self.arxiv_id is not None:
            return question_about(session, source, self.day, self.arxiv_id, self.clock())
        return question_for(session, source, self.day, self.clock())


def ingest(
    session: Session,
    connectors: Sequence[Connector],
    *,
    day: date | None,
    clock: Callable[[], datetime],
    rules: Rules,
    progress: Progress = lambda source, done, expected: None,
    off: Mapping[str, str] | None = None,
    arxiv_id: str | None = None,
    asks_all: bool = True,
    started: Callable[[Run], None] = lambda run: None,
) -> Run:
    """Read every connector for a listing date, store what it gives, fill the editions concerned, keep a report.

    A bad line or a failing source is reported and the rest goes in; a second run of the same data changes nothing.
    What a run had stored when it was cut off is filled in all the same, at once or by the next run. `off` gives the
    sources that are off with their reasons; with `arxiv_id` only that paper is asked about; `asks_all` says that no
    source that is on was left out by choice. `started` is called with the run, under the lock and in its transaction,
    before anything is read. Raises NotAllowed while another run is going on, and whatever `started` raises.
    """
    with one_run_at_a_time(session), _what_is_loaded_kept():
        _end_cut_off_runs(session, clock())
        # A run for one paper says nothing of its day.
        run = Run(day=None if arxiv_id else day, started_at=clock(), heard_at=clock(), asked_all=asks_all)
        session.add(run)
        session.flush()
        started(run)
        session.commit()
        reading = _Reading(run.id, day, arxiv_id, clock, progress, clock(), changed=papers_left_over(session))
        reading.reports += [SourceReport(name, is_off=True, notices=[why]) for name, why in (off or {}).items()]
        is_whole = False
        try:
            for connector in connectors:
                _read_source(session, connector, reading)
            is_whole = True
        finally:
            _finish(session, reading, rules, is_whole)
        return session.get_one(Run, reading.run_id)


@contextmanager
def _what_is_loaded_kept() -> Iterator[None]:
    """Look for garbage only in what a run makes: its rows set off that search again and again."""
    if gc.get_freeze_count():
        # The process does so by itself, and goes on with it.
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _end_cut_off_runs(session: Session, now: datetime) -> None:
    """Mark the runs that never ended, for nobody else can be running."""
    ended = {"status": "failed", "finished_at": now, "was_cut_off": True}
    session.execute(update(Run).where(Run.status == "running").values(**ended))


def _finish(session: Session, reading: _Reading, rules: Rules, is_whole: bool) -> None:
    """Fill the editions of all that was stored, index it, and keep the report, also of a run that was interrupted."""
    session.rollback()
    if len(reading.changed) >= MANY:
        _count_anew(session)
    for day in days_of(session, reading.changed):
        fill_edition(session, day, run_id=reading.run_id, rules=rules, now=reading.clock())
        session.commit()
    # Once for all that the sources said of a paper. A run that dies here was cut off, so the next one does it again.
    index_in_portions(session, reading.reworded | papers_without_words(session))
    run = session.get_one(Run, reading.run_id)
    run.status = run_status(reading.reports) if is_whole else "failed"
    run.was_cut_off = not is_whole
    run.reports = [report.as_json() for report in reading.reports]
    run.heard_at = run.finished_at = reading.clock()
    session.commit()


def _count_anew(session: Session) -> None:
    """Have PostgreSQL count what was stored. By itself it does so within a minute, and plans until then by what it knew
    before: a first day of a thousand papers with mentions took three times as long."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE papers, mentions, mentioned_papers, metrics_snapshots"))
        session.commit()


def _tell(session: Session, reading: _Reading) -> None:
    """Let the desk see how far the run is. Between two batches the session holds nothing that this could commit."""
    reading.told_at = reading.clock()
    told = {"reports": [report.as_json() for report in reading.reports], "heard_at": reading.told_at}
    session.execute(update(Run).where(Run.id == reading.run_id).values(**told))
    session.commit()


def _read_source(session: Session, connector: Connector, reading: _Reading) -> None:
    """Read one source to its end or its failure."""
    report = SourceReport(connector.name)
    reading.reports.append(report)
    _tell(session, reading)
    try:
        question = reading.question(session, connector.name)
        # No transaction stays open while the network is read.
        session.commit()
        if reading.day and not question.papers and getattr(connector, "needs_papers", False):
            raise NotYet(f"There are no papers of {reading.day} to ask about yet.")
        told = Told()
        for batch in _batches(_watched(session, connector, question, report, reading)):
            stored = store(session, batch, run_id=reading.run_id, now=reading.clock(), told=told)
            session.commit()
            _count(report, stored, reading)
    except ConnectorError as error:
        session.rollback()
        report.stopped, report.pending = str(error), isinstance(error, NotYet)
    except Exception:
        # Whatever goes wrong in one source must not stop the others; the log has the details.
        logger.exception("reading %s stopped", connector.name)
        session.rollback()
        report.stopped = f"Reading {connector.name} stopped on an unexpected error; the log has the details."
    report.is_over = True
    _tell(session, reading)


def _count(report: SourceReport, stored: Stored, reading: _Reading) -> None:
    report.new += len(stored.new)
    report.updated += len(stored.changed - stored.new - reading.changed)
    report.new_mentions += stored.new_mentions
    report.passed_over += stored.passed_over
    reading.changed |= stored.changed
    reading.reworded |= stored.reworded


def _watched(
    session: Session, connector: Connector, question: Question, report: SourceReport, reading: _Reading
) -> Iterator[Kept]:
    """What a source gives to be kept; all else that it yields goes into the report and the progress."""
    seen: set[tuple[str, date | None]] = set()
    for thing in connector.fetch(question):
        if isinstance(thing, FetchedMention):
            report.mentions += 1
            yield thing
        elif isinstance(thing, FetchedPaper):
            # Else the two tellings would replace each other in every run.
            if (name := (thing.arxiv_id, thing.announced_on)) in seen:
                report.add_problem(Problem(thing.arxiv_id, "stands here twice; the first one went in."))
            else:
                seen.add(name)
                report.found += 1
                yield thing
        elif isinstance(thing, FetchedReading | Gone):
            report.readings += isinstance(thing, FetchedReading)
            yield thing
        else:
            _note(thing, report)
        if reading.clock() - reading.told_at >= TELL_EVERY:
            _tell(session, reading)
        reading.progress(connector.name, report.done or report.found + report.failed, report.expected)


def _note(thing: Problem | Notice | Expected | Done, report: SourceReport) -> None:
    """Put into the report what a source says of its reading."""
    if isinstance(thing, Problem):
        report.add_problem(thing)
    elif isinstance(thing, Notice):
        report.notices.append(thing.text)
    elif isinstance(thing, Expected):
        report.expected = thing.count
    else:
        report.done = thing.count


def _batches(things: Iterable[Kept]) -> Iterator[list[Kept]]:
    """Portions for one transaction each; what came before a failure is handed on before the failure is."""
    batch: list[Kept] = []
    try:
        for thing in things:
            batch.append(thing)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except Exception:
        # Whatever ended the reading, what was read is good, and some of it was paid for.
        if batch:
            yield batch
        raise
    if batch:
        yield batch

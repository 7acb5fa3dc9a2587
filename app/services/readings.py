"""Readings, kept: every count with its time, appended and never edited."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.sources import Reading
from app.models import MetricsSnapshot
from app.queries.evidence import COUNTS, chunks

KEPT_COUNTS = (*COUNTS, "stars", "citations")


def store_readings(
    session: Session,
    subject: str,
    readings: Sequence[tuple[int, Reading]],
    run_id: int,
    now: datetime,
) -> set[int]:
    """Append the readings that are not kept yet, one per subject, source and time; returns the subjects of new ones.

    `subject` is "paper_id" or "mention_id" and says whose ids the readings come with. A count that the source left out
    this time stands as it was read last, and a reading without any count is none: missing is not zero.
    """
    times, newest = _kept_readings(session, subject, [subject_id for subject_id, _ in readings])
    rows: list[dict[str, Any]] = []
    for subject_id, reading in readings:
        counts = {name: getattr(reading, name) for name in KEPT_COUNTS}
        key, captured_at = (subject_id, reading.source), reading.captured_at or now
        known = times.setdefault(key, set())
        if captured_at in known or all(count is None for count in counts.values()):
            continue
        if known and captured_at > max(known):
            counts = {name: newest[key][name] if count is None else count for name, count in counts.items()}
        if reading.captured_at is None and newest.get(key) == counts:
            continue
        times[key].add(captured_at)
        newest[key] = counts
        rows.append(
            {subject: subject_id, "source": reading.source, "captured_at": captured_at, "run_id": run_id} | counts
        )
    if rows:
        session.execute(insert(MetricsSnapshot), rows)
    return {row[subject] for row in rows}


def _kept_readings(
    session: Session, subject: str, ids: Iterable[int]
) -> tuple[dict[tuple[int, str], set[datetime]], dict[tuple[int, str], dict[str, int | None]]]:
    """Of each subject and source the times that are kept, and the newest counts."""
    column = getattr(MetricsSnapshot, subject)
    counts = [getattr(MetricsSnapshot, name) for name in KEPT_COUNTS]
    times: dict[tuple[int, str], set[datetime]] = {}
    newest: dict[tuple[int, str], dict[str, int | None]] = {}
    for part in chunks(ids):
        query = select(column, MetricsSnapshot.source, MetricsSnapshot.captured_at, *counts).where(column.in_(part))
        for subject_id, source, captured_at, *values in session.execute(query.order_by(MetricsSnapshot.captured_at)):
            times.setdefault((subject_id, source), set()).add(captured_at)
            newest[(subject_id, source)] = dict(zip(KEPT_COUNTS, values, strict=True))
    return times, newest

"""Readings, kept: every count with its time, appended and never edited."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.sources import Reading
from app.models import MetricsSnapshot
from app.queries.among import among
from app.queries.evidence import COUNTS
from app.services.bulk import insert_rows

KEPT_COUNTS = (*COUNTS, "stars", "citations")
COUNTS_OF = attrgetter(*KEPT_COUNTS)
# What a source left out is not known.
NO_COUNTS = (None,) * len(KEPT_COUNTS)

# The counts kept of one subject at one source, by their times.
KeptCounts = dict[datetime, tuple[int | None, ...]]


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
    if not readings:
        return set()
    kept = _kept_readings(session, subject, readings, now)
    rows: list[tuple[Any, ...]] = []
    for subject_id, reading in readings:
        counts, captured_at = COUNTS_OF(reading), reading.captured_at or now
        known = kept.setdefault((subject_id, reading.source), {})
        if captured_at in known or counts == NO_COUNTS:
            continue
        if known:
            newest_at = max(known)
            if captured_at > newest_at:
                pairs = zip(counts, known[newest_at], strict=True)
                counts = tuple(former if count is None else count for count, former in pairs)
            if reading.captured_at is None and known[newest_at] == counts:
                continue
        known[captured_at] = counts
        rows.append((subject_id, reading.source, captured_at, run_id, *counts))
    insert_rows(session, MetricsSnapshot, (subject, "source", "captured_at", "run_id", *KEPT_COUNTS), rows)
    return {row[0] for row in rows}


def _kept_readings(
    session: Session, subject: str, readings: Sequence[tuple[int, Reading]], now: datetime
) -> dict[tuple[int, str], KeptCounts]:
    """Of each subject and source the newest reading that is kept, and all from the oldest of the new ones on."""
    known: dict[tuple[int, str], KeptCounts] = {}
    ids = list({subject_id for subject_id, _ in readings})
    oldest = min(reading.captured_at or now for _, reading in readings)
    for row_id, source, captured_at, *counts in session.execute(KEPT[subject], {"ids": ids, "oldest": oldest}).all():
        known.setdefault((row_id, source), {})[captured_at] = tuple(counts)
    return known


def _kept(subject: str) -> Any:
    kept, later = MetricsSnapshot.__table__, MetricsSnapshot.__table__.alias()
    newest = (
        select(func.max(later.c.captured_at))
        .where(later.c[subject] == kept.c[subject], later.c.source == kept.c.source)
        .scalar_subquery()
    )
    counts = [kept.c[name] for name in KEPT_COUNTS]
    return select(kept.c[subject], kept.c.source, kept.c.captured_at, *counts).where(
        among(kept.c[subject], "ids"),
        or_(kept.c.captured_at >= bindparam("oldest"), kept.c.captured_at == newest),
    )


KEPT = {subject: _kept(subject) for subject in ("paper_id", "mention_id")}

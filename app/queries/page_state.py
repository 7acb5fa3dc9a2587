"""How all stands that an edition's page is made of, in one statement: where nothing moved, the page is the same."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Delivery, Edition, Editor, Look, Post, Run, RunRequest, Strike, View, Worker, Writing
from app.queries.collecting import SHOWN
from app.queries.posts import UNARRIVED
from app.queries.schedule import SILENCE
from app.queries.scheduled import OVERDUE_AFTER

_OWN = Edition.__table__.alias("own")
_EDITION, _EVENT, _RUN = Edition.__table__.c, AuditEvent.__table__.c, Run.__table__.c
_ASKED, _WORKER, _LOOK = RunRequest.__table__.c, Worker.__table__.c, Look.__table__.c
_WRITING, _STRIKE, _VIEW = Writing.__table__.c, Strike.__table__.c, View.__table__.c
_EDITOR, _DELIVERY, _POST = Editor.__table__.c, Delivery.__table__.c, Post.__table__.c

# The tables of which not the rows themselves are asked, and what moves whenever anything in them does.
MOVED_BY = {
    # Whatever an editor, a fill or a strike does in an edition counts its version up.
    "items": "versions",
    # All that ingestion writes it writes within a run, and while one goes on no state is settled.
    "papers": "run_id",
    "announcements": "run_id",
    "mentions": "run_id",
    "mentioned_papers": "run_id",
    "metrics_snapshots": "run_id",
    "revisions": "run_id",
    # Whoever asks has met the others a moment ago (queries/presence.py), and shows and compares the very same.
    "presences": "company",
}


class PageState(NamedTuple):
    """How all stands that a page is made of: with an equal `told` it is the same page.

    `is_settled` is False while anything is under way that is told step by step; then nothing can be said. `seen` is
    everything as it was read: where that is as before, nothing has moved in between, not even there and back.
    """

    is_settled: bool
    told: tuple[Any, ...]
    seen: tuple[Any, ...]


def _one(column: Any, *where: Any) -> Any:
    return select(column).where(*where).scalar_subquery()


def _of_newest_run(column: Any) -> Any:
    return select(column).order_by(_RUN.id.desc()).limit(1).scalar_subquery()


def _all_told(*columns: Any, where: Sequence[Any] = ()) -> Any:
    """All rows of a small table as one text, each value behind its length, so that no two tables read the same."""
    texts = [func.coalesce(cast(column, Text), "") for column in columns]
    signs = [sign for text in texts for sign in (cast(func.length(text), Text), literal(":"), text)]
    return _one(func.aggregate_strings(reduce(lambda left, right: left.concat(right), signs), ";"), *where)


_EDITION_ID, _ME = bindparam("edition_id"), bindparam("editor_id")
_LOOKED = (_LOOK.editor_id == _ME, _LOOK.edition_id == _EDITION_ID)
_WRITTEN = (_WRITING.edition_id == _EDITION_ID, _WRITING.item_id.is_(None))
_IS_LATE = or_(_EDITION.publish_problem.is_not(None), _EDITION.publish_at <= bindparam("late_from"))
# What is told step by step: with any of these a page says another thing each second.
_RUNNING, _ASKING, _DELIVERING, _GRACE = "run_status", "requests_open", "deliveries_open", "grace_until"
_COLUMNS = {
    _RUNNING: _of_newest_run(_RUN.status),
    _ASKING: _one(func.count(), _ASKED.ended_at.is_(None)),
    _DELIVERING: _one(func.count(), _DELIVERY.status.in_(UNARRIVED)),
    _GRACE: select(_POST.grace_until).where(_POST.id == _OWN.c.post_id).scalar_subquery(),
    "run_id": _of_newest_run(_RUN.id),
    "run_ended": _of_newest_run(_RUN.finished_at),
    "request_id": _one(func.max(_ASKED.id)),
    "request_ended": _one(func.max(_ASKED.ended_at)),
    "requests_refused": _one(func.count(), _ASKED.error.is_not(None), _ASKED.ended_at > bindparam("refused_from")),
    "delivery_id": _one(func.max(_DELIVERY.id)),
    "versions": _one(func.sum(_EDITION.version)),
    "newest_edition": _one(func.max(_EDITION.id)),
    "late_editions": _one(func.count(), _EDITION.status == "draft", _EDITION.publish_at.is_not(None), _IS_LATE),
    "event_id": _one(func.max(_EVENT.id)),
    "looked_at": _one(_LOOK.before_at, *_LOOKED),
    "looked_run": _one(_LOOK.before_run_id, *_LOOKED),
    "writes": _one(func.sum(_WRITING.sequence), *_WRITTEN),
    "written_at": _one(func.max(_WRITING.saved_at), *_WRITTEN),
    "strikes": _all_told(_STRIKE.mention_id),
    "views": _all_told(_VIEW.id, _VIEW.name, _VIEW.query, where=[_VIEW.editor_id == _ME]),
    "editors": _all_told(_EDITOR.id, _EDITOR.name, _EDITOR.role, _EDITOR.disabled_at),
    "worker_next": _one(_WORKER.next_at, _WORKER.id == 1),
    "worker_said": _one(_WORKER.said, _WORKER.id == 1),
    # Last: it moves each minute, and only whether it is long ago is told.
    "worker_seen": _one(_WORKER.seen_at, _WORKER.id == 1),
}
STATE = select(*_OWN.c, *(column.label(name) for name, column in _COLUMNS.items())).where(_OWN.c.id == _EDITION_ID)


def page_state(session: Session, edition: Edition, editor_id: int, now: datetime) -> PageState:
    """How everything stands that somebody's page of an edition is made of; `edition` is what the page is made from."""
    times = {"late_from": now - OVERDUE_AFTER, "refused_from": now - SHOWN}
    row = session.execute(STATE, {"edition_id": edition.id, "editor_id": editor_id, **times}).one()
    seen = tuple(row)
    is_running = bool(row.worker_said) and now - row.worker_seen < SILENCE
    is_under_way = row.run_status == "running" or row.requests_open or row.deliveries_open
    is_in_grace = row.grace_until is not None and now < row.grace_until
    # An edition that was changed since it was read would give a page that is in part the one, in part the other.
    is_as_read = all(getattr(edition, column.key) == getattr(row, column.key) for column in _OWN.c)
    return PageState(is_as_read and not is_under_way and not is_in_grace, (*seen[:-1], is_running), seen)

"""The history: every action of everyone and of the job, newest first, by edition, paper or person, page by page."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from app.models import (
    AuditEvent,
    Delivery,
    Edition,
    Editor,
    Item,
    Mention,
    MentionedPaper,
    Paper,
    Post,
    Run,
    RunRequest,
)
from app.queries.evidence import chunks, former_papers
from app.queries.runs import RunReport, report_of
from app.queries.standing import FILLED, ITEM_TEXTS, reaching

PAGE = 50
# Who acted, beside the editors: the worker with its runs, fills and deliveries, and whoever typed a command.
JOB, COMMAND = "job", "command"
TAKES_BACK = ("action.undone", "action.redone")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which actions are asked for: of an edition, of a paper, of a person (an editor's id, JOB or COMMAND), of kinds.

    `kinds` are those of events; `runs` and `deliveries` say whether these are meant too. Nothing given means all.
    """

    edition: Edition | None = None
    paper_id: int | None = None
    by: int | str | None = None
    kinds: Collection[str] | None = None
    runs: bool = True
    deliveries: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: an event, a run, or a delivery, whichever is not None.

    `day` is that of its edition. `undone_by` is the event that took it back and stands, `request` what became of a run
    that was asked for.
    """

    at: datetime
    day: Day | None = None
    event: AuditEvent | None = None
    run: RunReport | None = None
    delivery: Delivery | None = None
    undone_by: AuditEvent | None = None
    request: RunRequest | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A paper as the history names it, by its item: title as of the item's horizon, its edition, its texts as they are.

    `is_open` says that the item can still be changed.
    """

    item_id: int
    day: Day
    arxiv_id: str
    title: str
    texts: dict[str, str | None]
    is_open: bool

    @property
    def called(self) -> str:
        """Its headline, or else its title."""
        return self.texts["headline"] or self.title


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page of the history, from 1, and whether older ones follow."""

    number: int
    entries: list[Entry] = field(default_factory=list)
    has_older: bool = False


def history_page(session: Session, asked: Asked, number: int = 1) -> Page:
    """One page of what was asked for, newest first."""
    parts = [_events(session, asked)]
    parts += [_runs(asked)] if asked.runs else []
    parts += [_deliveries(asked)] if asked.deliveries else []
    lines = union_all(*parts).subquery()
    query = select(lines.c.what, lines.c.id).order_by(lines.c.at.desc(), lines.c.what, lines.c.id.desc())
    rows = session.execute(query.limit(PAGE + 1).offset((number - 1) * PAGE)).all()
    return Page(number, _entries(session, rows[:PAGE]), len(rows) > PAGE)


def _events(session: Session, asked: Asked) -> Select[Any]:
    query = select(literal("event").label("what"), AuditEvent.id.label("id"), AuditEvent.at.label("at"))
    if asked.kinds is not None:
        query = query.where(AuditEvent.kind.in_(asked.kinds))
    if asked.by is not None:
        query = query.where(_by(asked.by))
    if asked.edition is not None:
        query = query.where(_of_edition(session, asked.edition))
    if asked.paper_id is not None:
        query = query.where(AuditEvent.id.in_(_events_of_paper(session, asked.paper_id)))
    return query


def _by(who: int | str) -> ColumnElement[bool]:
    if isinstance(who, int):
        return AuditEvent.editor_id == who
    return and_(AuditEvent.editor_id.is_(None), AuditEvent.kind == FILLED if who == JOB else AuditEvent.kind != FILLED)


def _of_edition(session: Session, edition: Edition) -> ColumnElement[bool]:
    """The events of an edition, of others that reached into it, and what was asked for before it was made."""
    asked_before = exists().where(
        RunRequest.day == edition.date,
        RunRequest.asked_at == AuditEvent.at,
        RunRequest.editor_id.is_not_distinct_from(AuditEvent.editor_id),
    )
    others = [row.id for row in reaching(session, edition)]
    return or_(
        AuditEvent.edition_id == edition.id,
        AuditEvent.id.in_(others) if others else false(),
        and_(AuditEvent.edition_id.is_(None), AuditEvent.kind == "run.asked", asked_before),
    )


def _events_of_paper(session: Session, paper_id: int) -> list[int]:
    """The events that changed an item of a paper: by itself, among many, or by a strike of what is said of it.

    That a list was given fresh keys is no action on the papers in it.
    """
    mentions = select(MentionedPaper.mention_id).where(MentionedPaper.paper_id == paper_id)
    found: set[int] = set(session.scalars(select(AuditEvent.id).where(AuditEvent.mention_id.in_(mentions))))
    for item_id in session.scalars(select(Item.id).where(Item.paper_id == paper_id)).all():
        found |= set(session.scalars(select(AuditEvent.id).where(AuditEvent.item_id == item_id)))
        # Of the events that change many papers the text is looked at first, and then what it says.
        is_named = cast(AuditEvent.changes, String).contains(f'"item_id": {item_id},')
        among_many = or_(AuditEvent.item_id.is_(None), AuditEvent.undoes_id.is_not(None))
        query = select(AuditEvent.id, AuditEvent.kind, AuditEvent.changes).where(among_many, is_named)
        for row in session.execute(query):
            if any(_tells(change, item_id, row.kind) for change in row.changes):
                found.add(row.id)
    return sorted(found)


def _tells(change: dict[str, Any], item_id: int, kind: str) -> bool:
    """Whether a change of an event is more of an item than a fresh key for its place."""
    is_of_order = kind in ("edition.ordered", "edition.restored")
    names = change.get("fields", {}).keys()
    return change.get("item_id") == item_id and (is_of_order or bool(names - {"order_key"}))


def _runs(asked: Asked) -> Select[Any]:
    query = select(literal("run"), Run.id, Run.started_at)
    if asked.by not in (None, JOB) or asked.paper_id is not None:
        return query.where(false())
    if asked.edition is not None:
        for_papers = select(RunRequest.run_id).where(RunRequest.day == asked.edition.date)
        query = query.where(or_(Run.day == asked.edition.date, Run.id.in_(for_papers)))
    return query


def _deliveries(asked: Asked) -> Select[Any]:
    query = select(literal("delivery"), Delivery.id, Delivery.attempted_at).where(Delivery.attempted_at.is_not(None))
    if asked.by not in (None, JOB) or asked.paper_id is not None:
        return query.where(false())
    if asked.edition is not None:
        query = query.join(Post, Post.id == Delivery.post_id).where(Post.edition_id == asked.edition.id)
    return query


def _entries(session: Session, rows: Sequence[Any]) -> list[Entry]:
    ids = {what: [row.id for row in rows if row.what == what] for what in ("event", "run", "delivery")}
    found: dict[tuple[str, int], Entry] = {}
    for entry in event_entries(session, ids["event"]):
        found["event", entry.event.id] = entry
    for run in session.scalars(select(Run).where(Run.id.in_(ids["run"])).execution_options(populate_existing=True)):
        found["run", run.id] = Entry(run.started_at, run.day, run=report_of(run))
    deliveries = select(Delivery).where(Delivery.id.in_(ids["delivery"]))
    for delivery in session.scalars(deliveries.options(joinedload(Delivery.post).joinedload(Post.edition))):
        found["delivery", delivery.id] = Entry(delivery.attempted_at, delivery.post.edition.date, delivery=delivery)
    return [found[row.what, row.id] for row in rows]


def event_entries(session: Session, event_ids: Collection[int]) -> list[Entry]:
    """The lines of given events, oldest first."""
    query = select(AuditEvent, Edition.date).outerjoin(Edition, Edition.id == AuditEvent.edition_id)
    query = query.where(AuditEvent.id.in_(event_ids)).options(joinedload(AuditEvent.editor)).order_by(AuditEvent.id)
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    undone = _taken_back(session, event_ids)
    asked = [event for event, _ in rows if event.kind == "run.asked"]
    requests = _requests(session, asked)
    return [
        Entry(event.at, day, event=event, undone_by=undone.get(event.id), request=requests.get(event.id))
        for event, day in rows
    ]


def _taken_back(session: Session, event_ids: Collection[int]) -> dict[int, AuditEvent]:
    """The events that took the given ones back, and were not taken back themselves."""
    later = aliased(AuditEvent)
    query = (
        select(AuditEvent)
        .where(AuditEvent.undoes_id.in_(event_ids), AuditEvent.kind.in_(TAKES_BACK))
        .where(~exists().where(later.undoes_id == AuditEvent.id, later.kind.in_(TAKES_BACK)))
        .options(joinedload(AuditEvent.editor))
    )
    return {event.undoes_id: event for event in session.scalars(query)}


def _requests(session: Session, events: Sequence[AuditEvent]) -> dict[int, RunRequest]:
    """What was asked for by events, by event."""
    times = {event.at for event in events}
    found = {
        (request.asked_at, request.editor_id): request
        for request in session.scalars(select(RunRequest).where(RunRequest.asked_at.in_(times)))
    }
    return {event.id: found[event.at, event.editor_id] for event in events if (event.at, event.editor_id) in found}


def named_items(session: Session, item_ids: Iterable[int]) -> dict[int, Named]:
    """What papers are called and where they stand, by item."""
    found: dict[int, Named] = {}
    texts = [getattr(Item, name) for name in ITEM_TEXTS]
    is_open = and_(Edition.status == "draft", Item.state != "waiting")
    query = select(Item.id, Edition.date, Paper.arxiv_id, Paper.title, is_open, *texts)
    query = query.join(Paper, Paper.id == Item.paper_id).join(Edition, Edition.id == Item.edition_id)
    for part in chunks(sorted(set(item_ids))):
        former = former_papers(session, part)
        for item_id, day, arxiv_id, title, may_change, *words in session.execute(query.where(Item.id.in_(part))):
            title = former.get(item_id, {}).get("title", title)
            found[item_id] = Named(
                item_id, day, arxiv_id, title, dict(zip(ITEM_TEXTS, words, strict=True)), bool(may_change)
            )
    return found


def named_mentions(session: Session, mention_ids: Iterable[int]) -> dict[int, Mention]:
    """Mentions by id."""
    return {mention.id: mention for mention in session.scalars(select(Mention).where(Mention.id.in_(set(mention_ids))))}


def people(session: Session) -> list[Editor]:
    """Everybody who may have done something, by name."""
    return list(session.scalars(select(Editor).order_by(Editor.name)))


def events_beside(session: Session, edition: Edition, event_id: int) -> tuple[int | None, int | None]:
    """The ids of an edition's events just before and just after one."""
    of_edition = AuditEvent.edition_id == edition.id
    before = select(func.max(AuditEvent.id)).where(of_edition, AuditEvent.id < event_id)
    after = select(func.min(AuditEvent.id)).where(of_edition, AuditEvent.id > event_id)
    return session.scalar(before), session.scalar(after)

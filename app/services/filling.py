"""Fresh editions: as long as no editor has acted, an edition follows the rules of ranking by itself."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import exists, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from app.domain.editions import Rules, spread_keys
from app.domain.ranking import is_above_cut, rank_key
from app.models import Announcement, Edition, Item, Paper
from app.queries.evidence import chunks
from app.services.acting import Acting
from app.services.audit import Kind, record
from app.services.bulk import update_rows
from app.services.holding import add_held
from app.services.scoring import scores_of_items


def days_of(session: Session, paper_ids: Iterable[int]) -> list[date]:
    """The dates on which any of the papers was announced."""
    days: set[date] = set()
    for part in chunks(paper_ids):
        days |= set(session.scalars(select(Announcement.announced_on).where(Announcement.paper_id.in_(part))))
    return sorted(days)


def fill_edition(
    session: Session, day: date, *, run_id: int, rules: Rules, now: datetime, takes_held: bool = True
) -> Edition | None:
    """Make the edition of a day if there is none, and fill it by the rules if no editor has acted on it.

    Every paper announced on the day is in it, and with `takes_held` every one that earlier editions hold for the next;
    those at or above the cut are picked, best first. Returns the edition, or None where an editor has acted or the post
    is out: then nothing is touched, and papers that are new to a draft wait in it until an editor takes them. The
    caller commits.
    """
    edition = edition_of(session, day, rules)
    free = session.execute(
        update(Edition)
        .where(Edition.id == edition.id, Edition.status == "draft", Edition.acted_at.is_(None))
        .values(version=Edition.version + 1)
    )
    if free.rowcount != 1:
        if _lock_draft(session, edition):
            # Papers that are held are for a next edition, and one that is being corrected is none.
            is_next = takes_held and session.scalar(select(Edition.post_id).where(Edition.id == edition.id)) is None
            _add_papers(session, edition, run_id, "waiting", is_next)
        return None
    _add_papers(session, edition, run_id, "candidate", takes_held)
    _start_afresh(session, edition, run_id)
    total, picked = _rank(session, edition, rules)
    filled = f"filled with {total} papers, {picked} of them picked"
    record(session, Acting(None, now, rules), Kind.EDITION_FILLED, filled, edition=edition)
    return edition


def edition_of(session: Session, day: date, rules: Rules) -> Edition:
    """The edition of a day, made as a draft if there is none."""
    edition = session.scalar(select(Edition).where(Edition.date == day))
    if edition is None:
        edition = Edition(date=day, cut=rules.cut)
        session.add(edition)
        session.flush()
    return edition


def _lock_draft(session: Session, edition: Edition) -> bool:
    """Let no action on the edition come in between, for a hold may put the same paper there; whether it is a draft."""
    locked = session.execute(
        update(Edition)
        .where(Edition.id == edition.id, Edition.status == "draft")
        .values(version=Edition.version)
        .execution_options(synchronize_session=False)
    )
    return locked.rowcount == 1


def _add_papers(session: Session, edition: Edition, run_id: int, state: str, takes_held: bool) -> None:
    # The held ones first: of one that is also announced on the date, what was written on it comes along.
    if takes_held:
        add_held(session, edition, run_id, state)
    _add_items(session, edition, run_id, state)


def _add_items(session: Session, edition: Edition, run_id: int, state: str) -> None:
    """Give the edition an item for every paper announced on its date that has none."""
    there = exists().where(Item.edition_id == edition.id, Item.paper_id == Announcement.paper_id)
    columns = ("edition_id", "paper_id", "state", "score", "parts", "trend", "horizon", "version")
    announced = select(
        literal(edition.id),
        Announcement.paper_id,
        literal(state),
        literal(0.0),
        literal([], Item.parts.type),
        literal([], Item.trend.type),
        literal(run_id),
        literal(1),
    ).where(Announcement.announced_on == edition.date, ~there)
    session.execute(insert(Item).from_select(columns, announced))


def _start_afresh(session: Session, edition: Edition, run_id: int) -> None:
    """Take every item out of its list and have it read as of this run.

    One that waits was taken out by an undo, and stays out unless its paper is announced on the date.
    """
    announced = select(Announcement.paper_id).where(Announcement.announced_on == edition.date)
    # Those that were added just now are so already.
    is_stale = or_(Item.state != "candidate", Item.horizon != run_id)
    session.execute(
        update(Item)
        .where(Item.edition_id == edition.id, or_(Item.state != "waiting", Item.paper_id.in_(announced)), is_stale)
        .values(horizon=run_id, state="candidate", order_key=None)
        .execution_options(synchronize_session=False)
    )


def _rank(session: Session, edition: Edition, rules: Rules) -> tuple[int, int]:
    """Score every item and place the picked ones; returns how many there are, and how many are picked."""
    query = select(Item.id, Paper.arxiv_id).join(Paper)
    rows = session.execute(query.where(Item.edition_id == edition.id, Item.state != "waiting")).all()
    found = scores_of_items(session, [row.id for row in rows], rules)
    best = sorted(rows, key=lambda row: rank_key(found[row.id].score, row.arxiv_id))
    picked = [row.id for row in best if is_above_cut(found[row.id].score, edition.cut)]
    keys = dict(zip(picked, spread_keys(len(picked)), strict=True))
    placed = [
        (*scored, "picked" if item_id in keys else "candidate", keys.get(item_id), item_id)
        for item_id, scored in found.items()
    ]
    update_rows(session, Item, ("score", "parts", "trend", "state", "order_key"), placed)
    session.expire_all()
    return len(rows), len(picked)

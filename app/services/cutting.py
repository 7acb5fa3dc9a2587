"""The cut of one edition: an editor moves it, and papers that nobody decided about follow."""

from collections.abc import Callable, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed, check_cut, cut_for_one_fewer, cut_for_one_more
from app.models import Item
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, record, snapshot
from app.services.placing import claim_edition
from app.services.scoring import settle_items
from app.services.transactions import transaction


def set_cut(session: Session, edition_id: int, by: Acting, *, cut: float) -> Acted:
    """Move an edition's cut. What an editor decided or placed stays; of the rest the cut decides anew.

    Raises NotAllowed for what is no cut, and for a published edition.
    """
    check_cut(cut)
    return _move(session, edition_id, by, lambda: cut)


def cut_below(session: Session, edition_id: int, by: Acting, *, item_id: int) -> Acted:
    """Move the cut so that a paper of the edition, whatever its state, is the last above it. Raises NotAllowed."""

    def choose() -> float:
        query = select(Item.score).where(Item.id == item_id, Item.edition_id == edition_id, Item.state != "waiting")
        score = session.scalar(query)
        if score is None:
            raise NotAllowed("There is no such paper in this edition.")
        return score

    return _move(session, edition_id, by, choose)


def pick_one_more(session: Session, edition_id: int, by: Acting) -> Acted:
    """Lower the cut to the next candidate that nobody decided about; equal scores come together.

    Raises NotAllowed where there is none that anybody counted.
    """

    def choose() -> float:
        cut = cut_for_one_more(_undecided_scores(session, edition_id, "candidate"))
        if cut is None:
            raise NotAllowed("No candidate is left that a lower cut would pick; pick one by hand.")
        return cut

    return _move(session, edition_id, by, choose)


def pick_one_fewer(session: Session, edition_id: int, by: Acting) -> Acted:
    """Raise the cut above the last paper that is picked by it alone; equal scores go together.

    Raises NotAllowed where there is none.
    """

    def choose() -> float:
        cut = cut_for_one_fewer(_undecided_scores(session, edition_id, "picked"))
        if cut is None:
            raise NotAllowed("No paper is left that a higher cut would take out; put one back by hand.")
        return cut

    return _move(session, edition_id, by, choose)


def _undecided_scores(session: Session, edition_id: int, state: str) -> Sequence[float]:
    """The scores of the items in a state that rule and score alone put there."""
    free = (Item.decided_at.is_(None), Item.placed_at.is_(None))
    return session.scalars(select(Item.score).where(Item.edition_id == edition_id, Item.state == state, *free)).all()


def _move(session: Session, edition_id: int, by: Acting, choose: Callable[[], float]) -> Acted:
    with transaction(session):
        edition = claim_edition(session, edition_id, by)
        cut, was = float(choose()), edition.cut
        check_cut(cut)
        if cut == was:
            session.rollback()
            return Acted(edition_id, None, [])
        items = _items_in_question(session, edition_id, cut)
        before = {item.id: snapshot(item) for item in items}
        edition.cut = cut
        session.flush()
        settle_items(session, edition_id, items)
        changes = item_changes(before, items)
        moved = [changed["fields"]["state"] for changed in changes if "state" in changed["fields"]]
        of_edition = {"edition_id": edition_id, "of_edition": {"cut": [was, cut]}}
        summary = f"moved the cut from {_number(was)} to {_number(cut)}: {_moved_in_words(moved)}"
        event = record(session, by, Kind.EDITION_CUT, summary, edition=edition, changes=[of_edition, *changes])
        return Acted(edition_id, event.id, [changed["item_id"] for changed in changes])


def _items_in_question(session: Session, edition_id: int, cut: float) -> list[Item]:
    """The undecided candidates that the cut picks, and all picked papers, any of which may get a fresh key."""
    coming = and_(Item.state == "candidate", Item.score >= cut, Item.decided_at.is_(None), Item.placed_at.is_(None))
    query = select(Item).where(Item.edition_id == edition_id, or_(Item.state == "picked", coming)).order_by(Item.id)
    query = query.options(joinedload(Item.paper)).execution_options(populate_existing=True)
    return list(session.scalars(query))


def _moved_in_words(states: Sequence[Sequence[str]]) -> str:
    """3 more picked, 2 fewer picked, or the same papers picked; from the states before and after."""
    more = sum(after == "picked" for _, after in states)
    told = [f"{count:,} {word} picked" for count, word in ((more, "more"), (len(states) - more, "fewer")) if count]
    return ", ".join(told) or "the same papers picked"


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")

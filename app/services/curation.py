"""What an editor does to items: pick, drop, hold, put back, move, annotate; one paper, or many as one action."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, check_reason, target_position
from app.domain.texts import check_text, tidy
from app.models import Edition
from app.queries.order import Gap, gap_at, gap_beside, number_and_count, picked_count
from app.queries.shown import EVERYTHING, Shown, arrange
from app.services.acting import Acting
from app.services.audit import Acted, Kind
from app.services.changing import Work, change_items, edition_with, leave_list, title_of
from app.services.chosen import Chosen, read_chosen
from app.services.holding import next_draft
from app.services.placing import place, place_by_score


def pick(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    version: int | None = None,
    position: int | None = None,
    before: int | None = None,
    after: int | None = None,
) -> Acted:
    """Pick a paper: at `position` (1-based), `before` or `after` a picked item, or else where its score puts it.

    Raises NotAllowed for a published edition, a position there is not, or a neighbour that is not picked any more;
    Stale for an outdated form.
    """
    if position is before is after is None:
        return pick_many(session, None, [item_id], by, version=version)

    def change(work: Work) -> str | None:
        (item,) = work.items
        if item.id in (before, after):
            return None
        if position is None:
            gap = _beside(session, item, before=before, after=after)
        else:
            count = picked_count(session, item.edition_id) + (item.state != "picked")
            gap = gap_at(session, item.edition_id, target_position(position, None, count), without=item.id)
        item.drop_reason, item.decided_at, item.placed_at = None, by.now, by.now
        work.others += place(session, item, gap)
        return f"picked {work.named} as no. {gap.number}"

    return change_items(session, None, [item_id], Kind.ITEM_PICKED, change, by, version=version)


def pick_many(
    session: Session, edition_id: int | None, item_ids: Collection[int], by: Acting, *, version: int | None = None
) -> Acted:
    """Pick papers, each where its score puts it; those picked already stay where they are.

    The edition of a single one need not be named. Raises NotAllowed, Stale.
    """

    def needs(item: Chosen) -> bool:
        return item.state != "picked"

    def change(work: Work) -> str:
        for item in work.items:
            item.drop_reason, item.decided_at = None, by.now
        number, others = place_by_score(session, work.edition.id, work.items)
        work.others += others
        return f"picked {work.named}" + (f" as no. {number}" if len(work.items) == 1 else "")

    return change_items(session, edition_id, item_ids, Kind.ITEM_PICKED, change, by, version=version, needs=needs)


def drop(session: Session, item_id: int, by: Acting, *, version: int | None = None, reason: str | None = None) -> Acted:
    """Throw a paper out of the edition, with a reason if one is given. Raises NotAllowed, Stale."""
    return drop_many(session, None, [item_id], by, version=version, reason=reason)


def drop_many(
    session: Session,
    edition_id: int | None,
    item_ids: Collection[int],
    by: Acting,
    *,
    version: int | None = None,
    reason: str | None = None,
) -> Acted:
    """Throw papers out of the edition; one that is out already takes the reason, if one is given.

    The edition of a single one need not be named. Raises NotAllowed, Stale.
    """
    check_reason(reason)
    reason = (reason or "").strip() or None

    def needs(item: Chosen) -> bool:
        return item.state != "dropped" or reason not in (None, item.drop_reason)

    def change(work: Work) -> str:
        for item in work.items:
            leave_list(item, "dropped", by.now)
            item.drop_reason = reason
        return f"dropped {work.named}" + (f" ({reason})" if reason else "")

    return change_items(session, edition_id, item_ids, Kind.ITEM_DROPPED, change, by, version=version, needs=needs)


def drop_below(session: Session, item_id: int, by: Acting, *, shown: Shown = EVERYTHING) -> Acted:
    """Throw out every paper that stands below one as somebody looks at the edition; what is not shown stays.

    Below a picked paper are the picked ones after it and all candidates, below a candidate those after it. Raises
    NotAllowed for a paper that is in neither list as shown.
    """
    edition = session.get_one(Edition, edition_with(session, item_id))
    lists = arrange(session, edition, shown).shown
    state = next((state for state in ("picked", "candidate") if item_id in lists[state]), None)
    if state is None:
        raise NotAllowed("Nothing stands below a paper that is neither picked nor a candidate as shown.")
    (line,) = read_chosen(session, edition.id, [item_id])
    after = {other: state for other in lists[state][lists[state].index(item_id) + 1 :]}
    below = after if state == "candidate" else after | dict.fromkeys(lists["candidate"], "candidate")

    def needs(item: Chosen) -> bool:
        # What somebody picked or put back in this very moment stands somewhere else.
        return item.state == below[item.id]

    def change(work: Work) -> str:
        for item in work.items:
            leave_list(item, "dropped", by.now)
        return f"dropped {work.named} below {title_of(line)}"

    return change_items(session, edition.id, below, Kind.ITEM_DROPPED, change, by, needs=needs)


def hold(session: Session, item_id: int, by: Acting, *, version: int | None = None) -> Acted:
    """Keep a paper for the next edition. Raises NotAllowed, Stale."""
    return hold_many(session, edition_with(session, item_id), [item_id], by, version=version)


def hold_many(
    session: Session, edition_id: int, item_ids: Collection[int], by: Acting, *, version: int | None = None
) -> Acted:
    """Keep papers for the next edition, with what was written on them; a later draft is given them at once.

    Where there is none yet, the one that is made next has them. Raises NotAllowed, Stale.
    """
    following = next_draft(session, edition_id)

    def needs(item: Chosen) -> bool:
        return item.state != "held"

    def change(work: Work) -> str:
        for item in work.items:
            leave_list(item, "held", by.now)
        return f"held {work.named} for the next edition"

    return change_items(
        session, edition_id, item_ids, Kind.ITEM_HELD, change, by, version=version, needs=needs, gives_to=following
    )


def put_back(session: Session, item_id: int, by: Acting, *, version: int | None = None) -> Acted:
    """Make a picked, held or dropped paper a candidate again. Raises NotAllowed, Stale."""
    return put_back_many(session, None, [item_id], by, version=version)


def put_back_many(
    session: Session, edition_id: int | None, item_ids: Collection[int], by: Acting, *, version: int | None = None
) -> Acted:
    """Make picked, held or dropped papers candidates again; the edition of a single one need not be named.

    Raises NotAllowed, Stale.
    """

    def needs(item: Chosen) -> bool:
        return item.state != "candidate"

    def change(work: Work) -> str:
        for item in work.items:
            leave_list(item, "candidate", by.now)
        return f"put {work.named} back among the candidates"

    return change_items(session, edition_id, item_ids, Kind.ITEM_RETURNED, change, by, version=version, needs=needs)


def move(
    session: Session,
    item_id: int,
    by: Acting,
    *,
    to: int | str | None = None,
    before: int | None = None,
    after: int | None = None,
    version: int | None = None,
) -> Acted:
    """Move a picked paper to a position (1-based), up, down, top, bottom, or beside a picked item; one row is written.

    A pinned paper stays pinned, at its new number. Raises NotAllowed for a position there is not, for a paper or a
    neighbour that is not picked, Stale for an outdated form.
    """

    def change(work: Work) -> str | None:
        (item,) = work.items
        if item.state != "picked":
            raise NotAllowed("Only a picked paper has a place in the list; pick it first.")
        if item.id in (before, after):
            return None
        current, count = number_and_count(session, item.edition_id, item.order_key)
        if to is None:
            gap = _beside(session, item, before=before, after=after)
        else:
            gap = gap_at(session, item.edition_id, target_position(to, current, count), without=item.id)
        if gap.number == current:
            return None
        item.placed_at = by.now
        work.others += place(session, item, gap)
        return f"moved {work.named} from no. {current} to no. {gap.number}"

    return change_items(session, None, [item_id], Kind.ITEM_MOVED, change, by, version=version)


def annotate(session: Session, item_id: int, by: Acting, *, version: int, **texts: str | None) -> Acted:
    """Set those of an item's headline, note and remark that are given, as one action; blank takes one away.

    Raises NotAllowed for a text that is too long, Stale when the item was changed since the form was shown.
    """
    for field, text in texts.items():
        check_text(field, text)
    tidied = {field: tidy(text) for field, text in texts.items()}

    def needs(item: Chosen) -> bool:
        return any(getattr(item, field) != text for field, text in tidied.items())

    def change(work: Work) -> str:
        (item,) = work.items
        for field, text in tidied.items():
            setattr(item, field, text)
        return f"wrote on {title_of(item)}"

    return change_items(session, None, [item_id], Kind.ITEM_ANNOTATED, change, by, version=version, needs=needs)


def _beside(session: Session, item: Chosen, *, before: int | None, after: int | None) -> Gap:
    gap = gap_beside(session, item.edition_id, before=before, after=after, without=item.id)
    if gap is None:
        raise NotAllowed(
            "The paper beside it is not picked any more; look at the list as it stands now and move it again."
        )
    return gap

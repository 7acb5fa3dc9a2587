"""Repeats: a paper that ran before runs again as an update, which links to where it stood, or as an ordinary entry."""

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Edition
from app.queries.repeats import earlier_runs
from app.services.acting import Acting
from app.services.audit import Acted, Kind
from app.services.changing import Work, change_items
from app.services.placing import place_by_score


def run_as_update(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a paper that ran before run as an update of that entry; one that is not picked is picked by its score.

    Raises NotAllowed for a paper that did not run before, one that waits, and a published edition.
    """

    def change(work: Work) -> str | None:
        (item,) = work.items
        edition = session.get_one(Edition, item.edition_id)
        ran = earlier_runs(session, edition, item_ids=[item.id]).get(item.id)
        if ran is None:
            raise NotAllowed("This paper is in no earlier post, so there is nothing to update; pick it as it is.")
        if ran.is_update:
            return None
        item.update_of, item.decided_at, item.drop_reason = ran.date, by.now, None
        if item.state == "picked":
            return f"made {work.named} an update of {ran.date}"
        number, others = place_by_score(session, item.edition_id, work.items)
        work.others += others
        return f"picked {work.named} as no. {number}, an update of {ran.date}"

    return change_items(session, None, [item_id], Kind.ITEM_UPDATED, change, by)


def end_update(session: Session, item_id: int, by: Acting) -> Acted:
    """Let a paper run as an ordinary entry again; it stays where it is.

    Raises NotAllowed for one that waits and for a published edition.
    """

    def change(work: Work) -> str | None:
        (item,) = work.items
        if item.update_of is None:
            return None
        summary = f"made {work.named} an ordinary entry, no update of {item.update_of}"
        item.update_of = None
        return summary

    return change_items(session, None, [item_id], Kind.ITEM_UPDATED, change, by)

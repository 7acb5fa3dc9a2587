"""A paper added to an edition by hand, once the desk knows it."""

from datetime import date

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.models import Edition, Item, Paper, RunRequest
from app.services.acting import Acting
from app.services.audit import Acted, Kind, item_changes, record, snapshot
from app.services.filling import edition_of
from app.services.placing import claim_edition
from app.services.requests import refuse_known
from app.services.scoring import rescore
from app.services.transactions import transaction


def add_paper(
    session: Session, day: date, arxiv_id: str, by: Acting, *, run_id: int, request_id: int | None = None
) -> Acted:
    """Put a paper into the edition of a day, read as of the run that fetched it; picked if its score says so.

    The request that it answers, if any, ends with it, so that it cannot be answered twice. Undone, the paper waits in
    the edition unseen. Raises NotAllowed where the desk does not know the paper, where it is in the edition already,
    and for a published edition.
    """
    paper = session.scalar(select(Paper).where(Paper.arxiv_id == arxiv_id))
    if paper is None:
        raise NotAllowed(f"The paper {arxiv_id} could not be found at arXiv; check the id and try again.")
    with transaction(session):
        edition = _claimed(session, day, by)
        refuse_known(session, edition, arxiv_id)
        item = _waiting_item(session, edition, paper, run_id)
        before = {item.id: snapshot(item)}
        item.state, item.horizon = "candidate", run_id
        item.version += 1
        rescore(session, [item], by.rules)
        changes = item_changes(before, [item])
        title = " ".join(paper.title.split())
        event = record(
            session, by, Kind.PAPER_ADDED, f"added “{title}”", edition=edition, item_id=item.id, changes=changes
        )
        if request_id is not None:
            session.execute(update(RunRequest).where(RunRequest.id == request_id).values(ended_at=by.now))
        return Acted(edition.id, event.id, [item.id])


def _claimed(session: Session, day: date, by: Acting) -> Edition:
    """Lock the edition. One without papers goes on to fill itself: its listing is still to come."""
    edition = edition_of(session, day, by.rules)
    has_papers = session.scalar(select(exists().where(Item.edition_id == edition.id, Item.state != "waiting")))
    return claim_edition(session, edition.id, by, acts=bool(has_papers))


def _waiting_item(session: Session, edition: Edition, paper: Paper, run_id: int) -> Item:
    """The paper's item as undo is to leave it: waiting, and left."""
    item = session.scalar(select(Item).where(Item.edition_id == edition.id, Item.paper_id == paper.id))
    if item is None:
        item = Item(edition_id=edition.id, paper_id=paper.id, state="waiting", horizon=run_id, left_run_id=run_id)
        session.add(item)
    item.left_run_id = run_id
    session.flush()
    session.refresh(item)
    return item

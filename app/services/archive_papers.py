"""The papers of an imported post: into the machine layer if they are new, and into their edition as picked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.archive import mentions_of, papers_of
from app.domain.editions import Rules, spread_keys
from app.domain.posts import PostDocument
from app.models import Announcement, Edition, Item, Paper, Run
from app.services.filling import fill_edition
from app.services.indexing import index_papers
from app.services.placing import clear_places
from app.services.reports import SourceReport
from app.services.storing import store


def add_papers(session: Session, edition: Edition, document: PostDocument, *, now: datetime, rules: Rules) -> None:
    """Store what the post tells of its papers, and pick just these, in its order. The caller commits."""
    run = Run(day=edition.date, started_at=now)
    session.add(run)
    session.flush()
    papers = papers_of(document, edition.date)
    stored = store(session, [*papers, *mentions_of(document)], run_id=run.id, now=now)
    index_papers(session, stored.reworded)
    fill_edition(session, edition.date, run_id=run.id, rules=rules, now=now, takes_held=False)
    _pick(session, edition, [paper.arxiv_id for paper in papers], run.id)
    run.status, run.finished_at = "succeeded", now
    report = SourceReport("archive", len(papers), len(stored.new), len(stored.changed - stored.new))
    run.reports = [report.as_json()]


def _pick(session: Session, edition: Edition, arxiv_ids: list[str], run_id: int) -> None:
    query = select(Item, Paper.arxiv_id).join(Paper).where(Item.edition_id == edition.id)
    items = {arxiv_id: item for item, arxiv_id in session.execute(query)}
    clear_places(session, items.values())
    announced = set(session.scalars(select(Announcement.paper_id).where(Announcement.announced_on == edition.date)))
    for item in items.values():
        # One that was held for this edition: the post is out without it, so the next edition is to have it.
        if item.paper_id not in announced:
            item.state, item.left_run_id = "waiting", run_id
    order = list(dict.fromkeys(arxiv_ids))
    for arxiv_id, key in zip(order, spread_keys(len(order)), strict=True):
        items[arxiv_id].state, items[arxiv_id].order_key = "picked", key
        items[arxiv_id].left_run_id = None
    session.flush()

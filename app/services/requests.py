"""Runs that editors ask for, of a day or for one paper: kept until they are done, whatever happens to the worker."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.domain.listings import ARXIV_BEGAN
from app.domain.papers import arxiv_ids_from_text, parse_arxiv_id
from app.models import Edition, Item, Paper, Run, RunRequest
from app.services.acting import Acting
from app.services.audit import Kind, record
from app.services.transactions import transaction

LONGEST_LINK = 2000
FARTHEST_AHEAD = timedelta(days=4)
HINT = "paste an arXiv id such as 2103.12352, a link to the paper, or a link to a page that links it"
WHERE = {
    "picked": "picked",
    "candidate": "among the candidates",
    "held": "held for the next edition",
    "dropped": "among the dropped",
}


def ask_for_run(session: Session, day: date, by: Acting) -> RunRequest:
    """Ask the worker to collect the papers of a day and what is said of them now; one standing request is enough.

    Raises NotAllowed for a day that arXiv cannot have listed.
    """
    if not ARXIV_BEGAN.date() <= day <= by.now.date() + FARTHEST_AHEAD:
        raise NotAllowed(f"arXiv has no listing of {day}; choose a day from {ARXIV_BEGAN:%Y-%m-%d} until tomorrow.")
    return _ask(session, day, Named(), by, f"asked for the papers of {day}")


def ask_for_paper(session: Session, day: date, typed: str, by: Acting) -> RunRequest:
    """Ask for one paper to be added to the edition of a day.

    `typed` is an arXiv id, a link to the paper, or a link to a page that links it, which the worker then reads.
    Raises NotAllowed where it is neither or names several, where the paper is there already, and for a published post.
    """
    edition = session.scalar(select(Edition).where(Edition.date == day))
    if edition is not None and edition.status == "published":
        raise NotAllowed(f"The edition of {day} is published; to change it, correct its post.")
    named = read_typed(typed)
    if edition is not None and named.arxiv_id is not None:
        refuse_known(session, edition, named.arxiv_id)
    return _ask(session, day, named, by, f"asked for the paper {named.arxiv_id or named.link}")


@dataclass(frozen=True, slots=True)
class Named:
    """What an editor typed: a paper's id without version, or the address of a page; neither means the whole day."""

    arxiv_id: str | None = None
    link: str | None = None


def read_typed(typed: str) -> Named:
    """The paper or the page that a typed text names. Raises NotAllowed where it does not name exactly one."""
    typed = typed.strip()
    if len(typed) > LONGEST_LINK:
        raise NotAllowed(f"That is too long for a link; {HINT}.")
    whole = parse_arxiv_id(typed)
    found = [whole.arxiv_id] if whole else list(dict.fromkeys(p.arxiv_id for p in arxiv_ids_from_text(typed)))
    if len(found) > 1:
        raise NotAllowed(f"That names {len(found)} papers; add them one by one.")
    if found:
        return Named(found[0])
    if re.fullmatch(r"https?://\S+", typed):
        return Named(link=typed)
    raise NotAllowed(f"That names no arXiv paper; {HINT}.")


def refuse_known(session: Session, edition: Edition, arxiv_id: str) -> None:
    """Raise NotAllowed where a paper stands in the edition already."""
    query = select(Item.state).join(Paper).where(Item.edition_id == edition.id, Paper.arxiv_id == arxiv_id)
    state = session.scalar(query)
    if state in WHERE:
        raise NotAllowed(f"The paper {arxiv_id} is in this edition already, {WHERE[state]}.")


def _ask(session: Session, day: date, named: Named, by: Acting, summary: str) -> RunRequest:
    with transaction(session):
        same = (
            RunRequest.day == day,
            RunRequest.arxiv_id.is_(None) if named.arxiv_id is None else RunRequest.arxiv_id == named.arxiv_id,
            RunRequest.link.is_(None) if named.link is None else RunRequest.link == named.link,
        )
        standing = session.scalar(select(RunRequest).where(*same, RunRequest.ended_at.is_(None)))
        if standing is not None:
            return standing
        about = {"arxiv_id": named.arxiv_id, "link": named.link}
        request = RunRequest(day=day, editor_id=by.editor_id, asked_at=by.now, **about)
        session.add(request)
        edition = session.scalar(select(Edition).where(Edition.date == day))
        record(session, by, Kind.RUN_ASKED, summary, edition=edition)
        return request


def begin_request(session: Session, request_id: int, run: Run) -> None:
    """Note the run that is made for a request, in the run's own transaction.

    Raises NotAllowed where the request was met meanwhile: by another worker, or by the run of one that died thereafter.
    """
    request = session.get_one(RunRequest, request_id, populate_existing=True)
    made = session.get(Run, request.run_id or 0)
    is_day = request.arxiv_id is None and request.link is None
    if request.ended_at is None and is_day and made and made.finished_at and not made.was_cut_off:
        session.rollback()
        end_request(session, request_id, made.finished_at)
        raise NotAllowed("This was collected already.")
    if request.ended_at is not None:
        raise NotAllowed("This was collected already.")
    request.run_id = run.id


def end_request(session: Session, request_id: int, now: datetime, error: str | None = None) -> None:
    """Note that a request is done with, or why it could not be done."""
    with transaction(session):
        standing = update(RunRequest).where(RunRequest.id == request_id, RunRequest.ended_at.is_(None))
        session.execute(standing.values(ended_at=now, error=error))

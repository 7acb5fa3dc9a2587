"""How all stands that an edition's page is made of, and that it moves with whatever happens, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.views import Filters
from app.models import Edition, Editor, Run, Worker
from app.queries.page_state import PageState, page_state
from app.queries.read_as_of import read_as_of
from app.services.acting import Acting
from app.services.curation import drop
from app.services.evidence import strike
from app.services.looks import look
from app.services.views import save_view
from tests.conftest import Clock
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, mention, mention_row


@pytest.fixture
def edition(session: Session, rules: Rules) -> Edition:
    """Two papers above the cut and one below it."""
    return edition_of_scores(session, rules, [60, 900, 20])


def state(session: Session, edition: Edition, editor: Editor, clock: Clock) -> PageState:
    """How everything stands now, for the edition as it is now."""
    session.refresh(edition)
    return page_state(session, edition, editor.id, clock())


def test_where_nothing_happens_nothing_moves(session: Session, edition: Edition, editor: Editor, clock: Clock) -> None:
    before = state(session, edition, editor, clock)
    clock.tick()
    assert before.is_settled
    assert state(session, edition, editor, clock) == before
    assert read_as_of(session, edition.id) == read_as_of(session, edition.id)


def test_each_thing_that_happens_moves_it(
    session: Session, edition: Edition, editor: Editor, rules: Rules, clock: Clock
) -> None:
    by, worker = Acting(editor, clock(), rules), Worker(id=1, seen_at=clock() + timedelta(hours=1), said="at work")
    told = [state(session, edition, editor, clock).told]
    look(session, edition.id, editor, clock())
    for happens in (
        lambda: drop(session, items(session, "candidate")[0].id, by=by),
        lambda: ingest_things(session, rules, [mention("7", items(session)[0].paper.arxiv_id, reposts=3)]),
        lambda: strike(session, mention_row(session, "7").id, by=by),
        lambda: look(session, edition.id, editor, clock.tick(hours=1)),
        lambda: save_view(session, editor, "Language", Filters(categories=frozenset({"cs.CL"}))),
        lambda: (session.add(worker), session.commit()),
        lambda: clock.tick(hours=1),
    ):
        happens()
        told.append(state(session, edition, editor, clock).told)
    assert len(set(told)) == len(told)


def test_what_was_struck_and_is_struck_no_more_is_as_before_but_for_the_event(
    session: Session, edition: Edition, editor: Editor, rules: Rules, clock: Clock
) -> None:
    ingest_things(session, rules, [mention("7", items(session)[0].paper.arxiv_id, reposts=3)])
    before = read_as_of(session, edition.id)
    strike(session, mention_row(session, "7").id, by=Acting(editor, clock(), rules))
    struck = read_as_of(session, edition.id)
    assert struck.alone != before.alone
    assert struck.event_id > before.event_id


def test_while_a_run_goes_on_nothing_is_settled(
    session: Session, edition: Edition, editor: Editor, clock: Clock
) -> None:
    session.add(Run(day=DAY, started_at=MORNING + timedelta(hours=1)))
    session.commit()
    assert not state(session, edition, editor, clock).is_settled
    assert read_as_of(session, edition.id) is None


def test_an_edition_that_changed_since_it_was_read_is_not_settled(
    session: Session, edition: Edition, editor: Editor, rules: Rules, clock: Clock
) -> None:
    session.refresh(edition)
    session.expunge(edition)
    drop(session, items(session, "candidate")[0].id, by=Acting(editor, clock(), rules))
    assert not page_state(session, edition, editor.id, clock()).is_settled

"""Many papers that are placed at once: what it costs, and what becomes of order keys."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from app.domain.editions import KEY_LIMIT
from app.domain.sources import Reading
from app.models import Edition, Item
from app.services import curation, rebase
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.undo import undo
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, paper, scores


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, a minute later."""
    return Acting(editor, clock.tick(), rules)


def touched_edition(session, rules, by, given: list[int], day: date = DAY) -> Edition:
    """An edition of papers of the given scores, on the first of which Ana has written."""
    edition = edition_of_scores(session, rules, given, day=day)
    first = items(session, day=day)[0]
    curation.annotate(session, first.id, by, headline="Mine", note=None, version=first.version)
    return edition


def state(session) -> dict:
    query = select(Item).order_by(Item.id).execution_options(populate_existing=True)
    return {item.id: snapshot(item) for item in session.scalars(query)}


@contextmanager
def statements_counted(session) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_taking_and_undoing_cost_the_same_number_of_statements_however_many_papers_move(session, rules, by):
    taken, undone = [], []
    for days, count in enumerate((6, 60)):
        day = DAY + timedelta(days=days)
        edition = touched_edition(session, rules, by, [300] + [60 if n % 2 else 20 for n in range(count)], day)
        moved = items(session, day=day)[1:] + items(session, "candidate", day=day)
        at = MORNING + timedelta(hours=6)
        others = itertools.cycle((20, 130, 90, 110))
        things = [
            paper(i.paper.arxiv_id, announced_on=day, readings=(Reading("twitter", at, reposts=next(others), likes=0),))
            for i in sorted(moved, key=lambda item: item.id)
        ]
        run = ingest_things(session, rules, things, now=at, day=day)
        before = state(session)
        with statements_counted(session) as sent:
            rebase.take(session, edition.id, by, up_to=run.id)
        taken.append(len(sent))
        assert scores(session, day=day) == sorted(scores(session, day=day), reverse=True)
        assert len(items(session, day=day)) > count / 2
        with statements_counted(session) as sent:
            undo(session, edition.id, by)
        undone.append(len(sent))
        assert state(session) == before
    assert taken[0] == taken[1]
    assert undone[0] == undone[1]


def test_a_gap_that_became_too_narrow_is_widened_for_all_and_undo_narrows_it_again(session, rules, by):
    edition = touched_edition(session, rules, by, [300, 200, 100])
    for item, key in zip(items(session), ("U", "U" + "0" * (KEY_LIMIT - 2) + "1", "V"), strict=True):
        item.order_key = key
        session.commit()
    run = ingest_things(session, rules, [paper(score=250), paper(score=260)])
    before = state(session)
    rebase.take(session, edition.id, by, up_to=run.id)
    assert scores(session) == [300, 260, 250, 200, 100]
    assert max(len(item.order_key) for item in items(session)) < 3
    undo(session, edition.id, by)
    assert state(session) == before

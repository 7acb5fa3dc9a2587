"""Presence: who is here, written seldom, waiting for nobody and kept waiting by nobody."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from app.database import Question
from app.extensions import db
from app.models import AuditEvent, Edition, Editor, Glance, Presence
from app.queries.presence import Person, meet, through
from app.services.presence import be_here
from tests.factories import DAY, edition_of_scores, items


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two papers."""
    return edition_of_scores(session, rules, [60, 20])


@pytest.fixture
def writes(session) -> list[str]:
    """What is written to the database from now on."""
    found: list[str] = []

    def note(_connection, _cursor, statement: str, *_more) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            found.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield found
    event.remove(session.get_bind(), "before_cursor_execute", note)


def people_here(session, now) -> list[Person]:
    """Who is here."""
    me = session.scalars(select(Editor.id)).first()
    met = meet(through(session), DAY, me, now)
    # As the driver itself answers.
    assert met == meet(lambda statement, values: Question(db.engine, statement).ask(values), DAY, me, now)
    return met.people


def here(session, now) -> list[tuple]:
    """Who is here, on what."""
    return [(person.name, person.item_id, person.field) for person in people_here(session, now)]


def test_who_is_here_stands_with_paper_and_text_until_not_heard_of(session, edition, editor, other_editor, clock):
    first, second = items(session)[0].id, items(session, "candidate")[0].id
    be_here(session, edition.id, other_editor.id, clock(), item_id=first, field="note", is_active=True)
    be_here(session, edition.id, editor.id, clock.tick(seconds=5), item_id=second)
    assert here(session, clock()) == [("Ana", second, None), ("Jo", first, "note")]
    assert here(session, clock.tick(seconds=15)) == [("Ana", second, None)]
    be_here(session, edition.id, editor.id, clock.tick(minutes=5))
    (ana,) = people_here(session, clock())
    assert ana.is_idle and ana.item_id == second


def test_presence_counts_no_version_up_and_leaves_no_event(session, edition, editor, clock):
    be_here(session, edition.id, editor.id, clock(), item_id=items(session)[0].id, looked=[items(session)[0].id])
    found = session.get_one(Edition, edition.id, populate_existing=True)
    assert (found.version, found.acted_at, found.baton_editor_id) == (edition.version, None, None)
    assert session.scalars(select(AuditEvent.kind)).all() == ["edition.filled"]


def test_it_is_written_once_in_ten_seconds_unless_the_paper_changed(session, edition, editor, clock, writes):
    first, second = items(session)[0].id, items(session, "candidate")[0].id
    for _ in range(10):
        be_here(session, edition.id, editor.id, clock.tick(seconds=1), item_id=first, is_active=True)
    assert len(writes) == 2
    be_here(session, edition.id, editor.id, clock.tick(seconds=1), item_id=second, is_active=True, looked=[first])
    assert len(writes) == 5
    be_here(session, edition.id, editor.id, clock.tick(seconds=1), item_id=second, looked=[first, second])
    assert len(writes) == 7
    assert session.scalars(select(Glance.item_id).order_by(Glance.item_id)).all() == sorted([first, second])


def test_of_two_windows_the_one_that_is_worked_in_counts(session, edition, editor, clock):
    first, second = items(session)[0].id, items(session, "candidate")[0].id
    be_here(session, edition.id, editor.id, clock(), item_id=first, field="note", is_active=True)
    be_here(session, edition.id, editor.id, clock.tick(seconds=15), item_id=second)
    assert here(session, clock()) == [("Ana", first, "note")]


def test_papers_of_another_edition_are_not_believed(session, rules, edition, editor, clock):
    edition_of_scores(session, rules, [60], day=DAY - timedelta(days=1))
    other = items(session, day=DAY - timedelta(days=1))[0].id
    be_here(session, edition.id, editor.id, clock(), item_id=other, is_active=True, looked=[other, 99999])
    assert here(session, clock()) == [("Ana", None, None)]
    assert not session.scalars(select(Glance)).all()


# On PostgreSQL nobody waits for another's rows.
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_while_another_writes_it_is_left_out_and_patience_is_as_before(session, edition, editor, clock):
    edition_id, editor_id = edition.id, editor.id
    session.commit()
    other = sqlite3.connect(session.get_bind().url.database, isolation_level=None)
    other.execute("begin immediate")
    be_here(session, edition_id, editor_id, clock())
    assert not session.scalars(select(Presence)).all()
    assert session.scalar(text("PRAGMA busy_timeout")) == 10_000
    other.execute("rollback")
    other.close()
    be_here(session, edition_id, editor_id, clock())
    assert len(session.scalars(select(Presence)).all()) == 1

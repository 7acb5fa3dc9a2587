"""A question that is asked again and again says what is there now, also when its connection was lost meanwhile."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.extensions import db
from app.lasting import LastingQuestion
from app.models import PublicState

QUESTION = select(PublicState.__table__.c.name)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """SQLite, then PostgreSQL."""
    return request.param


def test_each_answer_is_what_was_committed_last(session: Session) -> None:
    question = LastingQuestion(db.engine, QUESTION)
    for name in ("moss", "lantern"):
        before = question.ask()
        session.execute(text("update public_state set name = :name"), {"name": name})
        assert question.ask() == before
        session.commit()
        assert question.ask() == [(name,)]


def test_a_question_leaves_nothing_open_that_others_wait_for(session: Session) -> None:
    LastingQuestion(db.engine, QUESTION).ask()
    session.execute(text("drop table public_state"))
    session.commit()


def test_where_the_table_is_away_for_a_while_it_is_asked_anew(session: Session) -> None:
    question = LastingQuestion(db.engine, QUESTION)
    question.ask()
    session.execute(text("alter table public_state rename to former"))
    session.commit()
    with pytest.raises(db.engine.dialect.loaded_dbapi.Error):
        question.ask()
    session.execute(text("alter table former rename to public_state"))
    session.commit()
    assert len(question.ask()) == 1


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_connection_that_was_lost_is_opened_again(session: Session) -> None:
    question = LastingQuestion(db.engine, QUESTION)
    before = question.ask()
    others = "from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
    session.execute(text(f"select pg_terminate_backend(pid) {others}"))
    session.commit()
    assert question.ask() == before

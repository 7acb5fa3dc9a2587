"""Looks at an edition: when one begins, and that looking is nobody's action."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.extensions import db
from app.models import AuditEvent, Edition, Editor, Look
from app.queries.looks import last_look, new_since
from app.services.looks import look
from tests.factories import MORNING, edition_of_scores, ingest_things, items, mention, paper


@pytest.fixture
def edition(session: Session, rules: Rules) -> Edition:
    """Two papers, found by a first run."""
    return edition_of_scores(session, rules, [60, 20])


def test_at_the_first_look_nothing_is_new(session: Session, edition: Edition, editor: Editor, clock) -> None:
    look(session, edition.id, editor, clock())
    assert last_look(session, edition.id, editor.id) is None


def test_after_half_an_hour_away_a_new_look_begins(
    session: Session, rules: Rules, edition: Edition, editor: Editor, clock
) -> None:
    look(session, edition.id, editor, clock())
    ingest_things(session, rules, [paper(score=70)], now=MORNING + timedelta(hours=1))
    look(session, edition.id, editor, clock.tick(minutes=29))
    assert last_look(session, edition.id, editor.id) is None
    seen_at = clock()
    ingest_things(session, rules, [paper(score=80)], now=MORNING + timedelta(hours=2))
    look(session, edition.id, editor, clock.tick(minutes=31))
    last = last_look(session, edition.id, editor.id)
    assert (last.run_id, last.at) == (2, seen_at)
    assert [item.score for item in items(session) if item.id in new_since(session, edition, last.run_id)] == [80]
    look(session, edition.id, editor, clock.tick(minutes=5))
    assert last_look(session, edition.id, editor.id) == last


def test_a_paper_with_a_new_mention_is_new_as_far_as_its_item_is_read(
    session: Session, rules: Rules, edition: Edition, editor: Editor, clock
) -> None:
    look(session, edition.id, editor, clock())
    best, other = items(session)[0], items(session, "candidate")[0]
    heard = mention("late", best.paper.arxiv_id, reposts=3)
    ingest_things(session, rules, [heard], now=MORNING + timedelta(hours=1))
    assert new_since(session, edition, 1) == {best.id}
    other.horizon = best.horizon = 1
    session.commit()
    assert new_since(session, edition, 1) == set()


def test_looking_is_no_action(session: Session, edition: Edition, reader: Editor, clock) -> None:
    events, version = session.query(AuditEvent).count(), edition.version
    look(session, edition.id, reader, clock())
    look(session, edition.id, reader, clock.tick(hours=2))
    session.refresh(edition)
    assert (session.query(AuditEvent).count(), edition.version, edition.acted_at) == (events, version, None)


def test_two_windows_that_open_at_once_are_one_look(session: Session, edition: Edition, editor: Editor, clock) -> None:
    look(session, edition.id, editor, clock())
    first = clock()
    again = clock.tick(hours=3)
    look(session, edition.id, editor, again)
    look(session, edition.id, editor, again + timedelta(minutes=2))
    assert last_look(session, edition.id, editor.id).at == first
    assert session.query(Look).count() == 1


def test_windows_that_are_the_first_to_look_all_at_once_are_one_look(
    app: Flask, session: Session, edition: Edition, editor: Editor, clock
) -> None:
    edition_id, editor_id = edition.id, editor.id

    def open_window(_number: int) -> None:
        with app.app_context():
            look(db.session, edition_id, db.session.get_one(Editor, editor_id), clock())

    with ThreadPoolExecutor(4) as windows:
        list(windows.map(open_window, range(8)))
    assert session.query(Look).count() == 1
    assert last_look(session, edition_id, editor_id) is None

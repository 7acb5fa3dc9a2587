"""Pinned papers and the order of the scores."""

import random

import pytest
from sqlalchemy import event, select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Item
from app.services import curation, evidence, ordering
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.undo import undo
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, paper, scores


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Five picked papers and a candidate."""
    return edition_of_scores(session, rules, [500, 400, 300, 200, 100, 40])


def state(session) -> dict:
    query = select(Item).order_by(Item.id).execution_options(populate_existing=True)
    return {item.id: snapshot(item) for item in session.scalars(query)}


def newest_event(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_back_in_the_order_of_the_scores_a_pinned_paper_keeps_its_number_and_one_undo_restores_it(session, edition, by):
    ids = [item.id for item in items(session)]
    curation.move(session, ids[4], to=2, by=by)
    ordering.pin(session, ids[4], by)
    curation.move(session, ids[0], to="bottom", by=by)
    curation.move(session, ids[3], to="top", by=by)
    assert scores(session) == [200, 100, 400, 300, 500]
    was = state(session)
    acted = ordering.order_by_score(session, edition.id, by)
    assert scores(session) == [500, 100, 400, 300, 200]
    assert [item.placed_at is not None for item in items(session)] == [False, True, False, False, False]
    assert set(acted.item_ids) == {ids[0], ids[3]}
    said = newest_event(session)
    assert (said.kind, said.item_id) == ("edition.ordered", None)
    assert said.summary == "put the list back into the order of the scores: 2 papers moved"
    undo(session, edition.id, by)
    assert state(session) == was


def test_a_list_that_is_in_order_already_makes_no_event(session, edition, by):
    ordering.pin(session, items(session)[2].id, by)
    before = edition.version
    assert ordering.order_by_score(session, edition.id, by).event_id is None
    session.refresh(edition)
    assert edition.version == before
    assert newest_event(session).kind == "item.pinned"


def test_a_pin_says_which_number_and_undo_takes_it_away(session, edition, by, clock):
    third = items(session)[2]
    was = state(session)
    acted = ordering.pin(session, third.id, by)
    assert newest_event(session).summary.endswith("as no. 3")
    assert acted.item_ids == [third.id]
    assert (third.pinned_at, third.placed_at) == (clock(), clock())
    assert ordering.pin(session, third.id, by).event_id is None
    undo(session, edition.id, by)
    assert state(session) == was


def test_a_pin_leaves_the_time_at_which_the_paper_was_placed(session, edition, by, editor, rules, clock):
    first, placed = items(session)[0], clock()
    curation.move(session, first.id, to=3, by=by)
    ordering.pin(session, first.id, Acting(editor, clock.tick(), rules))
    session.refresh(first)
    assert (first.placed_at, first.pinned_at) == (placed, clock())


def test_a_paper_let_go_goes_to_where_its_score_says_and_one_row_is_written(session, edition, by):
    first = items(session)[0]
    curation.move(session, first.id, to=4, by=by)
    ordering.pin(session, first.id, by)
    written: list[str] = []
    engine = session.get_bind()

    def note(connection, cursor, statement, *rest) -> None:
        if statement.startswith("UPDATE items"):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    ordering.unpin(session, first.id, by)
    event.remove(engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert scores(session) == [500, 400, 300, 200, 100]
    assert newest_event(session).summary.endswith("go to no. 1")
    session.refresh(first)
    assert first.pinned_at is None and first.placed_at is None
    assert ordering.unpin(session, first.id, by).event_id is None
    undo(session, edition.id, by)
    assert scores(session) == [400, 300, 200, 500, 100]
    session.refresh(first)
    assert first.pinned_at is not None


def test_only_a_picked_paper_has_a_number_to_keep(session, edition, by):
    with pytest.raises(NotAllowed, match="Only a picked paper has a number to keep; pick it first."):
        ordering.pin(session, items(session, "candidate")[0].id, by)
    with pytest.raises(NotAllowed, match="no such paper"):
        ordering.pin(session, 4711, by)


def test_in_a_published_edition_nothing_is_pinned_or_ordered(session, edition, by):
    first = items(session)[0].id
    edition.status = "published"
    session.commit()
    for act in (
        lambda: ordering.pin(session, first, by),
        lambda: ordering.unpin(session, first, by),
        lambda: ordering.order_by_score(session, edition.id, by),
    ):
        with pytest.raises(NotAllowed, match="is published"):
            act()


def test_a_rescore_never_moves_a_pinned_paper(session, rules, by):
    papers = [paper(score=score) for score in (300, 200, 100)]
    carried = paper()
    ingest_things(session, rules, [*papers, carried, mention("loud", carried, reposts=400, likes=0)])
    pinned = items(session)[0]
    edition_id = pinned.edition_id
    ordering.pin(session, pinned.id, by)
    evidence.strike(session, mention_row(session, "loud").id, by, edition_id=edition_id)
    assert scores(session) == [0, 300, 200, 100]
    assert ordering.order_by_score(session, edition_id, by).event_id is None


@pytest.mark.parametrize("seed", range(4))
def test_any_moves_and_pins_are_ordered_and_undone(session, rules, by, seed):
    chance = random.Random(seed)
    edition = edition_of_scores(session, rules, [chance.randrange(50, 60) for _ in range(7)])
    for item in chance.sample(items(session), 5):
        curation.move(session, item.id, to=chance.randrange(1, 8), by=by)
    for item in chance.sample(items(session), chance.randrange(4)):
        ordering.pin(session, item.id, by)
    was, numbered = state(session), list(enumerate(items(session)))
    pinned = {item.id: number for number, item in numbered if item.pinned_at}
    acted = ordering.order_by_score(session, edition.id, by)
    now = items(session)
    assert {item.id: number for number, item in enumerate(now) if item.id in pinned} == pinned
    loose = [(-item.score, item.paper.arxiv_id) for item in now if item.id not in pinned]
    assert loose == sorted(loose)
    if acted.event_id:
        undo(session, edition.id, by)
    assert state(session) == was

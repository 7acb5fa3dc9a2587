"""The cut of an edition, moved by an editor."""

import pytest
from sqlalchemy import event, select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Item
from app.services import curation, cutting, rebase
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.undo import undo
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, paper, scores


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Four picked papers and four candidates, two of which stand equal."""
    return edition_of_scores(session, rules, [90, 80, 70, 60, 40, 40, 30, 0])


def state(session) -> dict:
    query = select(Item).order_by(Item.id).execution_options(populate_existing=True)
    return {item.id: snapshot(item) for item in session.scalars(query)}


def newest_event(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_a_lower_cut_picks_more_and_one_undo_puts_all_of_it_back(session, edition, by):
    was = state(session)
    acted = cutting.set_cut(session, edition.id, by, cut=40)
    assert scores(session) == [90, 80, 70, 60, 40, 40]
    assert len(acted.item_ids) == 2
    said = newest_event(session)
    assert (said.kind, said.summary) == ("edition.cut", "moved the cut from 50 to 40: 2 more picked")
    assert said.changes[0] == {"edition_id": edition.id, "of_edition": {"cut": [50.0, 40]}}
    undo(session, edition.id, by)
    session.refresh(edition)
    assert edition.cut == 50
    assert state(session) == was


def test_a_higher_cut_picks_fewer(session, edition, by):
    cutting.set_cut(session, edition.id, by, cut=75.5)
    assert scores(session) == [90, 80]
    assert newest_event(session).summary == "moved the cut from 50 to 75.5: 2 fewer picked"


def test_what_an_editor_decided_or_placed_stays(session, edition, by):
    first, second, third, fourth = items(session)
    candidate = items(session, "candidate")[0]
    curation.drop(session, first.id, by)
    curation.pick(session, candidate.id, by)
    curation.move(session, fourth.id, to="top", by=by)
    cutting.set_cut(session, edition.id, by, cut=85)
    assert [item.id for item in items(session)] == [fourth.id, candidate.id]
    cutting.set_cut(session, edition.id, by, cut=0)
    assert {item.id for item in items(session, "dropped")} == {first.id}
    assert items(session, "candidate") == []
    assert scores(session) == [60, 80, 70, 40, 40, 30, 0]


def test_a_cut_that_is_there_already_makes_no_event(session, edition, by):
    before = edition.version
    assert cutting.set_cut(session, edition.id, by, cut=50).event_id is None
    session.refresh(edition)
    assert (edition.version, edition.acted_at) == (before, None)


def test_a_cut_that_moves_no_paper_is_kept_all_the_same(session, edition, by):
    acted = cutting.set_cut(session, edition.id, by, cut=45)
    assert acted.item_ids == []
    assert newest_event(session).summary == "moved the cut from 50 to 45: the same papers picked"


def test_the_cut_goes_below_a_paper(session, edition, by):
    cutting.cut_below(session, edition.id, by, item_id=items(session)[1].id)
    session.refresh(edition)
    assert edition.cut == 80
    assert scores(session) == [90, 80]


def test_one_fewer_and_one_more(session, edition, by):
    cutting.pick_one_fewer(session, edition.id, by)
    assert scores(session) == [90, 80, 70]
    cutting.pick_one_more(session, edition.id, by)
    assert scores(session) == [90, 80, 70, 60]
    cutting.pick_one_more(session, edition.id, by)
    assert scores(session) == [90, 80, 70, 60, 40, 40]
    cutting.pick_one_more(session, edition.id, by)
    assert scores(session)[-1] == 30
    with pytest.raises(NotAllowed, match="No candidate is left that a lower cut would pick"):
        cutting.pick_one_more(session, edition.id, by)


def test_one_fewer_until_nothing_is_left(session, edition, by):
    curation.move(session, items(session)[0].id, to=2, by=by)
    for _ in range(3):
        cutting.pick_one_fewer(session, edition.id, by)
    assert scores(session) == [90]
    with pytest.raises(NotAllowed, match="No paper is left that a higher cut would take out"):
        cutting.pick_one_fewer(session, edition.id, by)


@pytest.mark.parametrize("cut", [-1, float("nan"), float("inf"), 1e12])
def test_what_is_no_cut_is_refused(session, edition, by, cut):
    with pytest.raises(NotAllowed, match="A cut is a number from 0 to 1,000,000,000, such as 50."):
        cutting.set_cut(session, edition.id, by, cut=cut)
    session.refresh(edition)
    assert edition.cut == 50


def test_papers_of_other_editions_and_published_editions_are_refused(session, rules, edition, by):
    other = edition_of_scores(session, rules, [70], day=DAY.replace(day=19))
    with pytest.raises(NotAllowed, match="no such paper in this edition"):
        cutting.cut_below(session, edition.id, by, item_id=items(session, day=other.date)[0].id)
    edition.status = "published"
    session.commit()
    with pytest.raises(NotAllowed, match="is published"):
        cutting.set_cut(session, edition.id, by, cut=10)


def test_an_edition_whose_cut_was_moved_waits_with_what_comes_and_takes_it_by_the_new_cut(session, rules, edition, by):
    cutting.set_cut(session, edition.id, by, cut=20)
    run = ingest_things(session, rules, [paper(score=25), paper(score=15)], now=MORNING.replace(hour=12))
    assert scores(session) == [90, 80, 70, 60, 40, 40, 30]
    rebase.take(session, edition.id, by, up_to=run.id)
    assert scores(session) == [90, 80, 70, 60, 40, 40, 30, 25]
    assert scores(session, "candidate") == [15, 0]


def test_a_cut_costs_the_same_number_of_statements_however_many_papers_move(session, rules, by):
    counted = []
    for day, count in ((DAY.replace(day=20), 4), (DAY.replace(day=23), 80)):
        edition = edition_of_scores(session, rules, [*range(100, 100 + count), *range(20, 20 + count // 4)], day=day)
        sent: list[str] = []

        def note(connection, cursor, statement, *rest, sent=sent) -> None:
            sent.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        cutting.set_cut(session, edition.id, by, cut=10)
        cutting.set_cut(session, edition.id, by, cut=99)
        event.remove(engine, "before_cursor_execute", note)
        counted.append(len(sent))
    assert counted[0] == counted[1]

"""Pick, drop, put back, move, annotate: what each changes, what it refuses, and that a move writes one row."""

import pytest
from sqlalchemy import event, select

from app.domain.editions import NotAllowed, Stale
from app.models import AuditEvent, Edition, Item
from app.services import curation
from app.services.acting import Acting
from tests.factories import edition_of_scores, items, scores


@pytest.fixture
def edition(session, rules) -> Edition:
    """Four picked papers, two below the cut."""
    return edition_of_scores(session, rules, [100, 90, 80, 70, 40, 30])


@pytest.fixture
def act(session, editor, clock, rules):
    """What every action is told besides what it does."""
    return {"by": Acting(editor, clock(), rules)}


def test_a_picked_candidate_stands_where_its_score_puts_it(session, edition, act):
    candidate = items(session, "candidate")[0]
    acted = curation.pick(session, candidate.id, **act)
    assert scores(session) == [100, 90, 80, 70, 40]
    assert scores(session, "candidate") == [30]
    assert acted.item_ids == [candidate.id]


def test_a_pick_may_name_its_position(session, edition, act):
    curation.pick(session, items(session, "candidate")[0].id, position=2, **act)
    assert scores(session) == [100, 40, 90, 80, 70]


def test_a_drop_keeps_its_reason_and_closes_the_gap(session, edition, act):
    curation.drop(session, items(session)[1].id, reason="off topic", **act)
    assert scores(session) == [100, 80, 70]
    assert [item.drop_reason for item in items(session, "dropped")] == ["off topic"]


def test_a_dropped_paper_can_be_put_back_and_picked(session, edition, act):
    dropped = items(session)[0].id
    curation.drop(session, dropped, reason="by mistake", **act)
    curation.put_back(session, dropped, **act)
    assert scores(session, "candidate") == [100, 40, 30]
    assert items(session, "candidate")[0].drop_reason is None
    curation.pick(session, dropped, **act)
    assert scores(session) == [100, 90, 80, 70]


@pytest.mark.parametrize(
    ("start", "to", "expected"),
    [
        (4, 1, [70, 100, 90, 80]),
        (1, 4, [90, 80, 70, 100]),
        (2, "up", [90, 100, 80, 70]),
        (2, "down", [100, 80, 90, 70]),
        (3, "top", [80, 100, 90, 70]),
        (2, "bottom", [100, 80, 70, 90]),
        (1, "up", [100, 90, 80, 70]),
        (4, "down", [100, 90, 80, 70]),
    ],
)
def test_a_move_puts_the_paper_where_it_was_told(session, edition, act, start, to, expected):
    curation.move(session, items(session)[start - 1].id, to=to, **act)
    assert scores(session) == expected


@pytest.mark.parametrize("position", [0, -1, 5, 10_000, "sideways"])
def test_a_position_there_is_not_is_refused_by_its_number(session, edition, act, position):
    with pytest.raises(NotAllowed, match="choose a number from 1 to 4"):
        curation.move(session, items(session)[0].id, to=position, **act)
    assert scores(session) == [100, 90, 80, 70]


@pytest.mark.parametrize(
    ("moved", "beside", "expected"),
    [
        (4, {"before": 2}, [100, 70, 90, 80]),
        (1, {"before": 4}, [90, 80, 100, 70]),
        (1, {"after": 4}, [90, 80, 70, 100]),
        (4, {"after": 1}, [100, 70, 90, 80]),
        (2, {"after": 1}, [100, 90, 80, 70]),
        (2, {"before": 2}, [100, 90, 80, 70]),
    ],
)
def test_a_place_may_be_given_by_the_paper_beside_it(session, edition, act, moved, beside, expected):
    ids = [item.id for item in items(session)]
    curation.move(session, ids[moved - 1], **{name: ids[at - 1] for name, at in beside.items()}, **act)
    assert scores(session) == expected
    candidate = items(session, "candidate")[0].id
    last = items(session)[-1].id
    curation.pick(session, candidate, before=last, **act)
    assert scores(session) == [*expected[:3], 40, expected[3]]


def test_a_neighbour_that_is_not_picked_any_more_is_told_in_a_sentence(session, edition, act):
    first, second = items(session)[:2]
    curation.hold(session, second.id, **act)
    with pytest.raises(NotAllowed, match="The paper beside it is not picked any more"):
        curation.move(session, first.id, after=second.id, **act)
    with pytest.raises(NotAllowed, match="The paper beside it is not picked any more"):
        curation.pick(session, items(session, "candidate")[0].id, before=second.id, **act)


def test_a_pinned_paper_stays_pinned_when_it_is_moved_and_not_when_it_leaves(session, edition, act, clock):
    item = items(session)[0]
    item.pinned_at = item.placed_at = clock()
    session.commit()
    curation.move(session, item.id, to=3, **act)
    assert items(session)[2].pinned_at == clock()
    curation.put_back(session, item.id, **act)
    assert items(session, "candidate")[0].pinned_at is None


def test_a_candidate_has_no_place_to_move(session, edition, act):
    with pytest.raises(NotAllowed, match="pick it first"):
        curation.move(session, items(session, "candidate")[0].id, to=1, **act)


def test_a_move_writes_one_item(session, edition, act):
    written = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: written.append(args[2]))
    curation.move(session, items(session)[3].id, to=1, **act)
    assert len([statement for statement in written if statement.startswith("UPDATE items")]) == 1


def test_hundreds_of_moves_into_one_gap_keep_the_order(session, edition, act):
    for _ in range(320):
        curation.move(session, items(session)[3].id, to=2, **act)
    assert sorted(scores(session)) == [70, 80, 90, 100]
    assert scores(session)[0] == 100
    assert max(len(item.order_key) for item in items(session)) <= 100


def test_every_action_counts_the_edition_up_and_leaves_one_event(session, edition, act, editor):
    before = edition.version
    item = items(session)[0]
    curation.move(session, item.id, to=2, **act)
    curation.annotate(session, item.id, headline="A lamp", note="Read *this*.", version=item.version, **act)
    session.refresh(edition)
    assert edition.version == before + 2
    events = session.scalars(select(AuditEvent).where(AuditEvent.editor_id == editor.id).order_by(AuditEvent.id)).all()
    assert [found.kind for found in events] == ["item.moved", "item.annotated"]
    assert events[1].changes == [
        {"item_id": item.id, "fields": {"headline": [None, "A lamp"], "note": [None, "Read *this*."]}}
    ]


def test_an_action_that_changes_nothing_leaves_no_event_and_no_version(session, edition, act):
    before = (edition.version, edition.acted_at)
    acted = curation.pick(session, items(session)[0].id, **act)
    session.refresh(edition)
    assert acted.event_id is None
    assert (edition.version, edition.acted_at) == before


def test_a_stale_form_changes_nothing(session, edition, act):
    item = items(session)[0]
    shown = item.version
    curation.move(session, item.id, to=3, **act)
    with pytest.raises(Stale):
        curation.drop(session, item.id, version=shown, **act)
    assert scores(session) == [90, 80, 100, 70]


def test_a_stale_text_is_refused_and_the_saved_one_stays(session, edition, act):
    item = items(session)[0]
    shown = item.version
    curation.annotate(session, item.id, headline=None, note="First.", version=shown, **act)
    with pytest.raises(Stale):
        curation.annotate(session, item.id, headline=None, note="Second.", version=shown, **act)
    assert items(session)[0].note == "First."


def test_the_same_text_twice_is_no_conflict(session, edition, act):
    item = items(session)[0]
    shown = item.version
    curation.annotate(session, item.id, headline=None, note="First.", version=shown, **act)
    acted = curation.annotate(session, item.id, headline=None, note="First.", version=shown, **act)
    assert acted.event_id is None


def test_a_note_of_a_megabyte_is_refused_with_its_length(session, edition, act):
    item = items(session)[0]
    with pytest.raises(NotAllowed, match="1,048,576 characters; shorten it to 20,000"):
        curation.annotate(session, item.id, headline=None, note="x" * 2**20, version=item.version, **act)
    assert items(session)[0].note is None


def test_nothing_in_a_published_edition_can_be_changed(session, edition, act):
    edition.status = "published"
    session.commit()
    item = items(session)[0]
    for action in (curation.drop, curation.put_back):
        with pytest.raises(NotAllowed, match="is published"):
            action(session, item.id, **act)
    assert scores(session) == [100, 90, 80, 70]


def test_an_item_that_is_not_there_is_refused(session, act):
    with pytest.raises(NotAllowed, match="no such paper"):
        curation.drop(session, 4711, **act)
    assert session.scalars(select(Item)).all() == []

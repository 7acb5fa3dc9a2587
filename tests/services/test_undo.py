"""Undo: several deep, by the one who did it, refused in one sentence where somebody changed the same since."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Item, Strike
from app.services import curation, evidence
from app.services.acting import Acting
from app.services.audit import ITEM_FIELDS, snapshot
from app.services.undo import next_undo, redo, undo
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, scores


@pytest.fixture
def edition(session, rules) -> Edition:
    """Three picked papers, two below the cut; one mention names the best and the first below."""
    edition = edition_of_scores(session, rules, [100, 90, 80, 40, 30])
    names = [item.paper.arxiv_id for item in (items(session)[0], items(session, "candidate")[0])]
    ingest_things(session, rules, [mention("7", *names, reposts=500, source="bluesky")])
    return edition


@pytest.fixture
def take_back(session, edition, clock, rules):
    """Undo the newest action of a person."""
    return lambda person: undo(session, edition.id, by=Acting(person, clock.tick(), rules))


def state(session) -> list:
    """Everything that an editor can change."""
    strikes = session.scalar(select(func.count()).select_from(Strike))
    found = session.scalars(select(Item).order_by(Item.id).execution_options(populate_existing=True))
    return [strikes, *(snapshot(item) for item in found)]


def test_every_action_can_be_taken_back_in_turn(session, edition, editor, clock, rules, take_back):
    act = {"by": Acting(editor, clock(), rules)}
    states = [state(session)]
    first, candidate = items(session)[0], items(session, "candidate")[0]
    for do in (
        lambda: curation.move(session, first.id, to=3, **act),
        lambda: curation.pick(session, candidate.id, position=1, **act),
        lambda: curation.annotate(session, first.id, headline="A lamp", note="Read it.", version=first.version, **act),
        lambda: evidence.strike(session, mention_row(session, "7", "bluesky").id, edition_id=edition.id, **act),
        lambda: curation.drop(session, first.id, reason="off topic", **act),
        lambda: curation.put_back(session, first.id, **act),
        lambda: evidence.unstrike(session, mention_row(session, "7", "bluesky").id, edition_id=edition.id, **act),
    ):
        do()
        states.append(state(session))
    for expected in reversed(states[:-1]):
        take_back(editor)
        assert state(session) == expected
    with pytest.raises(NotAllowed, match="nothing of yours to undo"):
        take_back(editor)


def test_nobody_undoes_what_another_did(session, edition, editor, other_editor, clock, rules, take_back):
    curation.drop(session, items(session)[0].id, by=Acting(editor, clock(), rules))
    with pytest.raises(NotAllowed, match="nothing of yours to undo"):
        take_back(other_editor)
    assert next_undo(session, edition.id, other_editor) is None
    assert len(scores(session, "dropped")) == 1


def test_what_somebody_changed_since_is_left_alone(session, edition, editor, other_editor, clock, rules, take_back):
    item = items(session)[1]
    curation.move(session, item.id, to=1, by=Acting(editor, clock(), rules))
    curation.move(session, item.id, to=3, by=Acting(other_editor, clock.tick(), rules))
    before = state(session)
    with pytest.raises(NotAllowed, match="cannot be undone any more"):
        take_back(editor)
    assert state(session) == before


def test_what_cannot_be_undone_does_not_bar_the_way_to_what_was_before(
    session, edition, editor, other_editor, clock, rules, take_back
):
    dropped, moved = items(session)[0], items(session)[1]
    curation.drop(session, dropped.id, by=Acting(editor, clock(), rules))
    curation.move(session, moved.id, to=2, by=Acting(editor, clock(), rules))
    curation.move(session, moved.id, to=1, by=Acting(other_editor, clock.tick(), rules))
    with pytest.raises(NotAllowed, match="Undo again for the action before it"):
        take_back(editor)
    assert take_back(editor).item_ids == [dropped.id]
    assert items(session, "dropped") == []


def test_what_others_did_elsewhere_does_not_matter(session, edition, editor, other_editor, clock, rules, take_back):
    best, second = items(session)[:2]
    curation.move(session, best.id, to=2, by=Acting(editor, clock(), rules))
    curation.annotate(
        session,
        second.id,
        headline=None,
        note="Fine.",
        version=second.version,
        by=Acting(other_editor, clock(), rules),
    )
    take_back(editor)
    assert [item.id for item in items(session)[:2]] == [best.id, second.id]
    assert items(session)[1].note == "Fine."


def test_a_strike_is_taken_back_also_where_another_changed_the_score_since(
    session, edition, editor, other_editor, clock, rules, take_back
):
    names = [item.paper.arxiv_id for item in (items(session)[0], items(session, "candidate")[0])]
    ingest_things(session, rules, [mention("8", *names, reposts=200, source="bluesky")])
    curation.annotate(session, items(session)[2].id, Acting(editor, clock(), rules), headline="A", note="", version=1)
    start = state(session)
    struck = {
        name: lambda who, name=name: evidence.strike(
            session, mention_row(session, name, "bluesky").id, Acting(who, clock.tick(), rules), edition_id=edition.id
        )
        for name in "78"
    }
    struck["8"](other_editor)
    without_eight = state(session)
    take_back(other_editor)
    assert state(session) == start
    struck["7"](editor)
    struck["8"](other_editor)
    take_back(editor)
    assert [facts["score"] for facts in state(session)[1:]] == [facts["score"] for facts in without_eight[1:]]
    assert [facts["state"] for facts in state(session)[1:]] == [facts["state"] for facts in without_eight[1:]]
    redo(session, edition.id, by=Acting(editor, clock.tick(), rules))
    take_back(other_editor)
    take_back(editor)
    assert [facts["parts"] for facts in state(session)[1:]] == [facts["parts"] for facts in start[1:]]
    assert session.scalar(select(func.count()).select_from(Strike)) == 0


def test_a_strike_stays_where_somebody_decided_on_what_it_moved(
    session, edition, editor, other_editor, clock, rules, take_back
):
    names = [item.paper.arxiv_id for item in (items(session)[0], items(session, "candidate")[0])]
    low = items(session, "candidate")[0]
    ingest_things(session, rules, [mention("8", *names, reposts=200, source="bluesky")])
    mention_id = mention_row(session, "8", "bluesky").id
    evidence.strike(session, mention_id, Acting(editor, clock.tick(), rules), edition_id=edition.id)
    evidence.unstrike(session, mention_id, Acting(editor, clock.tick(), rules), edition_id=edition.id)
    curation.drop(session, low.id, Acting(other_editor, clock.tick(), rules))
    before = state(session)
    with pytest.raises(NotAllowed, match="changed since"):
        take_back(editor)
    assert state(session) == before


def test_a_place_that_was_taken_since_is_given_next_to_it(
    session, edition, editor, other_editor, clock, rules, take_back
):
    first, second, third = items(session)[:3]
    key = second.order_key
    curation.drop(session, second.id, by=Acting(editor, clock(), rules))
    third_item = session.get_one(Item, third.id)
    third_item.order_key = key
    session.commit()
    take_back(editor)
    assert [item.id for item in items(session)[:3]] == [first.id, third.id, second.id]


def test_the_undo_is_an_event_of_its_own(session, edition, editor, clock, rules, take_back):
    curation.drop(session, items(session)[0].id, by=Acting(editor, clock(), rules))
    dropped = next_undo(session, edition.id, editor)
    take_back(editor)
    undone = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (undone.kind, undone.undoes_id, undone.summary) == ("action.undone", dropped.id, f"undid: {dropped.summary}")
    for change in undone.changes:
        assert set(change["fields"]) <= set(ITEM_FIELDS)


def test_nothing_is_undone_after_publishing(session, edition, editor, clock, rules, take_back):
    curation.drop(session, items(session)[0].id, by=Acting(editor, clock(), rules))
    edition.status = "published"
    session.commit()
    with pytest.raises(NotAllowed, match="is published"):
        take_back(editor)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["pick", "drop", "back", "move"]), st.integers(0, 4), st.integers(1, 5)), max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_undoing_everything_gives_the_first_state_again(session, edition, editor, clock, rules, actions):
    act = {"by": Acting(editor, clock.tick(), rules)}
    ids = sorted(session.scalars(select(Item.id)))
    before, done = state(session), 0
    for action, which, position in actions:
        do = {
            "pick": lambda i, p: curation.pick(session, i, position=p, **act),
            "drop": lambda i, p: curation.drop(session, i, **act),
            "back": lambda i, p: curation.put_back(session, i, **act),
            "move": lambda i, p: curation.move(session, i, to=p, **act),
        }[action]
        try:
            done += do(ids[which], position).event_id is not None
        except NotAllowed:
            continue
    for _ in range(done):
        undo(session, edition.id, by=Acting(editor, clock.tick(), rules))
    assert state(session) == before

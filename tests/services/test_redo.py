"""Redo, and undo with it: many deep, per person, over reloads, with others acting in between."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Editor, Item, Strike
from app.services import curation, cutting, evidence, ordering
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.scoring import settle_items
from app.services.undo import next_redo, next_undo, redo, undo
from tests.factories import DAY, edition_of_scores, ingest_things, items, mention, mention_row, paper, scores

TOMORROW = DAY.replace(day=19)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Three picked papers, three below the cut; one mention names the best and the first below."""
    edition = edition_of_scores(session, rules, [100, 90, 80, 40, 30, 20])
    names = [item.paper.arxiv_id for item in (items(session)[0], items(session, "candidate")[0])]
    ingest_things(session, rules, [mention("7", *names, reposts=500, source="bluesky")])
    return edition


@pytest.fixture
def by(clock, rules):
    """A person, one minute later at every call."""
    return lambda person: Acting(person, clock.tick(), rules)


def state(session) -> list:
    """Everything that an editor can change; of what waits unseen only that it does."""
    strikes = session.scalar(select(func.count()).select_from(Strike))
    cuts = list(session.scalars(select(Edition.cut).order_by(Edition.id)))
    found = session.scalars(select(Item).order_by(Item.id).execution_options(populate_existing=True))
    return [strikes, cuts, *(snapshot(item) for item in found if item.state != "waiting")]


def newest(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()


def test_what_was_undone_is_done_again_step_by_step(session, edition, editor, by):
    first, candidate = items(session)[0], items(session, "candidate")[0]
    states = [state(session)]
    for do in (
        lambda who: curation.move(session, first.id, to=3, by=who),
        lambda who: curation.pick(session, candidate.id, before=first.id, by=who),
        lambda who: curation.annotate(session, first.id, headline="A lamp", note="", version=first.version, by=who),
        lambda who: evidence.strike(session, mention_row(session, "7", "bluesky").id, edition_id=edition.id, by=who),
        lambda who: curation.drop_many(session, edition.id, [first.id, candidate.id], reason="off topic", by=who),
        lambda who: curation.hold(session, first.id, by=who),
    ):
        do(by(editor))
        states.append(state(session))
    for expected in reversed(states[:-1]):
        undo(session, edition.id, by(editor))
        assert state(session) == expected
    person, place = editor.id, edition.id
    for expected in states[1:]:
        # As after a reload: nothing is kept between two steps but what the database holds.
        session.remove()
        redo(session, place, by(session.get_one(Editor, person)))
        assert state(session) == expected
    with pytest.raises(NotAllowed, match="nothing of yours to do again"):
        redo(session, place, by(session.get_one(Editor, person)))


def test_a_redo_is_an_event_of_its_own_and_undone_like_any(session, edition, editor, by):
    best = items(session)[0]
    dropped = curation.drop(session, best.id, by=by(editor))
    undone = undo(session, edition.id, by(editor))
    assert next_redo(session, edition.id, editor).id == undone.event_id
    redone = redo(session, edition.id, by(editor))
    found = newest(session)
    assert (found.kind, found.undoes_id, found.item_id) == ("action.redone", undone.event_id, best.id)
    assert found.summary == f"did again: dropped “{best.paper.title}”"
    assert next_undo(session, edition.id, editor).id == redone.event_id != dropped.event_id
    undo(session, edition.id, by(editor), event_id=redone.event_id)
    assert newest(session).summary == f"undid: dropped “{best.paper.title}”"
    assert scores(session, "dropped") == []


def test_something_new_clears_what_could_be_done_again_but_nothing_of_others_does(
    session, edition, editor, other_editor, by
):
    first, second, third = items(session)[:3]
    curation.drop(session, first.id, by=by(editor))
    undo(session, edition.id, by(editor))
    curation.drop(session, second.id, by=by(other_editor))
    assert next_redo(session, edition.id, other_editor) is None
    redo(session, edition.id, by(editor))
    assert [item.id for item in items(session, "dropped")] == [first.id, second.id]
    undo(session, edition.id, by(editor))
    curation.drop(session, third.id, by=by(editor))
    with pytest.raises(NotAllowed, match="nothing of yours to do again"):
        redo(session, edition.id, by(editor))


def test_what_others_changed_since_is_not_done_again_and_does_not_bar_the_way(
    session, edition, editor, other_editor, by
):
    first, second, third = items(session)[:3]
    curation.move(session, third.id, to=1, by=by(editor))
    curation.drop(session, first.id, reason="off topic", by=by(editor))
    curation.drop(session, second.id, by=by(editor))
    for _ in range(3):
        undo(session, edition.id, by(editor))
    curation.hold(session, first.id, by=by(other_editor))
    redo(session, edition.id, by(editor))
    assert items(session)[0].id == third.id
    before = state(session)
    with pytest.raises(NotAllowed, match=r"cannot be done again, because it was changed since: dropped .*off topic"):
        redo(session, edition.id, by(editor))
    assert state(session) == before
    redo(session, edition.id, by(editor))
    assert [item.id for item in items(session, "dropped")] == [second.id]


def test_an_undo_that_names_its_action_is_of_no_other(session, edition, editor, other_editor, by):
    first, second = items(session)[:2]
    older = curation.drop(session, first.id, by=by(editor)).event_id
    newer = curation.drop(session, second.id, by=by(editor)).event_id
    before = state(session)
    with pytest.raises(NotAllowed, match="You have done something else since"):
        undo(session, edition.id, by(editor), event_id=older)
    assert state(session) == before
    curation.move(session, items(session)[0].id, to=1, by=by(other_editor))
    undo(session, edition.id, by(editor), event_id=newer)
    with pytest.raises(NotAllowed, match="taken back already"):
        undo(session, edition.id, by(editor), event_id=newer)
    undo(session, edition.id, by(editor), event_id=older)
    with pytest.raises(NotAllowed, match="taken back already"):
        undo(session, edition.id, by(editor), event_id=older)
    assert scores(session, "dropped") == []


def test_a_moved_cut_goes_back_and_forth(session, edition, editor, other_editor, by):
    before = state(session)
    cutting.set_cut(session, edition.id, by(editor), cut=25)
    after = state(session)
    assert (edition.cut, len(scores(session))) == (25, 5)
    undo(session, edition.id, by(editor))
    assert state(session) == before
    redo(session, edition.id, by(editor))
    assert state(session) == after
    cutting.set_cut(session, edition.id, by(other_editor), cut=95)
    with pytest.raises(NotAllowed, match="cannot be undone any more"):
        undo(session, edition.id, by(editor))


def test_a_pick_that_gave_the_whole_list_fresh_keys_goes_back_and_forth(session, edition, editor, by):
    first, second, third, candidate = *items(session)[:3], items(session, "candidate")[0]
    narrow = "V" + "0" * 98
    for item, key in ((first, narrow + "1"), (second, narrow + "2"), (third, "W")):
        item.order_key = key
    session.commit()
    before = state(session)
    curation.pick(session, candidate.id, after=first.id, by=by(editor))
    assert max(len(item.order_key) for item in items(session)) < 5
    after = state(session)
    undo(session, edition.id, by(editor))
    assert state(session) == before
    redo(session, edition.id, by(editor))
    assert state(session) == after


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["pick", "drop", "hold", "back", "move", "write", "many", "strike", "pin", "unpin", "order", "cut"]
        ),
        st.integers(0, 5),
        st.integers(1, 6),
    ),
    min_size=1,
    max_size=9,
)


def do(session, edition, step, who) -> int | None:
    """One step of a random sequence; the id of its event, None where it was refused or changed nothing."""
    name, which, number = step
    ids = sorted(session.scalars(select(Item.id).where(Item.edition_id == edition.id)))
    item = session.get_one(Item, ids[which])
    some = ids[which : which + number]
    mention_id = mention_row(session, "7", "bluesky").id
    strike = evidence.unstrike if session.scalar(select(func.count()).select_from(Strike)) else evidence.strike
    many = (curation.pick_many, curation.drop_many, curation.hold_many, curation.put_back_many)[number % 4]
    actions = {
        "pick": lambda: curation.pick(session, item.id, position=number if number % 2 else None, by=who),
        "drop": lambda: curation.drop(session, item.id, reason="off topic", by=who),
        "hold": lambda: curation.hold(session, item.id, by=who),
        "back": lambda: curation.put_back(session, item.id, by=who),
        "move": lambda: curation.move(session, item.id, to=number, by=who),
        "write": lambda: curation.annotate(
            session, item.id, headline=None, note=f"At {who.now}.", version=item.version, by=who
        ),
        "many": lambda: many(session, edition.id, some, who),
        "strike": lambda: strike(session, mention_id, edition_id=edition.id, by=who),
        "pin": lambda: ordering.pin(session, item.id, who),
        "unpin": lambda: ordering.unpin(session, item.id, who),
        "order": lambda: ordering.order_by_score(session, edition.id, who),
        "cut": lambda: cutting.set_cut(session, edition.id, who, cut=number * 20),
    }
    try:
        return actions[name]().event_id
    except NotAllowed:
        session.rollback()
        return None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undone_all_is_as_at_the_start_and_redone_all_as_before(session, rules, edition, editor, by, steps):
    if session.scalar(select(func.count()).select_from(Edition)) == 1:
        ingest_things(session, rules, [paper(score=60, announced_on=TOMORROW)], day=TOMORROW)
    start = state(session)
    done = [event_id for step in steps if (event_id := do(session, edition, step, by(editor)))]
    end = state(session)
    for _ in done:
        undo(session, edition.id, by(editor))
    assert state(session) == start
    for _ in done:
        redo(session, edition.id, by(editor))
    assert state(session) == end
    for _ in done:
        undo(session, edition.id, by(editor))
    assert state(session) == start


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), STEPS.map(lambda steps: steps[0])), min_size=1, max_size=10))
def test_what_one_of_two_takes_back_leaves_all_that_the_other_did(session, edition, clock, by, steps):
    editor, other_editor = begin_anew(session, edition, clock)
    for is_mine, step in steps:
        do(session, edition, step, by(editor if is_mine else other_editor))
    theirs = decided_by(session, other_editor)
    while next_undo(session, edition.id, editor):
        before = state(session)
        try:
            undo(session, edition.id, by(editor))
        except NotAllowed:
            assert state(session) == before
    for item_id, fields in theirs.items():
        item = session.get_one(Item, item_id, populate_existing=True)
        assert {name: snapshot(item)[name] for name in fields} == fields
    while next_redo(session, edition.id, editor):
        before = state(session)
        try:
            redo(session, edition.id, by(editor))
        except NotAllowed:
            assert state(session) == before


def begin_anew(session, edition, clock) -> list[Editor]:
    """Everything as the rules have it, and two people who have done nothing yet."""
    people = [Editor(name=f"{name} {clock.tick()}", role="editor", created_at=clock()) for name in ("Ada", "Tomas")]
    session.add_all(people)
    session.execute(delete(Strike))
    plain = dict.fromkeys(("order_key", "note", "drop_reason", "decided_at", "placed_at", "pinned_at"))
    session.execute(update(Item).values(state="candidate", **plain))
    session.execute(update(Edition).values(cut=50))
    session.commit()
    settle_items(session, edition.id, items(session, "candidate"))
    session.commit()
    return people


def decided_by(session, person) -> dict[int, dict[str, object]]:
    """The state, reason and place of the items that a person was the last to decide, and nobody touched since."""
    found: dict[int, dict[str, object]] = {}
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id)):
        for change in event.changes:
            fields = change.get("fields", {})
            is_theirs = event.editor_id == person.id and "decided_at" in fields
            if is_theirs:
                names = fields.keys() & {"state", "drop_reason", "decided_at", "placed_at"}
                found[change["item_id"]] = {name: fields[name][1] for name in names}
            elif fields:
                found.pop(change["item_id"], None)
    return found

"""The baton: who gets it, who may take it over when, who publishes; and the handover, whose counts are the log's."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.handover import COUNTED, in_words, looked_in_words
from app.models import AuditEvent, Edition, Editor
from app.queries.handover import handover
from app.queries.presence import baton_of
from app.queries.writings import stands_of_item
from app.services import baton, curation, cutting, ordering, undo
from app.services.acting import Acting
from app.services.presence import be_here
from app.services.publishing import publish
from app.services.writing import Page, Place, save
from tests.factories import DAY, edition_of_scores, ingest_things, items, paper


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two papers above the cut, two below it."""
    return edition_of_scores(session, rules, [100, 90, 40, 30])


@pytest.fixture
def ana(editor, clock, rules):
    """Ana, now."""
    return lambda: Acting(editor, clock(), rules)


@pytest.fixture
def jo(other_editor, clock, rules):
    """Jo, now."""
    return lambda: Acting(other_editor, clock(), rules)


def holder(session, edition: Edition) -> str | None:
    """Who holds the baton."""
    person = session.get_one(Edition, edition.id, populate_existing=True).baton_editor
    return person.name if person else None


def test_whoever_acts_first_has_the_baton_and_keeps_it(session, edition, ana, jo, clock):
    assert holder(session, edition) is None
    began = clock()
    curation.drop(session, items(session)[0].id, by=ana())
    clock.tick()
    curation.drop(session, items(session)[0].id, by=jo())
    found = session.get_one(Edition, edition.id, populate_existing=True)
    assert (holder(session, edition), found.baton_at) == ("Ana", began)


def test_the_command_line_and_an_action_that_changes_nothing_take_no_baton(session, edition, ana, clock, rules):
    curation.drop(session, items(session)[0].id, by=Acting(None, clock(), rules))
    curation.pick(session, items(session)[0].id, by=ana())
    assert holder(session, edition) is None


def test_only_the_holder_publishes_and_the_command_line_does_regardless(session, edition, ana, jo, clock, rules):
    curation.drop(session, items(session)[0].id, by=ana())
    version = session.get_one(Edition, edition.id, populate_existing=True).version
    with pytest.raises(NotAllowed, match="^Ana holds the baton of this edition and publishes it; take it over first.$"):
        publish(session, edition.id, by=jo(), targets=[])
    found = session.get_one(Edition, edition.id, populate_existing=True)
    assert (found.status, found.version) == ("draft", version)
    assert publish(session, edition.id, by=Acting(None, clock(), rules), targets=[]).is_new
    assert not publish(session, edition.id, by=jo(), targets=[]).is_new


def test_an_edition_that_nobody_holds_is_published_by_whoever_is_first(session, edition, jo):
    assert publish(session, edition.id, by=jo(), targets=[]).is_new


def test_a_holder_at_work_keeps_it_and_one_who_is_idle_or_gone_is_relieved(session, edition, ana, jo, clock):
    curation.drop(session, items(session)[0].id, by=ana())
    me = ana().editor_id
    be_here(session, edition.id, me, clock())
    with pytest.raises(NotAllowed, match="^Ana holds the baton and is at work; ask Ana for it.$"):
        baton.take(session, edition.id, by=jo())
    for _ in range(29):
        be_here(session, edition.id, me, clock.tick(seconds=10))
    assert not baton_of(session, session.get_one(Edition, edition.id), clock()).is_free
    be_here(session, edition.id, me, clock.tick(seconds=10))
    idle = baton_of(session, session.get_one(Edition, edition.id), clock())
    assert (idle.is_here, idle.is_idle, idle.is_free) == (True, True, True)
    be_here(session, edition.id, me, clock.tick(seconds=10), is_active=True)
    assert not baton_of(session, session.get_one(Edition, edition.id), clock()).is_free
    clock.tick(seconds=20)
    gone = baton_of(session, session.get_one(Edition, edition.id), clock())
    assert (gone.is_here, gone.is_idle, gone.is_free) == (False, False, True)
    taken = baton.take(session, edition.id, by=jo())
    assert holder(session, edition) == "Jo"
    event = session.get_one(AuditEvent, taken.event_id)
    assert (event.kind, event.summary) == ("baton.taken", "took the baton from Ana")
    fields = event.changes[0]["of_edition"]
    assert fields["baton_editor_id"] == [me, jo().editor_id]
    assert event.version == session.get_one(Edition, edition.id, populate_existing=True).version
    assert baton.take(session, edition.id, by=jo()).event_id is None
    with pytest.raises(NotAllowed, match="Jo holds the baton and is at work"):
        baton.take(session, edition.id, by=ana())


def test_taking_the_baton_is_no_action_on_the_papers(session, edition, jo):
    baton.take(session, edition.id, by=jo())
    found = session.get_one(Edition, edition.id, populate_existing=True)
    assert (holder(session, edition), found.acted_at) == ("Jo", None)
    assert undo.next_undo(session, edition.id, jo().editor) is None


def test_it_is_laid_down_or_passed_on_by_its_holder_alone(session, edition, ana, jo, reader):
    curation.drop(session, items(session)[0].id, by=ana())
    with pytest.raises(NotAllowed, match="You do not hold the baton"):
        baton.lay_down(session, edition.id, by=jo())
    for nobody in (reader.id, ana().editor_id, 99999):
        with pytest.raises(NotAllowed, match="passed on to another editor only"):
            baton.lay_down(session, edition.id, by=ana(), to=nobody)
    passed = baton.lay_down(session, edition.id, by=ana(), to=jo().editor_id)
    assert (holder(session, edition), session.get_one(AuditEvent, passed.event_id).summary) == (
        "Jo",
        "passed the baton to Jo",
    )
    baton.lay_down(session, edition.id, by=jo())
    assert holder(session, edition) is None
    curation.drop(session, items(session)[0].id, by=ana())
    assert holder(session, edition) == "Ana"


def test_a_published_edition_has_no_baton_to_take(session, edition, ana, jo):
    publish(session, edition.id, by=ana(), targets=[])
    for act in (baton.take, baton.lay_down):
        with pytest.raises(NotAllowed, match="is published"):
            act(session, edition.id, by=jo())


def test_the_handover_tells_it_in_words(session, rules, ana, clock):
    before, again = DAY - timedelta(days=1), paper("2611.90700", score=300, announced_on=DAY - timedelta(days=1))
    ingest_things(session, rules, [again], day=before)
    publish(session, session.scalars(select(Edition.id)).one(), by=ana(), targets=[])
    ingest_things(session, rules, [paper("2611.90700", score=300), *(paper(score=n) for n in (200, 100, 20, 10))])
    edition = session.scalars(select(Edition).where(Edition.date == DAY)).one()
    first, second, third = (item.id for item in items(session))
    began = clock()
    curation.drop_many(session, edition.id, [first, second], by=ana())
    assert handover(session, edition, ana().editor_id, "Ana", began).parts == [
        "2 dropped, 1 of them a repeat",
        "no paper looked at",
    ]
    clock.tick()
    curation.move(session, third, to=1, by=ana())
    curation.annotate(session, third, headline="Lit", note="Read it.", version=1, by=ana())
    cutting.set_cut(session, edition.id, by=ana(), cut=60)
    cutting.set_cut(session, edition.id, by=ana(), cut=70)
    told = handover(session, edition, ana().editor_id, "Ana", began)
    assert told.parts == [
        "2 dropped, 1 of them a repeat",
        "1 headline",
        "1 note",
        "cut moved 2 times",
        "nothing below no. 1 looked at",
    ]
    below = items(session, "candidate")[0].id
    be_here(session, edition.id, ana().editor_id, clock(), looked=[below])
    assert handover(session, edition, ana().editor_id, "Ana", began).deepest == 2
    be_here(session, edition.id, ana().editor_id, clock(), looked=[items(session, "candidate")[1].id])
    assert handover(session, edition, ana().editor_id, "Ana", began).parts[-1] == "looked at down to the last paper"
    later = handover(session, edition, ana().editor_id, "Ana", clock.tick())
    assert later.parts == ["nothing changed", "no paper looked at"]


def test_what_was_written_before_and_after_the_baton_came_is_told_apart(session, edition, ana, jo, clock):
    first, second = items(session)
    curation.move(session, second.id, to="top", by=jo())

    def write(text: str, sequence: int) -> None:
        seen = stands_of_item(session, first)["note"].seen
        save(session, Place(edition.id, "note", first.id), text, ana(), seen=seen, page=Page("hers", sequence))

    write("Read", 1)
    clock.tick(seconds=2)
    baton.lay_down(session, edition.id, jo(), to=ana().editor_id)
    clock.tick(seconds=2)
    write("Read it", 2)
    write("Read it.", 3)
    found = session.scalars(select(AuditEvent).where(AuditEvent.kind == "item.annotated").order_by(AuditEvent.id)).all()
    assert [event.changes[0]["fields"]["note"] for event in found] == [[None, "Read"], ["Read", "Read it."]]
    since = session.get_one(Edition, edition.id, populate_existing=True).baton_at
    told = handover(session, edition, ana().editor_id, "Ana", since)
    assert told.parts == ["1 note", "nothing below no. 2 looked at"]


def test_what_was_done_before_and_is_taken_back_now_is_told_as_that(session, edition, ana, clock):
    curation.drop(session, items(session)[0].id, by=ana())
    since = clock.tick()
    undo.undo(session, edition.id, by=ana())
    assert handover(session, edition, ana().editor_id, "Ana", since).counts == {"undone": 1}
    undo.redo(session, edition.id, by=ana())
    assert handover(session, edition, ana().editor_id, "Ana", since).counts == {}


@given(counts=st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 3)), repeats=st.integers(0, 3))
def test_all_that_is_counted_is_told_once(counts: dict[str, int], repeats: int) -> None:
    told = in_words(counts, repeats)
    assert len(told) == sum(count > 0 for count in counts.values())
    assert ("; ".join(told).count("repeat") > 0) == bool(repeats and counts.get("dropped"))
    assert looked_in_words(None, 3) == "no paper looked at"


DAYS: Iterator[date] = (DAY - timedelta(days=n) for n in range(1, 10_000))
KINDS = ("drop", "pick", "hold", "back", "move", "pin", "order", "undo", "redo", "other")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5)))
NAMES = {"drop": "dropped", "pick": "picked", "hold": "held", "back": "returned", "move": "moved", "pin": "pinned"}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_the_counts_of_a_handover_are_those_of_what_was_done_and_stands(session, rules, ana, jo, clock, steps) -> None:
    day = next(DAYS)
    edition = edition_of_scores(session, rules, [100, 90, 80, 40, 30, 20], day=day)
    ids = [item.id for state in ("picked", "candidate") for item in items(session, state, day)]
    curation.annotate(session, ids[0], headline=None, note="Before", version=1, by=ana())
    edition_id, since = edition.id, clock.tick()
    # Whoever takes back more than was done since takes back the note that was there before.
    done, undone, is_note_gone = [], [], False
    for step, at in steps:
        deed = _do(session, edition_id, step, ids[at], ana() if step != "other" else jo())
        if deed == "undo":
            undone.append(done.pop() if done else "before")
            is_note_gone |= undone[-1] == "before"
        elif deed == "redo":
            last = undone.pop()
            done += [last] if last != "before" else []
            is_note_gone &= last != "before"
        elif deed:
            done, undone = [*done, deed], []
    told = handover(session, session.get_one(Edition, edition_id), ana().editor_id, "Ana", since).counts
    expected = {what: len({which for name, which in done if name == what}) for what, _ in done}
    assert told == expected | ({"undone": 1} if is_note_gone else {})


def _do(session, edition_id: int, step: str, item_id: int, by: Acting):
    """One step; what it did and to what, seen from the outside, or nothing where it was refused or changed nothing."""
    acts = {"drop": curation.drop, "pick": curation.pick, "hold": curation.hold, "back": curation.put_back}
    acts |= {"pin": ordering.pin, "other": curation.drop}
    try:
        if step in ("undo", "redo"):
            getattr(undo, step)(session, edition_id, by=by)
            return step
        if step == "order":
            acted = ordering.order_by_score(session, edition_id, by=by)
            return ("ordered", acted.event_id) if acted.event_id else None
        act = acts.get(step, lambda *args, **more: curation.move(*args, **more, to="top"))
        acted = act(session, item_id, by=by)
    except NotAllowed:
        return None
    return (NAMES[step], item_id) if acted.event_id and step != "other" else None


def test_a_closed_account_holds_nothing_against_anybody(session, edition, ana, jo, clock):
    curation.drop(session, items(session)[0].id, by=ana())
    session.get_one(Editor, ana().editor_id).disabled_at = clock()
    session.commit()
    baton.take(session, edition.id, by=jo())
    assert holder(session, edition) == "Jo"

"""Texts that save themselves: whose save goes through, what a run of saves is in the log, and what undo does to it."""

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules, Stale
from app.models import AuditEvent, Edition, Editor, Item, Writing
from app.queries.writings import stands_of_edition, stands_of_item
from app.services import curation
from app.services.acting import Acting
from app.services.undo import redo, undo
from app.services.writing import Conflict, Page, Place, Saved, save
from tests.conftest import Clock
from tests.factories import edition_of_scores, items


class Window:
    """An editor's page with one text open: it saves as the page's script does."""

    def __init__(self, session: Session, who: Editor, place: Place, clock: Clock, rules: Rules, name: str) -> None:
        self.session, self.who, self.place, self.clock, self.rules = session, who, place, clock, rules
        self.name, self.sequence = name, 0
        self.look()

    @property
    def by(self) -> Acting:
        """Its editor, now."""
        return Acting(self.who, self.clock(), self.rules)

    def look(self) -> str | None:
        """The text as it stands, which the next save is made from."""
        edition = self.session.get_one(Edition, self.place.edition_id, populate_existing=True)
        if self.place.item_id is None:
            stand = stands_of_edition(self.session, edition)[self.place.field]
        else:
            (item,) = [one for one in items(self.session) if one.id == self.place.item_id]
            stand = stands_of_item(self.session, item)[self.place.field]
        self.session.rollback()
        self.seen = stand.seen
        return stand.text

    def write(self, text: str, *, hears: bool = True, **more: object) -> Saved:
        """Save a text; unless it hears the answer, the page goes on not knowing what became of it."""
        self.sequence += 1
        page = Page(self.name, self.sequence, more.pop("follows", ()))
        saved = save(self.session, self.place, text, self.by, seen=self.seen, page=page, **more)
        if hears:
            self.seen = saved.stand.seen
        return saved


@pytest.fixture
def edition(session: Session, rules: Rules) -> Edition:
    """Two picked papers."""
    return edition_of_scores(session, rules, [900, 500])


@pytest.fixture
def note(session: Session, edition: Edition) -> Place:
    """The note of the first paper."""
    return Place(edition.id, "note", items(session)[0].id)


@pytest.fixture
def window(session: Session, editor: Editor, note: Place, clock: Clock, rules: Rules) -> Window:
    """Ana's page."""
    return Window(session, editor, note, clock, rules, "one")


@pytest.fixture
def other(session: Session, other_editor: Editor, note: Place, clock: Clock, rules: Rules) -> Window:
    """Jo's page."""
    return Window(session, other_editor, note, clock, rules, "other")


def events(session: Session) -> list[AuditEvent]:
    """What the log has of people, oldest first."""
    query = select(AuditEvent).where(AuditEvent.editor_id.is_not(None)).order_by(AuditEvent.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def test_a_run_of_saves_is_one_entry_from_its_first_text_to_its_last(
    session: Session, window: Window, clock: Clock
) -> None:
    versions = []
    for text in ("A", "A l", "A lamp."):
        versions.append(window.write(text).version)
        ended = clock()
        clock.tick(seconds=2)
    (event,) = events(session)
    assert event.kind == "item.annotated"
    assert event.summary.startswith("wrote the note of “Lanterns and Moss")
    assert event.changes == [{"item_id": window.place.item_id, "fields": {"note": [None, "A lamp."]}}]
    assert event.versions == versions
    assert event.version == versions[-1]
    assert event.ended_at == ended


@pytest.mark.parametrize("field", ["introduction", "closing"])
def test_the_words_of_an_edition_are_saved_undone_and_done_again(
    session: Session, edition: Edition, editor: Editor, clock: Clock, rules: Rules, field: str
) -> None:
    window = Window(session, editor, Place(edition.id, field), clock, rules, "one")
    window.write("Good")
    window.write("Good morning.")
    (event,) = events(session)
    assert event.kind == "edition.written"
    assert event.summary == {"introduction": "wrote the introduction", "closing": "wrote the closing words"}[field]
    undo(session, edition.id, window.by)
    assert window.look() is None
    redo(session, edition.id, window.by)
    assert window.look() == "Good morning."


def test_undo_takes_a_whole_run_back_and_redo_brings_it_again(session: Session, window: Window) -> None:
    for text in ("One", "One two", "One two three"):
        window.write(text)
    undo(session, window.place.edition_id, window.by)
    assert window.look() is None
    redo(session, window.place.edition_id, window.by)
    assert window.look() == "One two three"


def test_what_is_written_after_an_undo_is_an_entry_of_its_own(session: Session, window: Window) -> None:
    window.write("One")
    undo(session, window.place.edition_id, window.by)
    window.look()
    window.write("Two")
    assert [event.kind for event in events(session)] == ["item.annotated", "action.undone", "item.annotated"]
    undo(session, window.place.edition_id, window.by)
    assert window.look() is None


def test_a_save_made_from_what_an_undo_took_back_is_refused_and_not_written_over_it(
    session: Session, window: Window
) -> None:
    window.write("One")
    undo(session, window.place.edition_id, window.by)
    with pytest.raises(Conflict):
        window.write("One two")
    assert window.look() is None


def test_a_run_ends_with_a_pause_with_another_action_and_with_another_page(
    session: Session, window: Window, other: Window, clock: Clock
) -> None:
    window.write("One")
    clock.tick(minutes=6)
    window.write("One two")
    curation.drop(session, items(session)[1].id, window.by)
    window.write("One two three")
    other.look()
    other.write("One two three four")
    assert [event.kind for event in events(session)] == [
        "item.annotated",
        "item.annotated",
        "item.dropped",
        "item.annotated",
        "item.annotated",
    ]


def test_a_run_never_becomes_an_entry_of_nothing(session: Session, window: Window) -> None:
    window.write("One")
    window.write("")
    assert [event.changes[0]["fields"]["note"] for event in events(session)] == [[None, "One"], ["One", None]]
    assert events(session)[-1].summary.startswith("took away the note of")


def test_a_save_whose_answer_was_lost_makes_no_conflict_with_the_next(window: Window) -> None:
    window.write("One", hears=False)
    window.write("One two", hears=False)
    window.write("One two three")
    assert window.look() == "One two three"


def test_a_repeated_and_a_late_save_change_nothing(session: Session, window: Window) -> None:
    seen = window.seen
    window.write("One")
    window.write("One two")
    version = session.get_one(Edition, window.place.edition_id).version
    for sequence, text in ((2, "One two"), (1, "One")):
        page = Page(window.name, sequence)
        saved = save(session, window.place, text, window.by, seen=seen, page=page)
        assert (saved.stand.text, saved.event_id, saved.version) == ("One two", None, version)


def test_a_late_save_does_not_pass_where_the_text_became_another_and_the_same_again(
    session: Session, window: Window, other: Window
) -> None:
    late = window.seen
    window.write("")
    other.look()
    other.write("Jo was here")
    other.write("")
    with pytest.raises(Conflict):
        save(session, window.place, "Old", window.by, seen=late, page=Page(window.name, 1))
    assert other.look() is None


def test_a_late_save_does_not_come_after_words_that_were_taken_back(session: Session, window: Window) -> None:
    window.write("Read")
    late = window.seen
    window.sequence += 1
    window.write("Read")
    page = Page(window.name, window.sequence - 1)
    assert save(session, window.place, "Read this", window.by, seen=late, page=page).stand.text == "Read"
    assert window.look() == "Read"


def test_a_save_of_what_is_there_already_goes_through_without_an_entry(
    session: Session, window: Window, other: Window
) -> None:
    window.write("The same")
    version = session.get_one(Edition, window.place.edition_id).version
    assert other.write("The same ").event_id is None
    assert len(events(session)) == 1
    assert session.get_one(Edition, window.place.edition_id, populate_existing=True).version == version


def test_a_conflict_holds_both_texts_and_says_whose_the_other_is(window: Window, other: Window) -> None:
    window.write("Ana was faster")
    with pytest.raises(Conflict) as refused:
        other.write("Jo typed this")
    assert refused.value.stand.text == "Ana was faster"
    assert refused.value.by == "Ana"
    other.seen = refused.value.stand.seen
    other.write("Jo typed this")
    assert window.look() == "Jo typed this"


def test_two_windows_of_one_editor_are_two_writers(session: Session, window: Window) -> None:
    second = Window(session, window.who, window.place, window.clock, window.rules, "two")
    window.write("In the first")
    with pytest.raises(Conflict):
        second.write("In the second")
    assert window.look() == "In the first"


def test_a_page_goes_on_where_one_that_is_gone_was_left(session: Session, window: Window) -> None:
    window.write("One", hears=False)
    second = Window(session, window.who, window.place, window.clock, window.rules, "two")
    second.seen = window.seen
    second.write("One two", follows=["one"])
    assert second.look() == "One two"
    # Whatever of the page that is gone comes only now is older.
    with pytest.raises(Conflict):
        window.write("One more", hears=False)


def test_the_text_that_was_not_taken_stays_in_the_log_and_undo_brings_it(
    session: Session, window: Window, other: Window
) -> None:
    window.write("Ana’s")
    other.look()
    other.write("Ana’s", left="Jo’s")
    assert other.look() == "Ana’s"
    assert [event.changes[0]["fields"]["note"] for event in events(session)] == [
        [None, "Ana’s"],
        ["Ana’s", "Jo’s"],
        ["Jo’s", "Ana’s"],
    ]
    undo(session, other.place.edition_id, other.by)
    assert other.look() == "Jo’s"


def test_texts_are_refused_where_they_do_not_belong(
    session: Session, window: Window, edition: Edition, clock: Clock
) -> None:
    with pytest.raises(NotAllowed, match="no such text"):
        Place(edition.id, "note")
    with pytest.raises(NotAllowed, match="no such text"):
        Place(edition.id, "introduction", window.place.item_id)
    with pytest.raises(NotAllowed, match="no such paper"):
        save(session, Place(edition.id, "note", 9999), "x", window.by, seen="")
    with pytest.raises(NotAllowed, match="20,001 characters"):
        window.write("x" * 20_001)
    edition.status = "published"
    session.commit()
    with pytest.raises(NotAllowed, match="published"):
        window.write("Too late")
    assert session.scalars(select(Writing)).all() == []


def test_a_save_without_a_page_goes_by_what_was_seen_alone(session: Session, window: Window) -> None:
    first = save(session, window.place, "One", window.by, seen=window.seen)
    with pytest.raises(Stale):
        save(session, window.place, "Two", window.by, seen=window.seen)
    save(session, window.place, "Two", window.by, seen=first.stand.seen)
    assert len(events(session)) == 2


NUMBERS = itertools.count(1)


@dataclass
class Writer:
    """A page in the machine: what it has seen, and its requests that are still under way, in whatever order."""

    name: str
    seen: str
    base: str = ""
    typed: str = ""
    sequence: int = 0
    settled: int = 0
    under_way: list[tuple[int, str, str]] = field(default_factory=list)
    conflict: bool = False


class SaveLaw(RuleBasedStateMachine):
    """Several pages write one text over a network that loses, repeats, delays and reorders what they send."""

    session: Session
    place: Place
    by: Acting
    names = ("a", "b", "c")

    @initialize(count=st.integers(1, 3))
    def begin(self, count: int) -> None:
        # Nobody's save: the pages of this run have the names of those of the one before.
        save(self.session, self.place, f"Start {next(NUMBERS)}", self.by, seen=self._stand().seen)
        stand = self._stand()
        self.writers = {
            name: Writer(name, stand.seen, stand.text or "", stand.text or "") for name in self.names[:count]
        }
        self.words = 0
        self.there = stand.text or ""
        # Whose it is.
        self.owner: str | None = None
        # Of every page the newest of its requests that has gone through.
        self.newest: dict[str, int] = {}
        self.active: set[str] = set()

    def _stand(self):
        (item,) = [one for one in items(self.session) if one.id == self.place.item_id]
        return stands_of_item(self.session, item)["note"]

    @rule(name=st.sampled_from(names), times=st.integers(1, 3), takes_back=st.booleans())
    def types(self, name: str, times: int, takes_back: bool) -> None:
        """Every text is another, so that whose it is can be told; all are under way from now on.

        One may go back to what is known to be there, and cannot know whether what was sent before has arrived.
        """
        writer = self.writers.get(name, self.writers["a"])
        for _ in range(0 if writer.conflict else times):
            self.words += 1
            self._sends(writer, f"{writer.name}{self.words}")
        if takes_back and not writer.conflict:
            self._sends(writer, writer.base)

    def _sends(self, writer: Writer, text: str) -> None:
        self.active.add(writer.name)
        writer.typed = text
        writer.sequence += 1
        writer.under_way.append((writer.sequence, writer.typed, writer.seen))

    @rule(data=st.data())
    def carries(self, data: st.DataObject) -> None:
        """Some of what is under way arrives, in any order; some of it once more later, and some answers are lost."""
        under_way = [(writer, request) for writer in self.writers.values() for request in writer.under_way]
        for place in data.draw(st.lists(st.integers(0, len(under_way) - 1), max_size=6) if under_way else st.just([])):
            writer, request = under_way[place]
            self._arrives(writer, request, is_heard=data.draw(st.booleans()))
            if request in writer.under_way and data.draw(st.booleans()):
                writer.under_way.remove(request)

    def _arrives(self, writer: Writer, request: tuple[int, str, str], *, is_heard: bool) -> None:
        name, (sequence, text, seen) = writer.name, request
        stood = self._stand()
        before = stood.text or ""
        try:
            saved = save(self.session, self.place, text, self.by, seen=seen, page=Page(name, sequence))
        except Conflict as conflict:
            assert (conflict.stand.text or "") == before, "a conflict holds what is there"
            assert (self._stand().text or "") == before, "a refused save writes nothing"
            if is_heard and sequence == writer.sequence and not writer.conflict:
                self._hears_of_conflict(writer, conflict)
            return
        after = saved.stand.text or ""
        assert after in (before, text), "a save writes its own text or none"
        if after != before or after == text:
            assert after == before or sequence > self.newest.get(name, 0), "an older text replaced a newer one"
            self.newest[name] = max(sequence, self.newest.get(name, 0))
        if after != before:
            assert self.owner == name or seen == stood.seen, "a text was replaced that its writer had not seen"
        # Whoever says by chance what is there, without having seen it, has not made it theirs.
        is_theirs = after == text and (after != before or seen == stood.seen or self.owner == name)
        self.there, self.owner = after, name if is_theirs else self.owner
        if is_heard and sequence > writer.settled:
            writer.settled, writer.seen, writer.base = sequence, saved.stand.seen, after

    def _hears_of_conflict(self, writer: Writer, conflict: Conflict) -> None:
        """What the page made its text from is there still, sealed anew: it sends again. Else it shows both."""
        theirs = conflict.stand.text or ""
        if theirs == writer.base:
            writer.seen = conflict.stand.seen
            writer.sequence += 1
            writer.under_way.append((writer.sequence, writer.typed, writer.seen))
            return
        assert self.active != {writer.name}, "a writer alone has no conflict"
        assert writer.typed != theirs, "two texts to choose from are two"
        writer.conflict = True

    @rule()
    def changes_without_a_page(self) -> None:
        """As by an undo, or by a form of a page without scripts."""
        self.words += 1
        self.there, self.owner = f"plain{self.words}", None
        version = self.session.get_one(Item, self.place.item_id, populate_existing=True).version
        curation.annotate(self.session, self.place.item_id, self.by, version=version, note=self.there)
        self.active.add("plain")

    @precondition(lambda self: any(writer.conflict for writer in self.writers.values()))
    @rule(mine=st.booleans())
    def chooses(self, mine: bool) -> None:
        """Somebody chooses; the text that was not taken is in the log."""
        writer = next(writer for writer in self.writers.values() if writer.conflict)
        stand = self._stand()
        theirs, typed = stand.text or "", writer.typed
        writer.sequence += 1
        page = Page(writer.name, writer.sequence)
        if mine:
            saved = save(self.session, self.place, typed, self.by, seen=stand.seen, page=page)
        else:
            saved = save(self.session, self.place, theirs, self.by, seen=stand.seen, page=page, left=typed)
        writer.settled, writer.seen, writer.conflict = writer.sequence, saved.stand.seen, False
        writer.base = writer.typed = saved.stand.text or ""
        self.there, self.newest[writer.name], self.owner = writer.base, writer.sequence, writer.name
        newest = (
            select(AuditEvent)
            .where(AuditEvent.kind == "item.annotated")
            .order_by(AuditEvent.id.desc())
            .limit(self.words + 5)
        )
        logged = {text for event in self.session.scalars(newest) for text in event.changes[0]["fields"]["note"]}
        assert {typed or None, theirs or None} <= logged | {None}

    @invariant()
    def the_last_save_is_what_is_there(self) -> None:
        if hasattr(self, "there"):
            assert (self._stand().text or "") == self.there


def test_whatever_the_network_does_nothing_old_replaces_something_newer(
    session: Session, editor: Editor, note: Place, clock: Clock, rules: Rules
) -> None:
    class Machine(SaveLaw):
        pass

    Machine.session, Machine.place, Machine.by = session, note, Acting(editor, clock(), rules)
    run_state_machine_as_test(
        Machine,
        settings=settings(max_examples=20, stateful_step_count=20, suppress_health_check=list(HealthCheck)),
    )

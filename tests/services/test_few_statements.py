"""What is done all the time costs few statements, however long the list, and who goes on with the rows sees them."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEvent, Edition, Editor, Item
from app.queries.writings import stands_of_item
from app.services import curation
from app.services.acting import Acting
from app.services.writing import Page, Place, save
from tests.bounds import statements_of
from tests.factories import edition_of_scores, items, scores

# The claim of the edition, the item, where it is and where it goes, its row, the event.
ACTION = 6


@pytest.fixture
def edition(session, rules) -> Edition:
    """Twelve picked papers, and two below the cut."""
    return edition_of_scores(session, rules, [*range(60, 72), 40, 30])


@pytest.fixture
def by(session, editor, clock, rules, edition) -> Acting:
    """Somebody who is known already, and has an edition before them."""
    acting = Acting(editor, clock(), rules)
    assert acting.editor_id
    return acting


@pytest.mark.parametrize("place", [{"to": 11}, {"to": "top"}, {"to": "bottom"}, {"to": "up"}, {"to": "down"}])
def test_a_move_costs_six_statements_of_which_one_writes_the_item(session, edition, by, place):
    moved = items(session)[5].id
    assert by.editor_id
    with statements_of(session) as sent:
        curation.move(session, moved, by, **place)
    assert len(sent) <= ACTION
    assert [statement.split()[:2] for statement in sent if statement.startswith("UPDATE")] == [
        ["UPDATE", "editions"],
        ["UPDATE", "items"],
    ]


def test_a_move_beside_another_costs_two_more(session, edition, by):
    ids = [item.id for item in items(session)]
    assert by.editor_id
    with statements_of(session) as sent:
        curation.move(session, ids[9], by, after=ids[1])
    assert len(sent) <= ACTION + 2
    assert [item.id for item in items(session)] == [*ids[:2], ids[9], *ids[2:9], *ids[10:]]


def test_a_pick_costs_five_statements_and_a_drop_four(session, edition, by):
    candidate = items(session, "candidate")[0].id
    with statements_of(session) as sent:
        curation.pick(session, candidate, by)
    assert len(sent) <= ACTION - 1
    assert by.editor_id
    with statements_of(session) as sent:
        curation.drop(session, candidate, by)
    assert len(sent) <= ACTION - 2
    assert scores(session, "dropped") == [40]


def test_a_save_that_goes_on_with_a_run_costs_five_statements(session, edition, by):
    item_id = items(session)[3].id
    place = Place(edition.id, "note", item_id)
    seen = stands_of_item(session, items(session)[3])["note"].seen
    for sequence in range(1, 4):
        assert by.editor_id
        page = Page("a window", sequence)
        with statements_of(session) as sent:
            seen = save(session, place, f"Worth a look {sequence}.", by, seen=seen, page=page).stand.seen
    assert len(sent) <= ACTION - 1
    assert items(session)[3].note == "Worth a look 3."


def test_whoever_holds_a_row_sees_what_became_of_it(session, edition, by):
    item, version = items(session, "candidate")[0], edition.version
    curation.pick(session, item.id, by, position=1)
    assert (item.state, item.version, edition.version) == ("picked", 2, version + 1)
    curation.drop(session, item.id, by, reason="off topic")
    assert (item.state, item.order_key, item.drop_reason) == ("dropped", None, "off topic")
    assert session.get_one(Item, item.id) is item


def test_actions_of_several_at_once_follow_each_other_and_none_is_lost(app, session, edition, editor, clock, rules):
    edition_id, editor_id, version = edition.id, editor.id, edition.version
    ids = [item.id for item in items(session)]
    session.commit()
    failed: list[Exception] = []

    def move(by: Acting, number: int) -> None:
        curation.move(db.session, ids[number], by, to="bottom")

    def drop(by: Acting, number: int) -> None:
        curation.drop(db.session, ids[6 + number], by)

    def write(by: Acting, number: int) -> None:
        place, page = Place(None, "note", ids[0]), Page(f"window {number}", 1)
        item = db.session.get_one(Item, ids[0], populate_existing=True)
        seen = stands_of_item(db.session, item)["note"].seen
        save(db.session, place, f"Wording {number}.", by, seen=seen, page=page)

    def several(action: Callable[[Acting, int], object]) -> None:
        with app.app_context():
            try:
                for number in range(5):
                    action(Acting(db.session.get_one(Editor, editor_id), clock(), rules), number)
            except Exception as error:
                failed.append(error)
            db.session.remove()

    threads = [threading.Thread(target=several, args=[action]) for action in (move, drop, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    session.refresh(edition)
    made = session.scalars(select(AuditEvent).where(AuditEvent.edition_id == edition_id, AuditEvent.version > version))
    versions = [event.version for event in made]
    assert sorted(versions) == list(range(version + 1, version + 16)) and edition.version == version + 15
    assert len(items(session)) == 7 and len(items(session, "dropped")) == 5
    assert session.get_one(Item, ids[0]).note == "Wording 4."

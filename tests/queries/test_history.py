"""The history: every action of everyone and of the job, asked for by edition, paper, person and kind."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from app.models import AuditEvent, Delivery, Edition, Run
from app.queries.history import COMMAND, JOB, PAGE, Asked, history_page
from app.queries.standing import places_of, stands, stood_after
from app.services import curation, cutting, evidence, ordering
from app.services.acting import Acting
from app.services.publishing import publish
from app.services.requests import ask_for_run
from app.services.undo import redo, undo
from app.targets import DirectoryTarget
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, mention, mention_row


@pytest.fixture
def edition(session, rules) -> Edition:
    """Four picked papers and two candidates."""
    return edition_of_scores(session, rules, [100, 90, 80, 70, 40, 30])


@pytest.fixture
def ana(editor, clock, rules):
    """Ana, a minute later each time."""
    return lambda: Acting(editor, clock.tick(), rules)


@pytest.fixture
def jo(other_editor, clock, rules):
    """Jo, a minute later each time."""
    return lambda: Acting(other_editor, clock.tick(), rules)


def told(session, **asked) -> list[str]:
    """The lines of a first page: the kinds of events, "run", "delivery"."""
    page = history_page(session, Asked(**asked))
    return [entry.event.kind if entry.event else "run" if entry.run else "delivery" for entry in page.entries]


def test_everybody_and_the_job_stand_in_one_line_newest_first(session, rules, edition, ana, jo, tmp_path):
    ask_for_run(session, DAY, ana())
    first, second, *_ = items(session)
    curation.drop(session, first.id, jo())
    undo(session, edition.id, jo())
    publish(session, edition.id, jo(), targets=[DirectoryTarget(tmp_path)])
    assert told(session, edition=edition) == [
        "delivery",
        "edition.published",
        "action.undone",
        "item.dropped",
        "run.asked",
        "edition.filled",
        "run",
    ]
    assert told(session, edition=edition, by=JOB) == ["delivery", "edition.filled", "run"]
    assert told(session, edition=edition, by=jo().editor_id) == ["edition.published", "action.undone", "item.dropped"]
    assert told(session, edition=edition, kinds=["item.dropped"], runs=False, deliveries=False) == ["item.dropped"]
    assert told(session) == told(session, edition=edition)
    delivered = history_page(session, Asked(edition=edition)).entries[0]
    assert (delivered.day, delivered.delivery.status) == (DAY, "delivered")


def test_what_was_asked_for_before_there_was_an_edition_stands_in_it_with_its_outcome(session, rules, ana):
    request = ask_for_run(session, DAY, ana())
    ask_for_run(session, DAY + timedelta(days=1), ana())
    edition = edition_of_scores(session, rules, [100])
    (asked,) = [entry for entry in history_page(session, Asked(edition=edition)).entries if entry.request]
    assert asked.event.kind == "run.asked"
    assert asked.request.id == request.id


def test_the_history_of_a_paper_has_all_that_changed_it_and_nothing_else(session, rules, edition, ana):
    first, second, third, fourth = items(session)
    ingest_things(session, rules, [mention("7", first.paper.arxiv_id, reposts=9, source="bluesky")])
    curation.move(session, fourth.id, ana(), to="top")
    curation.annotate(session, first.id, ana(), headline="A lamp", note=None, version=first.version)
    curation.drop_many(session, edition.id, [first.id, second.id], ana())
    undo(session, edition.id, ana())
    evidence.strike(session, mention_row(session, "7", "bluesky").id, ana())
    cutting.set_cut(session, edition.id, ana(), cut=35)
    ordering.order_by_score(session, edition.id, ana())
    assert told(session, paper_id=first.paper_id) == [
        "edition.ordered",
        "mention.struck",
        "action.undone",
        "item.dropped",
        "item.annotated",
    ]
    assert told(session, paper_id=third.paper_id) == ["edition.ordered"]
    assert told(session, paper_id=items(session)[4].paper_id, edition=edition) == ["edition.cut"]


def test_a_held_paper_has_one_history_in_both_editions(session, rules, edition, ana):
    later = edition_of_scores(session, rules, [60], day=DAY + timedelta(days=1))
    held = items(session)[0]
    curation.hold(session, held.id, ana())
    (given,) = [item for item in items(session, "picked", later.date) if item.paper_id == held.paper_id]
    curation.drop(session, given.id, ana())
    assert told(session, paper_id=held.paper_id) == ["item.dropped", "item.held"]
    # What was done in one edition and reached into the next stands in the history of both.
    assert told(session, edition=later, runs=False) == ["item.dropped", "item.held", "edition.filled"]
    assert told(session, edition=edition, runs=False) == ["item.held", "edition.filled"]


def test_the_command_line_is_no_person_and_not_the_job(session, rules, edition, clock):
    evidence_by = Acting(None, clock.tick(), rules)
    curation.drop(session, items(session)[0].id, evidence_by)
    assert told(session, by=COMMAND) == ["item.dropped"]
    assert "item.dropped" not in told(session, by=JOB)


def test_what_was_undone_says_by_whom_unless_it_was_done_again(session, edition, ana):
    curation.drop(session, items(session)[0].id, ana())
    undo(session, edition.id, ana())
    dropped = history_page(session, Asked(edition=edition)).entries[1]
    assert dropped.undone_by.kind == "action.undone"
    redo(session, edition.id, ana())
    entries = history_page(session, Asked(edition=edition)).entries
    assert [entry.undone_by and entry.undone_by.kind for entry in entries[:3]] == [None, "action.redone", None]


def test_pages_hold_so_many_lines_each_and_every_line_once(session, edition, ana):
    by, item_id = ana(), items(session)[0].id
    session.execute(
        insert(AuditEvent),
        [
            {"kind": "item.moved", "at": by.now, "edition_id": edition.id, "item_id": item_id, "summary": ""}
            for _ in range(PAGE * 2)
        ],
    )
    pages = [history_page(session, Asked(edition=edition), number) for number in (1, 2, 3, 4)]
    assert [len(page.entries) for page in pages] == [PAGE, PAGE, 2, 0]
    assert [page.has_older for page in pages] == [True, True, False, False]
    ids = [entry.event.id for page in pages for entry in page.entries if entry.event]
    assert len(set(ids)) == len(ids) == PAGE * 2 + 1


def test_places_are_those_of_the_time_whatever_was_done_since(session, edition, ana):
    first, second, third, fourth = items(session)
    moved = curation.move(session, fourth.id, ana(), to="top")
    dropped = curation.drop(session, first.id, ana())
    curation.move(session, fourth.id, ana(), to="bottom")
    curation.drop(session, third.id, ana())
    found = places_of(session, edition, [moved.event_id, dropped.event_id])
    assert found == {moved.event_id: {fourth.id: (4, 1)}, dropped.event_id: {first.id: (2, None)}}


def test_a_text_that_was_being_written_is_told_as_unsettled(session, edition, ana, jo):
    item, by = items(session)[0], ana()
    curation.move(session, item.id, by, to="bottom")
    item.note = "Two."
    session.add(
        AuditEvent(
            kind="item.annotated",
            at=by.now,
            ended_at=by.now + timedelta(minutes=9),
            editor_id=by.editor_id,
            edition_id=edition.id,
            item_id=item.id,
            summary="wrote",
            changes=[{"item_id": item.id, "fields": {"note": ["One.", "Two."]}}],
        )
    )
    session.commit()
    meanwhile = curation.drop(session, items(session)[1].id, jo())
    assert stood_after(session, edition, meanwhile.event_id).unsettled == {(item.id, "note")}
    first = session.scalars(select(AuditEvent).where(AuditEvent.kind == "item.moved")).one()
    then = stood_after(session, edition, first.id)
    assert then.stood.items[item.id]["note"] == "One."
    assert then.rewritten[item.id, "note"] == meanwhile.event_id - 1
    assert stands(session, edition).items[item.id]["note"] == "Two."


def test_ten_thousand_actions_are_read_in_a_handful_of_statements(session, edition, ana):
    first, by = items(session)[0], ana()
    change = {"item_id": first.id, "fields": {"placed_at": [None, by.now.isoformat()]}}
    moved = {"kind": "item.moved", "at": by.now, "edition_id": edition.id, "item_id": first.id, "summary": "moved"}
    session.execute(insert(AuditEvent), [moved | {"changes": [change]} for _ in range(10_000)])
    session.commit()
    said: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: said.append(args[2]))
    page = history_page(session, Asked(edition=edition), 150)
    found = places_of(session, edition, [entry.event.id for entry in page.entries])
    assert len(page.entries) == PAGE
    assert found == {}
    assert len(said) < 20


def test_a_run_is_told_with_its_reports_and_a_delivery_with_its_post(session, rules, edition, ana, tmp_path):
    run = history_page(session, Asked(by=JOB)).entries[-1].run
    assert run.totals["found"] == 6
    assert (run.day, run.started_at) == (DAY, MORNING)
    publish(session, edition.id, ana(), targets=[])
    assert session.scalars(select(Delivery)).all() == []
    assert told(session, by=JOB) == ["edition.filled", "run"]
    assert session.scalars(select(Run)).one().id == run.id

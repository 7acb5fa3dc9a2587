"""Bringing back a text, or the whole picked list."""

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Item
from app.queries.standing import stood_after
from app.queries.waiting import newest_finished_run
from app.services import curation, evidence, ordering, rebase, restoring
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.publishing import publish
from app.services.undo import redo, undo
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, paper


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Five picked papers and two candidates; one mention names the first two."""
    edition = edition_of_scores(session, rules, [100, 90, 80, 70, 40, 30, 20])
    names = [items(session)[1].paper.arxiv_id, items(session, "candidate")[0].paper.arxiv_id]
    ingest_things(session, rules, [mention("7", *names, reposts=500, source="bluesky")])
    return edition


def newest(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def annotate(session, item, by, **texts):
    texts = {"headline": item.headline, "note": item.note} | texts
    return curation.annotate(session, item.id, by, version=item.version, **texts)


def state(session) -> dict:
    """Everything that an editor can change of items."""
    query = select(Item).order_by(Item.id).execution_options(populate_existing=True)
    return {item.id: snapshot(item) for item in session.scalars(query)}


def test_a_text_is_brought_back_with_one_event_and_an_undo_takes_that_back(session, edition, by):
    item = items(session)[0]
    first = annotate(session, item, by, note="Ten years of waiting.")
    annotate(session, item, by, note="Nothing to see.", headline="A lamp")
    now = state(session)
    acted = restoring.bring_back_text(
        session, edition.id, first.event_id, by, name="note", side="after", item_id=item.id
    )
    session.refresh(item)
    assert (item.note, item.headline) == ("Ten years of waiting.", "A lamp")
    said = session.get_one(AuditEvent, acted.event_id)
    assert (said.kind, said.item_id) == ("item.annotated", item.id)
    assert said.summary == "brought back the note of “A lamp” as it was at 08:30"
    assert said.changes == [{"item_id": item.id, "fields": {"note": ["Nothing to see.", "Ten years of waiting."]}}]
    undo(session, edition.id, by)
    assert state(session) == now


def test_a_text_is_brought_back_as_it_was_before_an_action_too(session, edition, by):
    item = items(session)[0]
    annotate(session, item, by, headline="A lamp")
    taken = annotate(session, item, by, headline="")
    restoring.bring_back_text(session, edition.id, taken.event_id, by, name="headline", side="before", item_id=item.id)
    session.refresh(item)
    assert item.headline == "A lamp"
    assert newest(session).summary.endswith("as it was before 08:30")


def test_the_words_of_an_edition_are_brought_back(session, edition, by):
    edition.introduction = "Good morning."
    changes = [{"edition_id": edition.id, "of_edition": {"introduction": ["A quiet day.", "Good morning."]}}]
    written = AuditEvent(kind="edition.written", at=by.now, edition_id=edition.id, summary="wrote", changes=changes)
    session.add(written)
    session.commit()
    restoring.bring_back_text(session, edition.id, written.id, by, name="introduction", side="before")
    session.refresh(edition)
    assert edition.introduction == "A quiet day."
    said = newest(session)
    assert (said.kind, said.summary) == ("edition.written", "brought back the introduction as it stood before 08:30")
    undo(session, edition.id, by)
    session.refresh(edition)
    assert edition.introduction == "Good morning."


def test_a_text_that_reads_so_already_or_was_never_touched_is_refused(session, edition, by):
    item = items(session)[0]
    written = annotate(session, item, by, note="Read it.")
    about = {"side": "after", "item_id": item.id}
    with pytest.raises(NotAllowed, match="reads so already"):
        restoring.bring_back_text(session, edition.id, written.event_id, by, name="note", **about)
    for name in ("headline", "state"):
        with pytest.raises(NotAllowed, match="changed no such text"):
            restoring.bring_back_text(session, edition.id, written.event_id, by, name=name, **about)
    with pytest.raises(NotAllowed, match="no such moment"):
        restoring.bring_back_text(session, edition.id, 9999, by, name="note", **about)
    assert newest(session).id == written.event_id


def test_the_picked_list_is_brought_back_whole_and_an_undo_takes_that_back(session, edition, by):
    first, second, third, fourth = items(session)[:4]
    candidate = items(session, "candidate")[-1]
    ordering.pin(session, third.id, by)
    moment = curation.move(session, fourth.id, by, to="top")
    was = [item.id for item in items(session)]
    ordering.unpin(session, third.id, by)
    curation.drop(session, first.id, by, reason="off topic")
    curation.hold(session, second.id, by)
    curation.pick(session, candidate.id, by, position=1)
    curation.move(session, fourth.id, by, to="bottom")
    annotate(session, fourth, by, note="Read it.")
    now = state(session)
    acted = restoring.bring_back_order(session, edition.id, moment.event_id, by)
    assert [item.id for item in items(session)] == was
    session.refresh(third)
    assert third.pinned_at is not None
    assert state(session)[candidate.id]["state"] == "candidate"
    assert state(session)[first.id]["drop_reason"] is None
    assert state(session)[fourth.id]["note"] == "Read it."
    said = session.get_one(AuditEvent, acted.event_id)
    assert said.kind == "edition.restored"
    assert said.summary.startswith("brought the picked list back as it stood at 08:30: 2 picked again, 1 put back")
    undo(session, edition.id, by)
    assert state(session) == now
    redo(session, edition.id, by)
    assert [item.id for item in items(session)] == was


def test_a_list_brought_back_keeps_the_numbers_of_today(session, edition, by):
    moment = curation.move(session, items(session)[3].id, by, to="top")
    was = [item.id for item in items(session)]
    evidence.strike(session, mention_row(session, "7", "bluesky").id, by, edition_id=edition.id)
    curation.drop(session, was[1], by)
    scores = {item_id: fields["score"] for item_id, fields in state(session).items()}
    restoring.bring_back_order(session, edition.id, moment.event_id, by)
    assert [item.id for item in items(session)] == was
    assert {item_id: fields["score"] for item_id, fields in state(session).items()} == scores


def test_a_paper_that_waits_again_is_left_out_of_the_list_that_had_it(session, rules, edition, by):
    curation.move(session, items(session)[3].id, by, to="top")
    ingest_things(session, rules, [paper(score=300)])
    rebase.take(session, edition.id, by, up_to=newest_finished_run(session))
    moment = newest(session).id
    undo(session, edition.id, by)
    curation.drop(session, items(session)[0].id, by)
    restoring.bring_back_order(session, edition.id, moment, by)
    assert len(items(session)) == len(stood_after(session, edition, moment).stood.listed("picked")) - 1
    assert newest(session).summary.endswith("1 left out, for it waits to be taken")


def test_a_list_that_stands_so_already_or_is_in_no_log_is_refused(session, rules, edition, by):
    filled = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
    moved = curation.move(session, items(session)[3].id, by, to="top")
    annotate(session, items(session)[0], by, note="Read it.")
    with pytest.raises(NotAllowed, match="stands so already"):
        restoring.bring_back_order(session, edition.id, moved.event_id, by)
    with pytest.raises(NotAllowed, match="in no log"):
        restoring.bring_back_order(session, edition.id, filled.id, by)


def test_nothing_is_brought_back_into_a_published_edition(session, edition, by):
    item = items(session)[0]
    moved = curation.move(session, item.id, by, to="bottom")
    written = annotate(session, item, by, note="Read it.")
    annotate(session, item, by, note="")
    curation.drop(session, item.id, by)
    publish(session, edition.id, by, targets=[])
    with pytest.raises(NotAllowed, match="is published"):
        restoring.bring_back_order(session, edition.id, moved.event_id, by)
    with pytest.raises(NotAllowed, match="is published"):
        restoring.bring_back_text(session, edition.id, written.event_id, by, name="note", side="after", item_id=item.id)


def test_before_anybody_acted_the_log_tells_of_fills_and_not_of_lists(session, rules, edition, by):
    first = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
    then = stood_after(session, edition, first.id)
    assert first.kind == "edition.filled"
    assert not then.has_lists
    assert then.followed_until == session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first().at
    evidence.strike(session, mention_row(session, "7", "bluesky").id, by)
    last_fill = session.scalars(select(AuditEvent.id).where(AuditEvent.kind == "edition.filled")).all()[-1]
    assert stood_after(session, edition, last_fill).is_sure is False

"""Repeats: a paper that ran before runs as an update, and its post says of what, for good."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.posts import parse
from app.models import AuditEvent, Edition
from app.queries.editions import edition_on
from app.queries.repeats import earlier_runs
from app.services import curation
from app.services.acting import Acting
from app.services.archive import verify_stored
from app.services.publishing import preview, publish, rebuild
from app.services.repeats import end_update, run_as_update
from app.services.undo import undo
from tests.factories import DAY, MORNING, ingest_things, items, paper

BEFORE = DAY - timedelta(days=2)
AGAIN = "2611.90700"
SENTENCE = "Update: ran on 16 November 2026 at no. 2 ([Hot Papers 2026-11-16](/hot-papers-2026-11-16)); v2 since."


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, now."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def edition(session, rules, by) -> Edition:
    """Four papers, of which the third by score ran as no. 2 two days before and has a second version since."""
    first = [paper(score=900, announced_on=BEFORE), paper(AGAIN, score=300, announced_on=BEFORE)]
    ingest_things(session, rules, first, day=BEFORE, now=MORNING - timedelta(days=2))
    publish(session, edition_on(session, BEFORE).id, by, targets=[])
    today = [paper(score=score) for score in (800, 700, 60)]
    ingest_things(session, rules, [*today, paper(AGAIN, score=300, version=2)])
    return edition_on(session, DAY)


def repeated(session):
    """The item of the paper that comes again."""
    states = ("picked", "candidate", "held", "dropped", "waiting")
    return next(item for state in states for item in items(session, state) if item.paper.arxiv_id == AGAIN)


def place(session) -> int:
    """Its number among the picked."""
    return [item.paper.arxiv_id for item in items(session)].index(AGAIN) + 1


def events(session) -> list[AuditEvent]:
    """What was done in the edition, the newest first."""
    query = select(AuditEvent).join(Edition).where(Edition.date == DAY).order_by(AuditEvent.id.desc())
    return list(session.scalars(query))


def test_a_picked_paper_becomes_an_update_where_it_stands(session, edition, by):
    acted = run_as_update(session, repeated(session).id, by)
    item = repeated(session)
    assert (item.update_of, item.state, place(session), item.decided_at) == (BEFORE, "picked", 3, by.now)
    assert acted.item_ids == [item.id]
    assert (events(session)[0].kind, events(session)[0].id) == ("item.updated", acted.event_id)
    assert events(session)[0].changes[0]["fields"]["update_of"] == [None, "2026-11-16"]


@pytest.mark.parametrize("leave", [curation.put_back, curation.drop, curation.hold])
def test_a_paper_that_is_not_picked_is_picked_by_its_score(session, edition, by, leave):
    leave(session, repeated(session).id, by=by)
    run_as_update(session, repeated(session).id, by)
    item = repeated(session)
    assert (item.update_of, item.state, place(session), item.drop_reason) == (BEFORE, "picked", 3, None)
    assert events(session)[0].kind == "item.updated"
    assert "as no. 3, an update of 2026-11-16" in events(session)[0].summary


def test_a_dropped_paper_goes_back_to_where_it_was_by_one_undo(session, edition, by):
    curation.drop(session, repeated(session).id, reason="ran before", by=by)
    run_as_update(session, repeated(session).id, by)
    undo(session, edition.id, by)
    item = repeated(session)
    assert (item.update_of, item.state, item.order_key, item.drop_reason) == (None, "dropped", None, "ran before")


def test_one_that_was_held_goes_back_from_the_next_edition(session, rules, edition, by):
    after = DAY + timedelta(days=1)
    ingest_things(session, rules, [paper(score=70, announced_on=after)], day=after)
    curation.hold(session, repeated(session).id, by=by)
    assert AGAIN in [item.paper.arxiv_id for item in [*items(session, day=after), *items(session, "waiting", after)]]
    run_as_update(session, repeated(session).id, by)
    assert (repeated(session).state, place(session)) == ("picked", 3)
    shown = [item for state in ("picked", "candidate", "held", "dropped") for item in items(session, state, after)]
    assert AGAIN not in [item.paper.arxiv_id for item in shown]


def test_it_is_an_ordinary_entry_again_and_stays_picked(session, edition, by):
    run_as_update(session, repeated(session).id, by)
    end_update(session, repeated(session).id, by)
    assert (repeated(session).update_of, place(session)) == (None, 3)
    assert events(session)[0].kind == "item.updated"
    undo(session, edition.id, by)
    assert repeated(session).update_of == BEFORE
    undo(session, edition.id, by)
    assert repeated(session).update_of is None


def test_what_is_so_already_is_no_action(session, edition, by):
    assert end_update(session, repeated(session).id, by).event_id is None
    run_as_update(session, repeated(session).id, by)
    version = edition_on(session, DAY).version
    assert run_as_update(session, repeated(session).id, by).event_id is None
    assert edition_on(session, DAY).version == version


def test_a_paper_that_did_not_run_before_updates_nothing(session, edition, by):
    other = items(session)[0]
    with pytest.raises(NotAllowed, match=r"^This paper is in no earlier post.*pick it as it is\.$"):
        run_as_update(session, other.id, by)
    assert (items(session)[0].update_of, edition_on(session, DAY).acted_at) == (None, None)


def test_a_paper_that_waits_must_be_taken_first(session, edition, by):
    item = repeated(session)
    item.state, item.order_key = "waiting", None
    session.commit()
    for action in (run_as_update, end_update):
        with pytest.raises(NotAllowed, match="take it first"):
            action(session, item.id, by)


def test_nothing_is_an_update_in_a_published_edition(session, edition, by):
    publish(session, edition.id, by, targets=[])
    for action in (run_as_update, end_update):
        with pytest.raises(NotAllowed, match="is published"):
            action(session, repeated(session).id, by)
    with pytest.raises(NotAllowed, match="no such paper"):
        run_as_update(session, 10_000, by)


def entry(post: bytes):
    """The repeated paper's entry in a post."""
    return next(entry for entry in parse(post).entries if entry.arxiv_id == AGAIN)


def test_the_post_says_it_before_the_note_and_so_does_the_preview(session, edition, by):
    item = repeated(session)
    run_as_update(session, item.id, by)
    shown = preview(session, edition.id, now=by.now, rules=by.rules)
    assert entry(shown).note == SENTENCE
    curation.annotate(session, item.id, headline=None, note="Read *this*.", version=repeated(session).version, by=by)
    post = publish(session, edition.id, by, targets=[]).post
    assert entry(post.markdown).note == f"{SENTENCE}\n\nRead *this*."
    assert b"Update: ran on" not in post.markdown.replace(SENTENCE.encode(), b"")
    assert [found.problem for found in verify_stored(session)] == [None, None]


def test_the_record_keeps_what_was_known_when_it_was_published(session, edition, by):
    run_as_update(session, repeated(session).id, by)
    post = publish(session, edition.id, by, targets=[]).post
    assert [item["update"] for item in post.record["items"] if item["arxiv_id"] == AGAIN] == [
        {"date": "2026-11-16", "number": 2, "slug": "hot-papers-2026-11-16", "version_since": 2, "site_url": ""}
    ]
    assert [item["update"] for item in post.record["items"] if item["arxiv_id"] != AGAIN] == [None] * 3
    old = {**post.record, "items": [{k: v for k, v in i.items() if k != "update"} for i in post.record["items"]]}
    assert rebuild(old) == post.markdown.replace(f"{SENTENCE}\n\n".encode(), b"")


def test_a_paper_that_is_taken_out_again_says_nothing(session, edition, by):
    run_as_update(session, repeated(session).id, by)
    curation.put_back(session, repeated(session).id, by=by)
    assert b"Update: ran on" not in preview(session, edition.id, now=by.now, rules=by.rules)
    assert not earlier_runs(session, edition)[repeated(session).id].is_update

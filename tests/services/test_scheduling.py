"""Publishing at a time: in its editor's name, once whoever looks, and said loudly where something stands in the way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition
from app.queries.posts import post_of, revisions_of
from app.queries.scheduled import overdue
from app.services import baton, correcting, curation, retracting, scheduling
from app.services.acting import Acting
from app.services.publishing import publish
from app.targets import DirectoryTarget
from tests.databases import on_sqlite_alone
from tests.factories import DAY, edition_of_scores, items

HOUR = timedelta(hours=1)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers, one below the cut."""
    return edition_of_scores(session, rules, [100, 90, 40])


@pytest.fixture
def target(tmp_path) -> DirectoryTarget:
    """The folder of the site's posts."""
    return DirectoryTarget(tmp_path / "posts")


@pytest.fixture
def ana(editor, clock, rules):
    """Ana acts, now."""
    return lambda: Acting(editor, clock(), rules)


@pytest.fixture
def set_for(session, edition, ana, clock):
    """Ana sets a time, so far from now."""
    return lambda away=HOUR, **said: scheduling.schedule(session, edition.id, ana(), at=clock() + away, **said)


@pytest.fixture
def look(session, target, clock, rules):
    """The worker looks, now."""
    return lambda: scheduling.publish_due(session, [target], clock(), rules)


def now_is(session, edition) -> Edition:
    """The edition as it stands in the database."""
    return session.get_one(Edition, edition.id, populate_existing=True)


def kinds(session) -> list[str]:
    """The kinds of events, the newest first."""
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc())))


def test_it_is_published_at_its_time_in_its_editors_name_and_once(session, edition, set_for, look, clock, target):
    set_for()
    clock.tick(minutes=59)
    assert look() == []
    clock.tick(minutes=1)
    (tried,) = look()
    post = post_of(session, now_is(session, edition))
    assert (tried.post.id, tried.problem) == (post.id, None)
    assert (post.editor.name, post.published_at) == ("Ana", clock())
    assert (target.directory / post.file_name).read_bytes() == post.markdown
    assert now_is(session, edition).publish_at is None
    clock.tick()
    assert look() == [] and overdue(session, clock()) == []


@on_sqlite_alone
def test_what_is_edited_until_then_counts(session, edition, set_for, look, clock, ana):
    set_for()
    curation.drop(session, items(session)[1].id, ana())
    clock.tick(hours=1)
    assert len(look()[0].post.record["items"]) == 1


def test_another_time_takes_the_place_of_the_first(session, edition, set_for, look, clock):
    set_for()
    set_for(2 * HOUR)
    clock.tick(hours=1)
    assert look() == []
    clock.tick(hours=1)
    assert look()[0].post is not None


def test_a_time_that_was_taken_off_publishes_nothing(session, edition, set_for, look, clock, ana):
    set_for()
    scheduling.unschedule(session, edition.id, ana())
    assert scheduling.unschedule(session, edition.id, ana()).event_id is None
    clock.tick(hours=2)
    assert look() == []
    assert kinds(session)[:2] == ["edition.unscheduled", "edition.scheduled"]


@on_sqlite_alone
def test_the_event_tells_the_time_with_its_zone(session, edition, ana, clock, rules):
    acted = scheduling.schedule(session, edition.id, ana(), at=clock() + HOUR)
    event = session.get_one(AuditEvent, acted.event_id)
    assert event.summary == "set a time for publishing: Wed 18 November 2026, 09:30 (UTC)"
    assert event.changes[0]["of_edition"]["publish_at"] == [None, (clock() + HOUR).isoformat()]


@on_sqlite_alone
def test_a_time_that_is_over_or_too_far_away_is_refused(session, edition, set_for):
    for away, said in (
        (timedelta(0), "over already"),
        (-HOUR, "over already"),
        (timedelta(days=400), "more than a year"),
    ):
        with pytest.raises(NotAllowed, match=said):
            set_for(away)
    assert now_is(session, edition).publish_at is None


@on_sqlite_alone
def test_only_the_holder_of_the_baton_sets_a_time(session, edition, set_for, other_editor, clock, rules):
    set_for()
    with pytest.raises(NotAllowed, match="Ana holds the baton"):
        scheduling.schedule(session, edition.id, Acting(other_editor, clock(), rules), at=clock() + 2 * HOUR)


def test_a_published_edition_has_no_time_any_more(session, edition, set_for, ana, target, clock, look):
    set_for()
    publish(session, edition.id, ana(), targets=[target])
    assert now_is(session, edition).publish_at is None
    with pytest.raises(NotAllowed, match="is published"):
        set_for()
    clock.tick(hours=2)
    assert look() == []


def _refused(session, edition, look, clock) -> str:
    """What stands in the way at the time; it is said on the edition and in the log, and tried once."""
    clock.tick(hours=1)
    (tried,) = look()
    assert tried.post is None
    assert now_is(session, edition).publish_problem == tried.problem
    assert [(late.edition_id, late.problem) for late in overdue(session, clock())] == [(edition.id, tried.problem)]
    assert kinds(session)[0] == "edition.not_published"
    assert look() == []
    assert revisions_of(session, edition.id) == []
    return tried.problem


@on_sqlite_alone
def test_an_empty_edition_is_not_published_by_itself(session, edition, set_for, look, clock, ana):
    set_for()
    for item in items(session):
        curation.drop(session, item.id, ana())
    assert "No paper was picked" in _refused(session, edition, look, clock)


@on_sqlite_alone
def test_whoever_took_the_baton_over_is_not_published_past(session, edition, set_for, look, clock, other_editor, rules):
    set_for()
    clock.tick(minutes=30)
    baton.take(session, edition.id, Acting(other_editor, clock(), rules))
    clock.tick(minutes=-30)
    assert "Jo holds the baton" in _refused(session, edition, look, clock)


@on_sqlite_alone
def test_an_editor_who_may_not_publish_any_more_publishes_nothing(session, edition, set_for, look, clock, editor):
    set_for()
    editor.role = "reader"
    session.commit()
    assert "Ana may not publish any more" in _refused(session, edition, look, clock)


@on_sqlite_alone
def test_a_rehearsal_that_is_not_good_is_published_only_for_a_reason(session, edition, set_for, look, clock):
    items(session)[0].note = "Read [this](https://example)."
    session.commit()
    set_for()
    assert "The rehearsal was not good" in _refused(session, edition, look, clock)
    set_for(reason="The site is mended meanwhile.")
    assert now_is(session, edition).publish_problem is None
    clock.tick(hours=1)
    assert look()[0].post is not None
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "edition.published")).one()
    assert event.changes[0]["reason"] == "The site is mended meanwhile."


@on_sqlite_alone
def test_a_target_that_cannot_be_reached_holds_nothing_up(session, edition, set_for, clock, rules, tmp_path, target):
    (tmp_path / "file").write_text("no folder")
    broken = DirectoryTarget(tmp_path / "file" / "posts")
    broken.name = "broken"
    set_for()
    clock.tick(hours=1)
    (tried,) = scheduling.publish_due(session, [broken, target], clock(), rules)
    assert tried.problem is None
    assert (target.directory / tried.post.file_name).read_bytes() == tried.post.markdown


def test_it_is_published_late_by_up_to_an_hour_and_then_asked_about(session, edition, set_for, look, clock):
    set_for()
    clock.tick(hours=1, minutes=59)
    assert [late.problem for late in overdue(session, clock())] == [None]
    assert look()[0].post is not None


def test_what_no_worker_published_for_hours_is_for_an_editor_to_decide(session, edition, set_for, look, clock):
    set_for()
    clock.tick(hours=3)
    assert "No worker ran at the time" in look()[0].problem
    assert now_is(session, edition).status == "draft"


def test_a_correction_can_be_published_at_a_time(session, edition, set_for, look, clock, ana, target):
    publish(session, edition.id, ana(), targets=[target])
    correcting.reopen(session, edition.id, ana())
    with pytest.raises(NotAllowed, match="note"):
        set_for()
    best = items(session)[0]
    curation.annotate(session, best.id, headline="The right name", note="", version=best.version, by=ana())
    set_for(note="The name was wrong.")
    clock.tick(hours=1)
    (tried,) = look()
    assert (tried.post.revision, tried.post.note) == (2, "The name was wrong.")


def test_a_retraction_is_not_ended_by_a_time_that_was_set_before_it(
    session, edition, set_for, look, clock, ana, target
):
    publish(session, edition.id, ana(), targets=[target])
    correcting.reopen(session, edition.id, ana())
    best = items(session)[0]
    curation.annotate(session, best.id, headline="The right name", note="", version=best.version, by=ana())
    set_for(note="The name was wrong.")
    retracting.retract(session, edition.id, ana(), reason="It names nobody.", targets=[target])
    clock.tick(hours=1)
    assert "The post was retracted after that" in look()[0].problem
    set_for(note="The name was wrong.")
    clock.tick(hours=1)
    assert look()[0].post.revision == 2


def test_one_that_cannot_be_published_does_not_hold_up_the_others(session, rules, edition, set_for, look, clock, ana):
    other = edition_of_scores(session, rules, [70], day=DAY + timedelta(days=1))
    scheduling.schedule(session, other.id, ana(), at=clock() + HOUR)
    set_for()
    for item in items(session):
        curation.drop(session, item.id, ana())
    clock.tick(hours=1)
    assert sorted(tried.post is None for tried in look()) == [False, True]
    assert now_is(session, other).status == "published"

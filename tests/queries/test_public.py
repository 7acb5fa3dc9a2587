"""What readers may see: nothing before its grace is over, nothing withdrawn, nothing that is being corrected."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import Edition, Editor
from app.queries.public import (
    NAME_OF_STATE,
    OutPost,
    Readers,
    all_posts,
    changes_of_posts,
    newest_posts,
    next_grace_end,
    papers_elsewhere,
    places_between,
    places_of_paper,
    post_of_day,
    readers_at,
    records_of,
)
from app.services.acting import Acting
from app.services.correcting import reopen
from app.services.curation import annotate, drop
from app.services.publishing import publish
from app.services.retracting import restore, retract, take_back
from tests.conftest import Clock
from tests.factories import edition_of_scores, ingest_things, items, paper

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
GRACE = timedelta(minutes=10)


@pytest.fixture
def by(editor: Editor, clock: Clock, rules: Rules):
    """Ana, whenever it is by then."""
    return lambda: Acting(editor, clock(), rules)


def out_of(session: Session, rules: Rules, day: date, scores: tuple[int, ...], by, **said) -> Edition:
    """A published edition of a day."""
    edition = edition_of_scores(session, rules, scores, day=day)
    publish(session, edition.id, by(), targets=[], **said)
    return edition


def read(session: Session, clock: Clock, day: date) -> OutPost | None:
    return post_of_day(session, readers_at(session, clock()), day)


def test_posts_are_found_with_their_neighbours_and_their_papers(session, rules, clock, by) -> None:
    for day, scores in ((MONDAY, (90,)), (TUESDAY, (80, 70)), (WEDNESDAY, (60, 55, 50))):
        out_of(session, rules, day, scores, by)
    everybody = readers_at(session, clock())
    assert everybody == Readers({})
    post = read(session, clock, TUESDAY)
    assert (post.before, post.after, post.retracted, post.revision) == (MONDAY, WEDNESDAY, False, 1)
    assert post.first_sha256 == post.sha256 and post.published_at == post.changed_at == clock()
    assert [found.date for found in newest_posts(session, everybody, 2)] == [WEDNESDAY, TUESDAY]
    assert [(line.date, line.papers) for line in all_posts(session, everybody)] == [
        (WEDNESDAY, 3),
        (TUESDAY, 2),
        (MONDAY, 1),
    ]
    assert list(changes_of_posts(session, everybody)) == [WEDNESDAY, TUESDAY, MONDAY]
    places = places_between(session, everybody, MONDAY, WEDNESDAY)
    assert [(place.date, place.position, place.number) for place in places] == [
        (MONDAY, 1, 1),
        (TUESDAY, 1, 1),
        (TUESDAY, 2, 2),
    ]
    assert records_of(session, [post.post_id])[post.post_id]["edition_date"] == "2026-11-17"


def test_nothing_of_a_draft_is_anybodys(session, rules, clock) -> None:
    edition_of_scores(session, rules, (90,), day=MONDAY)
    everybody = readers_at(session, clock())
    assert read(session, clock, MONDAY) is None
    assert newest_posts(session, everybody, 5) == [] and all_posts(session, everybody) == []


def test_a_paper_is_found_in_every_post_that_has_it(session, rules, clock, by) -> None:
    ran = paper("2611.91000", score=90, announced_on=MONDAY)
    for day in (MONDAY, TUESDAY):
        other = paper(score=80, announced_on=day)
        ingest_things(session, rules, [paper("2611.91000", score=90, announced_on=day), other], day=day)
        edition = session.query(Edition).filter_by(date=day).one()
        publish(session, edition.id, by(), targets=[])
    everybody = readers_at(session, clock())
    places = places_of_paper(session, everybody, ran.arxiv_id)
    assert [(place.date, place.number) for place in places] == [(TUESDAY, 1), (MONDAY, 1)]
    assert papers_elsewhere(session, everybody, read(session, clock, MONDAY)) == {"2611.91000"}
    retract(session, edition.id, by(), reason="wrong day", targets=[])
    assert papers_elsewhere(session, everybody, read(session, clock, MONDAY)) == set()
    assert [place.date for place in places_of_paper(session, everybody, ran.arxiv_id)] == [MONDAY]


def test_a_withdrawn_post_is_told_from_one_that_never_was(session, rules, clock, by) -> None:
    first, _ = (out_of(session, rules, day, (90,), by) for day in (MONDAY, TUESDAY))
    retract(session, first.id, by(), reason="a mix-up", targets=[])
    everybody = readers_at(session, clock())
    assert read(session, clock, MONDAY).retracted
    assert read(session, clock, WEDNESDAY) is None
    assert read(session, clock, TUESDAY).before is None
    assert [post.date for post in newest_posts(session, everybody, 5)] == [TUESDAY]
    assert places_between(session, everybody, MONDAY, TUESDAY) == []
    restore(session, first.id, by(), targets=[])
    assert not read(session, clock, MONDAY).retracted
    assert read(session, clock, TUESDAY).before == MONDAY


def corrected(session: Session, edition: Edition, by, **said) -> None:
    """The same post with one paper less."""
    reopen(session, edition.id, by())
    drop(session, items(session, day=edition.date)[0].id, by())
    publish(session, edition.id, by(), targets=[], note="One paper was not of this day.", **said)


def test_readers_have_the_old_revision_until_the_new_one_is_published(session, rules, clock, by) -> None:
    edition = out_of(session, rules, MONDAY, (90, 80), by)
    before = read(session, clock, MONDAY)
    clock.tick()
    reopen(session, edition.id, by())
    drop(session, items(session, day=MONDAY)[0].id, by())
    assert read(session, clock, MONDAY) == before
    assert len(places_between(session, readers_at(session, clock()), MONDAY, TUESDAY)) == 2
    publish(session, edition.id, by(), targets=[], note="One paper was not of this day.")
    after = read(session, clock, MONDAY)
    assert (after.revision, after.published_at, after.first_sha256) == (2, before.published_at, before.sha256)
    assert after.changed_at > before.changed_at and after.sha256 != before.sha256
    assert len(places_between(session, readers_at(session, clock()), MONDAY, TUESDAY)) == 1


def test_nobody_reads_a_post_before_its_grace_is_over(session, rules, clock, by) -> None:
    out_of(session, rules, MONDAY, (90,), by, grace=GRACE)
    assert read(session, clock, MONDAY) is None
    assert newest_posts(session, readers_at(session, clock()), 1) == []
    clock.tick(minutes=10)
    assert read(session, clock, MONDAY).revision == 1


def test_a_correction_in_its_grace_leaves_readers_what_they_had(session, rules, clock, by) -> None:
    edition = out_of(session, rules, MONDAY, (90, 80), by)
    out_of(session, rules, TUESDAY, (70,), by)
    clock.tick()
    corrected(session, edition, by, grace=GRACE)
    everybody = readers_at(session, clock())
    assert read(session, clock, MONDAY).revision == 1
    assert [(line.date, line.papers) for line in all_posts(session, everybody)] == [(TUESDAY, 1), (MONDAY, 2)]
    assert [post.revision for post in newest_posts(session, everybody, 5)] == [1, 1]
    assert read(session, clock, TUESDAY).before == MONDAY
    clock.tick(minutes=10)
    assert read(session, clock, MONDAY).revision == 2


def test_what_was_taken_back_was_never_read(session, rules, clock, by) -> None:
    edition = out_of(session, rules, MONDAY, (90, 80), by)
    clock.tick()
    corrected(session, edition, by, grace=GRACE)
    take_back(session, edition.id, by(), targets=[])
    clock.tick(minutes=20)
    assert read(session, clock, MONDAY).revision == 1


def test_a_withdrawn_post_does_not_come_back_while_its_correction_can_be_taken_back(session, rules, clock, by) -> None:
    edition = out_of(session, rules, MONDAY, (90, 80), by)
    retract(session, edition.id, by(), reason="a mix-up", targets=[])
    clock.tick()
    corrected(session, edition, by, grace=GRACE)
    assert read(session, clock, MONDAY) is None
    clock.tick(minutes=10)
    assert read(session, clock, MONDAY).revision == 2


def test_with_all_that_readers_see_its_name_changes_and_with_nothing_else(session, rules, clock, by) -> None:
    names = [session.scalar(NAME_OF_STATE)]

    def is_another() -> bool:
        session.commit()
        names.append(session.scalar(NAME_OF_STATE))
        assert names[-1] == names[-2] or names[-1] not in names[:-1]
        return names[-1] != names[-2]

    edition = edition_of_scores(session, rules, (90, 80, 70), day=MONDAY)
    annotate(session, items(session, day=MONDAY)[0].id, by(), version=1, note="A note.")
    assert not is_another()
    publish(session, edition.id, by(), targets=[])
    assert is_another()
    reopen(session, edition.id, by())
    drop(session, items(session, day=MONDAY)[1].id, by())
    assert not is_another()
    publish(session, edition.id, by(), targets=[], note="One less.", grace=GRACE)
    assert is_another()
    take_back(session, edition.id, by(), targets=[])
    assert is_another()
    publish(session, edition.id, by(), targets=[], note="One less.")
    retract(session, edition.id, by(), reason="a mix-up", targets=[])
    assert is_another()
    restore(session, edition.id, by(), targets=[])
    assert is_another()
    for by_hand in ("update post_entries set number = number + 1", "delete from post_entries"):
        session.execute(text(by_hand))
        assert is_another()


def test_the_next_grace_to_end_is_the_next_after_now(session, rules, clock, by) -> None:
    assert next_grace_end(session, clock()) is None
    ends = []
    for day, waits in ((MONDAY, GRACE), (TUESDAY, 2 * GRACE)):
        out_of(session, rules, day, (90,), by, grace=waits)
        ends.append(clock() + waits)
    assert next_grace_end(session, clock()) == ends[0]
    assert next_grace_end(session, ends[0]) == ends[1]
    assert next_grace_end(session, ends[1]) is None

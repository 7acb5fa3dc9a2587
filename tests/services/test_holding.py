"""Holding: a paper is kept for the next edition, which gets it when it is filled, or at once; nothing typed is lost."""

from datetime import date

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, Item
from app.queries.editions_json import edition_json
from app.queries.waiting import waiting_of
from app.services import curation, evidence, rebase
from app.services.acting import Acting
from app.services.filling import fill_edition
from app.services.undo import redo, undo
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, paper, scores

TOMORROW, LATER = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Three picked papers, two below the cut."""
    return edition_of_scores(session, rules, [100, 90, 80, 40, 30])


@pytest.fixture
def by(editor, clock, rules):
    """Ana, one minute later at every call."""
    return lambda: Acting(editor, clock.tick(), rules)


def on(session, day: date) -> Edition:
    return session.scalars(select(Edition).where(Edition.date == day)).one()


def fill(session, rules, day: date, *more: int) -> Edition:
    """Ingest a day with papers of the given scores."""
    ingest_things(session, rules, [paper(score=score, announced_on=day) for score in more or (60,)], day=day)
    return on(session, day)


def touch(session, day: date, by) -> None:
    """Let an editor act on the edition of a day."""
    curation.move(session, items(session, day=day)[0].id, to=2, by=by())


def test_a_held_paper_is_in_no_list_and_not_published(session, rules, edition, by):
    best = items(session)[0]
    curation.annotate(session, best.id, headline="A lamp", note="Read it.", version=best.version, by=by())
    curation.move(session, best.id, to=2, by=by())
    curation.hold(session, best.id, by=by())
    assert (scores(session), scores(session, "candidate"), scores(session, "dropped")) == ([90, 80], [40, 30], [])
    (held,) = items(session, "held")
    assert (held.headline, held.note, held.placed_at, held.pinned_at) == ("A lamp", "Read it.", None, None)
    shown = edition_json(session, edition)
    assert [(item["headline"], item["reason"]) for item in shown["dropped"]] == [
        ("A lamp", "held for the next edition")
    ]
    assert list(shown) == ["date", "status", "version", "cut", "picked", "candidates", "dropped"]


def test_no_new_number_picks_a_held_paper_and_none_is_offered_for_it(session, rules, edition, by):
    held = items(session, "candidate")[0]
    name = held.paper.arxiv_id
    ingest_things(session, rules, [mention("7", name, reposts=500, source="bluesky")])
    curation.hold(session, held.id, by=by())
    evidence.strike(session, mention_row(session, "7", "bluesky").id, edition_id=edition.id, by=by())
    evidence.unstrike(session, mention_row(session, "7", "bluesky").id, edition_id=edition.id, by=by())
    ingest_things(session, rules, [mention("8", name, reposts=900, source="bluesky")])
    assert [item.id for item in items(session, "held")] == [held.id]
    assert waiting_of(session, edition, rules).changes == []
    curation.put_back(session, held.id, by=by())
    assert [change.item_id for change in waiting_of(session, edition, rules).changes] == [held.id]


def test_the_next_edition_that_is_filled_has_it_with_its_texts(session, rules, edition, by):
    best, low = items(session)[0], items(session, "candidate")[0]
    curation.annotate(session, best.id, headline="A lamp", note="Read it.", version=best.version, by=by())
    curation.hold_many(session, edition.id, [best.id, low.id], by=by())
    fill(session, rules, TOMORROW, 60, 20)
    assert (scores(session, day=TOMORROW), scores(session, "candidate", TOMORROW)) == ([100, 60], [40, 20])
    copy = items(session, day=TOMORROW)[0]
    assert (copy.paper_id, copy.headline, copy.note) == (best.paper_id, "A lamp", "Read it.")
    fill(session, rules, LATER)
    assert scores(session, day=LATER) == [60], "the next edition has had them"


def test_a_paper_that_is_announced_again_keeps_what_was_written(session, rules, edition, by):
    held = items(session)[0]
    curation.annotate(session, held.id, headline=None, note="Read it.", version=held.version, by=by())
    curation.hold(session, held.id, by=by())
    ingest_things(session, rules, [paper(held.paper.arxiv_id, score=100, announced_on=TOMORROW)], day=TOMORROW)
    assert [item.note for item in items(session, day=TOMORROW)] == ["Read it."]


def test_a_held_paper_of_a_published_edition_goes_on_and_one_put_back_does_not(session, rules, edition, by):
    kept, back = items(session)[:2]
    curation.hold_many(session, edition.id, [kept.id, back.id], by=by())
    curation.put_back(session, back.id, by=by())
    edition.status = "published"
    session.commit()
    fill(session, rules, LATER)
    assert scores(session, day=LATER) == [100, 60]


def test_a_later_draft_that_follows_the_rules_gets_it_at_once_and_gives_it_back(session, rules, edition, by):
    following = fill(session, rules, TOMORROW, 95, 60)
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    assert scores(session, day=TOMORROW) == [100, 95, 60]
    session.refresh(following)
    assert following.acted_at is None
    fill(session, rules, TOMORROW, 70)
    undo(session, edition.id, by())
    assert (scores(session)[0], scores(session, day=TOMORROW)) == (100, [95, 70, 60])
    assert waiting_of(session, following, rules).changes == []
    fill(session, rules, TOMORROW, 75)
    assert scores(session, day=TOMORROW) == [95, 75, 70, 60], "what was taken out stays out"
    redo(session, edition.id, by())
    assert (scores(session)[0], scores(session, day=TOMORROW)) == (90, [100, 95, 75, 70, 60])


def test_in_a_later_draft_that_was_acted_on_it_waits_until_it_is_taken(session, rules, edition, by):
    following = fill(session, rules, TOMORROW, 95, 60)
    touch(session, TOMORROW, by)
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    assert scores(session, day=TOMORROW) == [60, 95]
    waiting = waiting_of(session, following, rules)
    assert [(change.arxiv_id, change.is_new) for change in waiting.changes] == [(held.paper.arxiv_id, True)]
    undo(session, edition.id, by())
    assert waiting_of(session, following, rules).changes == []
    redo(session, edition.id, by())
    rebase.take(session, following.id, by(), up_to=waiting.up_to)
    assert sorted(scores(session, day=TOMORROW)) == [60, 95, 100]
    with pytest.raises(NotAllowed, match="cannot be undone any more, because it was changed since"):
        undo(session, edition.id, by())
    assert [item.id for item in items(session, "held")] == [held.id]


def test_an_edition_that_was_acted_on_is_offered_what_was_held_before_it_was_there(session, rules, edition, by):
    low, best = items(session, "candidate")[0], items(session)[0]
    fill(session, rules, LATER, 95, 60)
    touch(session, LATER, by)
    curation.hold(session, low.id, by=by())
    edition_between = fill(session, rules, TOMORROW, 95, 60)
    touch(session, TOMORROW, by)
    curation.hold(session, best.id, by=by())
    offered = waiting_of(session, edition_between, rules).changes
    assert [change.arxiv_id for change in offered] == [best.paper.arxiv_id]
    assert [change.arxiv_id for change in waiting_of(session, on(session, LATER), rules).changes] == [
        low.paper.arxiv_id
    ]


def test_a_paper_put_back_is_taken_out_of_where_it_went_meanwhile(session, rules, edition, by):
    fill(session, rules, TOMORROW)
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    curation.put_back(session, held.id, by=by())
    assert (scores(session, "candidate")[0], scores(session, day=TOMORROW)) == (100, [60])
    undo(session, edition.id, by())
    assert (len(items(session, "held")), scores(session, day=TOMORROW)) == (1, [100, 60])
    undo(session, edition.id, by())
    assert (scores(session)[0], scores(session, day=TOMORROW)) == (100, [60])


def test_a_paper_that_somebody_acted_on_in_the_next_edition_stays_there(session, rules, edition, by):
    fill(session, rules, TOMORROW)
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    curation.move(session, items(session, day=TOMORROW)[0].id, to=2, by=by())
    curation.put_back(session, held.id, by=by())
    assert scores(session, day=TOMORROW) == [60, 100]


def test_a_paper_held_on_once_more_stays_where_that_put_it(session, rules, edition, by):
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    fill(session, rules, TOMORROW)
    again = items(session, day=TOMORROW)[0]
    curation.hold(session, again.id, by=by())
    fill(session, rules, LATER, 70)
    assert scores(session, day=LATER) == [100, 70]
    curation.put_back(session, held.id, by=by())
    assert (scores(session, "held", TOMORROW), scores(session, day=LATER)) == ([100], [100, 70])
    undo(session, edition.id, by())
    curation.put_back(session, again.id, by=by())
    assert (scores(session, "candidate", TOMORROW), scores(session, day=LATER)) == ([100], [70])


# SQLite lets one transaction write at a time.
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_no_hold_comes_between_when_papers_come_late(session, rules, edition, by, clock):
    following = fill(session, rules, TOMORROW, 95, 60)
    touch(session, TOMORROW, by)
    session.commit()
    free = select(Edition.id).where(Edition.id == following.id).with_for_update(key_share=True, skip_locked=True)
    assert fill_edition(session, TOMORROW, run_id=1, rules=rules, now=clock.tick()) is None
    with session.get_bind().connect() as other:
        assert other.scalar(free) is None
        session.rollback()
        assert other.scalar(free) is not None


def test_a_paper_that_the_next_edition_has_already_gets_the_texts_and_gives_them_back(session, rules, edition, by):
    held = items(session)[0]
    ingest_things(session, rules, [paper(held.paper.arxiv_id, score=100, announced_on=TOMORROW)], day=TOMORROW)
    curation.annotate(session, held.id, headline="A lamp", note="Read it.", version=held.version, by=by())

    def texts() -> list:
        session.expire_all()
        return [(item.headline, item.note) for item in items(session, day=TOMORROW)]

    empty = texts()
    curation.hold(session, held.id, by=by())
    assert texts() == [("A lamp", "Read it.")]
    undo(session, edition.id, by())
    assert texts() == empty
    redo(session, edition.id, by())
    assert texts() == [("A lamp", "Read it.")]


def test_what_was_held_counts_once_and_is_one_event(session, rules, edition, by, editor):
    fill(session, rules, TOMORROW)
    ids = [item.id for item in items(session)]
    acted = curation.hold_many(session, edition.id, ids, by=by())
    assert sorted(acted.item_ids) == ids
    found = session.get_one(AuditEvent, acted.event_id)
    assert (found.kind, found.summary, len(found.changes)) == ("item.held", "held 3 papers for the next edition", 6)
    assert curation.hold_many(session, edition.id, ids, by=by()).event_id is None
    assert session.query(Item).count() == 9


@pytest.mark.parametrize("is_acted_on", [False, True])
def test_an_undone_hold_calls_back_what_a_fill_gave_on_meanwhile(session, rules, edition, by, is_acted_on):
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    fill(session, rules, TOMORROW)
    if is_acted_on:
        curation.move(session, items(session, day=TOMORROW)[0].id, to=2, by=by())
    undo(session, edition.id, by())
    assert (scores(session)[0], scores(session, day=TOMORROW)) == (100, [60, 100] if is_acted_on else [60])
    redo(session, edition.id, by())
    assert (scores(session)[0], sorted(scores(session, day=TOMORROW))) == (90, [60, 100])
    undo(session, edition.id, by())
    assert (scores(session)[0], scores(session, day=TOMORROW)) == (100, [60, 100] if is_acted_on else [60])


@pytest.mark.parametrize("is_put_back", [False, True])
def test_a_paper_held_again_by_undo_or_redo_goes_into_an_edition_filled_meanwhile(
    session, rules, edition, by, is_put_back
):
    held = items(session)[0]
    curation.hold(session, held.id, by=by())
    if is_put_back:
        curation.put_back(session, held.id, by=by())
    else:
        undo(session, edition.id, by())
    fill(session, rules, TOMORROW)
    assert scores(session, day=TOMORROW) == [60]
    there, back = (undo, redo) if is_put_back else (redo, undo)
    for _ in range(2):
        there(session, edition.id, by())
        assert (len(items(session, "held")), scores(session, day=TOMORROW)) == (1, [100, 60])
        back(session, edition.id, by())
        assert (items(session, "held"), scores(session, day=TOMORROW)) == ([], [60])

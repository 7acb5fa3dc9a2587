"""Many papers at once: one transaction, one event, one undo, and as quick as one however many there are."""

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.views import Filters
from app.models import AuditEvent, Edition, Item
from app.queries.shown import Shown
from app.services import curation
from app.services.acting import Acting
from app.services.undo import redo, undo
from tests.bounds import statements_of
from tests.factories import DAY, edition_of_scores, ingest_things, items, paper, scores


@pytest.fixture
def edition(session, rules) -> Edition:
    """Four picked papers, three below the cut."""
    return edition_of_scores(session, rules, [100, 90, 80, 70, 40, 30, 20])


@pytest.fixture
def act(session, editor, clock, rules):
    """What every action is told besides what it does."""
    return {"by": Acting(editor, clock(), rules)}


def newest(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()


def ids_of(found) -> list[int]:
    return [item.id for item in found]


def test_many_are_picked_where_their_scores_put_them_and_taken_back_as_one(session, edition, act, editor, clock, rules):
    curation.drop(session, items(session)[1].id, reason="by mistake", **act)
    chosen = [*items(session, "candidate")[:2], *items(session, "dropped"), items(session)[0]]
    acted = curation.pick_many(session, edition.id, ids_of(chosen), **act)
    assert scores(session) == [100, 90, 80, 70, 40, 30]
    assert set(acted.item_ids) == set(ids_of(chosen[:3]))
    assert (newest(session).kind, newest(session).item_id, newest(session).summary) == (
        "item.picked",
        None,
        "picked 3 papers",
    )
    undo(session, edition.id, Acting(editor, clock.tick(), rules))
    assert (scores(session), scores(session, "candidate")) == ([100, 80, 70], [40, 30, 20])
    assert items(session, "dropped")[0].drop_reason == "by mistake"
    redo(session, edition.id, Acting(editor, clock.tick(), rules))
    assert scores(session) == [100, 90, 80, 70, 40, 30]


def test_many_are_dropped_with_one_reason_and_those_that_are_out_keep_theirs(session, edition, act):
    first, second, third = items(session)[:3]
    curation.drop(session, first.id, reason="off topic", **act)
    curation.drop_many(session, edition.id, ids_of([first, second, third]), **act)
    assert [item.drop_reason for item in items(session, "dropped")] == ["off topic", None, None]
    assert newest(session).summary == "dropped 2 papers"
    assert set(found["item_id"] for found in newest(session).changes) == {second.id, third.id}
    curation.drop_many(session, edition.id, ids_of([first, second]), reason="twice", **act)
    assert newest(session).summary == "dropped 2 papers (twice)"


def test_of_many_only_one_that_changes_is_named(session, edition, act):
    candidate, picked = items(session, "candidate")[0], items(session)[0]
    curation.put_back_many(session, edition.id, [candidate.id, picked.id], **act)
    assert newest(session).item_id == picked.id
    assert newest(session).summary == f"put “{picked.paper.title}” back among the candidates"


def test_where_all_are_so_already_nothing_changes(session, edition, act):
    before = edition.version
    acted = curation.pick_many(session, edition.id, ids_of(items(session)), **act)
    session.refresh(edition)
    assert (acted.event_id, edition.version) == (None, before)


def test_a_paper_of_another_edition_stops_all_of_them(session, rules, edition, act):
    elsewhere = edition_of_scores(session, rules, [60], day=DAY.replace(day=20))
    foreign = session.scalars(select(Item.id).where(Item.edition_id == elsewhere.id)).one()
    with pytest.raises(NotAllowed, match="no such paper in this edition"):
        curation.drop_many(session, edition.id, [items(session)[0].id, foreign], **act)
    assert scores(session, "dropped") == []


def test_many_in_a_published_edition_are_refused(session, edition, act):
    edition.status = "published"
    session.commit()
    for action in (curation.pick_many, curation.drop_many, curation.hold_many, curation.put_back_many):
        with pytest.raises(NotAllowed, match="is published"):
            action(session, edition.id, ids_of(items(session)), **act)


def test_below_a_candidate_are_the_candidates_after_it(session, edition, act):
    first = items(session, "candidate")[0]
    curation.drop_below(session, first.id, **act)
    assert (len(items(session)), scores(session, "candidate"), scores(session, "dropped")) == (4, [40], [30, 20])
    assert newest(session).summary == f"dropped 2 papers below “{first.paper.title}”"


def test_below_a_picked_paper_are_the_picked_ones_after_it_and_all_candidates(
    session, edition, act, editor, clock, rules
):
    curation.move(session, items(session)[3].id, to=1, **act)
    curation.drop_below(session, items(session)[1].id, **act)
    assert (scores(session), scores(session, "candidate")) == ([70, 100], [])
    undo(session, edition.id, Acting(editor, clock.tick(), rules))
    assert (scores(session), scores(session, "candidate")) == ([70, 100, 90, 80], [40, 30, 20])


def test_what_is_not_shown_is_not_below(session, rules, act):
    shown = [paper(score=score, categories=("cs.CL",)) for score in (90, 40)]
    ingest_things(session, rules, [*shown, paper(score=60, categories=("cs.LG",))])
    view = Shown(Filters(categories=frozenset({"cs.CL"})))
    curation.drop_below(session, items(session)[0].id, shown=view, **act)
    assert (scores(session), scores(session, "dropped")) == ([90, 60], [40])
    with pytest.raises(NotAllowed, match="as shown"):
        curation.drop_below(session, items(session)[1].id, shown=view, **act)


def test_nothing_is_below_what_is_dropped(session, edition, act):
    out = items(session)[0].id
    curation.drop(session, out, **act)
    with pytest.raises(NotAllowed, match="neither picked nor a candidate"):
        curation.drop_below(session, out, **act)


def test_a_thousand_papers_take_a_few_statements(session, rules, editor, clock, act):
    count = 1000
    edition = edition_of_scores(session, rules, range(60, 60 + count))
    ids = ids_of(items(session))
    for action in (curation.drop_many, curation.pick_many, curation.put_back_many, curation.hold_many):
        with statements_of(session) as written:
            action(session, edition.id, ids, **act)
        assert len(written) < 30, action.__name__
    for step in (undo, redo):
        with statements_of(session) as written:
            step(session, edition.id, Acting(editor, clock.tick(), rules))
        assert len(written) < 40, step.__name__
    assert len(items(session, "held")) == count

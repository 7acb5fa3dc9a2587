"""The rows that an action changed, read by themselves, are those of the whole lists, and stand where they have them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import Question
from app.domain.editions import spread_keys
from app.models import Item, Paper
from app.queries.editions import desk, edition_on
from app.queries.shown import Shown, item_order
from app.queries.steps import counts_of, is_named_with_others, picture_of, reasons_of, stand_of
from app.services import curation, looks
from app.services.acting import Acting
from app.services.publishing import publish
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, mention, paper

# What sorts otherwise by a locale than byte by byte is among them.
NAMES = ("2611.00002", "2611.00010", "astro-ph/0309136", "cs/0112017", "cs.CL/0112017", "hep-th/9901001", "CS/0112017")
COUNT = len(NAMES)
STATES = ("picked", "candidate", "held", "dropped")
DRAWN = st.tuples(
    st.lists(st.sampled_from(STATES), min_size=COUNT, max_size=COUNT),
    st.lists(st.integers(0, 2), min_size=COUNT, max_size=COUNT),
    st.permutations(spread_keys(COUNT)),
    st.sets(st.integers(0, COUNT - 1), min_size=1),
)


@pytest.fixture
def ask(session: Session) -> Callable[[Any, Any], Any]:
    """The driver of the database, asked as pages ask it."""
    return lambda statement, values: Question(session.get_bind(), statement).ask(values)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DRAWN)
def test_changed_rows_stand_before_those_that_they_stand_before_in_the_whole_lists(session, rules, ask, drawn):
    states, scores, keys, changed = drawn
    edition = edition_on(session, DAY) or edition_of_scores(session, rules, range(COUNT))
    found = session.scalars(select(Item).order_by(Item.id)).all()
    session.execute(update(Item).values(order_key=None, state="candidate"))
    for item, name, state, score, key in zip(found, NAMES, states, scores, keys, strict=True):
        session.execute(update(Paper).where(Paper.id == item.paper_id).values(arxiv_id=name))
        values = {"state": state, "score": score, "order_key": key if state == "picked" else None}
        session.execute(update(Item).where(Item.id == item.id).values(values))
    session.commit()
    ids = {found[place].id for place in changed}
    order = item_order(session, edition.id)
    lists = {state: [item_id for item_id in listed if item_id not in ids] for state, listed in order.items()}
    picture = picture_of(session, ask, stand_of(ask, edition.id, 0), ids, 1)
    for coming in picture.coming:
        listed = lists[coming.state]
        at = len(listed) if coming.before is None else listed.index(coming.before)
        listed[at:at] = [row.id for row in coming.rows]
    assert lists == order
    assert picture.version == edition.version
    assert counts_of(ask, edition.id) == {state: len(listed) for state, listed in order.items()}


def test_rows_read_by_themselves_are_those_of_the_whole_lists_but_for_their_numbers(
    session, rules, ask, editor, clock
) -> None:
    papers = [paper(score=score) for score in (900, 500, 40, 30)]
    ingest_things(session, rules, papers)
    edition = edition_on(session, DAY)
    looks.look(session, edition.id, editor, clock())
    revised = paper(papers[0].arxiv_id, title="Lanterns Without Moss", version=2, readings=papers[0].readings)
    ingest_things(session, rules, [revised, mention("late", papers[2], reposts=7)], now=MORNING.replace(hour=12))
    looks.look(session, edition.id, editor, clock.tick(hours=9))
    curation.drop(session, items(session)[1].id, Acting(editor, clock.tick(), rules), reason="off topic")
    shown = desk(session, edition_on(session, DAY), Shown(editor_id=editor.id)).all_rows
    stand = stand_of(ask, edition.id, 0)
    for asked in ([row.id] for row in shown), [[row.id for row in shown]]:
        rows = [row for ids in asked for row in picture_of(session, ask, stand, ids, editor.id).rows]
        assert sorted(rows) == sorted(row._replace(number=None) for row in shown)
    assert any(row.is_new for row in shown)
    assert reasons_of(ask, edition.id) == ["off topic"]


def test_a_paper_that_ran_before_is_told_as_such(session, rules, ask, editor, clock) -> None:
    day = DAY.replace(day=17)
    before = edition_of_scores(session, rules, [900, 500], day=day)
    first, second = (item.paper.arxiv_id for item in items(session, day=day))
    ingest_things(session, rules, [paper(first, score=900), paper(second, score=500)])
    ids = {item.id: item.paper.arxiv_id for item in items(session)}
    edition_id, by = edition_on(session, DAY).id, Acting(editor, clock(), rules)
    assert picture_of(session, ask, stand_of(ask, edition_id, 0), ids, editor.id).ran_before == []
    curation.drop(session, items(session, day=day)[1].id, by)
    publish(session, before.id, by, targets=[])
    told = picture_of(session, ask, stand_of(ask, edition_id, 0), ids, editor.id).ran_before
    assert [ids[item_id] for item_id in told] == [first]


def test_a_mention_counts_for_all_papers_of_the_edition_that_it_names(session, rules, ask) -> None:
    papers = [paper(score=score) for score in (900, 500, 40, 30)]
    ingest_things(session, rules, [*papers, mention("loud", *papers[:3], reposts=45)])
    edition_id = edition_on(session, DAY).id
    ids_of = {item.paper.arxiv_id: item.id for item in session.scalars(select(Item))}
    named, alone = ids_of[papers[0].arxiv_id], ids_of[papers[3].arxiv_id]
    for ids in ([named], [named, alone]):
        assert is_named_with_others(session, ask, edition_id, ids, 3)
        assert not is_named_with_others(session, ask, edition_id, ids, 4)
    assert not is_named_with_others(session, ask, edition_id, [alone], 1)


def test_a_stand_tells_of_the_newest_run_and_whether_somebody_had_begun(session, rules, ask, editor, clock) -> None:
    edition = edition_of_scores(session, rules, [900, 500])
    fresh = stand_of(ask, edition.id, edition.version)
    assert (fresh.date, fresh.status, fresh.acted_at, fresh.had_begun) == (DAY, "draft", None, False)
    assert (fresh.run_id > 0, fresh.is_running) == (True, False)
    seen = edition.version
    curation.drop(session, items(session)[0].id, Acting(editor, clock(), rules))
    assert not stand_of(ask, edition.id, seen).had_begun
    assert stand_of(ask, edition.id, seen + 1).had_begun
    assert stand_of(ask, edition.id, seen).baton_editor_id == editor.id

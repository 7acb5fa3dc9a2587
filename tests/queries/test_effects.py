"""What a strike would do is what it then does."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from app.models import Edition
from app.queries.effects import effect_of_strike, papers_reached_elsewhere
from app.services import curation, evidence, ordering
from app.services.acting import Acting
from tests.factories import DAY, ingest_things, items, mention, mention_row, paper

NUMBERS = itertools.count(1)
STATES = ("picked", "candidate", "dropped")


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


def edition_of(session, day=DAY) -> Edition:
    return session.scalars(select(Edition).where(Edition.date == day)).one()


def stands(session, day) -> dict[int, tuple[float, int | None]]:
    """The score and the place of every item of a day."""
    found = {item.id: (item.score, None) for state in STATES for item in items(session, state, day)}
    return found | {item.id: (item.score, number) for number, item in enumerate(items(session, "picked", day), 1)}


def foretold(effects) -> dict[int, tuple[float, int | None]]:
    return {effect.item_id: (effect.score_after, effect.place_after) for effect in effects}


PAPERS = 6
DAYS = st.fixed_dictionaries(
    {
        "alone": st.lists(st.integers(0, 90), min_size=PAPERS, max_size=PAPERS),
        "loud": st.integers(0, 70),
        "named": st.sets(st.integers(0, PAPERS - 1), min_size=1),
        "weight": st.sampled_from([0.5, 1, 2]),
        "acts": st.lists(st.tuples(st.sampled_from(["pick", "drop", "move", "pin"]), st.integers(0, 5)), max_size=4),
    }
)


@given(DAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_foretold_of_a_strike_and_of_its_removal_is_what_comes(session, rules, by, given_day):
    n = next(NUMBERS)
    day, name = DAY + timedelta(days=n), f"loud-{n}"
    by = replace(by, rules=replace(rules, weights={"twitter": given_day["weight"]}))
    papers = [paper(announced_on=day) for _ in range(PAPERS)]
    alone = [mention(f"{n}-{i}", papers[i], likes=likes) for i, likes in enumerate(given_day["alone"])]
    advert = mention(name, *(papers[i] for i in given_day["named"]), reposts=given_day["loud"])
    ingest_things(session, by.rules, [*papers, *alone, advert], day=day)
    edition, mention_id = edition_of(session, day), mention_row(session, name).id
    for act, index in given_day["acts"]:
        act_on(session, (items(session, "picked", day) + items(session, "candidate", day))[index:], act, by)
    for undo in (False, True):
        before = stands(session, day)
        effects = effect_of_strike(session, edition, mention_id, by.rules, undo=undo)
        assert len(effects) == len(given_day["named"])
        assert stands(session, day) == before
        assert {e.item_id: (e.score_before, e.place_before) for e in effects} == {
            e.item_id: before[e.item_id] for e in effects
        }
        (evidence.unstrike if undo else evidence.strike)(session, mention_id, by, edition_id=edition.id)
        after = stands(session, day)
        assert foretold(effects) == {e.item_id: after[e.item_id] for e in effects}
        for effect in effects:
            was, now = before[effect.item_id][1], after[effect.item_id][1]
            assert effect.falls_out is (was is not None and now is None)
            assert effect.comes_in is (was is None and now is not None)


def act_on(session, rest, act, by) -> None:
    if not rest:
        return
    item = rest[0]
    if act == "pick":
        curation.pick(session, item.id, by)
    elif act == "drop":
        curation.drop(session, item.id, by)
    elif item.state == "picked":
        if act == "move":
            curation.move(session, item.id, to="top", by=by)
        else:
            ordering.pin(session, item.id, by)


@pytest.fixture
def advert(session, rules) -> int:
    """A mention that carries three papers of the day, and one of the next; only the first stands on its own."""
    papers = [paper(title=f"Moss {n}") for n in range(3)]
    later = paper(announced_on=DAY + timedelta(days=1))
    own = mention("own", papers[0], likes=70)
    ingest_things(session, rules, [*papers, paper(score=60), own, mention("loud", *papers, reposts=200)])
    ingest_things(session, rules, [later, mention("loud", later)], day=later.announced_on)
    return mention_row(session, "loud").id


def test_the_effects_stand_in_the_order_of_the_list_and_name_the_papers(session, rules, advert):
    effects = effect_of_strike(session, edition_of(session), advert, rules)
    assert [(e.title, e.score_before, e.score_after, e.place_before, e.place_after) for e in effects] == [
        ("Moss 0", 270, 70, 1, 1),
        ("Moss 1", 200, 0, 2, None),
        ("Moss 2", 200, 0, 3, None),
    ]
    assert papers_reached_elsewhere(session, edition_of(session), advert) == {DAY + timedelta(days=1): 1}


def test_what_is_struck_already_changes_nothing_more(session, rules, by, advert):
    edition = edition_of(session)
    assert all(e.score_after == e.score_before for e in effect_of_strike(session, edition, advert, rules, undo=True))
    evidence.strike(session, advert, by, edition_id=edition.id)
    again = effect_of_strike(session, edition, advert, rules)
    assert all((e.score_after, e.place_after) == (e.score_before, e.place_before) for e in again)
    assert [e.comes_in for e in effect_of_strike(session, edition, advert, rules, undo=True)] == [False, True, True]


def test_a_published_edition_is_not_reached(session, rules, advert):
    edition = edition_of(session)
    edition.status = "published"
    session.commit()
    assert effect_of_strike(session, edition, advert, rules) == []
    other = edition_of(session, DAY + timedelta(days=1))
    assert papers_reached_elsewhere(session, other, advert) == {}


def test_an_effect_costs_few_statements_and_changes_nothing(session, rules, advert):
    edition = edition_of(session)
    session.refresh(edition)
    sent: list[str] = []
    engine = session.get_bind()

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    effect_of_strike(session, edition, advert, rules)
    event.remove(engine, "before_cursor_execute", note)
    assert len(sent) <= 8
    assert not [statement for statement in sent if not statement.lstrip().upper().startswith("SELECT")]

"""A place in a picked list is found by index, and is the one that the whole list would give."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.domain.editions import Placed, index_by_score, spread_keys
from app.models import Item, Paper
from app.queries.order import Gap, gap_at, gap_beside, gap_by_score, number_and_count, picked_order
from tests.conftest import Clock
from tests.factories import edition_of_scores, items

# What sorts otherwise by a locale than byte by byte is among them.
NAMES = ("2611.00002", "2611.00010", "astro-ph/0309136", "cs/0112017", "cs.CL/0112017", "hep-th/9901001", "CS/0112017")
COUNT = 6
LISTS = st.tuples(
    st.permutations(range(COUNT)),
    st.lists(st.integers(0, 3), min_size=COUNT, max_size=COUNT),
    st.sets(st.integers(0, COUNT - 1)),
    st.integers(1, COUNT),
    st.lists(st.sampled_from(NAMES), min_size=COUNT, max_size=COUNT, unique=True),
)
ITEMS, PAPERS = Item.__table__, Paper.__table__


def gap_of(others: list[Placed], index: int) -> Gap:
    """The place at an index of a list that is known whole."""
    keys = [None, *(placed.order_key for placed in others), None]
    return Gap(index + 1, keys[index], keys[index + 1])


def lay(session: Session, rows: list[tuple[int, int]], drawn: tuple, clock: Clock) -> None:
    """Give the items, by id and paper, a drawn order, scores, fixed places and names; as many as drawn are picked."""
    order, scores, fixed, length, names = drawn
    keys = {rows[place][0]: key for key, place in zip(spread_keys(length), order, strict=False)}
    values = [
        {
            "item": item_id,
            "state": "picked" if item_id in keys else "candidate",
            "order_key": keys.get(item_id),
            "placed_at": clock() if place in fixed else None,
            "score": scores[place],
        }
        for place, (item_id, _) in enumerate(rows)
    ]
    session.execute(update(ITEMS).values(state="candidate", order_key=None))
    session.execute(update(ITEMS).where(ITEMS.c.id == bindparam("item")), values)
    named = [{"paper": paper_id, "arxiv_id": name} for (_, paper_id), name in zip(rows, names, strict=True)]
    session.execute(update(PAPERS).where(PAPERS.c.id == bindparam("paper")), named)


def test_every_place_is_the_one_that_the_whole_list_would_give(session, rules, clock):
    edition_id = edition_of_scores(session, rules, range(60, 60 + COUNT)).id
    rows = [(item.id, item.paper_id) for item in items(session)]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(LISTS, st.integers(0, COUNT - 1))
    def law(drawn: tuple, chosen: int) -> None:
        session.rollback()
        lay(session, rows, drawn, clock)
        item_id = rows[chosen][0]
        order = picked_order(session, edition_id)
        others = picked_order(session, edition_id, without=item_id)
        assert others == [placed for placed in order if placed.item_id != item_id]
        for number, placed in enumerate(order, 1):
            assert number_and_count(session, edition_id, placed.order_key) == (number, len(order))
        asked = {"without": item_id}
        for index, placed in enumerate(others):
            assert gap_beside(session, edition_id, before=placed.item_id, **asked) == gap_of(others, index)
            assert gap_beside(session, edition_id, after=placed.item_id, **asked) == gap_of(others, index + 1)
        for index in range(len(others) + 1):
            assert gap_at(session, edition_id, index + 1, **asked) == gap_of(others, index)
        item = session.get_one(Item, item_id, populate_existing=True)
        index = index_by_score(others, item.score, item.paper.arxiv_id)
        assert gap_by_score(session, edition_id, item.score, item.paper.arxiv_id, **asked) == gap_of(others, index)

    law()


def test_beside_a_paper_that_is_not_picked_there_is_no_place(session, rules):
    edition = edition_of_scores(session, rules, [90, 80, 40])
    (candidate,) = items(session, "candidate")
    first = items(session)[0].id
    assert gap_beside(session, edition.id, before=candidate.id, without=first) is None
    assert gap_beside(session, edition.id, after=candidate.id, without=first) is None

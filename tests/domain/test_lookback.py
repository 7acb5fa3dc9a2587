"""The verdict on an edition: who stands at the top, what was missed, whose order was right, and the chart's lines."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lookback import (
    MOST_LINES,
    Agreement,
    Fate,
    Outcome,
    agreement,
    by_editors,
    by_now,
    by_score,
    judge,
    slopes,
)

# Few different scores, so that many are equal.
SCORE = st.integers(0, 12).map(float)


def outcomes(*told: tuple[float, float], picked: int = 0) -> list[Outcome]:
    """Papers by their scores then and now, the first `picked` of them picked in the order given."""
    return [
        Outcome(
            item_id=n,
            arxiv_id=f"2611.{90000 + n}",
            state="picked" if n <= picked else "candidate",
            number=n if n <= picked else None,
            then=then,
            now=now,
        )
        for n, (then, now) in enumerate(told, 1)
    ]


@st.composite
def editions(draw: st.DrawFn, most: int = 40) -> list[Outcome]:
    """Up to so many papers, any number of them picked, in any order; also none, or one, or all of one score."""
    told = draw(st.lists(st.tuples(SCORE, SCORE), max_size=most))
    return outcomes(*told, picked=draw(st.integers(0, len(told))))


def ids(papers: Sequence[Outcome]) -> list[int]:
    return [paper.item_id for paper in papers]


def test_a_passed_paper_that_overtook_a_picked_one_is_missed() -> None:
    verdict = judge(outcomes((900, 950), (500, 510), (60, 61), (40, 700), (30, 45), picked=3))
    assert (verdict.picked, verdict.passed, verdict.top_then, verdict.top_now) == (3, 2, 3, 2)
    assert verdict.hits == (True, True, False)
    assert ids(verdict.missed) == [4]
    assert verdict.grew_most is not None and verdict.grew_most.growth == 660
    assert verdict.plain_hits == 2


def test_editors_who_saw_further_than_the_score_are_told_so() -> None:
    verdict = judge(outcomes((40, 700), (900, 950), (60, 61), picked=2))
    assert (verdict.top_then, verdict.top_now, verdict.plain_hits) == (1, 2, 1)
    assert verdict.missed == ()


def test_a_paper_that_has_caught_up_has_overtaken_nobody() -> None:
    verdict = judge(outcomes((90, 100), (40, 100), picked=1))
    assert (verdict.hits, verdict.missed) == ((True,), ())


def test_of_an_edition_without_papers_nothing_is_said() -> None:
    verdict = judge([])
    assert (verdict.picked, verdict.passed, verdict.top_then, verdict.hits) == (0, 0, 0, ())
    assert (verdict.missed, verdict.grew_most, verdict.editors.tau) == ((), None, None)
    assert slopes([]) == []


def test_one_paper_makes_no_pair() -> None:
    verdict = judge(outcomes((60, 90), picked=1))
    assert (verdict.top_now, verdict.editors, verdict.plain.tau) == (1, Agreement(0, 0), None)
    assert [slope.rows for slope in slopes(outcomes((60, 90), picked=1))] == [(0, 0, 0)]


def test_an_order_is_as_good_as_its_pairs() -> None:
    assert agreement(outcomes((0, 9), (0, 5), (0, 1))).tau == 1
    assert agreement(outcomes((0, 1), (0, 5), (0, 9))).tau == -1
    assert agreement(outcomes((0, 9), (0, 1), (0, 5))) == Agreement(right=2, pairs=3)
    assert agreement(outcomes((0, 5), (0, 5))).tau is None


@given(editions(), st.randoms(use_true_random=False))
def test_the_verdict_is_of_the_papers_and_not_of_how_they_came(papers: list[Outcome], random) -> None:
    shuffled = list(papers)
    random.shuffle(shuffled)
    assert judge(shuffled) == judge(papers)
    assert slopes(shuffled) == slopes(papers)


@given(editions())
def test_for_every_picked_paper_that_is_not_at_the_top_there_is_a_missed_one(papers: list[Outcome]) -> None:
    verdict = judge(papers)
    assert len(verdict.missed) == verdict.picked - verdict.top_now
    assert verdict.picked + verdict.passed == len(papers)
    assert 0 <= verdict.plain_hits <= verdict.picked and 0 <= verdict.top_then <= verdict.picked
    beaten = [p.now for p, is_hit in zip(by_editors(papers), verdict.hits, strict=True) if not is_hit]
    assert all(missed.now > max(beaten) for missed in verdict.missed)


@given(editions())
def test_where_everything_or_nothing_is_picked_nothing_is_missed(papers: list[Outcome]) -> None:
    for picked in (0, len(papers)):
        verdict = judge(outcomes(*((p.then, p.now) for p in papers), picked=picked))
        assert verdict.top_now == verdict.plain_hits == verdict.top_then == picked
        assert verdict.missed == ()


@given(editions())
def test_editors_who_follow_the_score_do_as_well_as_the_score(papers: list[Outcome]) -> None:
    count = sum(paper.is_picked for paper in papers)
    plain = outcomes(*((p.then, p.now) for p in by_score(papers)), picked=count)
    verdict = judge(plain)
    assert verdict.top_then == count
    assert verdict.top_now == verdict.plain_hits
    assert verdict.editors == verdict.plain


@given(editions())
def test_scores_that_all_grow_alike_change_no_verdict(papers: list[Outcome]) -> None:
    picked = sum(paper.is_picked for paper in papers)
    grown = judge(outcomes(*((p.then, p.now * 3 + 1) for p in papers), picked=picked))
    verdict = judge(papers)
    assert (grown.hits, grown.plain_hits, ids(grown.missed)) == (verdict.hits, verdict.plain_hits, ids(verdict.missed))
    assert (grown.editors, grown.plain) == (verdict.editors, verdict.plain)


@given(editions())
def test_an_order_turned_round_is_right_where_it_was_wrong(papers: list[Outcome]) -> None:
    there, back = agreement(papers), agreement(papers[::-1])
    assert there.pairs == back.pairs == there.right + back.right
    assert there.tau is None or -1 <= there.tau <= 1


@given(editions(), st.integers(1, MOST_LINES))
def test_every_column_of_the_chart_has_every_line_once(papers: list[Outcome], most: int) -> None:
    found = slopes(papers, most)
    assert len(found) <= most
    for column in range(3):
        assert sorted(slope.rows[column] for slope in found) == list(range(len(found)))
    assert [slope.rows[2] for slope in found] == list(range(len(found)))
    by_then = sorted(found, key=lambda slope: slope.rows[0])
    assert [slope.paper for slope in by_then] == by_score([slope.paper for slope in found])
    in_post = [slope.paper.number for slope in sorted(found, key=lambda slope: slope.rows[1])]
    numbers = [number for number in in_post if number is not None]
    assert in_post == sorted(numbers) + [None] * (len(in_post) - len(numbers))


@given(editions(most=MOST_LINES // 2))
def test_a_short_edition_is_drawn_whole_with_what_overtook_it(papers: list[Outcome]) -> None:
    found, verdict = slopes(papers), judge(papers)
    drawn = {fate: [slope.paper for slope in found if slope.fate is fate] for fate in Fate}
    assert sorted(ids([*drawn[Fate.HIT], *drawn[Fate.FELL]])) == sorted(ids(by_editors(papers)))
    assert len(drawn[Fate.HIT]) == verdict.top_now
    assert tuple(drawn[Fate.MISSED]) == verdict.missed
    assert [slope.paper for slope in found] == by_now([slope.paper for slope in found])

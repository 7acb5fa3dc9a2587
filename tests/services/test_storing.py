"""Storing by the batch: what many things leave at once is what they leave one by one, in a few statements."""

import itertools
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.sources import FetchedReading, Gone, Reading
from app.models import Edition, Mention, Paper
from app.services import ingestion
from app.services.bulk import new_ids
from app.services.storing import store
from app.services.storing_mentions import Told
from tests.factories import DAY, MORNING, ingest_things, mention, paper

STORIES = itertools.count(1)
COUNT = st.none() | st.integers(0, 90)
READINGS = st.builds(
    lambda hour, likes, points: Reading(
        "bluesky", hour and MORNING + timedelta(hours=hour), likes=likes, points=points
    ),
    st.none() | st.integers(1, 9),
    COUNT,
    COUNT,
)
NUMBER = st.integers(1, 4)
# By what they are and where they belong; a story gives them names of its own.
PAPERS = st.tuples(st.just("paper"), NUMBER, st.none() | st.integers(1, 3), st.sampled_from(["Moss", "Ivy"]), COUNT)
TOTALS = st.tuples(st.just("total"), NUMBER, READINGS)
MENTIONS = st.tuples(
    st.just("mention"),
    st.integers(1, 5),
    st.lists(NUMBER, min_size=1, max_size=3),
    st.sampled_from([None, "Bright!", "Blinding!"]),
    st.none() | READINGS,
)
GONE = st.tuples(st.just("gone"), st.integers(1, 5))


def in_order(*kinds: st.SearchStrategy) -> st.SearchStrategy:
    """What one run is told: papers, their totals, mentions, and which of these are gone."""
    return st.tuples(*(st.lists(kind, max_size=4) for kind in kinds)).map(lambda lists: sum(lists, []))


RUNS = st.lists(in_order(PAPERS, TOTALS, MENTIONS, GONE), min_size=1, max_size=3)


def thing(story: str, kind: str, number: int, *told):
    name = f"{story}.{90000 + number}"
    if kind == "paper":
        version, title, score = told
        return paper(name, version=version, title=title, score=score, announced_on=DAY)
    if kind == "total":
        return FetchedReading(name, *told)
    if kind == "gone":
        return Gone("bluesky", f"{story}-{number}")
    named, words, reading = told
    papers = [f"{story}.{90000 + other}" for other in named]
    return mention(f"{story}-{number}", *papers, source="bluesky", url="u", text=words, reading=reading)


ROWS = (
    "select arxiv_id, version, title, run_id from papers where arxiv_id like :story",
    "select arxiv_id, announced_on, a.run_id from announcements a join papers p on p.id = paper_id"
    " where arxiv_id like :story",
    "select external_id, url, text, run_id, missed_run_id, gone_run_id from mentions where external_id like :story",
    "select external_id, arxiv_id, rank, l.run_id from mentioned_papers l join papers p on p.id = paper_id"
    " join mentions m on m.id = mention_id where arxiv_id like :story",
    "select coalesce(arxiv_id, external_id), s.source, captured_at, likes, points, s.run_id from metrics_snapshots s"
    " left join papers p on p.id = paper_id left join mentions m on m.id = mention_id"
    " where coalesce(arxiv_id, external_id) like :story",
    "select coalesce(arxiv_id, external_id), r.run_id, cast(before as text) as before from revisions r"
    " left join papers p on p.id = paper_id left join mentions m on m.id = mention_id"
    " where coalesce(arxiv_id, external_id) like :story",
    "select arxiv_id, state, score, cast(parts as text), cast(trend as text), horizon from items i"
    " join papers p on p.id = paper_id where arxiv_id like :story",
    "select arxiv_id, s.title, s.authors, words from search_texts s join papers p on p.id = paper_id"
    " where arxiv_id like :story",
)


def left_by(session, story: str, runs: dict[int, int]) -> dict[str, list[list]]:
    """All rows of a story, without its name; its runs are counted from 1."""

    def plain(name: str, value):
        if name.endswith("run_id") or name == "horizon":
            return runs.get(value)
        if name == "before":
            return str([plain(*field) for field in sorted(json.loads(value).items())])
        return str(value).replace(story, "")

    found = {}
    for statement in ROWS:
        rows = session.execute(text(statement), {"story": f"{story}%"}).mappings()
        found[statement] = sorted(([plain(*field) for field in row.items()] for row in rows), key=str)
    return found


def ran(session, rules, story: str, runs: list) -> dict[str, list[list]]:
    numbers = {}
    for number, told in enumerate(runs, 1):
        things = [thing(story, *one) for one in told]
        numbers[ingest_things(session, rules, things, now=MORNING + timedelta(hours=4 * number)).id] = number
    return left_by(session, story, numbers)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS)
def test_many_things_at_once_leave_what_they_leave_one_by_one(session, rules, runs):
    number = next(STORIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingestion, "BATCH", 1)
        one_by_one = ran(session, rules, f"{number:03}1", runs)
    assert ran(session, rules, f"{number:03}2", runs) == one_by_one


def test_a_batch_takes_as_many_statements_whatever_is_in_it(session):
    session.add(run := ingestion.Run(started_at=MORNING))
    session.flush()
    counts = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *_: counts.append(1))
    taken = []
    for size in (3, 300):
        named = [paper(readings=(Reading("twitter", MORNING, likes=1),)) for _ in range(size)]
        told = [mention(f"{size}-{number}", named[number], likes=number) for number in range(size)]
        for text_now in ("First.", "Second."):
            counts.clear()
            store(session, [*named, *(one_with(m, text_now) for m in told)], run_id=run.id, now=MORNING)
            taken.append(len(counts))
    assert taken[:2] == taken[2:]
    assert max(taken) < 30


def one_with(told, words: str):
    return mention(told.external_id, *told.paper_ids, text=words, reading=told.reading)


def test_a_mention_that_first_names_no_paper_of_ours_has_its_words_once_it_names_one(session, rules):
    named = paper()
    ingest_things(session, rules, [named, mention("1", "2611.99999", text="Early."), mention("1", named, text="Late.")])
    assert session.scalars(select(Mention.text)).all() == ["Late."]
    assert session.scalars(select(Edition)).one().date == DAY


def test_ids_that_were_taken_nobody_else_gets(session, backend, database_url):
    taken = list(new_ids(session, Paper, 3))
    other = create_engine(database_url, connect_args={"timeout": 0} if backend == "sqlite" else {})
    with other.connect() as connection, Session(connection) as beside:
        if backend == "sqlite":
            with pytest.raises(OperationalError, match="locked"):
                new_ids(beside, Paper, 3)
        else:
            assert not set(new_ids(beside, Paper, 3)) & set(taken)
    other.dispose()
    session.rollback()


@given(st.sets(st.integers(0, 5_000)))
def test_what_was_told_is_remembered_and_nothing_else(numbers):
    told = Told()
    for number in numbers:
        told.add(number)
    assert {number for number in range(5_001) if number in told} == numbers

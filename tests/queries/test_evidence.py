"""Evidence and texts as of the run that an item has taken."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.domain.sources import Reading
from app.models import Edition
from app.queries.editions_json import edition_json
from app.queries.evidence import evidence_of_items, readings_of_items, texts_of_items
from app.queries.loud import loud_mentions
from app.queries.records import edition_record
from tests.factories import MORNING, edition_of_scores, ingest_things, items, mention, paper


@pytest.fixture
def taken_early(session, rules):
    """An item that has taken the first of two runs; the second told more and told it otherwise."""
    named = paper("2611.90001", title="Before")
    first = mention("1", named, reading=Reading("bluesky", MORNING, likes=60), source="bluesky", text="Early words.")
    ingest_things(session, rules, [named, first])
    late = Reading("bluesky", MORNING + timedelta(hours=6), likes=90)
    second = mention("1", named, reading=late, source="bluesky", text="Later words.")
    third = mention("2", named, reposts=500, source="bluesky")
    ingest_things(session, rules, [paper("2611.90001", title="After", version=2), second, third])
    item = items(session)[0]
    item.horizon = 1
    session.commit()
    return item


def test_everything_is_read_as_of_the_horizon(session, taken_early):
    found = evidence_of_items(session, [taken_early.id])[taken_early.id]
    assert [(e.external_id, e.likes, e.said) for e in found] == [("1", 60, "Early words.")]
    assert texts_of_items(session, [taken_early.id])[taken_early.id].title == "Before"


def test_without_a_horizon_in_the_way_the_newest_stands(session, taken_early):
    taken_early.horizon = 2
    session.commit()
    found = evidence_of_items(session, [taken_early.id])[taken_early.id]
    assert [(e.external_id, e.score, e.said) for e in found] == [("2", 500, found[0].said), ("1", 90, "Later words.")]
    assert texts_of_items(session, [taken_early.id])[taken_early.id].title == "After"


def test_the_given_order_stands_among_mentions_without_counts(session, rules):
    named = paper(score=60, source="huggingface")
    ingest_things(session, rules, [named, mention("b", named), mention("a", named), mention("c", named, likes=1)])
    item = items(session)[0]
    assert [e.external_id for e in evidence_of_items(session, [item.id])[item.id]] == ["c", "b", "a"]


def test_paper_totals_are_the_newest_of_each_source(session, rules):
    early = (Reading("twitter", MORNING, reposts=60), Reading("huggingface", MORNING, points=3))
    ingest_things(session, rules, [paper("2611.90001", readings=early)])
    late = (Reading("twitter", MORNING + timedelta(hours=2), reposts=70),)
    ingest_things(session, rules, [paper("2611.90001", readings=late)])
    item = items(session)[0]
    found = readings_of_items(session, [item.id])[item.id]
    assert {(r.source, r.reposts, r.points) for r in found} == {("twitter", 70, None), ("huggingface", None, 3)}


def test_a_banner_needs_three_papers_of_the_edition_and_no_repost(session, rules):
    papers = [paper(score=60) for _ in range(4)]
    things = [
        *papers,
        mention("two", *papers[:2], likes=900),
        mention("three", *papers[:3], likes=1),
        mention("four", *papers, likes=2),
        mention("again", *papers, likes=99, repost_of="four"),
    ]
    ingest_things(session, rules, things)
    edition = session.scalars(select(Edition)).one()
    assert [(found.said != "", found.papers) for found in loud_mentions(session, edition.id, 3)] == [
        (True, 4),
        (True, 3),
    ]


@pytest.fixture
def statements(session):
    """Every statement that the database is sent from now on."""
    sent: list[str] = []

    def listen(*args) -> None:
        sent.append(args[2])

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", listen)


@pytest.mark.parametrize("shape", ["json", "record"])
def test_the_number_of_queries_does_not_grow_with_the_papers(session, rules, statements, shape):
    counts = []
    for papers in (3, 30):
        edition = edition_of_scores(session, rules, [60] * papers)
        statements.clear()
        if shape == "json":
            edition_json(session, edition)
        else:
            edition_record(session, edition, now=MORNING, rules=rules)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8

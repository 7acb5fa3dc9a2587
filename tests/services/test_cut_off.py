"""Runs that are cut off, again and again, and numbers that go missing: nothing is forgotten and nothing becomes 0."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.sources import FetchedReading, Gone, Reading
from app.models import Item, MetricsSnapshot, Run
from app.queries.evidence import evidence_of_items, texts_of_items
from app.queries.questions import question_for
from app.services.acting import Acting
from app.services.adding import add_paper
from app.services.ingestion import ingest
from tests.factories import DAY, MORNING, Source, ingest_things, items, mention, paper


class Killed(BaseException):
    """What ends a process ends this too; the run under way says only what it has told by then."""


def killed_run(session, rules, things, *, now=MORNING) -> None:
    """A run that stores some things and is killed before it fills anything, as SIGKILL leaves it."""
    runs = session.scalar(select(Run.id).order_by(Run.id.desc()).limit(1)) or 0
    with pytest.raises(Killed):
        ingest(session, [Source(*things), Dying()], day=DAY, clock=lambda: now, rules=Unfillable(rules))
    session.rollback()
    run = session.get_one(Run, runs + 1)
    assert run.status == "running"


class Dying:
    """A source in the middle of which the process is killed."""

    name = "dying"

    def fetch(self, question):
        raise Killed
        yield


class Unfillable:
    """Rules that end the process as soon as an edition would be filled by them."""

    def __init__(self, rules) -> None:
        self._rules = rules

    def __getattr__(self, name: str):
        raise Killed


def test_two_kills_in_a_row_lose_nothing(session, rules):
    found = [paper("2611.90001", score=60), paper("2611.90002", score=70)]
    killed_run(session, rules, found)
    assert items(session) == []
    # The second one dies with nothing read; it has marked the first as cut off.
    killed_run(session, rules, [])
    ingest_things(session, rules, found)
    assert [item.score for item in items(session)] == [70, 60]
    assert [run.was_cut_off for run in session.scalars(select(Run).order_by(Run.id))] == [True, True, False]


def test_what_a_killed_run_revised_is_filled_by_the_next(session, rules):
    ingest_things(session, rules, [paper("2611.90001", title="Old", score=60)])
    newer = paper("2611.90001", title="New", version=2, score=60)
    killed_run(session, rules, [newer], now=MORNING + timedelta(hours=1))
    ingest_things(session, rules, [newer], now=MORNING + timedelta(hours=2))
    item = items(session)[0]
    assert texts_of_items(session, [item.id])[item.id].title == "New"


def test_a_post_that_a_killed_run_saw_gone_is_gone(session, rules):
    first = paper("2611.90001", score=60)
    ingest_things(session, rules, [first, mention("7", first, reposts=60)])
    ingest_things(session, rules, [Gone("twitter", "7")], now=MORNING + timedelta(hours=4))
    killed_run(session, rules, [Gone("twitter", "7")], now=MORNING + timedelta(hours=8))
    ingest_things(session, rules, [], now=MORNING + timedelta(hours=9))
    item = items(session)[0]
    assert evidence_of_items(session, [item.id])[item.id][0].gone_at is not None


def test_two_misses_within_minutes_are_one_hiccup(session, rules):
    first = paper("2611.90001", score=60)
    ingest_things(session, rules, [first, mention("7", first, reposts=60)])
    for minutes in (60, 62, 64):
        ingest_things(session, rules, [Gone("twitter", "7")], now=MORNING + timedelta(minutes=minutes))
    item = items(session)[0]
    assert evidence_of_items(session, [item.id])[item.id][0].gone_at is None


class TestMissingIsNotZero:
    @pytest.fixture
    def item(self, session, rules) -> Item:
        """A paper of 145: a mention of 100, and 45 upvotes."""
        first = paper("2611.90001")
        said = mention("7", first, reposts=60, likes=40)
        ingest_things(session, rules, [first, said, FetchedReading("2611.90001", Reading("huggingface", likes=45))])
        return items(session)[0]

    def later(self, session, rules, of_mention: Reading, of_paper: Reading) -> Item:
        first = paper("2611.90001")
        said = mention("7", first, reading=of_mention)
        told = FetchedReading("2611.90001", of_paper)
        ingest_things(session, rules, [first, said, told], now=MORNING + timedelta(hours=6))
        return session.scalars(select(Item).execution_options(populate_existing=True)).one()

    def test_an_answer_without_counts_changes_nothing(self, session, rules, item):
        kept = session.query(MetricsSnapshot).count()
        after = self.later(session, rules, Reading("twitter"), Reading("huggingface"))
        assert (after.score, after.state, session.query(MetricsSnapshot).count()) == (145, "picked", kept)

    def test_a_count_that_is_left_out_stands_as_it_was(self, session, rules, item):
        after = self.later(session, rules, Reading("twitter", reposts=70), Reading("huggingface", replies=3))
        assert after.score == 155

    def test_a_count_that_fell_to_nothing_is_believed(self, session, rules, item):
        after = self.later(session, rules, Reading("twitter", reposts=0, likes=0), Reading("huggingface", likes=0))
        assert after.score == 0


def test_a_paper_that_was_added_by_hand_is_asked_about_with_its_day(session, rules, editor, clock):
    ingest_things(session, rules, [paper("2611.90001", score=60)])
    run = ingest_things(session, rules, [paper("2103.12352", announced_on=None)])
    add_paper(session, DAY, "2103.12352", Acting(editor, clock(), rules), run_id=run.id)
    asked = question_for(session, "hackernews", DAY, MORNING)
    assert {sought.arxiv_id for sought in asked.papers} == {"2611.90001", "2103.12352"}


def test_adding_a_paper_before_the_listing_comes_leaves_the_day_to_fill_itself(session, rules, editor, clock):
    run = ingest_things(session, rules, [paper("2103.12352", announced_on=None)])
    add_paper(session, DAY, "2103.12352", Acting(editor, clock(), rules), run_id=run.id)
    ingest_things(session, rules, [paper("2611.90001", score=60), paper("2611.90002", score=10)])
    assert [item.paper.arxiv_id for item in items(session)] == ["2611.90001"]
    assert {item.paper.arxiv_id for item in items(session, "candidate")} == {"2103.12352", "2611.90002"}

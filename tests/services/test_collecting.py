"""The worker's day on the real tables: what is done next, what a cut-off leaves, and papers added by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.sources import ConnectorError, FetchedReading, NotYet, Reading
from app.models import AuditEvent, Edition, Item, Run, RunRequest, Worker
from app.queries.schedule import open_requests, worker_state
from app.services import curation
from app.services.acting import Acting
from app.services.collecting import Collecting, collect_next, tell
from app.services.ingestion import ingest
from app.services.publishing import publish
from app.services.requests import ask_for_paper, ask_for_run, read_typed
from app.services.run_lock import one_run_at_a_time
from app.services.undo import undo
from tests.factories import DAY, Source, items, mention, paper

# DAY is a Wednesday; the worker comes by at 03:00 in New York.
NIGHT = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


@pytest.fixture
def act(editor, clock, rules) -> Acting:
    """Ana, now."""
    return Acting(editor, clock(), rules)


class Networks:
    """Sources as they stand at the moment: arXiv with its papers, and a network; each counts how often it is asked."""

    def __init__(self, *things, listing: Sequence = ()):
        self.listing, self.things = list(listing), list(things)
        self.asked: list[tuple[str, ...]] = []
        self.linked: dict[str, list[str]] = {}

    def connectors(self, with_listing: bool, with_numbers: bool) -> list:
        sources = [Source(*self.listing, name="arxiv")] if with_listing else []
        sources += [Source(*self.things, name="hackernews")] if with_numbers else []
        self.asked.append(tuple(source.name for source in sources))
        return sources

    def papers_linked(self, link: str) -> list[str]:
        if link == "https://moss.example/odd":
            raise ValueError("nobody foresaw this")
        if link not in self.linked:
            raise ConnectorError("moss.example could not be reached; try again later.")
        return self.linked[link]


@pytest.fixture
def means(rules, clock) -> Collecting:
    """A worker that sees no network yet."""
    clock.now = NIGHT
    nothing = Networks()
    return Collecting(nothing.connectors, nothing.papers_linked, {}, clock, rules, frozenset(), by_schedule=True)


def with_networks(means: Collecting, networks: Networks) -> Collecting:
    return replace(means, connectors=networks.connectors, papers_linked=networks.papers_linked)


def runs(session) -> list[tuple[date | None, str]]:
    return [(run.day, run.status) for run in session.scalars(select(Run).order_by(Run.id))]


def test_the_worker_fetches_the_listing_once_and_reads_the_numbers_again_on_time(session, means, clock):
    networks = Networks(listing=[paper("2611.90001", score=60)])
    work = with_networks(means, networks)
    assert collect_next(session, work) is True
    assert collect_next(session, work) is False
    assert networks.asked == [("arxiv", "hackernews")]
    assert [item.paper.arxiv_id for item in items(session)] == ["2611.90001"]
    clock.now = NIGHT + timedelta(hours=4)
    assert collect_next(session, work) is True
    assert networks.asked[1] == ("hackernews",)
    assert tell(session, work).said.startswith("The papers of 2026-11-18 are here; next look on")
    worker = session.get_one(Worker, 1)
    assert (worker.seen_at, worker_state(session, clock.now).is_running) == (clock.now, True)
    assert not worker_state(session, clock.now + timedelta(minutes=4)).is_running


def test_what_is_not_announced_is_no_failure_and_is_looked_for_within_the_hour(session, means, clock):
    networks = Networks(listing=[NotYet("arXiv has not announced 2026-11-18 yet.")])
    work = with_networks(means, networks)
    assert collect_next(session, work) is True
    assert runs(session) == [(DAY, "succeeded")]
    assert session.scalars(select(Run)).one().reports[0]["status"] == "pending"
    assert tell(session, work).said == "arXiv has not announced 2026-11-18 yet; next look at 03:30 in New York."
    assert collect_next(session, work) is False
    clock.now = NIGHT + timedelta(minutes=31)
    assert collect_next(session, work) is True


def test_a_run_of_a_request_that_ended_before_its_worker_said_so_is_not_made_again(session, means, act):
    ask_for_run(session, DAY, act)
    work = with_networks(means, Networks(listing=[paper(score=60)]))
    collect_next(session, work)
    # As if the worker had been killed between the end of its run and its word that the request was met.
    request = session.scalars(select(RunRequest)).one()
    request.ended_at = None
    session.commit()
    collect_next(session, work)
    assert (open_requests(session), len(runs(session))) == ([], 1)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1991, 8, 13), date(2026, 12, 24), date(9999, 12, 31)])
def test_a_day_that_arxiv_cannot_have_listed_is_refused(session, act, day):
    with pytest.raises(NotAllowed, match="arXiv has no listing of"):
        ask_for_run(session, day, act)


def test_with_the_schedule_off_only_requests_are_met(session, means, act):
    networks = Networks(listing=[paper(score=60)])
    work = replace(with_networks(means, networks), by_schedule=False)
    assert collect_next(session, work) is False
    ask_for_run(session, DAY, act)
    assert collect_next(session, work) is True
    assert (networks.asked, open_requests(session)) == ([("arxiv", "hackernews")], [])
    assert "collects what editors ask for" in tell(session, work).said


def test_a_request_is_kept_once_and_recorded(session, act, editor):
    first, second = ask_for_run(session, DAY, act), ask_for_run(session, DAY, act)
    assert first.id == second.id
    event = session.scalars(select(AuditEvent)).one()
    assert (event.kind, event.editor_id, event.summary) == ("run.asked", editor.id, f"asked for the papers of {DAY}")


def test_a_run_that_is_going_on_elsewhere_is_waited_for(session, means, act):
    ask_for_run(session, DAY, act)
    with one_run_at_a_time(session):
        assert collect_next(session, with_networks(means, Networks())) is False
    assert len(open_requests(session)) == 1
    assert collect_next(session, with_networks(means, Networks())) is True
    assert open_requests(session) == []


class Killed(BaseException):
    """What a process feels of SIGKILL is nothing; this stands for it as far as the database can tell."""


def test_a_run_that_was_cut_off_is_marked_and_taken_up_again(session, means, clock):
    dying = Networks(listing=[paper("2611.90001", score=60), Killed()])
    with pytest.raises(Killed):
        collect_next(session, with_networks(means, dying))
    # The run says so itself where it still can; the one that SIGKILL ended is marked by the next.
    assert session.scalars(select(Run)).one().was_cut_off
    whole = with_networks(means, Networks(listing=[paper("2611.90001", score=60), paper("2611.90002", score=70)]))
    assert collect_next(session, whole) is True
    assert collect_next(session, whole) is False
    assert [item.score for item in items(session)] == [70, 60]
    assert runs(session) == [(DAY, "failed"), (DAY, "succeeded")]


def test_a_request_outlives_the_worker_that_began_it(session, means, act):
    ask_for_run(session, DAY, act)
    with pytest.raises(Killed):
        collect_next(session, with_networks(means, Networks(listing=[Killed()])))
    (standing,) = open_requests(session)
    assert standing.run_id is not None
    assert collect_next(session, with_networks(means, Networks(listing=[paper(score=60)]))) is True
    assert open_requests(session) == []
    assert len(items(session)) == 1


class TestPapersByHand:
    @pytest.fixture
    def edition(self, session, rules, clock) -> Edition:
        """A day with one paper, picked."""
        ingest(session, [Source(paper("2611.90001", score=60))], day=DAY, clock=clock, rules=rules)
        return session.scalars(select(Edition)).one()

    def fetched(self, means: Collecting, score: int = 80) -> Collecting:
        """A worker for which arXiv and one network know a paper of another day."""
        found = paper("2611.90555", title="A Paper of Another Day", announced_on=None)
        said = FetchedReading("2611.90555", Reading("hackernews", points=score))
        voice = mention("m1", found, source="bluesky", likes=5)
        return with_networks(means, Networks(said, voice, listing=[found]))

    def test_it_comes_with_its_metadata_and_its_mentions(self, session, means, act, edition):
        asked = ask_for_paper(session, DAY, "https://arxiv.org/pdf/2611.90555v2.pdf", act)
        assert asked.arxiv_id == "2611.90555"
        assert collect_next(session, self.fetched(means)) is True
        assert [(item.paper.title, item.score) for item in items(session)][0] == ("A Paper of Another Day", 85)
        done = session.get_one(RunRequest, asked.id, populate_existing=True)
        assert (done.ended_at, done.error) == (means.clock(), None)
        # The run for one paper says nothing of a day, so the schedule does not take it for a listing.
        assert session.get_one(Run, done.run_id).day is None
        event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "paper.added")).one()
        assert event.editor_id == act.editor_id

    def test_it_can_be_undone_and_added_again(self, session, means, act, edition):
        ask_for_paper(session, DAY, "2611.90555", act)
        collect_next(session, self.fetched(means))
        undo(session, edition.id, act)
        assert [item.paper.arxiv_id for item in items(session)] == ["2611.90001"]
        assert items(session, "candidate") == []
        ask_for_paper(session, DAY, "2611.90555", act)
        collect_next(session, self.fetched(means))
        assert len(items(session)) == 2
        assert session.query(Item).count() == 2

    def test_below_the_cut_it_is_a_candidate(self, session, means, act, edition):
        ask_for_paper(session, DAY, "2611.90555", act)
        collect_next(session, self.fetched(means, score=3))
        assert [item.paper.arxiv_id for item in items(session, "candidate")] == ["2611.90555"]

    def test_what_is_there_already_is_said_at_once(self, session, act, edition):
        with pytest.raises(NotAllowed, match="is in this edition already, picked"):
            ask_for_paper(session, DAY, "arXiv:2611.90001", act)
        assert open_requests(session) == []

    def test_a_paper_that_arxiv_does_not_know_is_said_on_the_desk(self, session, means, act, edition):
        asked = ask_for_paper(session, DAY, "2611.90777", act)
        collect_next(session, with_networks(means, Networks()))
        refused = session.get_one(RunRequest, asked.id, populate_existing=True)
        assert refused.error == "The paper 2611.90777 could not be found at arXiv; check the id and try again."
        assert len(items(session)) == 1

    def test_when_arxiv_cannot_be_asked_the_desk_says_so_and_blames_no_id(self, session, means, act, edition):
        down = Networks(listing=[ConnectorError("arXiv answered 503 five times; the next run tries again.")])
        asked = ask_for_paper(session, DAY, "2611.90777", act)
        collect_next(session, with_networks(means, down))
        said = session.get_one(RunRequest, asked.id, populate_existing=True).error
        assert said == "2611.90777 could not be fetched: arXiv answered 503 five times. Ask for it again later."

    def test_a_request_that_another_worker_met_meanwhile_is_not_met_again(self, session, means, act, edition):
        asked = ask_for_paper(session, DAY, "https://moss.example/blog", act)
        work = self.fetched(means)
        first = work.papers_linked.__self__

        def slowly(link: str) -> list[str]:
            # While this one reads the page, another one does all of it.
            first.linked[link] = ["2611.90555"]
            assert collect_next(session, work) is True
            return ["2611.90555"]

        assert collect_next(session, replace(work, papers_linked=slowly)) is False
        done = session.get_one(RunRequest, asked.id, populate_existing=True)
        assert (done.error, len(items(session)), len(runs(session))) == (None, 2, 2)

    def test_a_page_that_links_one_paper_will_do(self, session, means, act, edition):
        work = self.fetched(means)
        networks = work.papers_linked.__self__
        networks.linked["https://moss.example/blog"] = ["2611.90555"]
        ask_for_paper(session, DAY, "https://moss.example/blog", act)
        collect_next(session, work)
        assert len(items(session)) == 2

    @pytest.mark.parametrize(
        ("linked", "sentence"),
        [
            ([], "That page links no arXiv paper"),
            (["2611.90001", "2611.90002"], "That page links 2 papers"),
            (None, "could not be reached"),
        ],
    )
    def test_a_page_that_links_none_or_many_or_is_dead_is_said(self, session, means, act, edition, linked, sentence):
        networks = Networks()
        if linked is not None:
            networks.linked["https://moss.example/blog"] = linked
        asked = ask_for_paper(session, DAY, "https://moss.example/blog", act)
        assert collect_next(session, with_networks(means, networks)) is True
        assert sentence in session.get_one(RunRequest, asked.id, populate_existing=True).error
        assert networks.asked == []

    def test_a_page_that_nobody_foresaw_stands_in_nobodys_way(self, session, means, act, edition):
        asked = ask_for_paper(session, DAY, "https://moss.example/odd", act)
        assert collect_next(session, with_networks(means, Networks())) is True
        assert session.get_one(RunRequest, asked.id, populate_existing=True).error.startswith("That page could not be")
        assert open_requests(session) == []

    def test_a_published_edition_takes_none(self, session, act, edition):
        publish(session, edition.id, targets=[], by=act)
        with pytest.raises(NotAllowed, match="is published"):
            ask_for_paper(session, DAY, "2611.90555", act)

    def test_publishing_while_it_is_fetched_wins(self, session, means, act, edition):
        asked = ask_for_paper(session, DAY, "2611.90555", act)
        publish(session, edition.id, targets=[], by=act)
        collect_next(session, self.fetched(means))
        assert "is published" in session.get_one(RunRequest, asked.id, populate_existing=True).error
        assert len(items(session)) == 1

    def test_the_rest_of_the_edition_stays_as_it_was(self, session, means, act, edition):
        first = items(session)[0]
        curation.annotate(session, first.id, headline="Mine", note="Kept", version=first.version, by=act)
        ask_for_paper(session, DAY, "2611.90555", act)
        newer = self.fetched(means)
        newer.papers_linked.__self__.things.append(FetchedReading("2611.90001", Reading("hackernews", points=900)))
        collect_next(session, newer)
        kept = session.get_one(Item, first.id, populate_existing=True)
        assert (kept.headline, kept.note, kept.score) == ("Mine", "Kept", 60)


@pytest.mark.parametrize("typed", ["2103.12352", " arXiv:2103.12352v3 ", "https://huggingface.co/papers/2103.12352"])
def test_a_paper_is_read_from_what_is_typed(typed):
    assert read_typed(typed).arxiv_id == "2103.12352"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "names no arXiv paper"),
        ("lanterns", "names no arXiv paper"),
        ("2103.1235", "names no arXiv paper"),
        ("arxiv.org/abs/2103.12352 and arxiv.org/abs/2103.12353", "names 2 papers"),
        ("x" * 2001, "too long"),
        ("file:///etc/passwd", "names no arXiv paper"),
    ],
)
def test_what_names_no_paper_is_refused_in_one_sentence(typed, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        read_typed(typed)

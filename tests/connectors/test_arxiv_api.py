"""The arXiv connector and the metadata API: fresh papers, sick answers, days gone by."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.connectors.arxiv import ArxivConnector
from app.domain.sources import FetchedPaper
from tests.factories import asked
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_wire import FakePaper, many_papers
from tests.fakes.desk import TODAY, Desk

ALL = {"2611.99001", "2611.99002", "2611.99003", "2611.99004", "math/0309999"}


def test_fresh_papers_stand_with_their_listing_until_the_api_has_them(desk: Desk, fake: FakeArxiv):
    fake.hidden = {"2611.99001", "2611.99004"}
    desk.fetch()
    assert set(desk.papers) == ALL
    paper = desk.papers["2611.99001"]
    assert paper.title == "Fictional Lanterns: $k$-Step Moss Inference with $O(n^{2})$ Glow"
    assert paper.authors == ("Ada Fernsby", "Tomás Quill Jr")
    assert paper.abstract.startswith("We study imaginary lanterns with $\\alpha < 1$ & more. Code:")
    assert (paper.categories, paper.comment) == (("cs.LG", "stat.ML"), "12 pages, 3 figures")
    # The version is the feed's, for the listing page has none.
    assert (paper.version, paper.complete, paper.doi, paper.submitted_at) == (1, False, None, None)
    assert desk.notices == ["The listing alone tells of 2 papers of 2026-11-20; the next run asks the API again."]
    assert desk.problems == []


@pytest.mark.parametrize(
    "kind", ["empty-page", "total-zero", "error-entry", "rate-text", "429", "503", "500", "cut-off"]
)
def test_an_api_that_is_sick_once_is_asked_again(desk: Desk, fake: FakeArxiv, kind: str):
    fake.fault("api", kind, times=1)
    desk.fetch()
    assert set(desk.papers) == ALL
    if kind != "error-entry":
        assert desk.problems == [] and all(paper.complete for paper in desk.papers.values())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("503", "answered 503 five times"),
        ("429", "answered 429 (too many requests) twice"),
        ("rate-text", 'answered "Rate exceeded." twice'),
        ("403", "answered 403 (refused)."),
        ("empty-body", "sent an empty page five times"),
        ("html", "sent text/html instead of application/atom+xml"),
        ("cut-off", "could not be reached or broke off five times"),
        ("empty-page", "arXiv's API promised 5 papers and sent none, 4 times over"),
    ],
)
def test_without_the_api_the_listing_stands(desk: Desk, fake: FakeArxiv, kind: str, said: str):
    fake.fault("api", kind)
    desk.fetch()
    assert set(desk.papers) == ALL
    assert not any(paper.complete for paper in desk.papers.values())
    assert len(desk.problems) == 1
    assert desk.problems[0].startswith("the metadata of 5 papers from 2611.99001 on: ") and said in desk.problems[0]


def test_one_failing_batch_stops_no_other(desk: Desk, fake: FakeArxiv):
    fake.papers = many_papers(TODAY, 250)
    fake.fault("api", "403", times=1)
    desk.fetch(categories=("cs",))
    assert [paper.complete for paper in desk.papers.values()] == [False] * 100 + [True] * 150
    assert len(desk.problems) == 1


def test_a_bad_id_is_found_by_halving_its_batch(desk: Desk, fake: FakeArxiv):
    fake.papers = many_papers(TODAY, 64)
    fake.refused = {"2611.10041"}
    desk.fetch(categories=("cs",))
    assert len(desk.papers) == 64
    assert [paper.arxiv_id for paper in desk.papers.values() if not paper.complete] == ["2611.10041"]
    assert desk.problems == ["2611.10041: was refused by arXiv's API: incorrect id format for 2611.10041"]
    assert len(fake.paths("/api")) == 13


def test_an_api_that_refuses_everything_is_not_asked_for_ever(desk: Desk, fake: FakeArxiv):
    fake.papers = many_papers(TODAY, 100)
    fake.refused = {paper.arxiv_id for paper in fake.papers}
    desk.fetch(categories=("cs",))
    assert len(desk.papers) == 100
    assert len(fake.paths("/api")) < 30


def test_answers_are_taken_by_id(desk: Desk, fake: FakeArxiv):
    fake.papers.reverse()
    desk.fetch()
    assert desk.papers["2611.99002"].title == "0" and desk.papers["2611.99004"].title == "A Lemma That Was Withdrawn"


OLD_DAY = date(2021, 3, 24)


def old_papers() -> list[FakePaper]:
    """Papers of the window of 2021-03-24 and just outside it: [22 March 18:00, 23 March 18:00) UTC."""
    moments = [(22, 17, 59), (22, 18, 0), (23, 17, 59), (23, 18, 0)]
    return [
        FakePaper(f"2103.9900{number}", OLD_DAY, submitted_at=datetime(2021, 3, day, hour, minute, tzinfo=UTC))
        for number, (day, hour, minute) in enumerate(moments)
    ]


def test_an_old_day_comes_by_time_of_submission(desk: Desk, fake: FakeArxiv):
    fake.papers = old_papers()
    desk.fetch(OLD_DAY)
    assert set(desk.papers) == {"2103.99001", "2103.99002"}
    assert "chosen by their time of submission" in desk.notices[0]
    assert fake.requests[0].params["search_query"] == (
        "((cat:cs OR cat:cs.*) OR cat:stat.ML) AND submittedDate:[202103221800 TO 202103231800]"
    )
    assert {paper.announced_on for paper in desk.papers.values()} == {OLD_DAY}


def test_an_old_day_is_read_page_by_page(desk: Desk, fake: FakeArxiv):
    fake.papers = many_papers(OLD_DAY, 250)
    assert len(desk.fetch(OLD_DAY).papers) == 250
    assert [asked.params["start"] for asked in fake.requests] == ["0", "100", "200"]
    assert desk.expected == [250]


def test_an_old_day_keeps_what_it_got(desk: Desk, fake: FakeArxiv):
    fake.papers = many_papers(OLD_DAY, 150)
    fake.fault("api", "nothing", times=1)
    fake.fault("api", "403")
    desk.fetch(OLD_DAY)
    assert len(desk.papers) == 100
    assert desk.problems[0].startswith("the papers of 2021-03-24 after the first 100: 127.0.0.1:")


@pytest.mark.parametrize("kind", ["total-zero", "empty-page", "503", "error-entry"])
def test_an_old_day_of_which_nothing_came(desk: Desk, fake: FakeArxiv, kind: str):
    fake.papers = many_papers(OLD_DAY, 5)
    fake.fault("api", kind)
    assert desk.failure(OLD_DAY)


def test_where_the_catchup_pages_end_is_not_known_to_the_day(desk: Desk, fake: FakeArxiv):
    day = date(2026, 8, 25)
    fake.papers = many_papers(day, 2)
    fake.today = TODAY + timedelta(days=4)  # 91 days later for the fake, 87 for the connector.
    connector = ArxivConnector(
        desk.client, api_url=fake.url, rss_url=fake.url, list_url=fake.url, categories=("cs",), today=TODAY
    )
    assert len([value for value in connector.fetch(asked(day)) if isinstance(value, FetchedPaper)]) == 2
    assert fake.paths() == ["/catchup/cs/2026-08-25", "/api/query"]

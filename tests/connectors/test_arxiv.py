"""The arXiv connector against a small arXiv on the loopback: which papers a day has."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.config import read_settings
from app.connectors import SOURCES, make_client
from app.connectors.arxiv_source import ADDRESSES
from app.connectors.http import HttpClient, lane_of
from app.domain.sources import Expected, FetchedPaper, Notice, Problem
from tests.factories import asked
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_wire import FakePaper, many_papers
from tests.fakes.desk import TODAY, Desk
from tests.fakes.site import FakeTime

YESTERDAY = TODAY - timedelta(days=1)


ALL = {"2611.99001", "2611.99002", "2611.99003", "2611.99004", "math/0309999"}


def test_todays_listing_is_new_papers_and_cross_lists(desk: Desk, fake: FakeArxiv):
    desk.fetch()
    assert set(desk.papers) == ALL
    assert (desk.problems, desk.notices, desk.expected) == ([], [], [5])
    assert isinstance(desk.values[0], Expected)
    assert fake.paths() == ["/list/cs/new", "/rss/cs", "/list/stat.ML/new", "/rss/stat.ML", "/api/query"]
    assert {(paper.announced_on, paper.complete) for paper in desk.papers.values()} == {(TODAY, True)}


def test_metadata_is_the_apis(desk: Desk):
    desk.fetch()
    assert desk.papers["2611.99001"] == FetchedPaper(
        arxiv_id="2611.99001",
        title="Fictional Lanterns: $k$-Step Moss Inference with $O(n^{2})$ Glow",
        authors=("Ada Fernsby", "Tomás Quill Jr"),
        abstract="We study imaginary lanterns with $\\alpha < 1$ & more. Code: https://github.com/fernsby/moss-lantern",
        categories=("cs.LG", "stat.ML"),
        announced_on=TODAY,
        version=1,
        comment="12 pages, 3 figures",
        doi="10.5555/moss.2021.7",
        submitted_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
    )
    assert desk.papers["2611.99002"].title == "0"
    assert desk.papers["2611.99003"].abstract == "A <b>bold</b> claim."


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 21), "arXiv has no listing on Saturdays."),
        (date(2026, 11, 22), "arXiv has no listing on Sundays."),
    ],
)
def test_weekends_cost_no_request(desk: Desk, fake: FakeArxiv, day: date, text: str):
    desk.fetch(day)
    assert desk.values == [Notice(text)]
    assert fake.requests == []


@pytest.mark.parametrize("holiday", [TODAY, YESTERDAY])
def test_a_holiday_explains_a_listing_that_is_missing(desk: Desk, fake: FakeArxiv, holiday: date):
    fake.shown = fake.feed_day = YESTERDAY
    desk.fetch(holidays=frozenset({holiday}))
    assert desk.values == [Notice(f"arXiv has announced nothing for {TODAY}; it has a holiday on {holiday}.")]


def test_a_holiday_hides_no_listing_that_is_there(desk: Desk):
    desk.fetch(holidays=frozenset({TODAY}))
    assert set(desk.papers) == ALL


def test_a_listing_that_is_not_out_yet(desk: Desk, fake: FakeArxiv):
    fake.shown = fake.feed_day = YESTERDAY
    error = desk.failure()
    assert (str(error), error.permanent) == ("arXiv has not announced 2026-11-20 yet.", False)
    assert fake.paths("/api") == fake.paths("/rss") == []


def test_the_far_future_is_not_asked_for(desk: Desk, fake: FakeArxiv):
    assert str(desk.failure(date(2026, 12, 30))) == "arXiv has not announced 2026-12-30 yet."
    assert fake.requests == []


def test_the_next_listing_in_the_evening(desk: Desk, fake: FakeArxiv):
    fake.papers += many_papers(date(2026, 11, 23), 2)
    fake.shown = fake.feed_day = date(2026, 11, 23)
    assert len(desk.fetch(date(2026, 11, 23)).papers) == 2
    # Today's own listing has left the /new page by then.
    assert set(desk.fetch(TODAY).papers) == ALL
    assert fake.paths("/catchup") == ["/catchup/cs/2026-11-20", "/catchup/stat.ML/2026-11-20"]


def test_a_stale_feed_adds_no_paper(desk: Desk, fake: FakeArxiv):
    fake.papers += many_papers(YESTERDAY, 3)
    fake.feed_day = YESTERDAY
    desk.fetch()
    assert set(desk.papers) == ALL
    assert desk.problems == []
    assert desk.notices == ["The feed of cs has 3 papers that the listing of 2026-11-20 has not; left out."]


def test_a_feed_dated_a_day_behind_is_no_trouble(desk: Desk, fake: FakeArxiv):
    fake.fault("rss", "date-behind")
    assert (set(desk.fetch().papers), desk.problems) == (ALL, [])


@pytest.mark.parametrize("kind", ["503", "feed-error", "html", "empty-body", "cut-off"])
def test_a_feed_that_cannot_be_read_is_said_and_costs_nothing(desk: Desk, fake: FakeArxiv, kind: str):
    fake.fault("rss", kind, only="/cs")
    desk.fetch()
    assert set(desk.papers) == ALL
    assert desk.problems == []
    assert len(desk.notices) == 1 and desk.notices[0].startswith("The feed of cs: ")


@pytest.mark.parametrize("kind", ["403", "500", "503-later", "empty-body", "new-markup"])
def test_one_failing_category_stops_no_other(desk: Desk, fake: FakeArxiv, kind: str):
    fake.fault("new", kind, only="/cs/")
    desk.fetch()
    assert set(desk.papers) == {"2611.99001", "2611.99003"}
    assert len(desk.problems) == 1 and desk.problems[0].startswith("the listing of cs: ")
    assert desk.expected == [2]


@pytest.mark.parametrize("kind", ["429", "rate-text"])
def test_a_host_that_finds_us_too_fast_is_asked_nothing_more(desk: Desk, fake: FakeArxiv, kind: str):
    fake.fault("new", kind, only="/cs/")
    error = desk.failure()
    assert "could be read, the first for this: 127.0.0.1:" in str(error) and "twice; the next run" in str(error)
    assert len(fake.paths()) == 2 and not error.permanent


def test_a_category_that_lags_behind(desk: Desk, fake: FakeArxiv):
    papers = fake.papers
    fake.fault("new", "no-updates", only="/stat.ML/")
    desk.fetch()
    assert set(desk.papers) == {paper.arxiv_id for paper in papers if paper.in_subject("cs")} - {"2611.98001"}
    assert "stat.ML says that 2026-11-20 has no papers, but its feed has 2" in desk.problems[0]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("503-later", "answered 503 five times; the next run tries again."),
        ("new-markup", "could not be read: the page promises 4 new entries, 0 could be read."),
        ("no-updates", "says that 2026-11-20 has no papers, but its feed has 4; the next run tries again."),
    ],
)
def test_nothing_at_all_is_an_error(desk: Desk, fake: FakeArxiv, kind: str, said: str):
    fake.papers = many_papers(TODAY, 4)
    fake.fault("new", kind)
    error = desk.failure(categories=("cs",))
    assert said in str(error)
    assert not error.permanent


def test_the_politeness_of_an_overloaded_listing(desk: Desk, fake: FakeArxiv, fake_time: FakeTime):
    fake.fault("new", "503-later", times=1)
    assert set(desk.fetch().papers) == ALL
    assert fake_time.sleeps.count(300) == 1


def test_a_day_without_papers_needs_page_and_feed_to_agree(desk: Desk, fake: FakeArxiv):
    fake.papers = []
    assert desk.fetch().values == [Notice("arXiv lists no papers on 2026-11-20.")]
    fake.fault("rss", "503")
    assert "503" in str(desk.failure())


def test_several_failures_become_one_sentence(desk: Desk, fake: FakeArxiv):
    fake.fault("new", "403", only="/cs/")
    fake.fault("new", "new-markup", only="/stat.ML/")
    error = desk.failure()
    assert str(error).startswith("No listing of 2026-11-20 could be read, the first for this: 127.0.0.1:")
    assert not error.permanent


def test_a_past_day_comes_from_its_catchup_page(desk: Desk, fake: FakeArxiv):
    fake.papers += many_papers(YESTERDAY, 3)
    desk.fetch(YESTERDAY)
    assert len(desk.papers) == 3
    assert {paper.announced_on for paper in desk.papers.values()} == {YESTERDAY}
    assert fake.paths("/rss") == fake.paths("/list") == []
    assert fake.requests[0].params == {"abs": "True", "page": "1"}


def test_a_past_day_without_papers(desk: Desk):
    assert desk.fetch(date(2026, 11, 18)).notices == ["arXiv lists no papers on 2026-11-18."]


@pytest.mark.parametrize("day", [TODAY, YESTERDAY])
def test_listings_of_many_pages_and_batches(desk: Desk, fake: FakeArxiv, day: date):
    replaced = [
        FakePaper(f"2610.{number:05d}", day - timedelta(days=9), replaced_on=day, version=2) for number in range(60)
    ]
    fake.papers = many_papers(day, 130) + replaced
    fake.page_size = 60
    desk.fetch(day, categories=("cs.LG",))
    assert (len(desk.papers), desk.expected, desk.problems) == (130, [130], [])
    # The third page has the last new papers and the first replacements, so a fourth is not asked for.
    assert len(fake.paths("/list") + fake.paths("/catchup")) == 3
    sizes = [len(asked.params["id_list"].split(",")) for asked in fake.requests if asked.path == "/api/query"]
    assert sizes == [100, 30]
    assert [asked.params["max_results"] for asked in fake.requests if asked.path == "/api/query"] == ["100", "30"]


def arxiv_settings(fake: FakeArxiv, **others: str) -> dict:
    """The desk's settings with all of arXiv at the fake."""
    return read_settings({f"HOTPAPERS_{name}": fake.url for name in ADDRESSES} | others)


def test_requests_are_spaced(fake: FakeArxiv, fake_time: FakeTime):
    fake.clock, fake.min_spacing = fake_time.clock, 3.0
    settings = arxiv_settings(fake, HOTPAPERS_ARXIV_INTERVAL="3")
    client = HttpClient("t", intervals={lane_of(fake.url): 3.0}, sleep=fake_time.sleep, clock=fake_time.clock)
    values = list(SOURCES["arxiv"].make(settings, client, TODAY).fetch(asked(None)))
    assert not [value for value in values if isinstance(value, Problem)]
    # A listing page waits five times as long as a feed or the API.
    assert fake_time.sleeps == [3.0, 15.0, 3.0, 3.0]


def test_the_client_of_the_settings_says_who_asks(fake: FakeArxiv, tmp_path):
    contact, folder = {"HOTPAPERS_CONTACT": "desk@example.org"}, {"HOTPAPERS_INSTANCE_DIR": str(tmp_path)}
    settings = arxiv_settings(fake, HOTPAPERS_ARXIV_INTERVAL="0", **contact, **folder)
    make_client(settings).get(fake.url + "/rss/cs")
    assert fake.requests[0].headers["User-Agent"] == "HotPapers/0.1 (+mailto:desk@example.org)"
    assert (tmp_path / "locks" / (lane_of(fake.url).replace(":", "_") + ".lock")).exists()
    make_client(settings | {"CONTACT": ""}).get(fake.url + "/rss/cs")
    assert fake.requests[1].headers["User-Agent"] == "HotPapers/0.1"

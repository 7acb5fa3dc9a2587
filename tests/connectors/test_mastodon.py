"""The Mastodon connector against small instances on the loopback: what is counted, where, and what is nobody's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.http import HttpClient, lane_of
from app.connectors.mastodon import SOURCE
from app.domain.sources import FetchedMention, KnownMention, Reading
from tests.fakes.listener import NOW, SINCE, Heard, about, ago, listen, values_of
from tests.fakes.mastodon import TOKEN, TOO_MANY, FakeMastodon, Toot
from tests.fakes.service import Answer

PAPER = "2611.99001"
ELSEWHERE = "https://moss.example/users/bo/statuses/77"


@pytest.fixture
def moss() -> Iterator[FakeMastodon]:
    with FakeMastodon() as moss:
        yield moss


@pytest.fixture
def fern() -> Iterator[FakeMastodon]:
    with FakeMastodon([]) as fern:
        yield fern


class Ear:
    """Asks one instance, or those of `instances`, as the settings say."""

    def __init__(self, client: HttpClient, moss: FakeMastodon) -> None:
        self.client = client
        self.instances = (moss.url,)
        self.settings: dict[str, Any] = {"MASTODON_TAGS": ("arxiv",)}

    def hear(self, *papers: str, **fields: Any) -> Heard:
        values = values_of(SOURCE, **{"MASTODON_INSTANCES": self.instances} | self.settings)
        return listen(SOURCE.make(values, self.client, NOW.date()), about(*(papers or (PAPER,)), **fields))


@pytest.fixture
def ear(client: HttpClient, moss: FakeMastodon) -> Ear:
    return Ear(client, moss)


def known(uri: str, url: str = "") -> KnownMention:
    return KnownMention(uri, url or uri, (PAPER,))


def own(fake: FakeMastodon, toot_id: int) -> KnownMention:
    """A known status that was written at an instance by ada."""
    return known(f"{fake.home}/users/ada/statuses/{toot_id}")


def test_a_status_that_links_to_a_paper_is_a_mention(ear: Ear, moss: FakeMastodon):
    heard = ear.hear()
    assert heard.mentions == [
        FetchedMention(
            source="mastodon",
            external_id=f"{moss.home}/users/ada/statuses/115500000000000001",
            url=f"{moss.home}/@ada/115500000000000001",
            paper_ids=(PAPER,),
            author_name="Ada Fernsby",
            author_handle=f"ada@{lane_of(moss.url)}",
            text="Moss lanterns: https://arxiv.org/abs/2611.99001",
            posted_at=datetime(2026, 11, 20, 13, tzinfo=UTC),
            reading=Reading("mastodon", reposts=12, likes=34, replies=3),
        )
    ]
    assert (heard.error, heard.problems, heard.notices, heard.steps) == (None, [], [], (1, 1))


def test_every_hashtag_is_asked_and_a_status_told_once(ear: Ear, moss: FakeMastodon):
    moss.toots[0].tags = ("arxiv", "machinelearning")
    ear.settings = {}
    heard = ear.hear()
    # Every page names a next one, so that only an empty one is the last.
    assert moss.paths() == 2 * ["/api/v1/timelines/tag/arxiv"] + 2 * ["/api/v1/timelines/tag/machinelearning"]
    assert (len(heard.mentions), heard.steps) == (1, (2, 2))


def test_links_are_read_from_the_card_and_from_the_words_too(ear: Ear, moss: FakeMastodon):
    moss.toots = [
        Toot(id=3, links=(), card="https://arxiv.org/pdf/2611.99002v2"),
        Toot(id=2, links=(), text="arXiv:2611.99003 & more"),
        Toot(id=1, links=("https://moss.example/a-very-long-address-of-no-paper-at-all",)),
    ]
    assert [mention.paper_ids for mention in ear.hear().mentions] == [("2611.99002",), ("2611.99003",)]


class TestPaging:
    """Timelines are read back to the listing, by max_id."""

    def test_goes_back_to_the_listing_and_no_further(self, ear: Ear, moss: FakeMastodon):
        moss.toots = [Toot(id=1000 - place, created_at=ago(minutes=10 * place)) for place in range(120)]
        heard = ear.hear()
        assert len(moss.requests) == 3
        assert [asked.param("max_id") for asked in moss.requests] == ["", "961", "921"]
        assert {mention.posted_at >= SINCE for mention in heard.mentions if mention.posted_at} == {True}
        assert len(heard.mentions) == 85

    def test_ends_with_a_timeline(self, ear: Ear, moss: FakeMastodon):
        moss.toots = [Toot(id=100 + place) for place in range(50)]
        assert len(ear.hear().mentions) == 50

    def test_is_bounded_and_says_so(self, ear: Ear, moss: FakeMastodon):
        moss.toots = [Toot(id=10_000 + place, links=()) for place in range(1_100)]
        heard = ear.hear()
        assert len(moss.requests) == 25
        assert heard.notices == [f"{lane_of(moss.url)} has more under #arxiv than the 1000 newest that were read."]

    @pytest.mark.parametrize(
        "link",
        [
            '<https://elsewhere.example/api/v1/timelines/tag/arxiv?max_id=5>; rel="next"',
            '<http://[oops?max_id=5>; rel="next"',
            '<?max_id=../../x>; rel="next"',
            "no link at all",
        ],
    )
    def test_never_leaves_the_instance(self, ear: Ear, moss: FakeMastodon, link: str):
        body = [{"created_at": "2026-11-20T13:00:00Z"}]
        moss.fault(Answer(body, headers={"Link": link}), times=1)
        assert ear.hear().error is None
        assert set(moss.paths()) == {"/api/v1/timelines/tag/arxiv"}
        assert len(moss.requests) <= 2

    def test_ends_where_a_page_names_itself(self, ear: Ear, moss: FakeMastodon):
        body = [{"created_at": "2026-11-20T13:00:00Z"}]
        moss.fault(Answer(body, headers={"Link": '</x?max_id=5>; rel="next"'}))
        assert ear.hear().error is None
        assert len(moss.requests) == 2


class TestWhoIsCounted:
    """Bots mirror arXiv's feeds, and some people do not want to be found."""

    @pytest.mark.parametrize("toot", [Toot(bot=True), Toot(indexable=False), Toot(more={"visibility": "unlisted"})])
    def test_not_these(self, ear: Ear, moss: FakeMastodon, toot: Toot):
        moss.toots = [toot]
        heard = ear.hear()
        assert (heard.mentions, heard.error) == ([], None)

    def test_accounts_that_say_nothing_of_it_are(self, ear: Ear, moss: FakeMastodon):
        moss.toots = [Toot(indexable=None)]
        assert len(ear.hear().mentions) == 1

    def test_a_boost_is_the_status_inside(self, ear: Ear, moss: FakeMastodon):
        inner = Toot(id=5, acct="bo@fern.example", uri=ELSEWHERE, favourites=99)
        moss.toots = [Toot(id=9, links=(), username="mossfan", boosts=inner)]
        (mention,) = ear.hear().mentions
        assert (mention.external_id, mention.author_handle) == (ELSEWHERE, "bo@fern.example")
        assert mention.reading == Reading("mastodon", reposts=12, likes=99, replies=3)

    def test_a_boost_of_a_bot_is_not(self, ear: Ear, moss: FakeMastodon):
        moss.toots = [Toot(id=9, boosts=Toot(id=5, bot=True))]
        assert ear.hear().mentions == []


class TestSeveralInstances:
    """Each knows only what has reached it."""

    def test_a_status_is_one_mention_with_the_largest_counts(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (moss.url, fern.url)
        moss.toots = [Toot(uri=ELSEWHERE, reblogs=12, favourites=1, replies=None)]
        fern.toots = [Toot(id=9, uri=ELSEWHERE, reblogs=3, favourites=40, replies=None, card="https://arxiv.org/abs/1")]
        (mention,) = ear.hear().mentions
        assert mention.reading == Reading("mastodon", reposts=12, likes=40, replies=None)
        assert mention.external_id == ELSEWHERE

    def test_the_words_are_those_of_its_own_instance(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (moss.url, fern.url)
        uri = f"{fern.home}/users/ada/statuses/9"
        moss.toots = [Toot(uri=uri, text="A copy:", acct=f"ada@{lane_of(fern.url)}")]
        fern.toots = [Toot(id=9, text="The original:")]
        (mention,) = ear.hear().mentions
        assert mention.text == "The original: https://arxiv.org/abs/2611.99001"
        assert mention.author_handle == f"ada@{lane_of(fern.url)}"

    @pytest.mark.parametrize("how", ["401", "422"])
    def test_one_for_members_only_is_a_problem(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon, how: str):
        ear.instances = (fern.url, moss.url)
        fern.keeps_to_members = how
        heard = ear.hear()
        (trouble,) = heard.problems
        assert trouble.where == lane_of(fern.url)
        assert "shows this to members only; take it out of HOTPAPERS_MASTODON_INSTANCES" in trouble.reason
        assert (len(heard.mentions), heard.error, heard.steps) == (1, None, (2, 2))

    def test_one_that_shows_nothing_at_all_is_a_problem(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (fern.url, moss.url)
        fern.keeps_to_members = "empty"
        heard = ear.hear()
        assert [trouble.where for trouble in heard.problems] == [lane_of(fern.url)]
        assert "shows nothing under #arxiv" in heard.problems[0].reason
        assert (len(heard.mentions), heard.error) == (1, None)

    def test_none_that_can_be_read_is_a_failure(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (fern.url, moss.url)
        fern.fault("404")
        moss.fault("500")
        heard = ear.hear()
        assert len(heard.problems) == 2
        assert str(heard.error) == "None of the 2 Mastodon instances could be read; the next run tries again."


@pytest.mark.parametrize(
    "kind", ["401", "403-html", "404", "429-long", "500", "html", "not-json", "empty-body", "bomb"]
)
def test_a_single_instance_that_fails_is_the_failure(ear: Ear, moss: FakeMastodon, kind: str):
    moss.fault(kind)
    heard = ear.hear()
    assert (heard.mentions, heard.problems) == ([], [])
    assert heard.error is not None
    assert "http" not in str(heard.error)


@pytest.mark.parametrize("body", [{}, "null", {"error": "moss"}, "7"])
def test_json_that_is_no_timeline_is_a_failure(ear: Ear, moss: FakeMastodon, body: Any):
    moss.fault(Answer(body))
    assert "something that is no list of posts" in str(ear.hear().error)


def test_what_was_read_before_a_failure_is_kept(ear: Ear, moss: FakeMastodon):
    ear.settings = {}
    moss.fault("500", only="machinelearning")
    heard = ear.hear()
    assert (len(heard.mentions), heard.error is not None) == (1, True)


def test_too_many_requests_are_sat_out(ear: Ear, moss: FakeMastodon):
    moss.fault(TOO_MANY, times=1)
    assert len(ear.hear().mentions) == 1


def test_hostile_statuses_are_passed_over(ear: Ear, moss: FakeMastodon):
    content = '<p><a href="https://arxiv.org/abs/2611.99001">x</a><script>alert(1)</script><br>&lt;b&gt;'
    good = {"uri": ELSEWHERE, "url": "javascript:alert(1)", "content": content, "created_at": "2026-11-20T13:00:00Z"}
    odd: list[Any] = [None, 7, "moss", [], {}, {"content": content}, good | {"uri": 7}, good | {"uri": "javascript:x"}]
    odd += [good | {"uri": "http://moss.example/1", "url": "http://moss.example/1"}]
    odd += [
        good | {"content": "<p>\ud800"},
        good | {"content": None},
        good | {"content": 7, "card": []},
        good | {"reblog": 7},
    ]
    odd += [good | {"account": "ada", "card": 7, "favourites_count": -1, "reblogs_count": True, "replies_count": 1e300}]
    moss.fault(Answer(odd))
    heard = ear.hear()
    (mention,) = heard.mentions
    assert (mention.external_id, mention.url, mention.text) == (ELSEWHERE, ELSEWHERE, "x\n<b>")
    assert (mention.reading, mention.author_name, mention.author_handle) == (Reading("mastodon"), "", "")
    assert heard.error is None


class TestToken:
    """A token belongs to one instance."""

    def test_searches_for_every_paper_at_the_first_instance(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (moss.url, fern.url)
        ear.settings["MASTODON_TOKEN"] = TOKEN
        fern.toots = [Toot()]
        moss.toots = [Toot(text="On arXiv:2611.99002", links=(), tags=()), Toot(id=2)]
        heard = ear.hear(PAPER, "2611.99002")
        assert ("2611.99002",) in [mention.paper_ids for mention in heard.mentions]
        searches = [asked for asked in moss.requests if asked.path == "/api/v2/search"]
        assert [asked.param("q") for asked in searches] == [PAPER, "2611.99002"]
        assert {asked.param("type") for asked in searches} == {"statuses"}
        assert {asked.header("Authorization") for asked in moss.requests} == {f"Bearer {TOKEN}"}
        assert {asked.header("Authorization") for asked in fern.requests} == {""}
        assert set(fern.paths()) == {"/api/v1/timelines/tag/arxiv"}

    def test_opens_timelines_that_are_for_members(self, ear: Ear, moss: FakeMastodon):
        moss.keeps_to_members = "401"
        ear.settings["MASTODON_TOKEN"] = TOKEN
        assert len(ear.hear().mentions) == 1

    def test_searches_for_no_more_papers_than_the_settings_allow(self, ear: Ear, moss: FakeMastodon):
        ear.settings |= {"MASTODON_TOKEN": TOKEN, "MASTODON_SEARCHES": 2}
        heard = ear.hear("2611.99001", "2611.99002", "2611.99003")
        assert len(moss.paths("/api/v2")) == 2
        allowed = "as many as HOTPAPERS_MASTODON_SEARCHES allows"
        assert heard.notices == [f"{lane_of(moss.url)} was searched for 2 of 3 papers, {allowed}."]

    def test_searches_for_other_papers_in_other_hours(self, ear: Ear, moss: FakeMastodon):
        ear.settings |= {"MASTODON_TOKEN": TOKEN, "MASTODON_SEARCHES": 2}
        papers = [f"2611.{99001 + place}" for place in range(6)]
        for hour in range(12):
            ear.hear(*papers, now=NOW + timedelta(hours=hour))
        assert {asked.param("q") for asked in moss.requests if asked.path == "/api/v2/search"} == set(papers)

    def test_that_does_not_hold_is_said_without_it(self, ear: Ear):
        ear.settings["MASTODON_TOKEN"] = "wrong-token"
        heard = ear.hear()
        assert "does not take the token; check HOTPAPERS_MASTODON_TOKEN" in str(heard.error)
        assert heard.error is not None and heard.error.permanent
        assert "wrong" not in str(heard.error)


class TestSinglePaper:
    """A paper that an editor adds is asked for by its link, whenever it was spoken of."""

    def test_is_asked_for_at_every_instance(self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon):
        ear.instances = (moss.url, fern.url)
        fern.toots = [Toot(id=3, created_at=ago(days=90))]
        fern.trending = {"https://arxiv.org/abs/2611.99001"}
        heard = ear.hear(sweeps=False)
        assert [asked.param("url") for asked in moss.requests] == ["https://arxiv.org/abs/2611.99001"]
        assert [mention.posted_at for mention in heard.mentions] == [ago(days=90)]
        assert (heard.problems, heard.error) == ([], None)

    def test_of_which_nobody_speaks_is_no_failure(self, ear: Ear):
        heard = ear.hear(sweeps=False)
        assert (heard.mentions, heard.problems, heard.error) == ([], [], None)


class TestKnown:
    """Known statuses are read again where they were written."""

    def test_are_read_where_the_timelines_did_not_show_them(self, ear: Ear, moss: FakeMastodon):
        moss.toots.append(Toot(id=12, tags=(), links=(), favourites=900, created_at=ago(days=9)))
        heard = ear.hear(known=(own(moss, 12), own(moss, 115500000000000001)))
        assert moss.paths("/api/v1/statuses") == ["/api/v1/statuses/12"]
        again = heard.mentions[1]
        assert (again.paper_ids, again.reading) == ((PAPER,), Reading("mastodon", reposts=12, likes=900, replies=3))
        assert heard.steps == (3, 3)

    def test_that_are_deleted_are_gone_also_where_another_instance_shows_them(
        self, ear: Ear, moss: FakeMastodon, fern: FakeMastodon
    ):
        ear.instances = (moss.url, fern.url)
        fern.toots = [Toot(id=3, uri=own(moss, 12).external_id)]
        heard = ear.hear(known=(own(moss, 12),))
        assert heard.gone == [own(moss, 12).external_id]
        assert own(moss, 12).external_id not in [mention.external_id for mention in heard.mentions]

    def test_of_other_hosts_are_left_alone(self, ear: Ear, moss: FakeMastodon):
        heard = ear.hear(known=(known(ELSEWHERE), known(f"{moss.home}/users/ada/statuses/12/activity")))
        assert moss.paths("/api/v1/statuses") == heard.gone == []

    def test_are_not_taken_for_another_status(self, ear: Ear, moss: FakeMastodon):
        moss.toots.append(Toot(id=12, tags=(), links=(), uri=ELSEWHERE))
        heard = ear.hear(known=(own(moss, 12),))
        assert (len(heard.mentions), heard.gone) == (1, [])

    @pytest.mark.parametrize("status", [404, 410])
    def test_are_gone_where_a_page_for_people_says_so_too(self, ear: Ear, moss: FakeMastodon, status: int):
        moss.fault(Answer("<h1>No such page</h1>", status, content_type="text/html"), only="/statuses/12?")
        moss.toots.append(Toot(id=13, tags=(), created_at=ago(days=9)))
        heard = ear.hear(known=(own(moss, 12), own(moss, 13)))
        assert (heard.gone, heard.problems, heard.error) == ([own(moss, 12).external_id], [], None)
        assert own(moss, 13).external_id in [mention.external_id for mention in heard.mentions]

    @pytest.mark.parametrize("kind", ["401", "403-html", "500", "html", "not-json"])
    def test_of_which_one_cannot_be_read_leave_the_others_and_the_searches(
        self, ear: Ear, moss: FakeMastodon, kind: str
    ):
        ear.settings["MASTODON_TOKEN"] = TOKEN
        moss.fault(kind, only="/statuses/12?")
        moss.toots.append(Toot(id=13, tags=(), created_at=ago(days=9)))
        heard = ear.hear(known=(own(moss, 12), own(moss, 13)))
        assert [trouble.where for trouble in heard.problems] == [f"a known post at {lane_of(moss.url)}"]
        assert own(moss, 13).external_id in [mention.external_id for mention in heard.mentions]
        assert (heard.gone, heard.error, len(moss.paths("/api/v2"))) == ([], None, 1)

    def test_of_which_three_in_a_row_cannot_be_read_are_given_up_and_searches_go_on(self, ear: Ear, moss: FakeMastodon):
        ear.settings["MASTODON_TOKEN"] = TOKEN
        moss.fault("403-html", only="/statuses/")
        heard = ear.hear(known=tuple(own(moss, place) for place in range(12, 20)))
        assert len(moss.paths("/api/v1/statuses")) == len(heard.problems) == 3
        assert heard.problems[-1].reason.endswith(" No more known posts were read there.")
        assert (heard.gone, heard.error, len(moss.paths("/api/v2"))) == ([], None, 1)
        assert heard.steps == (10, 10)

    @pytest.mark.parametrize(
        "toot", [Toot(bot=True), Toot(indexable=False), Toot(visibility="unlisted"), Toot(more={"visibility": 7})]
    )
    def test_that_may_not_be_found_any_more_are_gone(self, ear: Ear, moss: FakeMastodon, toot: Toot):
        moss.toots = [toot, Toot(id=2)]
        heard = ear.hear(known=(own(moss, toot.id),))
        assert heard.gone == [own(moss, toot.id).external_id]
        assert len(heard.mentions) == 1


class TestSettings:
    """What may be typed in."""

    def test_the_source_is_off_without_an_instance(self):
        assert SOURCE.off(values_of(SOURCE)) == "Mastodon is off: set HOTPAPERS_MASTODON_INSTANCES to turn it on."
        assert [setting.name for setting in SOURCE.settings if setting.secret] == ["MASTODON_TOKEN"]

    @pytest.mark.parametrize("raw", ["http://moss.example", "moss.example", "ftp://moss.example"])
    def test_instances_are_encrypted_addresses(self, raw: str):
        with pytest.raises(ValueError, match="must be"):
            SOURCE.settings[0].read(raw)

    def test_instances_and_tags_are_read_with_commas(self):
        read = {setting.name: setting.read for setting in SOURCE.settings}
        assert read["MASTODON_INSTANCES"]("https://moss.example/, http://127.0.0.1:5000") == (
            "https://moss.example",
            "http://127.0.0.1:5000",
        )
        assert read["MASTODON_TAGS"]("#arxiv, machine_learning") == ("arxiv", "machine_learning")
        with pytest.raises(ValueError, match="hashtags"):
            read["MASTODON_TAGS"]("arxiv,a/../b")

"""The X connector against a small X on the loopback: what it finds, what it costs, and when it stops."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.connectors.http import HttpClient
from app.connectors.twitter import SOURCE
from app.domain.sources import FetchedMention, KnownMention, Reading
from tests.fakes.listener import NOW, SINCE, Heard, about, ago, listen, values_of
from tests.fakes.oembed import X_PATH, EmbeddedPost, FakeOembed
from tests.fakes.service import Answer
from tests.fakes.twitter import (
    CREDITS_DEPLETED,
    NOT_ENROLLED,
    TOKEN,
    UNAUTHORIZED,
    USAGE_CAPPED,
    USAGE_CAPPED_LEGACY,
    FakeX,
    XPost,
    problem,
)

PAPER = "2611.99001"
BARE = "https://twitter.com/i/status/1991000000000000001"


@pytest.fixture
def x() -> Iterator[FakeX]:
    with FakeX() as x:
        yield x


@pytest.fixture
def embeds() -> Iterator[FakeOembed]:
    with FakeOembed() as embeds:
        yield embeds


class Ear:
    """Asks X as the settings say; `hear` takes the ids of papers and fields of the question."""

    def __init__(self, client: HttpClient, x: FakeX, embeds: FakeOembed, folder: Path) -> None:
        self.client, self.x, self.embeds, self.folder = client, x, embeds, folder
        self.settings: dict[str, Any] = {}

    def hear(self, *papers: str, **fields: Any) -> Heard:
        given = {
            "INSTANCE_DIR": self.folder,
            "TWITTER_URL": self.x.url,
            "TWITTER_BEARER_TOKEN": TOKEN,
            "TWITTER_OEMBED_URL": self.embeds.url + X_PATH.removesuffix("/oembed"),
        }
        connector = SOURCE.make(values_of(SOURCE, **given | self.settings), self.client, NOW.date())
        return listen(connector, about(*(papers or (PAPER,)), **fields))


@pytest.fixture
def ear(client: HttpClient, x: FakeX, embeds: FakeOembed, tmp_path: Path) -> Ear:
    return Ear(client, x, embeds, tmp_path)


def known(post_id: str = "1991000000000000001", url: str = "", **fields: Any) -> KnownMention:
    return KnownMention(post_id, url or f"https://twitter.com/i/status/{post_id}", (PAPER,), **fields)


def many(count: int, **fields: Any) -> list[XPost]:
    return [XPost(id=str(1991000000000000000 + place), likes=1, reposts=0, **fields) for place in range(count)]


def test_a_post_that_links_to_a_paper_is_a_mention(ear: Ear):
    heard = ear.hear()
    assert heard.mentions == [
        FetchedMention(
            source="twitter",
            external_id="1991000000000000001",
            url=BARE,
            paper_ids=(PAPER,),
            text="Our moss lanterns paper is out! https://arxiv.org/abs/2611.99001",
            posted_at=datetime(2026, 11, 20, 13, tzinfo=UTC),
            reading=Reading("twitter", reposts=41, likes=203, replies=6),
        )
    ]
    assert (heard.error, heard.problems, heard.notices, heard.steps) == (None, [], [], (1, 1))


def test_the_question_is_one_that_x_takes(ear: Ear, x: FakeX):
    ear.hear()
    (asked,) = x.requests
    assert asked.param("query") == '(url:"2611.99001" OR url:"2611.99001v1") -is:retweet'
    assert (asked.param("start_time"), asked.param("end_time")) == ("2026-11-20T01:00:00Z", "2026-11-20T14:59:00Z")
    assert (asked.param("max_results"), asked.param("expansions")) == ("100", "")
    assert asked.header("Authorization") == f"Bearer {TOKEN}"


def test_a_link_to_a_version_is_found_too(ear: Ear, x: FakeX):
    x.posts = [XPost(links=("https://arxiv.org/pdf/2611.99001v1",))]
    assert [mention.paper_ids for mention in ear.hear().mentions] == [(PAPER,)]


def test_many_papers_are_asked_about_together_in_their_order(ear: Ear, x: FakeX):
    papers = [f"2611.{99000 + place}" for place in range(40)]
    heard = ear.hear(*papers)
    assert heard.steps == (4, 4)
    assert [query.count("v1") for query in x.queries] == [11, 11, 11, 7]
    assert max(map(len, x.queries)) <= 512
    assert x.queries[0].startswith('(url:"2611.99000" OR ')


def test_a_search_never_begins_before_the_window_of_a_week(ear: Ear, x: FakeX):
    heard = ear.hear(since=ago(days=30))
    assert x.requests[0].param("start_time") == "2026-11-13T16:00:00Z"
    assert heard.notices == ["X shows only the posts of the last 7 days; earlier ones were not asked for."]
    assert len(heard.mentions) == 1


def test_a_single_paper_is_asked_about_without_a_word_on_the_window(ear: Ear):
    heard = ear.hear(since=datetime(1991, 8, 14, tzinfo=UTC), sweeps=False)
    assert (len(heard.mentions), heard.notices) == (1, [])


def test_a_day_that_has_not_begun_costs_no_request(ear: Ear, x: FakeX):
    assert ear.hear(since=NOW).error is None
    assert x.requests == []


def test_posts_before_the_listing_are_not_asked_for(ear: Ear, x: FakeX):
    x.posts = [XPost(created_at=SINCE), XPost(id="12", created_at=ago(hours=15))]
    assert [mention.external_id for mention in ear.hear().mentions] == ["1991000000000000001"]


def test_pages_are_read_to_the_end_also_past_empty_ones(ear: Ear, x: FakeX):
    x.posts, x.gaps = many(230), 2
    heard = ear.hear()
    assert len(heard.mentions) == 230
    assert len(x.requests) == 5


def test_a_search_whose_pages_never_end_does(ear: Ear, x: FakeX):
    x.endless = True
    heard = ear.hear()
    assert (len(heard.mentions), heard.error) == (1, None)
    assert len(x.requests) == 100


def test_a_next_page_that_is_this_page_is_the_last(ear: Ear, x: FakeX):
    x.fault(Answer({"meta": {"result_count": 0, "next_token": "b0"}}))
    assert ear.hear().error is None
    assert len(x.requests) == 2


def test_nothing_found_is_no_failure(ear: Ear, x: FakeX):
    x.posts = []
    heard = ear.hear()
    assert (heard.mentions, heard.problems, heard.error) == ([], [], None)


def test_a_post_found_by_two_searches_is_told_once(ear: Ear, x: FakeX):
    papers = [f"2611.{99000 + place}" for place in range(12)]
    x.posts = [XPost(links=(f"https://arxiv.org/abs/{papers[0]}", f"https://huggingface.co/papers/{papers[11]}"))]
    heard = ear.hear(*papers)
    assert [mention.paper_ids for mention in heard.mentions] == [(papers[0], papers[11])]
    assert x.returned == 2


def test_links_of_a_long_post_count_and_its_whole_text_is_kept(ear: Ear, x: FakeX):
    x.posts = [XPost(links=(), note="At length: x < y &", note_links=("https://arxiv.org/abs/2611.99001",))]
    (mention,) = ear.hear().mentions
    assert mention.paper_ids == (PAPER,)
    assert mention.text == "At length: x < y & https://arxiv.org/abs/2611.99001"


def test_a_link_that_was_followed_to_its_end_counts(ear: Ear, x: FakeX):
    shortened = "https://bit.ly/2611-99001"
    x.posts = [XPost(links=(shortened,), unwound={shortened: "https://arxiv.org/abs/2611.99001"})]
    assert [mention.paper_ids for mention in ear.hear().mentions] == [(PAPER,)]


def test_only_the_shortened_addresses_in_a_text_are_written_out(ear: Ear, x: FakeX):
    links = [{"url": "o", "expanded_url": "https://arxiv.org/abs/2611.99001"}]
    links += [{"url": "https://t.co/a", "expanded_url": "https://moss.example/" + "x" * 5000}]
    x.fault(Answer({"data": [{"id": "1", "text": "Moss on top https://t.co/a", "entities": {"urls": links}}]}))
    assert [mention.text for mention in ear.hear().mentions] == ["Moss on top https://t.co/a"]


def test_what_merely_has_the_digits_is_no_mention(ear: Ear, x: FakeX):
    x.posts = [XPost(links=("https://shop.example/2611.99001",))]
    assert ear.hear().mentions == []


def test_native_reposts_are_dropped(ear: Ear, x: FakeX):
    x.posts.append(XPost(id="77", repost_of="1991000000000000001"))
    x.leaks_reposts = True
    assert [mention.external_id for mention in ear.hear().mentions] == ["1991000000000000001"]


def test_counts_that_are_not_given_are_unknown(ear: Ear, x: FakeX):
    x.posts = [XPost(metrics=False)]
    assert [mention.reading for mention in ear.hear().mentions] == [Reading("twitter")]


def test_authors_are_asked_for_only_where_the_settings_say_so(ear: Ear, x: FakeX):
    ear.settings = {"TWITTER_USERS": True}
    (mention,) = ear.hear().mentions
    assert (mention.author_name, mention.author_handle) == ("Ada Fernsby", "ada_fernsby")
    assert mention.url == "https://twitter.com/ada_fernsby/status/1991000000000000001"
    assert x.users_returned == 1


class TestSpelling:
    """Which of its two spellings the live server takes nobody knows beforehand."""

    def test_posts_are_asked_for_where_tweets_are_not_understood(self, ear: Ear, x: FakeX):
        x.speaks = "posts"
        x.posts = [XPost(links=(), note="At length", note_links=("https://arxiv.org/abs/2611.99001",))]
        heard = ear.hear(*(f"2611.{99000 + place}" for place in range(30)), known=(known("12"),))
        assert [mention.reading for mention in heard.mentions] == [Reading("twitter", reposts=41, likes=203, replies=6)]
        assert heard.gone == ["12"]
        spellings = ["tweet.fields" if asked.param("tweet.fields") else "post.fields" for asked in x.requests]
        assert spellings == ["tweet.fields"] + 4 * ["post.fields"]

    def test_authors_are_known_in_both(self, ear: Ear, x: FakeX):
        x.speaks = "posts"
        ear.settings = {"TWITTER_USERS": True}
        assert [mention.author_handle for mention in ear.hear().mentions] == ["ada_fernsby"]

    def test_a_bad_query_is_no_matter_of_spelling(self, ear: Ear, x: FakeX):
        errors = [{"parameters": {"query": ["url:"]}, "message": "no viable alternative"}]
        x.fault(problem(400, "invalid-request", "Invalid Request", errors=errors), only="2611.99011")
        heard = ear.hear(*(f"2611.{99000 + place}" for place in range(24)))
        (trouble,) = heard.problems
        assert trouble.where == "2611.99011 to 2611.99021"
        assert trouble.reason == "127.0.0.1 did not understand the question; the next run tries again."
        assert len(x.requests) == 3

    def test_neither_spelling_understood_ends_the_run(self, ear: Ear, x: FakeX):
        errors = [{"parameters": {"tweet.fields": ["x"]}, "message": "The query parameter is not one of"}]
        x.fault(problem(400, "invalid-request", "Invalid Request", errors=errors))
        heard = ear.hear(*(f"2611.{99000 + place}" for place in range(40)))
        assert "did not understand" in str(heard.error)
        assert len(x.requests) == 2


class TestBudget:
    """Every post that X returns costs money."""

    def test_a_run_ends_with_its_budget_and_says_so(self, ear: Ear, x: FakeX):
        x.posts = many(200)
        ear.settings = {"TWITTER_BUDGET": 150}
        heard = ear.hear(*(f"2611.{99001 + place}" for place in range(30)))
        assert len(heard.mentions) == x.returned == 150
        assert heard.notices == [
            "X's budget of 150 posts a run (HOTPAPERS_TWITTER_BUDGET) is used up: 30 of 30 papers were not asked about."
        ]
        assert heard.error is None

    def test_what_is_left_is_never_overdrawn(self, ear: Ear, x: FakeX):
        x.posts = many(200)
        ear.settings = {"TWITTER_BUDGET": 105}
        assert len(ear.hear().mentions) == x.returned == 100

    def test_half_of_the_budget_is_kept_for_posts_that_are_known(self, ear: Ear, x: FakeX):
        old = [XPost(id=str(place), created_at=ago(days=20), likes=1, reposts=0) for place in range(1, 90)]
        x.posts = many(200) + old
        ear.settings = {"TWITTER_BUDGET": 100}
        heard = ear.hear(known=tuple(known(post.id, score=float(post.id)) for post in old))
        assert len([mention for mention in heard.mentions if len(mention.external_id) < 4]) == 50
        assert x.requests[-1].param("ids").startswith("89,88,87,")
        assert x.returned == 100
        assert "39 known posts were not read again" in heard.notices[1]

    def test_a_budget_of_nothing_asks_nothing(self, ear: Ear, x: FakeX):
        ear.settings = {"TWITTER_BUDGET": 0}
        heard = ear.hear(known=(known(),))
        assert (x.requests, len(heard.notices), heard.error) == ([], 2, None)


class TestRefusals:
    """Some ends of the run call for somebody's hand, and say whose and where."""

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (UNAUTHORIZED, "did not take the token; check HOTPAPERS_TWITTER_BEARER_TOKEN."),
            (CREDITS_DEPLETED, "says that the credits of the account are used up; buy credits"),
            (NOT_ENROLLED, "does not let this app ask; check in X's developer console"),
            (USAGE_CAPPED, "says that the account's cap of posts is reached;"),
            (USAGE_CAPPED_LEGACY, "says that the account's cap of posts is reached;"),
        ],
    )
    def test_is_asked_once_and_tells_what_to_do(self, ear: Ear, x: FakeX, answer: Answer, said: str):
        x.fault(answer)
        heard = ear.hear(*(f"2611.{99000 + place}" for place in range(40)), known=(known(),))
        assert said in str(heard.error)
        assert heard.error is not None and heard.error.permanent
        assert len(x.requests) == 1
        assert TOKEN not in str(heard.error) and "http" not in str(heard.error)

    def test_credits_that_end_midway_keep_what_was_read(self, ear: Ear, x: FakeX):
        x.posts, x.credits = many(200), 100
        heard = ear.hear()
        assert (len(heard.mentions), heard.error is not None) == (100, True)

    def test_too_many_requests_are_sat_out_once(self, ear: Ear, x: FakeX):
        x.fault("429", times=1)
        heard = ear.hear()
        assert (len(heard.mentions), heard.error, len(x.requests)) == (1, None, 2)

    def test_one_failing_search_of_several_is_a_problem(self, ear: Ear, x: FakeX):
        x.fault("503", only="2611.99012")
        x.posts = [XPost(links=("https://arxiv.org/abs/2611.99023",))]
        heard = ear.hear(*(f"2611.{99001 + place}" for place in range(33)))
        assert [trouble.where for trouble in heard.problems] == ["2611.99012 to 2611.99022"]
        assert (len(heard.mentions), heard.error, heard.steps) == (1, None, (3, 3))

    def test_two_failing_in_a_row_are_the_failure_of_x(self, ear: Ear, x: FakeX):
        x.fault("500", only="2611.99012")
        x.fault("500", only="2611.99023")
        heard = ear.hear(*(f"2611.{99001 + place}" for place in range(44)))
        assert (len(heard.problems), len(x.requests)) == (1, 11)
        assert heard.error is not None and not heard.error.permanent

    def test_a_first_question_that_fails_is_the_failure_of_x(self, ear: Ear, x: FakeX):
        x.fault("500")
        heard = ear.hear(*(f"2611.{99001 + place}" for place in range(44)))
        assert (heard.problems, len(x.requests)) == ([], 5)
        assert heard.error is not None

    @pytest.mark.parametrize("kind", ["html", "not-json", "empty-body", "cut-off", "huge", "bomb", "away"])
    def test_what_is_no_answer_is_no_lack_of_posts(self, ear: Ear, x: FakeX, kind: str):
        x.fault(kind)
        heard = ear.hear()
        assert heard.mentions == []
        assert heard.error is not None

    @pytest.mark.parametrize("body", [[], "moss", None, 7, {}, {"posts": []}])
    def test_nor_is_json_that_is_no_list_of_posts(self, ear: Ear, x: FakeX, body: Any):
        x.fault(Answer(b"null" if body is None else body if body != "moss" else b'"moss"'))
        assert "something that is no list of posts" in str(ear.hear().error)


def test_hostile_fields_are_passed_over(ear: Ear, x: FakeX):
    link = {"urls": [{"expanded_url": "https://arxiv.org/abs/2611.99001"}]}
    odd: list[Any] = [None, 7, "moss", [], {}, {"id": 7, "entities": link}, {"id": "../../x", "entities": link}]
    odd += [{"id": "1", "text": None, "entities": [], "note_tweet": "no"}]
    odd += [{"id": "2", "entities": {"urls": [None, {"expanded_url": 7, "url": []}]}, "referenced_tweets": {"type": 1}}]
    counts = {"retweet_count": -1, "like_count": True, "reply_count": 2**60}
    odd += [{"id": "3", "text": 7, "entities": link, "created_at": "soon", "public_metrics": counts}]
    odd += [{"id": "4", "text": "x\0y", "entities": link, "public_metrics": float("nan"), "author_id": {}}]
    x.fault(Answer({"data": odd, "includes": {"users": [None, {"id": "9", "username": "<b>"}]}, "meta": []}))
    heard = ear.hear()
    assert [(m.external_id, m.text, m.reading) for m in heard.mentions] == [
        ("3", None, Reading("twitter")),
        ("4", "xy", Reading("twitter")),
    ]
    assert heard.error is None


def test_a_number_of_thousands_of_digits_ends_nothing(ear: Ear, x: FakeX, embeds: FakeOembed):
    bomb = f"&#{'1' * 5000};"
    link = {"urls": [{"expanded_url": "https://arxiv.org/abs/2611.99001"}]}
    x.fault(Answer({"data": [{"id": "1", "text": bomb, "entities": link}, {"id": "2", "text": "x", "entities": link}]}))
    heard = ear.hear()
    assert ([mention.external_id for mention in heard.mentions], heard.error) == (["1", "2"], None)


class TestKnownPosts:
    """Posts that the desk has are read again, unless the search has met them."""

    def test_are_read_by_id_where_the_search_did_not_meet_them(self, ear: Ear, x: FakeX):
        x.posts = [XPost(id="12", created_at=ago(days=20), links=(), likes=900)]
        address = "https://twitter.com/ada_fernsby/status/12"
        heard = ear.hear(known=(known("12", address, has_embed=True),))
        (mention,) = heard.mentions
        assert (mention.paper_ids, mention.url) == ((PAPER,), address)
        assert mention.reading == Reading("twitter", reposts=41, likes=900, replies=6)
        assert [asked.path for asked in x.requests] == ["/2/tweets/search/recent", "/2/tweets"]
        assert heard.steps == (2, 2)

    def test_are_not_paid_for_twice(self, ear: Ear, x: FakeX):
        heard = ear.hear(known=(known(),))
        assert (len(heard.mentions), len(x.requests), x.returned) == (1, 1, 1)

    def test_that_are_deleted_or_protected_are_gone(self, ear: Ear, x: FakeX):
        x.posts = [XPost(id="12", state="protected"), XPost(id="13", created_at=ago(days=9))]
        heard = ear.hear(known=(known("11"), known("12"), known("13")))
        assert heard.gone == ["11", "12"]
        assert [mention.external_id for mention in heard.mentions] == ["13"]

    def test_are_asked_for_by_the_hundred_and_only_where_x_can_know_them(self, ear: Ear, x: FakeX):
        x.posts = []
        heard = ear.hear(known=(*(known(str(place)) for place in range(1, 151)), known("at://moss")))
        assert [asked.param("ids").count(",") for asked in x.requests[1:]] == [99, 49]
        assert len(heard.gone) == 150

    def test_stay_where_reading_them_fails(self, ear: Ear, x: FakeX):
        x.fault("500", only="/2/tweets?")
        heard = ear.hear(known=(known("12"),))
        assert [trouble.where for trouble in heard.problems] == ["known posts"]
        assert (heard.gone, heard.error) == ([], None)


class TestEmbeds:
    """Posts that may be quoted get X's own embed, which needs no credentials."""

    def test_are_asked_for_without_scripts_and_name_the_author(self, ear: Ear, embeds: FakeOembed):
        embeds.posts[BARE] = EmbeddedPost(handle="ada_fernsby")
        (mention,) = ear.hear().mentions
        # The fake repeats the address it was asked with, as X does not.
        assert mention.html and mention.html.startswith('<blockquote class="twitter-tweet" data-dnt="true">')
        assert (mention.author_name, mention.author_handle) == ("Ada Fernsby", "ada_fernsby")
        assert mention.url == "https://twitter.com/ada_fernsby/status/1991000000000000001"
        (asked,) = embeds.requests
        assert dict(asked.params) == {"url": BARE, "omit_script": "1", "dnt": "true", "hide_thread": "1"}
        assert asked.header("Authorization") == ""

    def test_are_not_asked_for_below_the_cut_nor_twice(self, ear: Ear, x: FakeX, embeds: FakeOembed):
        x.posts = [XPost(reposts=0, likes=24), XPost(id="12", likes=900)]
        assert len(ear.hear(known=(known("12", has_embed=True),)).mentions) == 2
        assert embeds.requests == []

    @pytest.mark.parametrize("state", ["protected", "deleted"])
    def test_are_missed_by_nobody(self, ear: Ear, embeds: FakeOembed, state: str):
        embeds.posts[BARE] = EmbeddedPost(state=state)
        (mention,) = ear.hear().mentions
        assert (mention.html, mention.url) == (None, BARE)

    def test_are_for_the_forty_best(self, ear: Ear, x: FakeX, embeds: FakeOembed):
        x.posts = [XPost(id=str(100 + place), likes=100 + place) for place in range(50)]
        for post in x.posts:
            embeds.posts[f"https://twitter.com/i/status/{post.id}"] = EmbeddedPost(handle="moss")
        heard = ear.hear()
        with_embed = [mention.external_id for mention in heard.mentions if mention.html]
        assert with_embed == [str(149 - place) for place in range(40)]
        assert len(heard.mentions) == 50

    def test_are_given_up_where_the_host_gives_none(self, ear: Ear, x: FakeX, embeds: FakeOembed):
        x.posts = [XPost(id=str(100 + place)) for place in range(20)]
        assert len(ear.hear().mentions) == 20
        assert len(embeds.requests) == 5

    def test_are_had_for_what_was_read_before_a_failure(self, ear: Ear, x: FakeX, embeds: FakeOembed):
        embeds.posts[BARE] = EmbeddedPost(handle="ada_fernsby")
        x.fault(CREDITS_DEPLETED, only="/2/tweets?ids")
        heard = ear.hear(known=(known("12"),))
        assert [bool(mention.html) for mention in heard.mentions] == [True]
        assert heard.error is not None

    def test_of_another_post_name_nobody(self, ear: Ear, embeds: FakeOembed):
        byline = '<a href="https://twitter.com/mallory/status/666?x=1">'
        html = f'<blockquote class="twitter-tweet"><p>Moss</p>&mdash; Mallory (@mallory) {byline}May 1</a></blockquote>'
        embeds.fault(Answer({"html": html}))
        (mention,) = ear.hear().mentions
        assert (mention.author_handle, mention.url) == ("", BARE)


def test_the_source_is_off_without_a_token():
    assert SOURCE.off(values_of(SOURCE)) == "X is off: set HOTPAPERS_TWITTER_BEARER_TOKEN to turn it on."
    assert [setting.name for setting in SOURCE.settings if setting.secret] == ["TWITTER_BEARER_TOKEN"]

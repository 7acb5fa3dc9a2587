"""The Reddit connector against a small Reddit on the loopback: which posts count, and what an app must be allowed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.connectors.http import HttpClient
from app.connectors.reddit import SOURCE
from app.domain.sources import ConnectorError, FetchedMention, KnownMention, Reading
from tests.fakes.listener import NOW, Heard, about, ago, listen, values_of
from tests.fakes.reddit import CLIENT_ID, SECRET, TOO_MANY, UNAUTHORIZED, USER, FakeReddit, RedditPost
from tests.fakes.service import Answer

PAPER = "2611.99001"
SEARCH, NEWEST, INFO = "/r/all/search", "/r/MachineLearning/new", "/api/info"


@pytest.fixture
def reddit() -> Iterator[FakeReddit]:
    with FakeReddit() as reddit:
        yield reddit


class Ear:
    """Asks Reddit as the settings say, with one connector for all questions."""

    def __init__(self, client: HttpClient, reddit: FakeReddit) -> None:
        self.client, self.reddit = client, reddit
        self.settings = {"REDDIT_CLIENT_ID": CLIENT_ID, "REDDIT_CLIENT_SECRET": SECRET, "REDDIT_USER": USER}

    def hear(self, *papers: str, **fields: Any) -> Heard:
        values = values_of(SOURCE, REDDIT_URL=self.reddit.url, REDDIT_LOGIN_URL=self.reddit.url, **self.settings)
        return listen(SOURCE.make(values, self.client, NOW.date()), about(*(papers or (PAPER,)), **fields))


@pytest.fixture
def ear(client: HttpClient, reddit: FakeReddit) -> Ear:
    return Ear(client, reddit)


def known(post_id: str) -> KnownMention:
    return KnownMention(f"t3_{post_id}", f"https://www.reddit.com/comments/{post_id}", (PAPER,))


def said(error: ConnectorError | None) -> str:
    """What was said of a failure, which must not hold what is nobody's business."""
    assert not any(secret in str(error) for secret in (SECRET, "token-"))
    return str(error)


def test_a_post_that_links_to_a_paper_is_a_mention(ear: Ear):
    heard = ear.hear()
    assert heard.mentions == [
        FetchedMention(
            source="reddit",
            external_id="t3_zz0",
            url="https://www.reddit.com/r/MachineLearning/comments/zz0/fictional_lanterns/",
            paper_ids=(PAPER,),
            author_name="mossfan",
            author_handle="mossfan",
            text="[R] Fictional Lanterns",
            posted_at=datetime(2026, 11, 20, 13, tzinfo=UTC),
            reading=Reading("reddit", points=88, replies=17),
        )
    ]
    assert (heard.error, heard.problems, heard.notices, heard.steps) == (None, [], [], (2, 2))


def test_the_questions_are_those_of_an_app_with_a_name(ear: Ear, reddit: FakeReddit):
    ear.hear()
    login, search, newest = reddit.requests
    assert (login.method, login.form) == ("POST", {"grant_type": "client_credentials"})
    assert dict(search.params) == {
        "q": "arxiv.org",
        "sort": "new",
        "t": "week",
        "type": "link",
        "limit": "100",
        "raw_json": "1",
    }
    assert (search.path, newest.path) == (SEARCH, NEWEST)
    assert {asked.header("User-Agent") for asked in reddit.requests} == {"server:hot-papers:0.1 (by /u/mossfan)"}
    assert {asked.header("Authorization") for asked in (search, newest)} == {"Bearer token-1"}


def test_papers_are_read_from_every_place_of_a_post(ear: Ear, reddit: FakeReddit):
    reddit.posts = [
        RedditPost("a", selftext="A < B: https://arxiv.org/pdf/2611.99002v3 & arXiv:2611.99003", url="/r/x"),
        RedditPost("b", url="/r/x", crosspost_of="https://huggingface.co/papers/2611.99004"),
        RedditPost("c", url="https://shop.example/arxiv.org/2611.99005"),
    ]
    heard = ear.hear()
    assert {m.external_id: m.paper_ids for m in heard.mentions} == {
        "t3_a": ("2611.99002", "2611.99003"),
        "t3_b": ("2611.99004",),
    }
    assert "A < B" in str([mention.text for mention in heard.mentions if mention.external_id == "t3_a"])


def test_a_post_that_the_search_has_not_learned_of_is_found_among_the_newest(ear: Ear, reddit: FakeReddit):
    reddit.unindexed = {"zz0"}
    assert [mention.external_id for mention in ear.hear().mentions] == ["t3_zz0"]


def test_posts_are_read_back_to_the_listing(ear: Ear, reddit: FakeReddit):
    reddit.posts = [RedditPost(f"p{place:03}", created_at=ago(minutes=6 * place)) for place in range(400)]
    heard = ear.hear()
    assert reddit.paths("/r/all") == 2 * [SEARCH]
    assert len(heard.mentions) == 141
    assert min(mention.posted_at for mention in heard.mentions if mention.posted_at) == ago(hours=14)


def test_an_older_listing_is_asked_of_a_month(ear: Ear, reddit: FakeReddit):
    reddit.posts = [RedditPost(created_at=ago(days=9))]
    assert len(ear.hear(since=ago(days=10)).mentions) == 1
    assert [asked.param("t") for asked in reddit.requests if asked.path == SEARCH] == ["month"]


def test_a_listing_that_ends_early_is_told_of(ear: Ear, reddit: FakeReddit):
    reddit.posts = [RedditPost(f"p{place:04}", subreddit="moss") for place in range(1100)]
    heard = ear.hear()
    assert len(reddit.paths(SEARCH)) == 10
    assert len(heard.mentions) == 1000
    assert heard.notices == [
        "Reddit lists only the 1000 newest posts of the search for arxiv.org; others were not read."
    ]


def test_a_listing_without_end_does_end(ear: Ear, reddit: FakeReddit):
    page = [{"kind": "t3", "data": {"name": f"t3_{place}", "created_utc": 1795186000.0}} for place in range(3)]
    for place in range(12):
        reddit.fault(Answer({"data": {"children": page, "after": f"t3_{place}"}}), times=1, only=SEARCH)
    ear.hear()
    assert len(reddit.paths(SEARCH)) == 10


def test_a_listing_that_leads_in_a_circle_ends(ear: Ear, reddit: FakeReddit):
    reddit.fault(Answer({"data": {"children": [], "after": "t3_a"}}), only=SEARCH)
    assert ear.hear().error is None
    assert len(reddit.paths(SEARCH)) == 2


def test_a_single_paper_is_searched_for_by_its_id_whenever_it_was_spoken_of(ear: Ear, reddit: FakeReddit):
    reddit.posts = [RedditPost(created_at=ago(days=900))]
    heard = ear.hear(sweeps=False)
    assert [(asked.path, asked.param("q"), asked.param("t")) for asked in reddit.requests[1:]] == [
        (SEARCH, PAPER, "all")
    ]
    assert len(heard.mentions) == 1


@pytest.mark.parametrize(
    "post", [RedditPost(over_18=True), RedditPost(state="deleted"), RedditPost(state="removed"), RedditPost(url="/r/x")]
)
def test_what_no_public_post_could_quote_is_passed_over(ear: Ear, reddit: FakeReddit, post: RedditPost):
    reddit.posts = [post]
    heard = ear.hear()
    assert (heard.mentions, heard.gone, heard.problems, heard.error) == ([], [], [], None)


def test_hostile_posts_are_passed_over(ear: Ear, reddit: FakeReddit):
    good = {"name": "t3_a", "url": "https://arxiv.org/abs/2611.99001"}
    odd: list[Any] = [{}, {"name": 7}, good | {"name": "t3_../x"}, good | {"url": ["x"]}]
    odd += [good | {"name": "t3_b", "permalink": '/r/x" onclick="', "score": -4, "num_comments": True, "author": None}]
    odd += [good | {"name": "t3_c", "permalink": 7, "created_utc": 1e300, "score": "88", "crosspost_parent_list": 7}]
    children: list[Any] = [None, 7, {"kind": "t1", "data": good}, {"kind": "t3"}, {"kind": "t3", "data": []}]
    children += [{"kind": "t3", "data": post} for post in odd]
    reddit.fault(Answer({"data": {"children": children, "after": 7}}), only=SEARCH)
    reddit.posts = []
    heard = ear.hear()
    assert [(mention.external_id, mention.url, mention.posted_at) for mention in heard.mentions] == [
        ("t3_b", "https://www.reddit.com/comments/b", None),
        ("t3_c", "https://www.reddit.com/comments/c", None),
    ]
    assert {mention.reading for mention in heard.mentions} == {Reading("reddit")}
    assert heard.error is None


class TestKnown:
    """Posts that the desk has are read again, a hundred at a time."""

    def test_are_read_by_name_where_no_listing_shows_them(self, ear: Ear, reddit: FakeReddit):
        reddit.posts.append(RedditPost("old", url="/r/x", subreddit="moss", score=900, created_at=ago(days=9)))
        heard = ear.hear(known=(known("old"), known("zz0")))
        assert [asked.param("id") for asked in reddit.requests if asked.path == INFO] == ["t3_old"]
        again = heard.mentions[-1]
        assert (again.external_id, again.paper_ids) == ("t3_old", (PAPER,))
        assert again.reading == Reading("reddit", points=900, replies=17)
        assert heard.steps == (3, 3)

    def test_that_are_taken_away_are_gone(self, ear: Ear, reddit: FakeReddit):
        states = ["deleted", "removed", "lost"]
        reddit.posts = [RedditPost(state, subreddit="moss", created_at=ago(days=9), state=state) for state in states]
        heard = ear.hear(known=tuple(known(state) for state in states))
        assert heard.gone == ["t3_deleted", "t3_removed", "t3_lost"]
        assert heard.mentions == []

    def test_that_a_listing_shows_as_taken_away_are_gone_once(self, ear: Ear, reddit: FakeReddit):
        reddit.posts[0].state = "deleted"
        assert ear.hear(known=(known("zz0"),)).gone == ["t3_zz0"]
        assert reddit.paths(INFO) == []

    def test_are_asked_for_by_the_hundred_and_only_by_names_of_posts(self, ear: Ear, reddit: FakeReddit):
        heard = ear.hear(known=(*(known(f"k{place}") for place in range(150)), known("../x")))
        assert [asked.param("id").count(",") for asked in reddit.requests if asked.path == INFO] == [99, 49]
        assert (heard.gone, heard.error) == ([], None)

    @pytest.mark.parametrize(("count", "gone"), [(1, 1), (2, 2), (3, 0), (90, 0)])
    def test_of_which_none_is_there_are_a_hiccup_where_they_are_several(
        self, ear: Ear, reddit: FakeReddit, count: int, gone: int
    ):
        heard = ear.hear(known=tuple(known(f"k{place}") for place in range(count)))
        assert (len(heard.gone), heard.error) == (gone, None)
        assert [trouble.reason for trouble in heard.problems] == (
            [] if gone else ["Reddit gave none of them; the next run tries again."]
        )

    def test_that_are_for_adults_only_by_now_are_gone(self, ear: Ear, reddit: FakeReddit):
        reddit.posts = [RedditPost(over_18=True), RedditPost("old", created_at=ago(days=9), over_18=True)]
        heard = ear.hear(known=(known("zz0"), known("old")))
        assert (heard.gone, heard.mentions) == (["t3_zz0", "t3_old"], [])

    def test_are_gone_where_the_answer_names_nothing_readable(self, ear: Ear, reddit: FakeReddit):
        children = [{"kind": "t3", "data": {"name": ["t3_old"]}}]
        reddit.fault(Answer({"data": {"children": children}}), only=INFO)
        assert ear.hear(known=(known("old"),)).gone == ["t3_old"]

    def test_stay_where_reading_them_fails(self, ear: Ear, reddit: FakeReddit):
        reddit.fault("500", only=INFO)
        heard = ear.hear(known=(known("old"),))
        assert [trouble.where for trouble in heard.problems] == ["known posts"]
        assert (heard.gone, heard.error, len(heard.mentions)) == ([], None, 1)


class TestToken:
    """A token holds for a day, and Reddit may end it any time."""

    def test_is_got_once(self, ear: Ear, reddit: FakeReddit):
        ear.hear(known=(known("old"),))
        assert reddit.paths("/api/v1") == ["/api/v1/access_token"]

    def test_that_expires_is_got_again(self, ear: Ear, reddit: FakeReddit):
        reddit.fault(UNAUTHORIZED, times=1, only=NEWEST)
        heard = ear.hear()
        assert (reddit.logins, heard.error, heard.problems, heard.steps) == (2, None, [], (2, 2))

    def test_that_is_never_taken_is_got_twice_and_no_more(self, ear: Ear, reddit: FakeReddit):
        reddit.fault(UNAUTHORIZED, only="/r/")
        heard = ear.hear()
        assert "does not take the tokens that it gives us" in said(heard.error)
        assert heard.error is not None and heard.error.permanent
        assert (reddit.logins, len(reddit.requests)) == (2, 4)

    def test_is_not_given_for_a_wrong_secret(self, ear: Ear, reddit: FakeReddit):
        ear.settings["REDDIT_CLIENT_SECRET"] = "wrong"
        heard = ear.hear()
        assert said(heard.error) == (
            "127.0.0.1:" + reddit.url.rsplit(":", 1)[-1] + " does not know the app; "
            "check HOTPAPERS_REDDIT_CLIENT_ID and HOTPAPERS_REDDIT_CLIENT_SECRET."
        )
        assert len(reddit.requests) == 1

    @pytest.mark.parametrize("body", [{"error": "unsupported_grant_type"}, [], {"access_token": ["x"]}])
    def test_may_be_missing_from_the_answer(self, ear: Ear, reddit: FakeReddit, body: Any):
        reddit.fault(Answer(body), only="access_token")
        heard = ear.hear()
        assert "gave no token; check HOTPAPERS_REDDIT_CLIENT_ID" in said(heard.error)
        assert heard.error is not None and heard.error.permanent


class TestRefusals:
    """What ends the run for Reddit, and what only a part of it."""

    def test_an_app_that_is_not_approved_is_told_so(self, ear: Ear, reddit: FakeReddit):
        reddit.fault("403-html", only="/r/")
        heard = ear.hear()
        assert "refuses the app; Reddit must have approved it" in said(heard.error)
        assert heard.error is not None and heard.error.permanent
        assert len(reddit.requests) == 2

    def test_too_many_requests_are_sat_out_as_long_as_reddit_says(self, ear: Ear, reddit: FakeReddit):
        reddit.fault(TOO_MANY, times=1, only=SEARCH)
        heard = ear.hear()
        assert (len(heard.mentions), heard.error) == (1, None)

    def test_a_subreddit_that_fails_is_a_problem(self, ear: Ear, reddit: FakeReddit):
        reddit.fault("503", only=NEWEST)
        heard = ear.hear()
        assert [trouble.where for trouble in heard.problems] == ["r/MachineLearning"]
        assert (len(heard.mentions), heard.error) == (1, None)

    @pytest.mark.parametrize("kind", ["500", "html", "not-json", "empty-body", "cut-off"])
    def test_a_search_that_fails_first_is_a_problem(self, ear: Ear, reddit: FakeReddit, kind: str):
        reddit.fault(kind, only=SEARCH)
        heard = ear.hear()
        assert [trouble.where for trouble in heard.problems] == ["the search for arxiv.org"]
        assert (len(heard.mentions), heard.error) == (1, None)

    @pytest.mark.parametrize("kind", ["500", "html", "not-json", "empty-body", "cut-off"])
    def test_a_reddit_that_answers_nothing_is_the_failure(self, ear: Ear, reddit: FakeReddit, kind: str):
        reddit.fault(kind, only="/r/")
        heard = ear.hear()
        assert heard.error is not None and said(heard.error)
        assert heard.mentions == []

    @pytest.mark.parametrize("kind", ["429-long", "away"])
    def test_a_reddit_that_takes_no_questions_is_asked_no_more(self, ear: Ear, reddit: FakeReddit, kind: str):
        reddit.fault(kind, only=SEARCH)
        heard = ear.hear()
        assert heard.error is not None and said(heard.error)
        assert reddit.paths(NEWEST) == []

    @pytest.mark.parametrize("body", [{}, [], b"null", {"data": []}, {"data": {"children": {}}}])
    def test_json_that_is_no_listing_is_a_failure(self, ear: Ear, reddit: FakeReddit, body: Any):
        reddit.fault(Answer(body), only="/r/")
        assert "something that is no list of posts" in said(ear.hear().error)


class TestSettings:
    """What may be typed in."""

    def test_the_source_is_off_without_an_app_and_a_person(self):
        names = "HOTPAPERS_REDDIT_CLIENT_ID and HOTPAPERS_REDDIT_CLIENT_SECRET and HOTPAPERS_REDDIT_USER"
        assert SOURCE.off(values_of(SOURCE)) == f"Reddit is off: set {names} to turn it on."
        assert [setting.name for setting in SOURCE.settings if setting.secret] == ["REDDIT_CLIENT_SECRET"]

    def test_a_person_is_named_with_or_without_the_prefix(self):
        read = {setting.name: setting.read for setting in SOURCE.settings}["REDDIT_USER"]
        assert {read("mossfan"), read("u/mossfan"), read("/u/mossfan")} == {"mossfan"}
        with pytest.raises(ValueError, match="name of a person"):
            read("moss fan\r\nX-Evil: 1")

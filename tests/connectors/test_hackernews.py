"""Hacker News asked for posts that name papers, on the loopback: its search, which lags behind, and its items."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.connectors.hackernews import MOST_WINDOWS, SEARCHES, SOURCE
from app.connectors.http import HttpClient
from app.domain.sources import Done, Expected, FetchedMention, KnownMention, Question, Reading
from tests.fakes.hackernews import Comment, FakeHackerNews, Story
from tests.fakes.listener import DAY, NOW, SINCE, Heard, about, ago, listen, values_of
from tests.fakes.service import Answer

ABS = "https://arxiv.org/abs/"


@pytest.fixture
def news() -> Iterator[FakeHackerNews]:
    with FakeHackerNews() as news:
        yield news


def ask(
    client: HttpClient,
    news: FakeHackerNews,
    question: Question | None = None,
    items: FakeHackerNews | None = None,
) -> Heard:
    settings = values_of(SOURCE, HACKERNEWS_URL=news.url, HACKERNEWS_ITEMS_URL=(items or news).url)
    return listen(SOURCE.make(settings, client, DAY), question or about("2611.99001"))


def known(*ids: str, papers: tuple[str, ...] = ("2611.99001",)) -> tuple[KnownMention, ...]:
    return tuple(KnownMention(name, f"https://news.ycombinator.com/item?id={name}", papers) for name in ids)


def named(heard: Heard) -> dict[str, tuple[str, ...]]:
    return {mention.external_id: mention.paper_ids for mention in heard.mentions}


def counts(heard: Heard) -> dict[str, tuple[int | None, int | None] | None]:
    read = {mention.external_id: mention.reading for mention in heard.mentions}
    return {name: (reading.points, reading.replies) if reading else None for name, reading in read.items()}


def test_a_story_is_a_mention(client: HttpClient, news: FakeHackerNews):
    news.stories = [
        Story(
            99000001,
            title="Fictional Lanterns: k-Step Moss Inference",
            url=ABS + "2611.99001v2",
            points=127,
            comments=38,
            text='Author here.<p>See also <a href="https:&#x2F;&#x2F;arxiv.org&#x2F;pdf&#x2F;2611.99002">this</a>.',
            posted_at=datetime(2026, 11, 20, 13, 37, tzinfo=UTC),
        )
    ]
    heard = ask(client, news)
    assert heard.mentions == [
        FetchedMention(
            source="hackernews",
            external_id="99000001",
            url="https://news.ycombinator.com/item?id=99000001",
            paper_ids=("2611.99001", "2611.99002"),
            author_name="mossfan",
            author_handle="mossfan",
            text="Fictional Lanterns: k-Step Moss Inference\n\nAuthor here.\n\nSee also this.",
            posted_at=datetime(2026, 11, 20, 13, 37, tzinfo=UTC),
            reading=Reading("hackernews", points=127, replies=38),
        )
    ]
    assert (heard.error, heard.problems, heard.notices, heard.steps) == (None, [], [], (4, 4))


def test_a_sweep_asks_what_the_search_understands(client: HttpClient, news: FakeHackerNews):
    ask(client, news)
    links, words, *mirrors = news.requests
    assert [asked.param("query") for asked in mirrors] == ["huggingface.co/papers", "alphaxiv.org"]
    assert {links.path, words.path} == {"/api/v1/search_by_date"}
    window = f"created_at_i>={int(SINCE.timestamp())},created_at_i<{int(NOW.timestamp()) + 1}"
    shared = {"numericFilters": window, "typoTolerance": "false", "hitsPerPage": "1000"}
    assert dict(links.params) == shared | {
        "query": "arxiv.org",
        "restrictSearchableAttributes": "url",
        "tags": "story",
    }
    assert dict(words.params) == shared | {"query": "arxiv", "tags": "(story,comment)"}


def test_only_posts_of_the_time_asked_about(client: HttpClient, news: FakeHackerNews):
    times = {1: SINCE - timedelta(seconds=1), 2: SINCE, 3: NOW, 4: NOW + timedelta(seconds=1)}
    news.stories = [Story(name, url=ABS + "2611.99001", posted_at=at) for name, at in times.items()]
    assert set(named(ask(client, news))) == {"2", "3"}


def test_the_same_paper_submitted_twice_is_two_mentions(client: HttpClient, news: FakeHackerNews):
    news.stories = [
        Story(1, url=ABS + "2611.99001", points=127),
        Story(2, url="https://www.arxiv.org/pdf/2611.99001v1.pdf", points=3),
    ]
    assert counts(ask(client, news)) == {"1": (127, 0), "2": (3, 0)}


def test_a_comment_counts_by_its_own_words_only(client: HttpClient, news: FakeHackerNews):
    paper = Story(1, url=ABS + "2611.99001", posted_at=ago(days=3))
    news.comments = [
        Comment(2, "Lovely, but what of the moss? I read arxiv daily.", story=paper),
        Comment(3, 'As in <a href="https:&#x2F;&#x2F;arxiv.org&#x2F;abs&#x2F;2611.99002">https:…</a>', story=paper),
        Comment(4, "Compare arXiv:2611.99003 &amp; arxiv.org&#x2F;abs&#x2F;2611.99004."),
    ]
    heard = ask(client, news)
    assert named(heard) == {"3": ("2611.99002",), "4": ("2611.99003", "2611.99004")}
    assert counts(heard) == {"3": None, "4": None}
    said = {mention.external_id: (mention.author_handle, mention.text) for mention in heard.mentions}
    assert said["4"] == ("fernsby", "Compare arXiv:2611.99003 & arxiv.org/abs/2611.99004.")


def test_a_number_of_thousands_of_digits_in_a_title_ends_nothing(client: HttpClient, news: FakeHackerNews):
    bomb = f"&#{'1' * 5000};"
    news.stories = [Story(1, title=f"Moss {bomb}", url=ABS + "2611.99001"), Story(2, url=ABS + "2611.99002")]
    heard = ask(client, news, about("2611.99001", known=known("1")))
    assert (set(named(heard)), heard.problems, heard.error) == ({"1", "2"}, [], None)


def test_a_text_story_counts_by_its_title_and_text(client: HttpClient, news: FakeHackerNews):
    news.stories = [
        Story(1, title="Ask HN: Has anybody run arXiv:2611.99001?"),
        Story(2, title="Ask HN: Moss", text="We read https:&#x2F;&#x2F;arxiv.org&#x2F;abs&#x2F;2611.99002 today."),
        Story(3, title="Is arXiv down?"),
    ]
    heard = ask(client, news)
    assert named(heard) == {"1": ("2611.99001",), "2": ("2611.99002",)}
    assert heard.mentions[0].text == "Ask HN: Has anybody run arXiv:2611.99001?"


def test_a_post_that_links_only_to_a_mirror_is_found(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, url="https://huggingface.co/papers/2611.99001")]
    news.comments = [Comment(2, 'See <a href="https://www.alphaxiv.org/abs/2611.99002">this</a>')]
    assert named(ask(client, news)) == {"1": ("2611.99001",), "2": ("2611.99002",)}


def test_a_post_that_both_searches_find_is_told_once(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, url=ABS + "2611.99001", text="On arXiv too: arXiv:2611.99001.")]
    assert len(ask(client, news).mentions) == 1
    assert len(news.requests) == len(SEARCHES)


def test_links_that_are_no_papers_are_passed_over(client: HttpClient, news: FakeHackerNews):
    urls = [
        "https://arxiv.org/list/cs.LG/recent",
        "https://arxiv.org.evil.example/abs/2611.99001",
        "https://arxiv.org/",
    ]
    news.stories = [Story(name, url=link) for name, link in enumerate(urls, start=1)]
    heard = ask(client, news)
    assert (heard.mentions, heard.problems) == ([], [])


@pytest.mark.parametrize("points", [None, -5, True, "12", 1.5, 2**53])
def test_points_that_are_none_are_not_said(client: HttpClient, news: FakeHackerNews, points: Any):
    news.stories = [Story(1, url=ABS + "2611.99001", comments=4, extra={"points": points})]
    news.fault(Answer({"hits": [news.stories[0].as_hit()], "nbHits": 1}))
    assert counts(ask(client, news)) == {"1": (None, 4)}


def test_more_posts_than_a_search_gives_are_found_in_slices(client: HttpClient, news: FakeHackerNews):
    news.stories = [
        Story(number, url=f"{ABS}2611.{number:05}", posted_at=ago(seconds=10 * number)) for number in range(1, 2501)
    ]
    heard = ask(client, news)
    assert set(named(heard)) == {str(number) for number in range(1, 2501)}
    assert (len(heard.mentions), heard.notices, heard.problems, heard.steps) == (2500, [], [], (4, 4))
    assert len(news.requests) < 24


def test_exactly_a_thousand_posts_need_no_slices(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(number, url=ABS + "2611.99001") for number in range(1, 1001)]
    assert len(ask(client, news).mentions) == 1000
    assert len(news.requests) == len(SEARCHES)


def test_a_search_that_does_not_count_is_cut_while_it_is_full(client: HttpClient, news: FakeHackerNews):
    hits = [Story(number, url=ABS + "2611.99001").as_hit() for number in range(1, 1001)]
    news.fault(Answer({"hits": hits}), times=1)
    ask(client, news)
    assert len(news.requests) == len(SEARCHES) + 2


def test_a_second_with_too_many_posts_ends_the_slicing(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(number, url=ABS + "2611.99001") for number in range(1, 1501)]
    heard = ask(client, news, about("2611.99001", since=ago(hours=2, seconds=60), now=ago(hours=2, seconds=-60)))
    assert (len(heard.mentions), heard.error) == (1000, None)
    assert len(news.requests) < MOST_WINDOWS


def test_a_sweep_that_would_never_end_is_left_and_says_so(client: HttpClient, news: FakeHackerNews):
    news.fault(Answer({"hits": [Story(1, url=ABS + "2611.99001").as_hit()], "nbHits": 10**12}))
    heard = ask(client, news)
    assert len(news.requests) == len(SEARCHES) * MOST_WINDOWS
    assert {notice[:67] for notice in heard.notices} == {
        "Hacker News has too many posts for one run; those before 2026-11-20"
    }
    assert named(heard) == {"1": ("2611.99001",)}


def test_known_posts_are_counted_by_their_items(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, url=ABS + "2611.99001", points=3, comments=1, live_points=127, live_comments=38)]
    heard = ask(client, news, about("2611.99001", known=known("1")))
    assert counts(heard) == {"1": (127, 38)}
    assert len(heard.mentions) == 1
    assert news.paths("/v0/") == ["/v0/item/1.json"]


def test_progress_runs_through_counting_and_searching(client: HttpClient, news: FakeHackerNews):
    heard = ask(client, news, about("2611.99001", known=known("1", "2", "imported")))
    assert [expected.count for expected in heard.of(Expected)] == [6]
    assert [done.count for done in heard.of(Done)] == [1, 2, 3, 4, 5, 6]


def test_a_known_post_reads_the_same_from_either_host(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, title="Moss &amp; more", url=ABS + "2611.99001", text="So<p>dim: arXiv:2611.99002")]
    news.comments = [Comment(2, "<i>See</i> arXiv:2611.99003")]
    found = ask(client, news).mentions
    again = ask(client, news, about("2611.99001", known=known("1", "2", papers=()))).mentions
    assert sorted(map(repr, again)) == sorted(map(repr, found))


def test_known_posts_are_read_again_whenever_they_were_made(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, url="https://moss.example/", points=9, posted_at=ago(days=30))]
    heard = ask(client, news, about("2611.99001", known=known("1")))
    assert (named(heard), counts(heard)) == ({"1": ("2611.99001",)}, {"1": (9, 0)})


@pytest.mark.parametrize("state", ["deleted", "dead", "null"])
def test_a_post_that_is_no_more_is_gone_whatever_the_search_says(client: HttpClient, news: FakeHackerNews, state: str):
    news.stories = [Story(1, url=ABS + "2611.99001", state=state), Story(2, url=ABS + "2611.99001")]
    heard = ask(client, news, about("2611.99001", known=known("1", "2")))
    assert heard.gone == ["1"]
    assert set(named(heard)) == {"2"}


def test_a_known_comment_is_asked_for_too(client: HttpClient, news: FakeHackerNews):
    news.comments = [Comment(2, "arXiv:2611.99001"), Comment(3, "arXiv:2611.99001", state="deleted")]
    heard = ask(client, news, about("2611.99001", known=known("2", "3")))
    assert (counts(heard), heard.gone) == ({"2": None}, ["3"])


@pytest.mark.parametrize("name", ["abc", "", "../1", "1" * 19, "²"])
def test_names_that_hacker_news_never_gave_are_not_asked_for(client: HttpClient, news: FakeHackerNews, name: str):
    heard = ask(client, news, about("2611.99001", known=known(name)))
    assert news.paths("/v0/") == []
    assert (heard.gone, heard.error) == ([], None)


@pytest.mark.parametrize("kind", ["500", "html", "not-json", "cut-off", "empty-body"])
def test_one_item_that_fails_keeps_its_numbers_and_stops_no_other(client: HttpClient, news: FakeHackerNews, kind: str):
    news.stories = [Story(number, url=ABS + "2611.99001") for number in (1, 2, 3)]
    news.fault(kind, only="/v0/item/2.json")
    heard = ask(client, news, about("2611.99001", known=known("1", "2", "3")))
    assert set(named(heard)) == {"1", "3"}
    assert ([p.where for p in heard.problems], heard.gone, heard.error) == (["item 2"], [], None)


@pytest.mark.parametrize("item", [[], 7, "gone"])
def test_an_item_in_a_strange_form_is_a_problem(client: HttpClient, news: FakeHackerNews, item: Any):
    news.fault(Answer(f'"{item}"' if isinstance(item, str) else item), only="/v0/")
    heard = ask(client, news, about("2611.99001", known=known("1")))
    assert [(p.where, p.reason) for p in heard.problems] == [("item 1", "is not told in a form that can be read")]
    assert (heard.gone, heard.error) == ([], None)


@pytest.mark.parametrize("kind", ["403", "429", "503", "cut-off"])
def test_items_that_are_down_do_not_stop_the_search(client: HttpClient, news: FakeHackerNews, kind: str):
    news.stories = [Story(1, url=ABS + "2611.99001"), Story(2, url=ABS + "2611.99002")]
    with FakeHackerNews() as items:
        items.fault(kind)
        heard = ask(client, news, about("2611.99001", known=known("1")), items)
    assert set(named(heard)) == {"2"}
    assert heard.error is not None and heard.gone == []


@pytest.mark.parametrize("kind", ["403-html", "429", "500", "html", "not-json"])
def test_a_search_that_is_down_does_not_stop_the_counting(client: HttpClient, news: FakeHackerNews, kind: str):
    with FakeHackerNews(stories=[Story(1, url=ABS + "2611.99001", points=9)]) as items:
        news.fault(kind)
        heard = ask(client, news, about("2611.99001", known=known("1")), items)
    assert counts(heard) == {"1": (9, 0)}
    assert heard.error is not None and str(heard.error).startswith("127.0.0.1")


def test_one_failing_search_does_not_stop_the_other(client: HttpClient, news: FakeHackerNews):
    news.stories = [Story(1, url=ABS + "2611.99001")]
    news.fault("500", only="query=arxiv&")
    heard = ask(client, news)
    assert set(named(heard)) == {"1"}
    assert [p.where for p in heard.problems] == ["the search for posts that speak of arXiv"]


def test_a_thousand_hits_may_be_long(client: HttpClient, news: FakeHackerNews):
    hits = [{"objectID": str(number), "comment_text": "moss " * 1500} for number in range(1, 1000)]
    linked = {"objectID": "1000", "url": ABS + "2611.99001", "title": "Moss"}
    news.fault(Answer({"hits": [*hits, linked], "nbHits": 1000}))
    assert set(named(ask(client, news))) == {"1000"}


@pytest.mark.parametrize("answer", [{}, [], {"hits": None}, {"hits": {}}, {"message": "moved"}])
def test_an_answer_without_hits_is_a_failure(client: HttpClient, news: FakeHackerNews, answer: Any):
    news.fault(Answer(answer))
    error = ask(client, news).error
    assert str(error) == "Hacker News's search sent an answer without hits; the next run tries again."


@pytest.mark.parametrize(
    "wrong",
    [
        {"objectID": None},
        {"objectID": "../etc"},
        {"objectID": True},
        {"objectID": [1]},
        {"url": 7},
        {"url": {"a": 1}},
        {"url": "https://[half"},
    ],
)
def test_a_hit_that_cannot_be_read_is_passed_over(client: HttpClient, news: FakeHackerNews, wrong: dict[str, Any]):
    good = Story(2, url=ABS + "2611.99002").as_hit()
    news.fault(Answer({"hits": [None, 7, Story(1, url=ABS + "2611.99001", extra=wrong).as_hit(), good], "nbHits": 4}))
    heard = ask(client, news)
    assert (named(heard), heard.error) == ({"2": ("2611.99002",)}, None)


@pytest.mark.parametrize(
    "odd",
    [
        {"title": None},
        {"title": 7, "author": None},
        {"author": ["a"], "created_at_i": "soon", "created_at": None},
        {"created_at_i": None, "created_at": 10**30},
        {"_tags": None, "story_text": {}},
        {"points": [], "num_comments": "many"},
    ],
)
def test_whatever_else_is_odd_about_a_hit_the_post_still_names_its_paper(
    client: HttpClient, news: FakeHackerNews, odd: dict[str, Any]
):
    news.fault(Answer({"hits": [Story(1, url=ABS + "2611.99001").as_hit() | odd], "nbHits": "many"}))
    assert named(ask(client, news)) == {"1": ("2611.99001",)}


def test_a_time_is_read_from_either_field(client: HttpClient, news: FakeHackerNews):
    odd = {"created_at_i": None, "created_at": "2026-11-20T13:37:00Z"}
    news.fault(Answer({"hits": [Story(1, url=ABS + "2611.99001").as_hit() | odd], "nbHits": 1}))
    assert ask(client, news).mentions[0].posted_at == datetime(2026, 11, 20, 13, 37, tzinfo=UTC)


def test_a_single_paper_is_searched_by_its_id_however_old_its_posts(client: HttpClient, news: FakeHackerNews):
    news.stories = [
        Story(1, url=ABS + "2611.99001", posted_at=ago(days=400)),
        Story(2, url=ABS + "2611.99002"),
    ]
    news.comments = [Comment(3, "arXiv:2611.99001v2", posted_at=ago(days=300))]
    heard = ask(client, news, about("2611.99001", sweeps=False))
    assert named(heard) == {"1": ("2611.99001",), "3": ("2611.99001",)}
    assert news.paths() == ["/api/v1/search"]
    assert dict(news.requests[0].params) == {
        "query": "2611.99001",
        "tags": "(story,comment)",
        "typoTolerance": "false",
        "hitsPerPage": "1000",
    }


def test_the_fake_refuses_filters_that_the_search_no_longer_knows(client: HttpClient, news: FakeHackerNews):
    params = {"query": "arxiv", "numericFilters": "points>10"}
    answer = client.get(f"{news.url}/api/v1/search", params=params, statuses=(400,))
    assert b"invalid numeric attribute(points)" in answer.body

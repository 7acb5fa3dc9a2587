"""What Bluesky's connector makes of refusals, hosts that are down, and answers that make no sense."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.connectors.bluesky import SOURCE, BlueskyConnector
from app.connectors.http import HttpClient
from app.domain.sources import KnownMention, SoughtPaper
from tests.fakes.bluesky import (
    BACKLINKS,
    HANDLE,
    PASSWORD,
    POSTS,
    RATE_LIMITED,
    SEARCH,
    FakeBluesky,
    FakePost,
)
from tests.fakes.listener import DAY, Heard, about, listen, values_of
from tests.fakes.service import FAULTS, Answer
from tests.fakes.site import FakeTime

PAPER = "2611.99001"
ABS = f"https://arxiv.org/abs/{PAPER}"
Make = Callable[..., BlueskyConnector]
STRANGE = (None, True, -1, 1.5, "", "a word", [], {}, [None], {"": []}, 10**400)


@pytest.fixture
def bluesky() -> Iterator[FakeBluesky]:
    with FakeBluesky([FakePost(links=[ABS], likes=1, reposts=1)]) as fake:
        yield fake


@pytest.fixture
def make(client: HttpClient, bluesky: FakeBluesky, tmp_path: Path) -> Make:
    """Makes the connector on the fake, with an account where a password is given."""

    def make(password: str = "") -> BlueskyConnector:
        names = ("BLUESKY_URL", "BLUESKY_PDS_URL", "CONSTELLATION_URL", "BLUESKY_OEMBED_URL")
        account = {"BLUESKY_HANDLE": f"@{HANDLE}", "BLUESKY_APP_PASSWORD": password}
        settings = values_of(SOURCE, INSTANCE_DIR=tmp_path, **dict.fromkeys(names, bluesky.url), **account)
        return SOURCE.make(settings, client, DAY)

    return make


def known(posts: list[FakePost]) -> tuple[KnownMention, ...]:
    return tuple(KnownMention(post.uri, post.url, (PAPER,)) for post in posts)


def sentences(heard: Heard) -> list[str]:
    return [problem.reason for problem in heard.problems] + ([str(heard.error)] if heard.error else [])


def test_a_wrong_password_ends_the_search_and_links_are_followed(make: Make, bluesky: FakeBluesky) -> None:
    heard = listen(make("wrong-pass-word-here"), about(PAPER))
    assert len(heard.mentions) == 1 and heard.error is None
    (problem,) = heard.problems
    assert problem.where == "search for arxiv.org" and "HOTPAPERS_BLUESKY_APP_PASSWORD" in problem.reason
    assert heard.notices == [
        "Bluesky could not be searched in full, so all of its posts are looked for by exact links."
    ]
    assert len(bluesky.asked(BACKLINKS)) == 18


def test_a_page_that_refuses_the_search_ends_it_and_links_are_followed(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.fault("403-html", only="searchPosts")
    heard = listen(make(PASSWORD), about(PAPER))
    assert len(heard.mentions) == 1 and heard.error is None
    assert sentences(heard) == ["127.0.0.1:" + bluesky.url.rpartition(":")[2] + " answered 403 (refused)."]
    assert len(bluesky.asked(SEARCH)) == 1


def test_a_host_that_finds_us_too_fast_is_waited_for_as_long_as_it_says(
    make: Make, bluesky: FakeBluesky, fake_time: FakeTime
) -> None:
    bluesky.fault(RATE_LIMITED, times=1, only="searchPosts")
    bluesky.fault(RATE_LIMITED, times=1, only="getPosts")
    heard = listen(make(PASSWORD), about(PAPER, known=known([FakePost(links=[ABS])])))
    assert len(heard.mentions) == 1 and heard.problems == [] and heard.error is None
    assert fake_time.sleeps == [2.0, 2.0]


def test_a_search_that_fails_once_is_tried_again_and_one_that_goes_on_failing_leaves_the_others(
    make: Make, bluesky: FakeBluesky
) -> None:
    bluesky.fault("502", only="domain=huggingface.co")
    heard = listen(make(PASSWORD), about(PAPER))
    assert [problem.where for problem in heard.problems] == ["search for huggingface.co"]
    assert len(heard.mentions) == 1 and heard.notices == []
    assert bluesky.asked(SEARCH)[-1].param("domain") == "alphaxiv.org"


def test_one_batch_that_fails_leaves_the_others(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], likes=1, reposts=1) for _ in range(60)]
    bluesky.fault("500", only=bluesky.posts[30].uri)
    heard = listen(make(), about(known=known(bluesky.posts)))
    assert len(heard.mentions) == 35 and heard.gone == [] and heard.error is None
    assert [problem.where for problem in heard.problems] == ["25 posts"]


def test_an_appview_that_stays_down_ends_the_run_with_what_was_found(make: Make, bluesky: FakeBluesky) -> None:
    loud = FakePost(links=[ABS], likes=900)
    bluesky.posts = [FakePost(links=[f"https://example.org/{number}"]) for number in range(200)] + [loud]
    bluesky.fault("503", only="getPosts")
    heard = listen(make(PASSWORD), about(PAPER, known=known(bluesky.posts)))
    assert heard.error is not None and "503" in str(heard.error)
    assert [mention.external_id for mention in heard.mentions] == [loud.uri] and len(heard.problems) == 2
    assert len({asked.params for asked in bluesky.asked(POSTS)}) == 3


@pytest.mark.parametrize("fault", ["401", "403-html", "404", "429-long"])
def test_an_appview_that_refuses_us_is_not_asked_again(fault: str, make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS]) for _ in range(60)]
    bluesky.fault(fault, only="getPosts")
    heard = listen(make(), about(PAPER, known=known(bluesky.posts)))
    assert heard.error is not None and len(bluesky.asked(POSTS)) == 1 and heard.gone == []


@pytest.mark.parametrize("count", [3, 25])
def test_an_answer_without_any_of_several_posts_is_a_hiccup_and_no_farewell(
    make: Make, bluesky: FakeBluesky, count: int
) -> None:
    posts = [FakePost(links=[ABS]) for _ in range(count)]
    bluesky.posts = []
    heard = listen(make(), about(known=known(posts)))
    assert (heard.gone, heard.error) == ([], None)
    assert sentences(heard) == ["Bluesky gave none of them; the next run tries again."]


def test_posts_that_are_shown_to_signed_in_people_only_by_now_are_gone(make: Make, bluesky: FakeBluesky) -> None:
    hidden = {"author": {"did": "did:plc:a", "handle": "ada.example", "labels": [{"val": "!no-unauthenticated"}]}}
    bluesky.posts = [FakePost(links=[ABS], view=hidden) for _ in range(3)]
    heard = listen(make(), about(known=known(bluesky.posts)))
    assert (heard.gone, sentences(heard)) == ([post.uri for post in bluesky.posts], [])


def test_one_or_two_posts_that_are_not_there_are_gone(make: Make, bluesky: FakeBluesky) -> None:
    posts = [FakePost(links=[ABS]) for _ in range(2)]
    bluesky.posts = []
    heard = listen(make(), about(known=known(posts)))
    assert (heard.gone, sentences(heard)) == ([post.uri for post in posts], [])


@pytest.mark.parametrize("fault", ["500", "slow", "cut-off", "html", "not-json"])
def test_a_request_for_links_that_fails_leaves_the_others(fault: str, make: Make, bluesky: FakeBluesky) -> None:
    bluesky.fault(fault, only="embed.external", times=5, seconds=0.05)
    heard = listen(make(), about(PAPER))
    assert len(heard.mentions) == 1 and heard.error is None
    assert {problem.where for problem in heard.problems} <= {PAPER, "Constellation"}


def test_an_index_that_stays_down_is_given_up_and_known_posts_are_read_all_the_same(
    make: Make, bluesky: FakeBluesky
) -> None:
    bluesky.fault("502", only="getBacklinks")
    heard = listen(make(), about(PAPER, "2611.99002", known=known(bluesky.posts)))
    assert len(heard.mentions) == 1 and heard.error is None
    assert [problem.where for problem in heard.problems] == [PAPER, PAPER, "Constellation"]
    assert heard.problems[-1].reason.endswith("No more links were looked for.")
    assert len({asked.params for asked in bluesky.asked(BACKLINKS)}) == 3


@pytest.mark.parametrize("fault", [kind for kind in FAULTS if kind not in ("bomb", "huge", "trickle")])
def test_whatever_a_host_does_is_told_in_plain_sentences(fault: str, make: Make, bluesky: FakeBluesky) -> None:
    bluesky.fault(fault)
    heard = listen(make(PASSWORD), about(PAPER, known=known(bluesky.posts)))
    assert heard.mentions == [] and heard.gone == [] and sentences(heard)
    for sentence in sentences(heard):
        assert sentence.endswith(".") and bluesky.url not in sentence and "xrpc" not in sentence
        assert PASSWORD not in sentence and "token" not in sentence


@pytest.mark.parametrize("method", ["searchPosts", "getPosts", "getBacklinks"])
@pytest.mark.parametrize("value", STRANGE)
def test_an_answer_of_another_shape_crashes_nothing(method: str, value: Any, make: Make, bluesky: FakeBluesky) -> None:
    bodies = (value, {"posts": value, "records": value}, {"posts": [value], "records": [value], "cursor": value})
    for body in bodies:
        bluesky.mend()
        bluesky.fault(Answer(body), only=method)
        heard = listen(make(PASSWORD), about(papers=(SoughtPaper(PAPER, heard=True),), known=known(bluesky.posts)))
        assert all(problem.reason.endswith(".") for problem in heard.problems)


@pytest.mark.parametrize("value", STRANGE)
def test_a_post_with_any_part_of_another_kind_crashes_nothing(value: Any, make: Make, bluesky: FakeBluesky) -> None:
    sound = FakePost(links=[ABS], likes=1, reposts=1)
    view = sound.as_json()
    odd = [FakePost(links=[ABS], view={name: value}) for name in view]
    odd += [FakePost(links=[ABS], record={name: value}) for name in ("text", "createdAt", "facets", "embed", "langs")]
    odd += [FakePost(links=[ABS], record={"facets": [{"features": features}]}) for features in (value, [value])]
    odd += [FakePost(links=[ABS], record={"embed": {"external": value, "media": {"external": {"uri": value}}}})]
    odd += [FakePost(links=[ABS], view={"author": {"did": value, "handle": value, "labels": [{"val": value}]}})]
    bluesky.posts = [*odd, sound]
    for password in ("", PASSWORD):
        heard = listen(make(password), about(PAPER))
        assert heard.error is None
        assert sound.uri in {mention.external_id for mention in heard.mentions}
        assert all(mention.url.startswith("https://bsky.app/profile/did:plc:") for mention in heard.mentions)


@pytest.mark.parametrize(
    "uri", ["at://did:plc:a/app.bsky.feed.post/a b", "at://x/app.bsky.feed.post/1", "javascript:1"]
)
def test_a_post_whose_name_makes_no_address_is_passed_over(uri: str, make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], view={"uri": uri})]
    assert listen(make(PASSWORD), about(PAPER, sweeps=False)).mentions == []


@pytest.mark.parametrize(
    "record",
    [
        {"did": "did:plc:a/../b", "collection": "app.bsky.feed.post", "rkey": "1"},
        {"did": "did:plc:a", "collection": "app.bsky.feed.like", "rkey": "1"},
        {"did": "did:plc:a", "collection": "app.bsky.feed.post", "rkey": "1&uris=2"},
        {"did": "did:plc:a", "collection": "app.bsky.feed.post", "rkey": 7},
    ],
)
def test_a_record_that_is_no_post_is_not_asked_for(record: dict[str, Any], make: Make, bluesky: FakeBluesky) -> None:
    bluesky.fault(Answer({"total": 1, "records": [record], "cursor": None}), only="getBacklinks")
    heard = listen(make(), about(PAPER))
    assert heard.mentions == [] and bluesky.asked(POSTS) == [] and heard.problems == []


def test_a_cursor_that_stays_the_same_is_not_followed_for_ever(make: Make, bluesky: FakeBluesky) -> None:
    record = {"did": "did:plc:a", "collection": "app.bsky.feed.post", "rkey": "1"}
    bluesky.fault(Answer({"records": [record], "cursor": "same"}), only="getBacklinks")
    bluesky.fault(Answer({"posts": [bluesky.posts[0].as_json()], "cursor": "same"}), only="searchPosts")
    heard = listen(make(PASSWORD), about(papers=(SoughtPaper(PAPER, heard=True),)))
    assert len(heard.mentions) == 1
    assert len(bluesky.asked(BACKLINKS)) == 4 and len(bluesky.asked(SEARCH)) < 20

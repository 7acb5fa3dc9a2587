"""Embeds of posts, and all the ways of having none."""

from collections.abc import Iterator

import pytest

from app.connectors.http import HttpClient
from app.connectors.oembed import LONGEST_ANSWER, embed_html
from app.domain.quotes import LONGEST_EMBED, quote_html
from tests.fakes.oembed import EmbeddedPost, FakeOembed
from tests.fakes.service import FAULTS, Answer
from tests.fakes.site import FakeTime

BLUESKY = "https://bsky.app/profile/did:plc:ada/post/3kmoss"
X = "https://x.com/ada_fernsby/status/1374900000000000001"


@pytest.fixture
def oembed() -> Iterator[FakeOembed]:
    with FakeOembed() as fake:
        fake.posts = {BLUESKY: EmbeddedPost(), X: EmbeddedPost(handle="ada_fernsby")}
        yield fake


def test_the_embed_of_a_bluesky_post_is_taken_as_it_came(client: HttpClient, oembed: FakeOembed) -> None:
    html = embed_html(client, oembed.bluesky, BLUESKY, format="json", maxwidth="550")
    assert html and html.startswith('<blockquote class="bluesky-embed"') and "<script" in html
    asked = oembed.requests[-1]
    assert dict(asked.params) == {"url": BLUESKY, "format": "json", "maxwidth": "550"}
    quote = quote_html(source="bluesky", html=html)
    assert "Our moss lanterns paper is out!" in quote and "script" not in quote


def test_the_embed_of_a_post_on_x_is_taken_as_it_came(client: HttpClient, oembed: FakeOembed) -> None:
    html = embed_html(client, oembed.x, X, omit_script="1", dnt="true")
    assert html and html.startswith('<blockquote class="twitter-tweet" data-dnt="true">') and "<script" not in html


@pytest.mark.parametrize("state", ["deleted", "protected"])
def test_a_post_that_is_not_public_has_no_embed(
    state: str, client: HttpClient, oembed: FakeOembed, fake_time: FakeTime
) -> None:
    for post in oembed.posts.values():
        post.state = state
    assert embed_html(client, oembed.bluesky, BLUESKY) is None
    assert embed_html(client, oembed.x, X) is None
    assert len(oembed.requests) == 2 and fake_time.sleeps == []


def test_errors_as_plain_text_are_no_embed(client: HttpClient, oembed: FakeOembed) -> None:
    assert embed_html(client, oembed.bluesky, "https://example.org/no-post") is None
    assert embed_html(client, oembed.bluesky, BLUESKY, format="xml") is None


@pytest.mark.parametrize("fault", [kind for kind in FAULTS if kind not in ("bomb", "trickle")])
def test_no_fault_of_the_host_is_a_failure(fault: str, client: HttpClient, oembed: FakeOembed) -> None:
    oembed.fault(fault)
    assert embed_html(client, oembed.bluesky, BLUESKY) is None


@pytest.mark.parametrize("fault", ["429", "429-later", "500", "503-later", "cut-off", "empty-body", "rate-text"])
def test_nothing_is_tried_twice(
    fault: str | Answer, client: HttpClient, oembed: FakeOembed, fake_time: FakeTime
) -> None:
    oembed.fault(fault)
    assert embed_html(client, oembed.x, X) is None
    assert len(oembed.requests) == 1 and fake_time.sleeps == []


@pytest.mark.parametrize(
    "answer",
    [
        {"html": None},
        {"html": 7},
        {"html": " \n"},
        {"html": "<p>" + "x" * LONGEST_EMBED},
        {"html": "y" * (LONGEST_ANSWER + 1)},
        {},
        [],
        "a word",
        None,
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_an_answer_without_usable_markup_is_no_embed(answer: object, client: HttpClient, oembed: FakeOembed) -> None:
    oembed.fault(Answer(answer))
    assert embed_html(client, oembed.bluesky, BLUESKY) is None


def test_a_host_that_has_no_request_left_is_not_waited_for(
    client: HttpClient, oembed: FakeOembed, fake_time: FakeTime
) -> None:
    oembed.fault(Answer({"html": "<p>"}, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "290"}))
    assert embed_html(client, oembed.x, X) == "<p>"
    assert embed_html(client, oembed.x, X) is None
    assert len(oembed.requests) == 1 and fake_time.sleeps == []


def test_an_embed_holds_nothing_that_no_database_takes(client: HttpClient, oembed: FakeOembed) -> None:
    oembed.fault(Answer(b'{"html": "<p>\\u0000moss\\ud800</p>"}'), times=1)
    assert embed_html(client, oembed.x, X) == "<p>moss</p>"
    oembed.fault(Answer(b'{"html": "\\u0000 \\ud800"}'))
    assert embed_html(client, oembed.x, X) is None


def test_a_host_that_is_not_there_is_no_embed(client: HttpClient) -> None:
    assert embed_html(client, "http://127.0.0.1:9/oembed", BLUESKY) is None

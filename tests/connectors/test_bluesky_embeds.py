"""Which of Bluesky's posts get their embeds, and how many in a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.connectors.bluesky import SOURCE, BlueskyConnector
from app.connectors.http import HttpClient
from app.domain.sources import KnownMention
from tests.fakes.bluesky import HANDLE, PASSWORD, FakeBluesky, FakePost
from tests.fakes.listener import DAY, about, listen, values_of
from tests.fakes.oembed import EmbeddedPost, FakeOembed

PAPER, OTHER = "2611.99001", "2611.99002"
ABS = f"https://arxiv.org/abs/{PAPER}"


@pytest.fixture
def bluesky() -> Iterator[FakeBluesky]:
    with FakeBluesky() as fake:
        yield fake


@pytest.fixture
def oembed() -> Iterator[FakeOembed]:
    with FakeOembed() as fake:
        yield fake


@pytest.fixture
def connector(client: HttpClient, bluesky: FakeBluesky, oembed: FakeOembed, tmp_path: Path) -> BlueskyConnector:
    """Signed in; quotes what has a score of 25."""
    addresses = dict.fromkeys(("BLUESKY_URL", "BLUESKY_PDS_URL", "CONSTELLATION_URL"), bluesky.url)
    account = {"BLUESKY_HANDLE": HANDLE, "BLUESKY_APP_PASSWORD": PASSWORD, "BLUESKY_OEMBED_URL": oembed.url}
    return SOURCE.make(values_of(SOURCE, INSTANCE_DIR=tmp_path, **addresses, **account), client, DAY)


def test_posts_to_be_quoted_get_their_embeds_best_first(
    connector: BlueskyConnector, bluesky: FakeBluesky, oembed: FakeOembed
) -> None:
    loud, louder = FakePost(links=[ABS], likes=20, reposts=5), FakePost(links=[ABS], likes=90, reposts=0)
    quiet, has_one = FakePost(links=[ABS], likes=24, reposts=0), FakePost(links=[ABS], likes=500)
    elsewhere = FakePost(links=[f"https://arxiv.org/abs/{OTHER}"], likes=500)
    bluesky.posts = [loud, louder, quiet, has_one, elsewhere]
    oembed.posts = {post.url: EmbeddedPost(uri=post.uri) for post in bluesky.posts}
    heard = listen(connector, about(PAPER, known=(KnownMention(has_one.uri, has_one.url, (PAPER,), has_embed=True),)))
    html = {mention.external_id: mention.html for mention in heard.mentions}
    assert html.keys() == {post.uri for post in bluesky.posts}
    assert [uri for uri, embed in html.items() if embed] == [louder.uri, loud.uri]
    assert "bluesky-embed" in (html[loud.uri] or "")
    assert [asked.param("url") for asked in oembed.requests] == [louder.url, loud.url]
    assert dict(oembed.requests[0].params) == {"url": louder.url, "format": "json", "maxwidth": "550"}


def test_a_run_asks_for_forty_embeds_at_most(
    connector: BlueskyConnector, bluesky: FakeBluesky, oembed: FakeOembed
) -> None:
    bluesky.posts = [FakePost(links=[ABS], likes=100 + number) for number in range(50)]
    oembed.posts = {post.url: EmbeddedPost() for post in bluesky.posts}
    heard = listen(connector, about(PAPER))
    assert len(heard.mentions) == 50 and len(oembed.requests) == 40
    assert all(mention.html for mention in heard.mentions[:40]) and heard.mentions[40].html is None


def test_a_host_without_embeds_is_soon_left_alone(
    connector: BlueskyConnector, bluesky: FakeBluesky, oembed: FakeOembed
) -> None:
    bluesky.posts = [FakePost(links=[ABS]) for _ in range(20)]
    oembed.fault("503")
    heard = listen(connector, about(PAPER))
    assert len(heard.mentions) == 20 and len(oembed.requests) == 8
    assert heard.problems == [] and heard.error is None

"""Threads: every post fits its network whatever the titles are, and ends with its place."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.mail import Heading
from app.domain.markup import markdown_text
from app.domain.posts import Entry, PostDocument
from app.domain.threads import NETWORKS, characters, graphemes, loudest_count, thread_of
from tests.domain.test_mail import DAY, HEADING, document

FAMILY = "👨‍👩‍👧‍👦"


def titled(*titles: str) -> PostDocument:
    """A post of papers with these titles."""
    entry = document().entries[0]
    spelled = [markdown_text(title, inline_start=True) for title in titles]
    return replace(document(), entries=tuple(replace(entry, number=n, title=t) for n, t in enumerate(spelled, start=1)))


def test_a_thread_opens_and_goes_through_the_papers() -> None:
    thread = thread_of(titled("On Moss", r"The $\ell_2$ Norm"), HEADING, NETWORKS["bluesky"])
    assert [post.text for post in thread] == [
        "Hot Papers, 20 November 2026: 2 papers from arXiv that people talk about.\n\nGood morning.\n\n"
        "https://blog.example/hot-papers-2026-11-20\n\n1/3",
        "1. On Moss\n\n900 retweets\nhttps://arxiv.org/abs/2611.90001\n\n2/3",
        "2. The ℓ₂ Norm\n\n900 retweets\nhttps://arxiv.org/abs/2611.90001\n\n3/3",
    ]
    assert all(post.length == len(post.text) for post in thread)


def test_mastodon_counts_a_link_as_23() -> None:
    thread = thread_of(titled("On Moss"), HEADING, NETWORKS["mastodon"])
    link = "https://arxiv.org/abs/2611.90001"
    assert thread[1].length == len(thread[1].text) - len(link) + 23


def test_what_is_counted_is_what_the_networks_count() -> None:
    assert graphemes(f"e\u0301{FAMILY}") == 2
    assert characters("see https://a.example/b?c") == 4 + 23
    assert characters("see https://blog.example/a-very-long-address-indeed") == 4 + 23
    assert characters("see http://a") == 4 + 23


@pytest.mark.parametrize("name", NETWORKS)
def test_a_long_title_ends_at_a_word_with_an_ellipsis(name: str) -> None:
    network = NETWORKS[name]
    post = thread_of(titled("lanterns and moss " * 60), HEADING, network)[1]
    first = post.text.split("\n")[0]
    assert re.search(r"(?:lanterns|and|moss)…$", first)
    assert network.limit - 20 < post.length <= network.limit
    assert post.text.endswith("\n\n900 retweets\nhttps://arxiv.org/abs/2611.90001\n\n2/2")


@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=50)
@given(
    title=st.one_of(
        st.text(max_size=400),
        st.text(alphabet=f"a \u0301{FAMILY}", max_size=900),
        st.lists(st.sampled_from(["http://a", "https://b.example/c", "moss", "$x^2$", "x" * 70]), max_size=80).map(
            " ".join
        ),
    ),
    introduction=st.text(max_size=400),
    address=st.sampled_from(["", "https://blog.example/post", "https://blog.example/" + "long" * 90]),
)
def test_no_post_is_ever_over_its_limit(name: str, title: str, introduction: str, address: str) -> None:
    network = NETWORKS[name]
    post = replace(titled(title, "short"), introduction=markdown_text(introduction))
    thread = thread_of(post, Heading(DAY, address), network)
    assert len(thread) == 3
    for place, told in enumerate(thread, start=1):
        assert told.length == network.length(told.text) <= network.limit
        assert len(told.text.encode()) <= 3000
        assert told.text.endswith(f"\n\n{place}/3")
    assert thread[2].text.startswith("2. short\n")


def test_the_loudest_number_is_told_with_its_network() -> None:
    def loudest(*metrics: str) -> str:
        return loudest_count(Entry(1, "x", metrics=metrics))

    assert loudest("retweets: 3, favorites: 12 (11/20/2026 08:02:11)") == "12 favorites on Twitter"
    assert loudest("retweets: 1, favorites: 0") == "1 retweet"
    assert loudest("retweets: 3, favorites: 2", "Hacker News: 1204 points, 58 replies") == "1,204 points on Hacker News"
    assert loudest("Mastodon: 1 replies") == "1 reply on Mastodon"
    assert loudest() == ""


def test_an_edition_without_papers_has_its_opening_alone() -> None:
    thread = thread_of(replace(document(), entries=()), HEADING, NETWORKS["mastodon"])
    assert len(thread) == 1
    assert thread[0].text.startswith("Hot Papers, 20 November 2026: no papers from arXiv")

"""What a mention says, read out of its text or its embed."""

import json

import pytest

from app.domain.sayings import said
from tests.conftest import CORPUS


@pytest.mark.parametrize(
    ("text", "html", "expected"),
    [
        ("A lower bound.", None, "A lower bound."),
        ("", "<p>unused</p>", ""),
        (None, None, ""),
        (None, "<blockquote><p>One<br>two &amp; three</p>&mdash; Ada (@ada)</blockquote>", "One\ntwo & three"),
        (None, '<p>See <a href="https://t.co/x">t.co/x</a></p><p>more</p>', "See t.co/x"),
        (None, "<p></p><p>Second</p>", "Second"),
        (None, "no paragraph <b>at all</b>", "no paragraph at all"),
        (None, "<p>a<script>alert(1)</script>b</p>", "ab"),
        (None, "<p>&lt;script&gt;", "<script>"),
        (None, "<![foo bar", ""),
    ],
)
def test_the_words_of_a_mention(text, html, expected):
    assert said(text, html) == expected


def test_every_real_mention_that_still_has_an_embed_says_something(corpus):
    for path in [*(CORPUS / "candidates").glob("*.jsonl"), CORPUS / "incident" / "candidates.jsonl"]:
        for line in path.read_text(encoding="utf8").splitlines():
            for mention in json.loads(line)["mentions"]:
                words = said(None, mention["html"])
                # A deleted tweet has no embed any more, and so no words.
                assert bool(words) == bool(mention["html"])
                assert "<" not in words and "(@" + mention["author_handle"] not in words


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<![", "&", "<p><p>", "<br>"])
def test_what_is_hostile_ends_soon_and_says_little(piece):
    for length in (1_000, 20_000, 1_000_000):
        assert "<a" not in said(None, piece * (length // len(piece)))


def test_a_number_that_nobody_can_read_is_left_as_it_is():
    long = "&#" + "1" * 5000 + ";"
    assert said(None, f"<blockquote><p>Moss {long} &amp; light</p></blockquote>").endswith("& light")
    assert said(f"Moss {long}", None).startswith("Moss")

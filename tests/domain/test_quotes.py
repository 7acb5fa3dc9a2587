"""Mentions become quotes: the archive's own come out to the byte, hostile ones come out harmless."""

import json
from datetime import UTC, datetime

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.markup import date_in_words, is_tweet, quote_html, web_address
from app.domain.posts import parse
from tests.bounds import hostile, takes_no_square
from tests.domain.corpus import candidate_paths, needs_corpus, post_paths
from tests.domain.rendering import COMMONMARK, Shown

TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">It&#39;s &quot;new&quot; &amp; &gt; old<br><br>'
    '<a href="https://twitter.com/ann?ref_src=twsrc%5Etfw">@ann</a> — see</p>&mdash; Ann Example (@ann) '
    '<a href="https://twitter.com/ann/status/1?ref_src=twsrc%5Etfw">March 24, 2030</a></blockquote>'
)


def quoted(html: str | None = None, **given_values) -> str:
    values = {"source": "twitter", "url": "https://twitter.com/ann/status/1", "author_name": "Ann Example"}
    return quote_html(**{**values, "author_handle": "ann", "posted": "March 24, 2030", "html": html, **given_values})


def assert_harmless(quote: str) -> None:
    """One line, one quotation that Markdown leaves alone, and nothing in it but the allowed tags and addresses."""
    assert "\n" not in quote
    shown = Shown(quote)
    assert set(shown.tags) <= {"blockquote", "p", "a", "br"}
    for tag, name, value in shown.attributes:
        assert (tag, name) in {("blockquote", "class"), ("p", "lang"), ("p", "dir"), ("a", "href")}
        assert name != "href" or value.startswith(("http://", "https://"))
    rest = {"a": {"href"}, "p": {"lang", "dir"}, "blockquote": {"class"}}
    kept = nh3.clean(quote, tags={"blockquote", "p", "a", "br"}, attributes=rest, link_rel=None)
    assert Shown(kept).words == shown.words, "every tag is closed, and in its place"
    if quote:
        assert quote.startswith("<blockquote") and quote.endswith("</blockquote>")
        assert COMMONMARK.render(f"before\n\n{quote}\n\nafter") == f"<p>before</p>\n{quote}\n<p>after</p>\n"


@needs_corpus
def test_every_quote_of_the_archive_comes_out_to_the_byte():
    quotes = [q.html for path in post_paths() for e in parse(path.read_bytes()).entries for q in e.quotes]
    for path in candidate_paths():
        for paper in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            quotes += [mention["html"] for mention in paper["mentions"]]
    assert len(quotes) > 600
    assert [quote for quote in quotes if quote_html(source="twitter", html=quote) != quote] == []


def test_an_embed_keeps_the_archives_spelling():
    assert quoted(TWEET) == TWEET
    assert quoted(TWEET + "\n<script async src='https://platform.example/w.js'></script>\n") == TWEET
    assert quoted(TWEET.replace("<br>", "<br/>\n\n").replace("&#39;", "'")) == TWEET.replace("<br>", "<br> ")
    assert is_tweet(TWEET)


def test_without_an_embed_the_quote_is_built():
    assert quoted(text='Words & "more" <b>\n\nlast') == (
        '<blockquote class="twitter-tweet"><p dir="ltr">Words &amp; &quot;more&quot; &lt;b&gt;<br><br>last</p>&mdash; '
        'Ann Example (@ann) <a href="https://twitter.com/ann/status/1">March 24, 2030</a></blockquote>'
    )
    built = quoted(text="Words", source="bluesky", url="https://bsky.example/ann", author_handle="@ann.example")
    assert built == (
        "<blockquote><p>Words</p>&mdash; Ann Example (@ann.example), Bluesky "
        '<a href="https://bsky.example/ann">March 24, 2030</a></blockquote>'
    )
    assert not is_tweet(built)


def test_an_unknown_network_is_named_as_given_and_escaped():
    assert "<b>" not in quoted(text="x", source="<b>net</b>") and "&lt;b&gt;net" in quoted(
        text="x", source="<b>net</b>"
    )


def test_nothing_to_quote_is_no_quote():
    assert quote_html(source="twitter") == ""
    assert quote_html(source="twitter", html="<p>no quote</p>") == ""


HOSTILE = [
    TWEET.replace("see", "<script>alert(1)</script>"),
    TWEET.replace("see", "<img src=x onerror=alert(1)>"),
    TWEET.replace("see", "</p></blockquote><h1>out</h1>"),
    TWEET.replace("see", "<a href='javascript:alert(1)'>x</a><a href='data:text/html,x'>y</a>"),
    TWEET.replace("see", "<a href='https://a.example/\" onclick=\"alert(1)'>x</a>"),
    TWEET.replace("see", "<a href=' java\nscript:alert(1)'>x</a>"),
    TWEET.replace("see", "<blockquote class=twitter-tweet>in</blockquote>"),
    TWEET.replace('lang="en"', 'lang="en\'" onclick="alert(1)" style="x"'),
    TWEET.replace('class="twitter-tweet"', 'class="twitter-tweet x" id="y" onclick="z"'),
    TWEET.replace("see", "<!-- --><![CDATA[x]]><?php x ?>"),
    TWEET.replace("see", "<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext><script>1"),
    TWEET.replace("</p>", "").replace("</blockquote>", ""),
    TWEET.replace("see", "a\n\nb\r\n\r\n# 2. c\n\n- links: d\u2028\u2029\x85\x0b\x0c"),
    "<blockquote>" * 50 + "x",
    "<iframe src=https://a.example></iframe>",
    "\x00<blockquote\x00 class=twitter-tweet><p>\ud800\x07</p>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_embeds_are_harmless(html):
    quote = quoted(html.encode("utf-8", "ignore").decode(), text="the text instead")
    assert quote
    assert_harmless(quote)


@given(
    st.lists(
        st.sampled_from(
            [*"<>/\"'=& \n—x", "<p>", "</p>", "<br>", "<a href=", "https://a.b", "blockquote", *HOSTILE[:6], TWEET]
        )
    ).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_any_embed_is_harmless(html):
    assert_harmless(quoted(html))
    assert_harmless(quoted(text=html, author_name=html, author_handle=html, posted=html, url=html, source=html))


@pytest.mark.parametrize("unit", ["<a", "<!--", "<blockquote>", "&", "<p x='", "x ", "<a href=x>", "\n"])
def test_a_hostile_text_takes_no_long_time(unit):
    text = hostile(unit)
    takes_no_square(lambda: quoted(text, text=text, author_name=text, author_handle=text, posted=text, url=text))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//a.example",
        "/a",
        "https://",
        "https://a b",
        "http://[",
        "",
    ]
    + ['https://a.example/"x', "https://a.example/<x", "ftp://a.example", "https://a.example/" + "x" * 5000, None],
)
def test_only_addresses_of_the_web_are_kept(url):
    assert web_address(url) == ""
    assert "href" not in quoted(text="x", url=url)


def test_dates_are_worded_without_a_locale():
    assert date_in_words(datetime(2030, 3, 4, tzinfo=UTC)) == "March 4, 2030"

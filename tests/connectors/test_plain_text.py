"""The HTML of a post as plain text and links."""

import pytest

from app.connectors.plain_text import LONGEST_HTML, PostText, read_html
from tests.bounds import takes_no_square


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("no tags at all", "no tags at all"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One.<p>Two.<p>Three.", "One.\n\nTwo.\n\nThree."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>moss</li><li>lantern</li></ul>", "moss\nlantern"),
        ("so <i>very</i>  <b>dim</b>,\n really", "so very dim, really"),
        ("<p> a </p>\n<p> b </p>", "a\n\nb"),
        ("try<pre><code>  glow(\n    k=1)\n</code></pre>then", "try\n\n  glow(\n    k=1)\n\nthen"),
        ("a &lt; b &amp;&amp; c &#x27;d&#39; &eacute;", "a < b && c 'd' é"),
        ("1 < 2, q<", "1 < 2, q<"),
        ("<script>alert(1)</script>kept<style>p { color: red }</style>", "kept"),
        ("<script>never closed", ""),
        ("<!-- a remark -->said<!-- another", "said"),
        ("a<![CDATA[b]]>c", "ac"),
        ("<p>broken <a href='https://arxiv.org/abs/2611.99001>link", "broken"),
        ("moss\ud83d<b>\udc00 \0glows</b>", "moss glows"),
        ("😀 <em>naïve</em>", "😀 naïve"),
    ],
)
def test_a_post_reads_as_its_page_would(html: str, text: str):
    assert read_html(html).text == text


def test_links_come_in_order_and_with_entities_decoded():
    html = (
        '<a href="https:&#x2F;&#x2F;arxiv.org&#x2F;abs&#x2F;2611.99002" rel="nofollow">https:&#x2F;&#x2F;arxiv.org</a>'
        '<A HREF=" https://moss.example/?a=1&amp;b=2 ">moss</A><a>none</a><a href="">empty</a>'
    )
    links = ("https://arxiv.org/abs/2611.99002", "https://moss.example/?a=1&b=2")
    assert read_html(html) == PostText("https://arxiv.orgmossnoneempty", links)


def test_the_invisible_parts_of_an_address_are_kept():
    html = (
        '<p>Lanterns! <a href="https://arxiv.org/abs/2611.99001"><span class="invisible">https://</span>'
        '<span class="ellipsis">arxiv.org/abs/2611.</span><span class="invisible">99001</span></a></p>'
    )
    assert read_html(html) == PostText(
        "Lanterns! https://arxiv.org/abs/2611.99001", ("https://arxiv.org/abs/2611.99001",)
    )


def test_a_link_that_runs_a_script_is_no_link():
    assert read_html('<a href="javascript:alert(1)">press</a>') == PostText("press", ())


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<a href='", "</", "<p>", "<div>", "<ul><li>", "<![", "&", "<"])
def test_broken_html_takes_no_long_time(piece: str):
    takes_no_square(lambda: read_html(piece * LONGEST_HTML))


def test_a_post_without_an_end_is_cut():
    assert len(read_html("x" * 10 * LONGEST_HTML).text) == LONGEST_HTML

"""A post as a page: what its readers see, and nothing that could run."""

import pytest

from app.domain.markup import post_html
from app.domain.posts import parse
from tests.bounds import hostile, takes_no_square
from tests.domain.corpus import needs_corpus, post_paths
from tests.domain.rendering import Shown

HEAD = "---\ntitle: A Post\n---\n"
ALLOWED = {"href", "title", "rel", "lang", "dir", "class", "start", "display"}


def assert_harmless(page: str) -> None:
    shown = Shown(page)
    assert not {"script", "style", "img", "iframe", "object", "svg", "form", "input", "!", "link", "base"} & set(
        shown.tags
    )
    for tag, name, value in shown.attributes:
        assert not name.startswith("on") and name not in {"src", "style", "id"}
        assert name != "href" or value.startswith(("http://", "https://", "mailto:", "/", "#", "x"))
        assert name != "rel" or value == "noopener noreferrer nofollow"
        assert tag != "blockquote" or value in {"twitter-tweet", "bluesky-embed", ""}


@needs_corpus
@pytest.mark.parametrize("path", post_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_post_of_the_archive_is_a_page(path):
    document, page = parse(path.read_bytes()), post_html(path.read_bytes())
    shown = Shown(page)
    assert_harmless(page)
    assert shown.tags.count("h1") == len(document.entries)
    cards = [value for tag, name, value in shown.attributes if (tag, name) == ("blockquote", "class")]
    assert cards == ["twitter-tweet"] * sum(len(entry.quotes) for entry in document.entries)
    assert "socialImage" not in page


def test_takes_off_the_head_and_draws_formulas():
    page = post_html(f"{HEAD}\n# 1. On $x_1$\n\nCosts $5 and $6, `$x$` and *more*.\n")
    assert "A Post" not in page and page.count("<math") == 1
    assert "Costs $5 and $6, <code>$x$</code> and <em>more</em>." in page


def test_dollars_of_two_paragraphs_make_no_formula_nor_do_those_of_a_quote():
    page = post_html(f"{HEAD}\na $x\n\nb$ c\n\n<blockquote><p>$x$ up</p></blockquote>\n")
    assert "<math" not in page and "<p>$x$ up</p>" in page


def test_a_formula_is_drawn_behind_a_tag_that_tidied_tex_begins_with():
    page = post_html(f"{HEAD}\n<code>moss</code> grows as $x^2$.\n")
    assert page.startswith("<p><code>moss</code> grows as <math")


def test_closing_words_stand_under_a_rule_however_long_the_last_entry_is():
    page = post_html(f"{HEAD}\n# 1. One\n\n{'word ' * 7000}\n\n- - -\n\n{'bye ' * 7000}\n")
    shown = Shown(page)
    assert (shown.tags.count("hr"), shown.tags.count("pre")) == (1, 0)
    assert shown.tags.index("h1") < shown.tags.index("hr")


def test_code_is_kept_and_images_become_links():
    page = post_html(f"{HEAD}\n```\n$x$ <b>\n```\n\n![a view](https://a.example/b.png)\n")
    assert "$x$ &lt;b&gt;" in page
    assert '<a href="https://a.example/b.png" rel="noopener noreferrer nofollow">a view</a>' in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "<div style='position:fixed' onclick=alert(1)>x</div>",
        "<blockquote class='twitter-tweet desk' onclick=x>y</blockquote>",
        r"$\text{<script>alert(1)</script>}$",
        '[x](https://a.example "$\\text{<img src=x onerror=1>}$")',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        "<svg><script>alert(1)</script></svg>",
        "<!-- <script>alert(1)</script> -->",
        "\x02wzxhzdk:0\x03 \ufdd09\ufdd1 \ufdd0999999999999999999\ufdd1",
        "<iframe srcdoc='<script>1</script>'></iframe><form><input></form><base href=//x>",
    ],
)
def test_nothing_runs(text):
    assert_harmless(post_html(HEAD + text))
    assert_harmless(post_html(text.encode()))


def test_bytes_that_are_no_text_are_shown_all_the_same():
    assert "\ufffd" in post_html(b"---\na: b\n---\nx \xff y")
    assert post_html(b"") == "" and post_html("---\n---\n") == ""


@pytest.mark.parametrize(
    "unit", ["[a](b", "![](", "> ", "  - ", "*a ", "<b>", "`", "\\", "$a$", "a\n\n", "# 1. a\n\n", "[[", "<!--"]
)
@pytest.mark.parametrize("size", [40_000, 250_000])
def test_a_hostile_post_takes_no_long_time(unit, size):
    takes_no_square(lambda: post_html(HEAD + hostile(unit, size)))


QUOTE = '<blockquote><p>words &amp;lt;#</p>&mdash; Ada Fernsby <a href="https://example.org/1">Nov 18</a></blockquote>'


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("[x](https://example.org/$a$)", '<a href="https://example.org/$a$" '),
        ("`one $a$\ntwo`", "<code>one $a$\ntwo</code>"),
        ("```is `` no fence\n\n$a$", "<math"),
        ("~~~\n~~~ is code\n~~~\n\n$a$", "<math"),
        ("3. three\n4. four", '<ol start="3">'),
        ("- one\n\n1. two", "</ul>\n<ol>"),
        (f"below <moss\n\n{QUOTE}", "<p>below &lt;moss</p>\n<blockquote><p>words"),
        (f"<em></em>$a$\n\n{QUOTE}", "</math></p>\n<blockquote>"),
        (f"{QUOTE}\n\n{QUOTE}", "</a></blockquote>\n<blockquote><p>words &amp;lt;#</p>— Ada Fernsby <a "),
    ],
)
def test_signs_mean_in_the_preview_what_they_mean_on_sites(source, shown):
    assert shown in post_html(source)

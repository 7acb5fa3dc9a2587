"""A post as the parts of a page: everything in its place, safe, and nothing of the post missing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.domain.post_document import Entry, PostDocument, Quote
from app.domain.post_page import feed_html, in_full, in_words, line_of, page_of, title_of, without_links
from app.domain.posts import lumen_front_matter, parse
from tests.factories import DAY, MORNING

ADDRESS = "https://papers.example/hot-papers/2026-11-18"
LINKS = "[abs](https://arxiv.org/abs/{0}) | [pdf](https://arxiv.org/pdf/{0})"
ENTRY = Entry(
    number=3,
    title="On the $\\ell_1$ Norm of *Moss*",
    authors="Ada Fernsby, Tomas Quill",
    metrics=(
        "retweets: 6090, favorites: 370 (03/25/2021 09:03:24)",
        "Bluesky: 12 reposts, 1047 likes (03/25/2021 10:15:00)",
    ),
    links=LINKS.format("2611.90001"),
    categories="[cs.LG](https://arxiv.org/list/cs.LG/recent) | [stat.ML](https://arxiv.org/list/stat.ML/recent)",
    note="Read this *first*: [ours](/hot-papers-2026-11-17).",
    abstract="We bound $x_i^2$ from below.",
    quotes=(Quote("<blockquote><p>Short proof, too.</p>&mdash; Paper Bird</blockquote>", scripted=True),),
)


def document(*entries: Entry, **fields: str) -> PostDocument:
    return PostDocument(lumen_front_matter(DAY, MORNING), entries=entries, **fields)


def test_each_text_of_an_entry_has_its_place() -> None:
    (entry,) = page_of(document(ENTRY)).entries
    assert (entry.number, entry.anchor, entry.arxiv_id) == (3, "2611.90001", "2611.90001")
    assert "<math" in entry.heading and "<em>Moss</em>" in entry.heading and "<h1" not in entry.heading
    assert entry.words == "On the ℓ₁ Norm of Moss"
    assert entry.authors == "<p>Ada Fernsby, Tomas Quill</p>"
    assert [said.replace("\xa0", " ") for said in entry.counted] == [
        "6,090 retweets, 370 favorites",
        "Bluesky: 12 reposts, 1,047 likes",
    ]
    assert entry.counted_at == "25 March 2021, 10:15"
    assert 'list/cs.LG/recent"' in entry.categories and ">stat.ML</a>" in entry.categories
    assert "|" not in entry.categories
    assert "<em>first</em>" in entry.note and "<math" in entry.abstract_html
    assert "Short proof, too." in entry.quotes and "<script" not in entry.quotes


def test_a_paper_that_stands_twice_has_two_places_on_the_page() -> None:
    page = page_of(document(ENTRY, ENTRY, Entry(number=4, title="No links", links="[here](https://moss.example)")))
    assert [entry.anchor for entry in page.entries] == ["2611.90001", "no-2", "no-3"]
    assert 'href="https://moss.example"' in page.entries[2].links


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("retweets: many", "retweets: many"),
        (
            "retweets: 6090, favorites: 370 (13/45/2021 09:03:24)",
            "retweets: 6090, favorites: 370 (13/45/2021 09:03:24)",
        ),
        ("<b>Moss</b>: 5 likes", "<b>Moss</b>: 5 likes"),
    ],
)
def test_a_line_of_numbers_that_says_something_else_is_shown_as_it_is(line: str, shown: str) -> None:
    (entry,) = page_of(document(Entry(number=1, title="Moss", metrics=(line,)))).entries
    assert entry.counted[0].replace("\xa0", " ") == shown
    assert entry.counted_at == ""


def test_a_text_that_begins_with_a_rule_is_no_front_matter() -> None:
    assert "Lanterns" in page_of(document(introduction="---\nLanterns\n---\nMoss")).introduction


def test_in_a_feed_formulas_are_plain_tags_and_links_are_whole() -> None:
    html = feed_html(page_of(document(ENTRY, introduction="Hello.", closing="Goodbye.")), ADDRESS)
    assert "<math" not in html and "<i>x</i><sub><i>i</i></sub>" in html
    assert 'href="https://papers.example/hot-papers-2026-11-17"' in html
    assert html.index("Hello.") < html.index("<h2>3. On the") < html.index("Short proof") < html.index("Goodbye.")
    assert "arXiv:2611.90001" in html and "6,090" in html


def test_links_are_read_against_the_page_they_stand_on() -> None:
    html = Markup('<a href="#closing">a</a> <a href="other?a=1&amp;b=2">b</a> <a href="https://moss.example/x">c</a>')
    assert in_full(html, ADDRESS) == (
        f'<a href="{ADDRESS}#closing">a</a> <a href="https://papers.example/hot-papers/other?a=1&amp;b=2">b</a> '
        '<a href="https://moss.example/x">c</a>'
    )


def test_a_title_within_a_link_has_no_links() -> None:
    assert without_links(title_of("A [moss](https://moss.example) lantern")) == "A moss lantern"


class Opened(HTMLParser):
    """The tags that a browser would open, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            '<img src=x onerror="alert(1)">',
            "<a href='&#106;avascript:x'>y</a>",
            "</section></main><h1>",
            "---\na: b\n---",
            "$x<b>y$ <style>*{}</style>",
        ]
    ),
)


@settings(max_examples=50)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_breaks_out_of_a_page_or_a_feed(title: str, text: str, quote: str) -> None:
    entry = Entry(number=1, title=title, authors=text, note=text, abstract=quote, quotes=(Quote(quote),))
    page = page_of(document(entry, introduction=text, closing=quote))
    (drawn,) = page.entries
    parts = [
        drawn.heading,
        drawn.authors,
        drawn.note,
        drawn.abstract_html,
        drawn.quotes,
        page.introduction,
        page.closing,
    ]
    for tag, attributes in Opened("".join([*parts, feed_html(page, ADDRESS), line_of(title)])).found:
        assert tag not in ("script", "style", "img", "iframe", "section", "form", "object", "svg")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert re.match(r"(https?:|mailto:|[^:]*$|[#/?.])", attributes.get("href") or "")
    assert "<" not in in_words(Markup("<p>a &amp; b</p>"))


def test_a_run_of_backticks_is_closed_by_one_of_its_length_as_on_sites() -> None:
    assert line_of("``` a `b` c") == "``` a <code>b</code> c"
    assert line_of("``a` b") == "``a` b"
    assert line_of("`a`` b` c") == "<code>a`` b</code> c"
    assert line_of(r"\`a` b` c") == "`a<code>b</code> c"


def test_a_text_of_nothing_but_backticks_is_shown_as_it_is() -> None:
    assert line_of(r"\``` " * 5_000).strip() == " ".join(["```"] * 5_000)


def test_no_word_of_the_archive_is_lost(corpus: Path) -> None:
    for path in sorted((corpus / "posts").glob("*.md"))[:8]:
        post = parse(path.read_bytes())
        for entry, drawn in zip(post.entries, page_of(post).entries, strict=True):
            assert drawn.arxiv_id == entry.arxiv_id and drawn.words
            assert drawn.quotes.count("<blockquote") == len(entry.quotes)
            assert drawn.counted_at and drawn.counted

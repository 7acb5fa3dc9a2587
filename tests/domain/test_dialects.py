"""Fields of a post, respelled for a generator, show what the preview shows, and nothing in them acts."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.domain import dialects
from app.domain.dialects import Dialect, quote_html_plain, quote_markdown, respelled, respelled_html
from app.domain.markdown_tree import markdown_tree
from app.domain.markup import markdown_text, note_markdown, quote_html, tidy_markdown
from tests.domain.rendering import Shown
from tests.sites.hostile import NAUGHTY, PIECES

HUGO = Dialect(frozenset({"go"}), "escaped", html=False)
JEKYLL = Dialect(frozenset({"liquid"}), "kramdown", kramdown=True)
ELEVENTY = Dialect(frozenset({"liquid", "nunjucks"}), "escaped")
MDX = Dialect(frozenset({"jsx"}), "escaped")
BARE = Dialect(mathematics="escaped")
DIALECTS = {"hugo": HUGO, "eleventy": ELEVENTY, "mdx": MDX, "bare": BARE}
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
COUNTED = ("h1", "h2", "a", "li", "blockquote", "table", "s", "img", "!", "script")

lines = st.one_of(st.sampled_from(NAUGHTY), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
notes = st.lists(
    st.tuples(st.sampled_from(("", "* ", "> ", "3. ", "    ", "```", "\n")), lines).map("".join), max_size=6
)
fields = st.one_of(lines.map(markdown_text), lines.map(tidy_markdown), notes.map("\n".join).map(note_markdown))


def even(words: str) -> str:
    return " ".join(words.split())


def shown(markdown: str) -> tuple[str, dict[str, int]]:
    page = Shown(re.sub(r"(</?(?:p|li|ul|ol|pre|blockquote)>|<br />)", r" \1", RENDERER.render(markdown)))
    return even("".join(page.words)), {tag: page.tags.count(tag) for tag in COUNTED}


def meant(markdown: str) -> tuple[str, dict[str, int]]:
    tags, words = [], []

    def walk(node):
        for child in node.children:
            if hasattr(child, "children"):
                tags.append(child.tag)
                words.append(" " if child.tag in ("p", "li", "ul", "ol", "pre", "blockquote", "br") else "")
                walk(child)
                words.append(" " if child.tag in ("p", "li", "ul", "ol", "pre", "blockquote") else "")
            else:
                words.append(getattr(child, "span", child))

    walk(markdown_tree(markdown))
    return even("".join(words)), {tag: tags.count(tag) for tag in COUNTED}


@pytest.mark.parametrize("name", DIALECTS)
@given(field=fields)
@settings(max_examples=50)
def test_a_field_shows_the_words_and_elements_of_its_preview(name, field):
    assert shown(respelled(field, DIALECTS[name])) == meant(field)


@given(title=lines.map(lambda line: tidy_markdown(line, inline_start=True)))
@settings(max_examples=50)
def test_a_title_goes_on_in_its_heading_and_stays_in_it(title):
    words, elements = shown(f"# 1. {respelled(title, HUGO, inline_start=True)}")
    assert (words, elements["h1"]) == (meant(f"# 1. {title}")[0], 1)


@given(field=fields)
@settings(max_examples=50)
def test_no_template_finds_a_sign_of_its_own(field):
    assert not re.search(r"\{[{%]", respelled(field, JEKYLL))
    assert not re.search(r"\{[{%#]", respelled(field, ELEVENTY))
    assert not re.search(r"\{\{[<%]|<!--more-->", respelled(field, HUGO))
    assert not re.search(r"^(import|export)", respelled(field, MDX), re.MULTILINE)


@given(field=fields)
@settings(max_examples=50)
def test_where_no_html_may_stand_there_is_none(field):
    for dialect in (HUGO, MDX):
        tokens = [
            token for block in RENDERER.parse(respelled(field, dialect)) for token in (block, *(block.children or ()))
        ]
        assert not [token for token in tokens if token.type.startswith("html")]


@given(field=lines.map(markdown_text))
@settings(max_examples=50)
def test_plain_words_are_spelled_alike_whether_looked_at_or_not(field):
    for dialect in (HUGO, JEKYLL):
        assert respelled(field, dialect) == dialects._respelled(field, dialect, False)
    assert respelled("iMAP: Implicit Mapping in Real-Time", JEKYLL) == "iMAP: Implicit Mapping in Real-Time"


@given(words=lines, name=lines)
@settings(max_examples=50)
def test_a_quote_as_markdown_says_what_it_says_as_html(words, name):
    html = quote_html(source="bluesky", url="https://example.org/a(b)_c", author_name=name, text=words, posted="Nov 18")
    page = Shown(html.replace("<br>", " ").replace("</p>", " "))
    found = Shown(RENDERER.render(quote_markdown(html, HUGO)).replace("<br />", " "))
    assert even("".join(found.words)) == even("".join(page.words))
    assert set(found.tags) <= {"blockquote", "p", "br", "a"} and found.tags.count("blockquote") == 1
    assert [value for _, name, value in found.attributes] == ["https://example.org/a%28b%29_c"]


def test_a_quote_as_html_is_quiet_and_without_a_networks_class():
    html = quote_html(source="twitter", url="https://example.org/{{x}}", text="{% raw %}\ntwo", posted="Nov 18")
    assert quote_html_plain(html).startswith('<blockquote><p dir="ltr">')
    assert quote_html_plain("<blockquote><p>kept</p></blockquote>") == "<blockquote><p>kept</p></blockquote>"
    assert "{" not in respelled_html(html, JEKYLL) and "{{x}}" in respelled_html(html, BARE)
    assert "<br/>" in respelled_html(html, MDX) and "<br>" in respelled_html(html, JEKYLL)


@pytest.mark.parametrize(
    ("markdown", "dialect", "spelled"),
    [
        ("If $a_i < b_i$.", Dialect(), "If $a_i < b_i$."),
        ("If $a_i < b_i$.", HUGO, "If $a_i &lt; b_i$."),
        ("If $a_i < b_i$.", JEKYLL, r"If &#92;(a_i &lt; b_i&#92;)."),
        ("If $a_i$.", JEKYLL, "If $$a_i$$."),
        ("$a_i$", JEKYLL, "&#92;(a_i&#92;)"),
        ("$$a_i$$", JEKYLL, "$$a_i$$"),
        ("$|x|$ or $x_{{a}}$", JEKYLL, r"&#92;(&#124;x&#124;&#92;) or &#92;(x\_&#123;&#123;a&#125;&#125;&#92;)"),
        ("$x_{{a}}$", Dialect(frozenset({"liquid"})), "$x_{ {a} }$"),
        (r"$a\$$", HUGO, r"$a&#92;&#36;$"),
        ("$5 and $6", Dialect(), "&#36;5 and &#36;6"),
    ],
)
def test_formulas_are_spelled_as_the_generator_expects(markdown, dialect, spelled):
    assert respelled(markdown, dialect) == spelled


@pytest.mark.parametrize(
    ("note", "dialect", "spelled"),
    [
        ("a *b* c**d**e", HUGO, "a *b* c**d**e"),
        ("a *b* c**d**e", JEKYLL, "a *b* c<strong>d</strong>e"),
        ("*a **b***", HUGO, "a b"),
        ("one\ntwo", HUGO, "one two"),
        ("* a\n* b\n\nand\n\n3. c", HUGO, "* a\n* b\n\nand\n\n3. c"),
        ("* a\n\n    b", JEKYLL, "^\n\n* a\n  \n  b"),
        ("3. c\n4. d", JEKYLL, '^\n\n3. c\n4. d\n{: start="3"}'),
        ("So:\n\n    x = 1", HUGO, "So:\n\n```\nx = 1\n```"),
        ("```python\nx\n```", HUGO, "```python\nx\n```"),
        ("```goat\nx\n```", HUGO, "```\nx\n```"),
        ("```\n{{< x >}}\n```", HUGO, "&#123;&#123;&lt; x &gt;&#125;&#125;"),
        ("```\n{{ x }}\n```", HUGO, "```\n{{ x }}\n```"),
        ("```\n{{ x }}\n\n```", JEKYLL, "<pre><code>&#123;&#123; x &#125;&#125;&#10;</code></pre>"),
        ("`{{ x }}` and `y|z`", JEKYLL, "<code>&#123;&#123; x &#125;&#125;</code> and <code>y&#124;z</code>"),
        ("[x](https://example.org/(a))", HUGO, "[&#120;](https://example.org/%28a%29)"),
        ("a[ b ](https://example.org/)c", HUGO, "a [b](https://example.org/) c"),
        ("see www.example.org", HUGO, "see www&#46;example.org"),
    ],
)
def test_notes_are_spelled_for_their_generator(note, dialect, spelled):
    assert respelled(note_markdown(note), dialect) == spelled

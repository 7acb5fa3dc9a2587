"""Plain text becomes Markdown that shows as written, with no escape too many."""

import html
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.markup import collapsed, markdown_text, split_math
from app.domain.posts import parse
from tests.bounds import hostile, takes_no_square
from tests.domain.corpus import candidate_paths, needs_corpus, post_paths
from tests.domain.rendering import renderings, without_formulas

ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]|&(?:amp|lt|#126|#36);")


def as_written(text: str, *, title: bool) -> tuple[str, list[str]]:
    """What both renderers must show of a text: itself, as one paragraph or one heading."""
    words = without_formulas(collapsed(text))
    return (f"1. {words}".strip(), ["h1"]) if title else (words, ["p"] if words else [])


def in_place(markdown: str, *, title: bool) -> str:
    return f"# 1. {markdown}" if title else markdown


def assert_shows_as_written(text: str, *, title: bool) -> None:
    source = in_place(without_formulas(markdown_text(text, inline_start=title)), title=title)
    assert renderings(source) == [as_written(text, title=title)] * 2


def needless_escapes(text: str, *, title: bool) -> list[str]:
    """The texts with one escape taken out that still show as written in both renderers."""
    escaped = without_formulas(markdown_text(text, inline_start=title))
    found = []
    for match in ESCAPE.finditer(escaped):
        sign = match[0][1:] if match[0].startswith("\\") else html.unescape(match[0])
        bare = escaped[: match.start()] + sign + escaped[match.end() :]
        if renderings(in_place(bare, title=title)) == [as_written(text, title=title)] * 2:
            found.append(bare)
    return found


def corpus_texts() -> set[tuple[str, bool]]:
    """Every title, author line and abstract of the corpus, each with whether it is a title."""
    found = set()
    for path in candidate_paths():
        for paper in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            found |= {(paper["title"], True), (paper["abstract"], False), (", ".join(paper["authors"]), False)}
    for path in post_paths():
        for entry in parse(path.read_bytes()).entries:
            found |= {(entry.title, True), (entry.abstract, False), (entry.authors, False)}
    return found


@needs_corpus
def test_the_corpus_shows_as_written_with_no_escape_too_many():
    texts = corpus_texts()
    assert len(texts) > 1000
    for text, title in texts:
        assert_shows_as_written(text, title=title)
        assert needless_escapes(text, title=title) == []


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("A* search", "A* search"),
        ("A* search and B* trees", "A* search and B* trees"),
        ("Scaling *down* again", r"Scaling \*down* again"),
        ("very **bold** words", r"very \*\*bold** words"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("a lone _ and snake_case_name", "a lone _ and snake_case_name"),
        ("an _a_ pair", r"an \_a_ pair"),
        ("__init__", r"\_\_init__"),
        (r"\emph{HaloNets} and \ie, 5\times", r"\emph{HaloNets} and \ie, 5\times"),
        (r"B\'ezier and \{a\}, 5\%", r"B\\'ezier and \\{a\\}, 5\\%"),
        (r"a \\ b \\\ c", r"a \\\ b \\\\\ c"),
        ("``quoted'' alone", "``quoted'' alone"),
        ("``quoted'' and ``twice''", r"\``quoted'' and ``twice''"),
        ("a `code` word", r"a \`code` word"),
        ("[x](y) and [1] and f[x](", r"[x\](y) and [1] and f[x]("),
        ("![x](y)", r"![x\](y)"),
        ("a < b, a<5, a> b, 5 % of a & b", "a < b, a<5, a> b, 5 % of a & b"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("<https://a.example> <a@b.example>", "&lt;https://a.example> &lt;a@b.example>"),
        ("&amp; &copy; &#38; &nosuch; AT&T", "&amp;amp; &amp;copy; &amp;#38; &nosuch; AT&T"),
        ("in $a_1 * b_2 * c$ and $$x$$ dollars", "in $a_1 * b_2 * c$ and $$x$$ dollars"),
        ("*$x$*", r"\*$x$*"),
        ("costs $5 *or* $6", r"costs $5 \*or* $6"),
        (r"costs \$5", r"costs \\$5"),
        (r"costs $a\$ in all", r"costs $a\\&#36; in all"),
        ("two\nlines \t and   gaps", "two lines and gaps"),
        ("bell\a and half \ud83d pair", "bell and half pair"),
    ],
)
def test_escapes_what_acts_and_nothing_else(plain, escaped):
    assert markdown_text(plain) == escaped


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("1. First", r"1\. First"),
        ("12) First", r"12\) First"),
        ("1.5 times", "1.5 times"),
        ("# Heading", r"\# Heading"),
        ("#hash", r"\#hash"),
        ("- item", r"\- item"),
        ("-5 degrees", "-5 degrees"),
        ("+ item", r"\+ item"),
        ("* item", r"\* item"),
        ("> quote", r"\> quote"),
        ("---", r"\---"),
        ("***", r"\***"),
        ("```js", r"\```js"),
        ("~~~", "&#126;~~"),
        ("[a]: b", r"\[a]: b"),
        ("<table of", "&lt;table of"),
        ("<!-- of", "&lt;!-- of"),
    ],
)
def test_escapes_what_would_begin_a_block(plain, escaped):
    assert markdown_text(plain) == escaped
    assert_shows_as_written(plain, title=False)


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [("1. First", "1. First"), ("- item", "- item"), ("C#", r"C\#"), ("a ##", r"a #\#"), ("odd \\", "odd \\\\")],
)
def test_a_title_begins_no_block_but_may_end_its_heading(plain, escaped):
    assert markdown_text(plain, inline_start=True) == escaped
    assert_shows_as_written(plain, title=True)


# What a harmless sign can be taken for depends on its neighbours, so whole tokens are thrown together.
TOKENS = """a|b |word| |*|**|_|__|`|``|```|[|]|(|)|](|<|<b>|</|<div|<!--
|-->|&|&amp;|&lt|#|# |- |+ |1. |2) |> |\\|\\'|\\{|$|$x_1$|$$|~~~|---|***|!|![
|<http://a.b>|a@b.c|:|[a]: http://x|%|=|é|'|"|.|5|&#35;|<a@b.c>|<x y=|\\\\|/>|?>|<?|]]>|{|}|,"""


@given(st.lists(st.sampled_from(TOKENS.replace("\n", "").split("|")), max_size=12).map("".join), st.booleans())
@example("<x y=<b>", True)
@example("é``>&amp;](```<b>``", True)
@example("![- ]('](", False)
@example("\\\\$$a$x_1$$x_1$", False)
@settings(max_examples=800, deadline=None)
def test_any_text_shows_as_written(text, title):
    assert_shows_as_written(text, title=title)
    formulas = [piece for is_math, piece in split_math(markdown_text(text, inline_start=title)) if is_math]
    assert len(formulas) == sum(is_math for is_math, _ in split_math(collapsed(text)))


@given(st.text(max_size=60), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_characters_show_as_written(text, title):
    words = markdown_text(text, inline_start=title)
    assert "\n" not in words
    # Renderers treat the rarer spaces at the ends of a line in their own ways; nobody sees those.
    shown = [" ".join(seen.split()) for seen, _ in renderings(in_place(without_formulas(words), title=title))]
    assert shown == [" ".join(as_written(text, title=title)[0].split())] * 2


def test_a_formula_can_hide_neither_a_tag_nor_a_link():
    assert markdown_text("$<script>alert(1)</script>$") == "$< script>alert(1)< /script>$"
    assert markdown_text("$[x](javascript:alert(1))$") == "$[x] (javascript:alert(1))$"
    assert markdown_text("$a < b$, $E[X](t)$") == "$a < b$, $E[X](t)$"


@pytest.mark.parametrize(
    "unit",
    ["$a ", "<a", "<a<b>", '<a b="', "<a b='", "<a b ", "`", "` ", "` `` ", "*a ", "_a ", "[x](", "](", "[", "&", "&#"]
    + ["\\", "\\$", "$", "$$a", "<!--", "a@b", "<a@", "# ", "1", "-", "\ud800", "\n", "<a>", "$<", "$](", "$](a "],
)
def test_a_hostile_text_takes_no_long_time(unit):
    takes_no_square(lambda: markdown_text(hostile(unit)))

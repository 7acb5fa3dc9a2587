"""TeX of titles and abstracts, tidied for a post: Markdown that shows what the screen shows, and nothing hostile."""

import html
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.markup import collapsed, inline_html, markdown_text, split_math, tidy_markdown
from app.domain.mathematics import mathml, quiet_formula
from app.domain.posts import parse
from tests.bounds import hostile, takes_no_square
from tests.domain.corpus import candidate_paths, needs_corpus, post_paths
from tests.domain.rendering import Shown, renderings


def on_screen(tex: str, *, title: bool) -> tuple[str, list[str]]:
    """The words and tags that the screen shows of a text, formulas left out, in a heading or not."""
    page = str(inline_html(tex))
    for span in formulas_of(collapsed(tex)):
        page = page.replace(mathml(span) or f"<code>{html.escape(span)}</code>", "¤", 1)
    shown = Shown(page)
    words, tags = "".join(shown.words), shown.tags
    return one_spaced(f"1. {words}" if title else words), ["h1", *tags] if title else tags


def in_posts(spelled: str, *, title: bool) -> list[tuple[str, list[str]]]:
    """The same of Markdown, by both renderers, which never see the formulas."""
    source = "".join("¤" if is_math else piece for is_math, piece in split_math(spelled))
    shown = renderings(f"# 1. {source}" if title else source)
    return [(one_spaced(words), tags if title else tags[tags[:1] == ["p"] :]) for words, tags in shown]


def one_spaced(words: str) -> str:
    """The words as a browser spaces them."""
    return re.sub(" {2,}", " ", words).strip()


def formulas_of(text: str) -> list[str]:
    return [piece for is_math, piece in split_math(text) if is_math]


def assert_shows_what_the_screen_shows(tex: str) -> None:
    for title in (True, False):
        spelled = tidy_markdown(tex, inline_start=title)
        assert formulas_of(spelled) == [quiet_formula(span) for span in formulas_of(collapsed(tex))]
        assert in_posts(spelled, title=title) == [on_screen(tex, title=title)] * 2
        assert "\n" not in spelled


# What a record made yesterday rebuilds into: a macro that is read otherwise from now on needs a word in the record.
@pytest.mark.parametrize(
    ("tex", "markdown"),
    [
        (r"\emph{HaloNets} & more", "*HaloNets* & more"),
        (r"{\em deep} and \textbf{bold}, \texttt{code}", "*deep* and **bold**, <code>code</code>"),
        (r"pre\emph{fix} and \emph{so}\textbf{on}", "pre<em>fix</em> and <em>so</em><strong>on</strong>"),
        (r"{\em deep \textbf{er}}", "<em>deep <strong>er</strong></em>"),
        (r"A* search, \emph{fast}", r"A\* search, *fast*"),
        ("A* search and *down*", "A* search and \\*down*"),
        (r"B\'ezier, Schr\"odinger, na\"{\i}ve", "Bézier, Schrödinger, naïve"),
        (r"5\% of \$3 \& \{x\_y\}", "5% of &#36;3 & {x_y}"),
        ("``quoted'' words~\\cite{a}, 10~km", "“quoted” words, 10\u00a0km"),
        (r"\ie this \eg that \ldots{} \o re", "i.e. this e.g. that … øre"),
        (r"in $\mathrm{QAC}^0$ and $Q$", r"in $\mathrm{QAC}^0$ and $Q$"),
        (r"\emph{over $x$}: $\emph{y} \%$", r"*over $x$*: $\emph{y} \%$"),
        (r"$a$\cite{x}$b$ and $c$\ref{y}5", "$a$ $b$ and $c$ 5"),
        (r"\textbackslash$x$", "&#92;$x$"),
        (r"\methodname and \oscar{x}", r"\methodname and \oscar{x}"),
        (r"\emph{<b>} [x](y) \_a\_", r"*&lt;b>* [x\](y) \_a_"),
        (r"$a*b$ and \emph{c}", "$a*b$ and <em>c</em>"),
        (r"\emph{unclosed", r"\emph{unclosed"),
        ("costs $5 and $6", "costs $5 and $6"),
        (r"\cite{a} 1. First", r"1\. First"),
        ("", ""),
    ],
)
def test_becomes_what_it_means_and_mathematics_stays(tex, markdown):
    assert tidy_markdown(tex) == markdown
    assert_shows_what_the_screen_shows(tex)


TOKENS = r"""a|b|5| | |word|\emph{|\textbf{|\texttt{|{\em |{\bf |\textsc{|}|}|{|\'e|\"{o}|{\'e}|\%|\$|\&|\_|\#|\{|\}|~
|``|''|\cite{x}|\ref{|\url{|\href{|\ie|\ldots|\textbackslash|\textasciitilde|\LaTeX{}|$x$|$y_1$|$a*b$|$a<b$|$|$$|\|\\|*|**|_|`|[|](|)|<
|<b>|</em>|<em>|<script>|<!--|&|&amp;|&#|36;|# |- |> |1. |---|<http://a.b>|javascript:x|!|'|"|(|.|,|-|=|http://"""


@given(st.lists(st.sampled_from(TOKENS.replace("\n", "").split("|")), max_size=12).map("".join))
@example(r"\emph{a}\emph{b}*")
@example(r"<a \emph{b} href=x>")
@example(r"\textbackslash\emph{x}")
@example(r"$x$\cite{a}5 $5 \$ $y$")
@settings(max_examples=400, deadline=None)
def test_any_tex_shows_what_the_screen_shows(tex):
    assert_shows_what_the_screen_shows(tex)


@given(st.text(max_size=60), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_characters_show_what_the_screen_shows(text, wrapped):
    assert_shows_what_the_screen_shows(rf"\emph{{{text}}}" if wrapped else text)


def corpus_texts() -> set[tuple[str, bool]]:
    """Every title and abstract of the corpus, each with whether it is a title."""
    found = set()
    for path in candidate_paths():
        for paper in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            found |= {(paper["title"], True), (paper["abstract"], False)}
    for path in post_paths():
        for entry in parse(path.read_bytes()).entries:
            found |= {(entry.title, True), (entry.abstract, False)}
    return found


@needs_corpus
def test_the_corpus_is_tidied_and_nothing_of_it_breaks():
    texts = corpus_texts()
    changed = {True: 0, False: 0}
    for text, title in texts:
        assert_shows_what_the_screen_shows(text)
        changed[title] += tidy_markdown(text) != markdown_text(text)
    # Most have no TeX in their words, and the setting changes nothing of them.
    assert (len(texts), changed[True], changed[False]) == (875, 0, 39)


@pytest.mark.parametrize(
    "unit", ["\\emph{a}", "{\\em a}", "\\$", "$x$\\cite{a}", "\\emph{", "$a", "\\'", "*\\emph{a}", "<"]
)
def test_a_hostile_text_takes_no_long_time(unit):
    takes_no_square(lambda: tidy_markdown(hostile(unit)))

"""Formulas as MathML: the hazards of real titles, what stands apart, what is whole, and broken ones as their source."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.markup import collapsed, inline_html, mathml, plain_text, post_html, shortened, split_math
from tests.domain.corpus import needs_corpus
from tests.domain.rendering import Shown
from tests.domain.test_markup import corpus_texts

# What an editor would see raw if it were passed over; private macros of one paper are nobody's to know.
KNOWN_TEX = re.compile(
    r"\\(?:emph|textit|textbf|texttt|textsc|url|href|cite[pt]?|ie|eg|etal|ldots)\b|\\[%&#_]|\{\\(?:em|it|bf)\b|\\['\"`^~][a-zA-Z{]"
)
Q = '<math display="inline"><mrow><mi>Q</mi></mrow></math>'


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Learning $Q$ fast", f"Learning {Q} fast"),
        (r"Scaling \emph{HaloNets}", "Scaling <em>HaloNets</em>"),
        ("A* search meets B*", "A* search meets B*"),
        ("Scaling *down* again", "Scaling *down* again"),
        ("snake_case and __init__", "snake_case and __init__"),
        (r"A broken $\frac{1}{2$ one", r"A broken <code>$\frac{1}{2$</code> one"),
        ("For $5 or $6", "For $5 or $6"),
        (r"From \$5 to \$6", "From $5 to $6"),
    ],
)
def test_the_hazards_of_real_titles_are_shown_right(title, shown):
    assert inline_html(title) == shown


def test_a_class_of_circuits_is_upright_with_its_power():
    drawn = mathml(r"$\mathrm{QAC}^0$")
    letters = "".join(f'<mi mathvariant="normal">{letter}</mi>' for letter in "QAC")
    assert drawn == f'<math display="inline"><mrow><msup><mrow>{letters}</mrow><mn>0</mn></msup></mrow></math>'
    assert plain_text(r"Not in $\mathrm{QAC}^0$") == r"Not in \mathrm{QAC}^0"


def test_functions_and_relations_stand_apart_from_letters():
    assert '<mi>n</mi><mo lspace="0.17em" rspace="0.17em">log</mo><mi>n</mi>' in mathml(r"$O(n \log n)$")
    assert '<mo lspace="0.17em" rspace="0">sin</mo><mo stretchy="false">(</mo>' in mathml(r"$\sin(x)$")
    assert "<mi>x</mi><mo>∼</mo><mi>y</mi>" in mathml(r"$x \sim y$")
    assert "<mtext>log</mtext>" in mathml(r"$\text{log}$")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Moss", 4, "Moss"),
        ("Moss and more", 5, "Moss…"),
        (r"On the $\ell_1$ norm", 10, "On the…"),
        (r"On the $\ell_1$ norm", 16, r"On the $\ell_1$…"),
        ("$" + "x" * 20 + "$", 8, "$xxxxxxx…"),
    ],
)
def test_a_shortened_text_holds_a_formula_whole_or_not_at_all(text, limit, short):
    assert shortened(text, limit) == short


@given(st.lists(st.sampled_from(["moss ", "$x$", r"$\frac{1}{2}$", "$", " ", "5", "\\"]), max_size=12).map("".join))
def test_shortening_breaks_no_formula(text):
    spans, at = [], 0
    for is_math, piece in split_math(text):
        spans += [(at, at + len(piece))] if is_math else []
        at += len(piece)
    for limit in range(14, len(text)):
        short = shortened(text, limit)
        end = len(short) - 1
        assert short.endswith("…") and end <= limit and text.startswith(short[:-1])
        assert not [start for start, stop in spans if 0 < start < end < stop]


@needs_corpus
def test_no_real_title_or_abstract_shows_tex_that_is_known():
    texts = [text for text, _ in corpus_texts()]
    assert len(texts) > 1000
    for text in texts:
        page = inline_html(text)
        formulas = [piece for is_math, piece in split_math(collapsed(text)) if is_math]
        assert page.count("<math") + page.count("<code>$") == len(formulas), text
        prose = re.sub(r"<math.*?</math>|<code>\$.*?</code>", "", page, flags=re.DOTALL)
        assert not KNOWN_TEX.search(prose), text
        words = plain_text(text)
        assert "\n" not in words, text
        # A label that is read aloud begins with the words that stand on the screen.
        seen = "".join(Shown(page).words)
        assert seen[:8] == words[:8] or formulas, text


@needs_corpus
def test_a_post_draws_what_the_desk_draws():
    for text, is_title in corpus_texts():
        formulas = [piece for is_math, piece in split_math(collapsed(text)) if is_math]
        if formulas and not is_title and "`" not in text:
            page = post_html(f"# 1. Moss\n\n{collapsed(text)}\n")
            assert page.count("<math") >= len([span for span in formulas if mathml(span)]), text

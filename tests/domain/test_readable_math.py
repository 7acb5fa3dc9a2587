"""Formulas without MathML: readable as Unicode, and as HTML that holds three plain tags and nothing else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.page_tree import inline_of
from app.domain.readable_math import HtmlSpelling, PlainSpelling, readable

FORMULAS = [
    (r"$\ell_2$", "ℓ₂"),
    (r"$O(n \log n)$", "O(n log n)"),
    (r"$x_i^{n+1}$", "xᵢⁿ⁺¹"),
    (r"$\frac{a+b}{2}$", "(a+b)/2"),
    (r"$\sqrt{n}$", "√n"),
    (r"$\sqrt[3]{n+1}$", "³√(n+1)"),
    (r"$\hat{x}\in\mathbb{R}^d$", "x̂ ∈ ℝ^d"),
    (r"$\mathcal{L}=\sum_{i=1}^n x_i'$", "ℒ = ∑ᵢ₌₁ⁿ xᵢ′"),
    (r"$10^{-3}$", "10⁻³"),
    (r"$-1$", "−1"),
    (r"$p(y|x)$", "p(y|x)"),
    (r"$\lim_{n\to\infty} a_n$", "lim_(n→∞) aₙ"),
    (r"$n\ge3,\,m$", "n ≥ 3, m"),
    (r"$\begin{pmatrix}1&2\\3&4\end{pmatrix}$", "(1, 2; 3, 4)"),
]


def drawn(formula: str):
    """The MathML of a formula."""
    return inline_of(formula).find(".//math")


@pytest.mark.parametrize(("formula", "said"), FORMULAS)
def test_a_formula_reads_as_one_line_of_unicode(formula: str, said: str) -> None:
    assert readable(drawn(formula), PlainSpelling()) == said


def test_html_slants_variables_and_raises_exponents() -> None:
    assert readable(drawn(r"$\hat{x}_i^{n+1} < \log_2 y$"), HtmlSpelling()) == (
        "<i>x̂</i><sub><i>i</i></sub><sup><i>n</i>+1</sup> &lt; log<sub>2</sub> <i>y</i>"
    )


@settings(max_examples=50)
@given(st.text(alphabet="abxy012\\{}^_+-=<>&'\"|,. ()frasqtmnoebdilh", min_size=1, max_size=40))
def test_whatever_is_drawn_becomes_text_and_three_tags(source: str) -> None:
    math = drawn(f"${source}$")
    if math is None:
        return
    html = readable(math, HtmlSpelling())
    without = re.sub(r"</?(?:i|sup|sub)>", "", html)
    assert "<" not in without
    assert ">" not in without
    assert "\n" not in readable(math, PlainSpelling())

"""TeX of titles and abstracts on the screen and in plain text; latex2mathml's holes stay shut."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.domain.markup import inline_html, mathml, plain_text, split_math
from app.domain.mathematics import MATHML_TAGS
from tests.bounds import hostile, takes_no_square
from tests.domain.corpus import candidate_paths, needs_corpus
from tests.domain.rendering import Shown


def assert_harmless(page: str) -> None:
    shown = Shown(page)
    assert set(shown.tags) <= MATHML_TAGS | {"em", "strong", "code"}
    for _, name, value in shown.attributes:
        assert not name.startswith("on") and name not in {"href", "src", "style", "class", "id"} and ":" not in value
    assert page.count("<math") == page.count("</math>")


@pytest.mark.parametrize(
    ("tex", "plain", "page"),
    [
        (r"\emph{HaloNets} & more", "HaloNets & more", "<em>HaloNets</em> &amp; more"),
        (r"{\em deep \textbf{er}}", "deep er", "<em>deep <strong>er</strong></em>"),
        (r"\texttt{a<b>} \textsc{Name}", "a<b> Name", "<code>a&lt;b&gt;</code> Name"),
        (r"B\'ezier, Schr\"odinger, na\"{\i}ve, {\"o}, \c{c}", "Bézier, Schrödinger, naïve, ö, ç", None),
        (r"5\% of \$3 \& \{x\_y\}", "5% of $3 & {x_y}", "5% of $3 &amp; {x_y}"),
        (r"\ie, this \eg that \ldots{} \o re", "i.e., this e.g. that … øre", None),
        ("``quoted'' words~\\cite{a} and~more", "“quoted” words and\u00a0more", None),
        (r"see \url{https://a.example}", "see https://a.example", None),
        (r"\methodname and \oscar{x}", r"\methodname and \oscar{x}", None),
        (r"\emph{unclosed and \textbf{", r"\emph{unclosed and \textbf{", None),
        ("a\n  b", "a b", None),
        ("costs $5 and $6", "costs $5 and $6", None),
        ("in $x_1$ or $$y$$", "in x_1 or y", None),
        (r"\emph{a $x$ b} \cite{c $y$} $z$", "a x b y z", None),
    ],
)
def test_text_mode_tex_is_tidied(tex, plain, page):
    assert plain_text(tex) == plain
    assert isinstance(inline_html(tex), Markup)
    assert page is None or inline_html(tex) == page
    assert_harmless(inline_html(tex))


def test_formulas_are_drawn():
    assert inline_html("$x^2$") == '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    assert mathml("$$x$$").startswith('<math display="block">')


@pytest.mark.parametrize(
    "span", [r"$\frac{1}{2$", "${}}$", "$" + "x" * 500 + "$", "$" + r"\left(" * 60 + "$", r"$\frac$"]
)
def test_a_formula_that_cannot_be_drawn_is_shown_as_written(span):
    page = inline_html(f"a {span} b")
    assert "<code>" in page and Shown(page).words == ["a ", span, " b"]


PAYLOADS = [
    r"$\text{<script>alert(1)</script>}$",
    r"$\textbf{<svg onload=1>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\style{position:fixed}{x}$",
    r"$\class{desk}{x}$",
    r'$\color{red" onload="alert(1)}{x}$',
    r"$\text{&lt;script&gt;alert(1)&lt;/script&gt;}$",
    r"$<img src=x onerror=alert(1)>$",
    r"$\mathrm{</mi></math><script>alert(1)</script>}$",
    r"$\text{<annotation-xml encoding='text/html'><img src=x onerror=1>}$",
    r"$\text{<mglyph><style><img src=x onerror=1>}$",
    r"$\text{--><!--<![CDATA[<script>]]>}$",
    "$" + "{" * 199 + "}" * 199 + "$",
    "$" + r"\frac{1}{" * 40 + "1" + "}" * 40 + "$",
    "<script>alert(1)</script> <b onclick=x>",
    r"\emph{<script>} \textbf{</strong>} \url{javascript:x}",
    "\ufdd00\ufdd1 \ufdd10\ufdd2\ufdd39",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_survives(payload):
    assert_harmless(inline_html(payload))
    assert "<script" not in inline_html(payload) and "onerror" not in str(Shown(inline_html(payload)).attributes)


@given(
    st.lists(st.sampled_from([*PAYLOADS, *"\\{}$&<>'\"~ x_^", r"\emph{", r"\text{", r"\'", "``"]), max_size=8).map(
        "".join
    )
)
@settings(max_examples=400, deadline=None)
def test_any_tex_is_harmless(tex):
    assert_harmless(inline_html(tex))
    plain_text(tex)


@needs_corpus
def test_every_formula_of_the_corpus_is_drawn():
    texts = [
        paper[name]
        for path in candidate_paths()
        for paper in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        for name in ("title", "abstract")
    ]
    spans = {piece for text in texts for is_math, piece in split_math(text) if is_math}
    assert spans and [span for span in spans if mathml(span) is None] == []


@pytest.mark.parametrize(
    "unit", ["\\emph{", "{\\em ", "\\'", "~", "$", "$a", "\\cite{", "{", "\\", "\\a", "$x$ ", "\\url{", "{\\'"]
)
def test_a_hostile_text_takes_no_long_time(unit):
    takes_no_square(lambda: inline_html(hostile(unit)))

"""Mathematics inside a line of text: where it stands, and how it looks as MathML that holds nothing else."""

import re
from functools import lru_cache

import nh3
from latex2mathml.converter import convert

# Pandoc's rule: no space inside the dollars, no digit after the closing one. Possessive, so that a megabyte of
# dollars costs one pass.
_SPAN = re.compile(r"(?<![\\$])(\$\$?)(?=[^\s$])((?:[^$\\]++|\\.)++)(?<=\S)\1(?!\d)", re.DOTALL)
_TAG_LIKE = re.compile(r"<(?=[a-zA-Z/!?])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_LINK_LIKE = re.compile(r"\](?=\([ \t]*[^):&]{0,60}[:&])")

# What the converter gives as letters and is a function or a relation: drawn as such, with TeX's thin space around it.
_FUNCTION = re.compile(r"<m[io]>([A-Za-z]{2,12})</m[io]>(?=(<mo[^>]*>[(\[{|])?)")
_RELATIONS = {"<mi>~</mi>": "<mo>∼</mo>", "<mi>±</mi>": "<mo>±</mo>", "<mi>∓</mi>": "<mo>∓</mo>"}

# The longest formula of 3,347 real abstracts has 180 signs; the converter recurses, so it gets no more than this.
LONGEST_FORMULA = 400

MATHML_TAGS = frozenset(
    "math mrow mi mn mo ms mspace mtext mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup msubsup "
    "munder mover munderover mmultiscripts mprescripts mtable mtr mtd".split()
)
_LOOKS = {"accent", "columnalign", "columnlines", "columnspacing", "depth", "displaystyle", "fence", "form", "height"}
_LOOKS |= {"largeop", "linethickness", "lspace", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits"}
_LOOKS |= {"notation", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric"}
_LOOKS |= {"voffset", "width"}
MATHML_ATTRIBUTES: dict[str, set[str]] = {tag: set(_LOOKS) for tag in MATHML_TAGS}
MATHML_ATTRIBUTES["math"] |= {"display"}
_CLEANER = nh3.Cleaner(tags=set(MATHML_TAGS), attributes=MATHML_ATTRIBUTES, link_rel=None, url_schemes=set())


def split_math(text: str) -> list[tuple[bool, str]]:
    """The text as pieces in order, each with whether it is mathematics; formulas keep their dollars."""
    pieces, at = [], 0
    for match in _SPAN.finditer(text):
        pieces += [(False, text[at : match.start()]), (True, match[0])]
        at = match.end()
    return [*pieces, (False, text[at:])]


def shortened(text: str, limit: int) -> str:
    """The beginning of a text, at most `limit` signs and an ellipsis; a formula stands in it whole or not at all."""
    if len(text) <= limit:
        return text
    end = 0
    for is_math, piece in split_math(text):
        if end + len(piece) > limit:
            end = end if is_math and end else limit
            break
        end += len(piece)
    return f"{text[:end].rstrip()}…"


def formula(span: str) -> str:
    """The source of a formula without its dollars; one that is escaped at its end stays."""
    dollars = 2 if span.startswith("$$") else 1
    return span[dollars:-dollars]


def quiet_formula(span: str) -> str:
    """A formula that no site without mathematics can take for a tag or for a link that runs a script.

    A space after `<`, or between `]` and `(`, means nothing to TeX and everything to Markdown; any other formula
    stays as it is.
    """
    return _LINK_LIKE.sub("] ", _TAG_LIKE.sub("< ", span))


@lru_cache(maxsize=4096)
def mathml(span: str) -> str | None:
    """MathML for a formula given with its dollars, nothing in it but the tags and attributes above; None if it fails.

    The converter copies text and attributes from its input into its output unchecked, hence the allow-list behind it.
    """
    source = formula(span)
    if len(source) > LONGEST_FORMULA or not _is_balanced(source):
        return None
    try:
        drawn = convert(source, display="block" if span.startswith("$$") else "inline")
    except Exception:  # It raises whatever went wrong inside it: KeyError, IndexError, RecursionError and its own.
        return None
    kept = clean_mathml(drawn)
    return _spaced(kept) if kept else None


def _spaced(drawn: str) -> str:
    """The markup with functions and relations as operators, so that they stand apart: n log n, not nlogn."""
    for letters, operator in _RELATIONS.items():
        drawn = drawn.replace(letters, operator)
    return _FUNCTION.sub(_function, drawn)


def _function(match: re.Match[str]) -> str:
    # A bracket follows its function closely.
    after = "0" if match[2] else "0.17em"
    return f'<mo lspace="0.17em" rspace="{after}">{match[1]}</mo>'


def _is_balanced(source: str) -> bool:
    """Whether every brace is closed; the converter would guess where."""
    depth = 0
    for brace in _BRACE.findall(source):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0


def clean_mathml(drawn: str) -> str | None:
    """The markup reduced to MathML; None if no formula is left of it."""
    kept = _CLEANER.clean(drawn)
    return kept if kept.startswith("<math") else None

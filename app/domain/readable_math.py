"""Formulas where there is no MathML: as HTML that every mail program draws, or as plain text."""

import re
from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element

_RAISED = dict(zip("0123456789+−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_PRIMES = frozenset("′″‴*∗")
_ACCENTS = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "‾": "\u0304", "→": "\u20d7", "˙": "\u0307", "¨": "\u0308"}
# What has room around it between two terms.
_SPACED = frozenset("=<>≤≥≪≫≠≈≡≅∼≃∝∈∉∋⊂⊆⊃⊇→←↔⇒⇐⇔↦⟶⟹+−-±∓×÷·⋅∗∘⊕⊗∪∩∧∨≔:⊥≺≻⪯⪰")
_LARGE = frozenset("∑∏∫∮⋃⋂⨁⨂")
# After these a sign such as − belongs to what follows it.
_BEFORE_SIGN = re.compile(r"(?:^|[(\[{,;]|\s)$")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
# From here on letters have a shape of their own: ℓ, ℝ, 𝐖.
_SHAPED = "\u2000"
_ATOM = re.compile(r"\w*")


class PlainSpelling:
    """A formula as one line of Unicode: xᵢ², x^(n+k), √n."""

    def word(self, text: str, *, slanted: bool) -> str:
        """Letters, a number or a sign."""
        return text

    def raised(self, text: str) -> str:
        """An exponent."""
        return _scripted(text, _RAISED, "^")

    def lowered(self, text: str) -> str:
        """An index."""
        return _scripted(text, _LOWERED, "_")

    def accented(self, written: str, mark: str) -> str:
        """A letter under a combining mark."""
        return written + mark


class HtmlSpelling:
    """A formula as HTML of `i`, `sup` and `sub` alone, everything else escaped."""

    def word(self, text: str, *, slanted: bool) -> str:
        """Letters, a number or a sign."""
        return f"<i>{escape(text)}</i>" if slanted else escape(text)

    def raised(self, text: str) -> str:
        """An exponent."""
        return f"<sup>{text}</sup>"

    def lowered(self, text: str) -> str:
        """An index."""
        return f"<sub>{text}</sub>"

    def accented(self, written: str, mark: str) -> str:
        """A letter under a combining mark, which must share its element to be drawn over it."""
        return f"{written.removesuffix('</i>')}{mark}</i>" if written.endswith("</i>") else written + mark


Spelling = PlainSpelling | HtmlSpelling


def readable(drawn: Element, spelling: Spelling) -> str:
    """A `math` element in a spelling, on one line. What MathML draws above one another stands side by side in it."""
    return re.sub(r"\s{2,}", " ", _row(list(drawn), spelling, tight=False)).strip()


def _scripted(text: str, signs: dict[str, str], mark: str) -> str:
    if text and all(sign in signs for sign in text):
        return "".join(signs[sign] for sign in text)
    return f"{mark}{text}" if len(text) <= 1 else f"{mark}({text})"


def _row(children: Sequence[Element], spelling: Spelling, *, tight: bool) -> str:
    """Elements side by side; `tight` leaves out the room around signs, as in an index."""
    line = ""
    for child in children:
        line += _operator(child, line, spelling, tight=tight) if child.tag == "mo" else _drawn(child, spelling, tight)
    return line


def _operator(sign: Element, before: str, spelling: Spelling, *, tight: bool) -> str:
    text = "".join(sign.itertext()).strip()
    written = spelling.word(text, slanted=False)
    if _LETTERS.fullmatch(text):
        # A function; its bracket follows closely, which the caller's next sign takes care of.
        return f"{'' if _BEFORE_SIGN.search(before) else ' '}{written}{'' if sign.get('rspace') == '0' else ' '}"
    if tight:
        return written
    if text in (",", ";"):
        return f"{written} "
    is_between = text in _SPACED and sign.get("fence") != "true" and not _BEFORE_SIGN.search(before)
    return f" {written} " if is_between else written


def _drawn(element: Element, spelling: Spelling, tight: bool) -> str:
    parts = list(element)
    match element.tag, parts:
        case (("mi" | "mn" | "mtext" | "ms"), _):
            return _word(element, spelling)
        case "mspace", _:
            return "" if tight else " "
        case "mphantom", _:
            return ""
        case (("msup" | "msub" | "msubsup" | "mover" | "munder" | "munderover"), [base, *scripts]):
            return _scripts(element.tag, base, scripts, spelling)
        case "mfrac", [above, below]:
            return f"{_term(above, spelling)}/{_term(below, spelling)}"
        case "msqrt", _:
            return f"√{_enclosed(_row(parts, spelling, tight=True), element)}"
        case "mroot", [base, degree]:
            return f"{spelling.raised(_one(degree, spelling, tight=True))}√{_term(base, spelling)}"
        case "mtable", _:
            return "; ".join(_one(row, spelling, tight=True) for row in parts)
        case "mtr", _:
            return ", ".join(_one(cell, spelling, tight=True) for cell in parts)
        case _:
            return _row(parts, spelling, tight=tight)


def _word(element: Element, spelling: Spelling) -> str:
    text = "".join(element.itertext()).replace("\u00a0", " ")
    is_variable = (
        element.tag == "mi"
        and len(text) == 1
        and text.isalpha()
        and text < _SHAPED
        and "mathvariant" not in element.attrib
    )
    return spelling.word(text, slanted=is_variable)


def _one(element: Element, spelling: Spelling, *, tight: bool) -> str:
    return _row([element], spelling, tight=tight).strip()


def _scripts(tag: str, base: Element, scripts: Sequence[Element], spelling: Spelling) -> str:
    """A term with its index, its exponent or its accent; after a function or a sum there is room again."""
    name = "".join(base.itertext()).strip()
    written = _one(base, spelling, tight=True)
    mark = _ACCENTS.get("".join(scripts[0].itertext()).strip()) if tag == "mover" else None
    if mark:
        return spelling.accented(written, mark)
    if not tag.endswith(("sup", "over")) or len(scripts) > 1:
        written += spelling.lowered(_one(scripts[0], spelling, tight=True))
    if tag.endswith(("sup", "over")):
        written += _exponent(scripts[-1], spelling)
    return f"{written} " if _LETTERS.fullmatch(name) or name in _LARGE else written


def _exponent(over: Element, spelling: Spelling) -> str:
    text = "".join(over.itertext()).strip()
    if text in _PRIMES:
        return spelling.word(text, slanted=False)
    return spelling.raised(_one(over, spelling, tight=True))


def _term(element: Element, spelling: Spelling) -> str:
    """A part of a fraction, in brackets where it is more than one word."""
    return _enclosed(_one(element, spelling, tight=True), element)


def _enclosed(text: str, element: Element) -> str:
    return text if _ATOM.fullmatch("".join(element.itertext()).strip()) else f"({text})"

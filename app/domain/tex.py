"""Text-mode TeX of titles and abstracts, tidied: to plain Unicode, to HTML for the screen, to Markdown for a post."""

import re
import unicodedata
from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from app.domain.markdown_text import STAND_IN, collapsed, escaped_prose, with_spans
from app.domain.mathematics import formula, mathml, quiet_formula, split_math

_ACCENTS = dict(
    zip(
        "'`^\"~=.cvuHrk",
        "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u030a\u0328",
        strict=True,
    )
)
_SYMBOLS = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "ss": "ß", "i": "ı", "j": "ȷ", "ie": "i.e.", "eg": "e.g.", "etc": "etc.", "etal": "et al.", "textapprox": "≈",
    "deg": "°", "times": "×", "alpha": "α", "beta": "β", "kappa": "κ", "geq": "≥", "leq": "≤", "sim": "∼",
    "pm": "±", "ddag": "‡", "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…", "LaTeX": "LaTeX",
    "TeX": "TeX", "textasciitilde": "~", "textbackslash": "\\",
}  # fmt: skip
_WRAPS = {"emph": "em", "textit": "em", "textsl": "em", "em": "em", "it": "em", "sl": "em"}
_WRAPS |= {"textbf": "strong", "bf": "strong", "texttt": "code", "tt": "code"}
_BARE = ("textsc", "textrm", "textsf", "text", "mbox", "underline", "sc", "rm", "sf")

# Code points that are no characters, so that no text holds them: they mark formulas and the tags to come.
_MARK, _OPEN, _CLOSE, _ESCAPED = STAND_IN, "\ufdd1", "\ufdd2", "\ufdd3"
_TAGS = ("em", "strong", "code")
_STARS = ("*", "**")
# Beside these signs a star opens or closes emphasis in every Markdown, whatever is within.
_BESIDE_STARS = frozenset(" ()\"',.:;/?!-–—“”‘’…\u00a0")

_LETTER = r"(?:\\(?=[ij](?![A-Za-z])))?([A-Za-z])"
_BARE_ACCENT = rf"""\\(['`^"~=.]) ?(?:\{{{_LETTER}\}}|{_LETTER})"""
_ACCENT = re.compile(rf"\{{{_BARE_ACCENT}\}}|{_BARE_ACCENT}|\\([cvuHrk])\{{(\w)\}}")
_GIVEN_SIGN = re.compile(r"\\([%&#_{}$])")
_DROPPED = re.compile(r"[ ~]?\\(?:cite[pt]?|ref|label|footnote)\*?\{[^{}]*\}")
_ADDRESS = re.compile(r"\\(?:url|href)\{([^{}]*)\}")
_WRAPPED = re.compile(r"\\([a-z]+)\{([^{}]*)\}|\{\\([a-z]+) ([^{}]*)\}")
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?:\{\}| )?")
_TIE = re.compile(r"(?<=\S)~(?=\S)")
_PLACES = re.compile(f"{_MARK}|{_OPEN}.|{_CLOSE}")
_PLACES_AND_DOLLARS = re.compile(rf"{_PLACES.pattern}|\$")
# Tidying takes away what kept a formula from the next one, or from a digit, which would leave it none.
_CLOSE_BY = re.compile(rf"{_MARK}(?=[{_MARK}\d])")
_NESTING = 3


def plain_text(tex: str) -> str:
    """A title or abstract without TeX: accents, signs and emphasis to Unicode, formulas as their bare source.

    For front matter, slugs and labels that are read aloud. Unknown macros stay as they are written.
    """
    prose, formulas = _tidied(tex)
    sources = iter(formulas)
    return _PLACES.sub(lambda match: formula(next(sources)) if match[0] == _MARK else "", prose)


def inline_html(tex: str) -> Markup:
    """A title or abstract for the screen: prose escaped, known TeX tidied, formulas drawn as MathML.

    Safe whatever the text: tags come from this module only, and MathML from behind an allow-list. A formula that
    cannot be drawn shows its source as code.
    """
    prose, formulas = _tidied(tex)
    sources = iter(formulas)

    opened: list[str] = []

    def put(match: re.Match[str]) -> str:
        if match[0] == _MARK:
            span = next(sources)
            return mathml(span) or f"<code>{escape(span)}</code>"
        if match[0] == _CLOSE:
            return f"</{opened.pop()}>"
        opened.append(_TAGS[int(match[0][1])])
        return f"<{opened[-1]}>"

    return Markup(_PLACES.sub(put, escape(prose)))


def tidy_markdown(tex: str, *, inline_start: bool = False) -> str:
    """A title or abstract as Markdown that shows, in CommonMark and python-markdown, what `inline_html` shows.

    Safe whatever the text, as `markdown_text` is: all prose is escaped, and tags come from this module only. Formulas
    stay as they are written. `inline_start` says that the text goes on in a block, as a title does after `# 1. `.
    """
    prose, formulas = _tidied(tex)
    quiet = [quiet_formula(span) for span in formulas]
    words = ""
    # A dollar that was escaped, or that would now begin a formula, must not.
    for dollar in ("&#36;",) if r"\$" in tex else ("$", "&#36;"):
        spans = _spans(prose, quiet, dollar)
        escaped = escaped_prose(
            _PLACES_AND_DOLLARS.sub(STAND_IN, prose), inline_start=inline_start, has_stars=any(map(spans.count, _STARS))
        )
        words = with_spans(escaped, spans)
        if [piece for is_math, piece in split_math(words) if is_math] == quiet:
            break
    return words


def _spans(prose: str, formulas: Sequence[str], dollar: str) -> list[str]:
    """What goes into the places of tidied prose, in order: formulas, dollars, and the signs around emphasis.

    Stars where they are sure to act, and tags elsewhere, as within a word or within one another.
    """
    places = list(_PLACES_AND_DOLLARS.finditer(prose))
    sources, spans, opened = iter(formulas), list[str](), list[int]()
    may_star = not any("*" in source for source in formulas)
    for place in places:
        if place[0][0] == _OPEN:
            opened.append(len(spans))
            spans.append(f"<{_TAGS[int(place[0][1])]}>")
        elif place[0] == _CLOSE:
            start = opened.pop()
            tag = spans[start].strip("<>")
            between = prose[places[start].end() : place.start()]
            begin = places[start].start()
            beside = (prose[begin - 1 : begin] if begin else "", prose[place.end() : place.end() + 1])
            if may_star and tag in ("em", "strong") and not opened and _is_starry(between, beside):
                spans[start] = _STARS[tag == "strong"]
                spans.append(spans[start])
            else:
                spans.append(f"</{tag}>")
        else:
            spans.append(next(sources) if place[0] == _MARK else dollar)
    return spans


def _is_starry(between: str, beside: tuple[str, str]) -> bool:
    """Whether stars around these words, with these signs outside of them, are emphasis and nothing else."""
    is_plain = between.strip() == between != "" and _OPEN not in between
    return is_plain and all(sign == "" or sign in _BESIDE_STARS for sign in beside)


def _tidied(tex: str) -> tuple[str, list[str]]:
    """The text with its prose tidied and a mark in place of each formula, and the formulas in order."""
    pieces = split_math(collapsed(tex))
    text = "".join(_MARK if is_math else piece for is_math, piece in pieces)
    tidied = _CLOSE_BY.sub(f"{_MARK} ", _tidied_prose(text))
    return re.sub(" {2,}", " ", tidied).strip(" "), [piece for is_math, piece in pieces if is_math]


def _tidied_prose(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    # A brace that is meant as a sign must not be taken for a group, so escaped signs are set aside until the end.
    text = _GIVEN_SIGN.sub(lambda match: f"{_ESCAPED}{'%&#_{}$'.index(match[1])}", text)
    text = _ADDRESS.sub(r"\1", _DROPPED.sub(_without_reference, text))
    for _ in range(_NESTING):
        text = _WRAPPED.sub(_wrapped, text)
    text = _SYMBOL.sub(_symbol, _TIE.sub("\u00a0", text)).replace("``", "“").replace("''", "”")
    return re.sub(f"{_ESCAPED}([0-6])", lambda match: "%&#_{}$"[int(match[1])], text)


def _accented(match: re.Match[str]) -> str:
    groups = [group for group in match.groups() if group]
    return unicodedata.normalize("NFC", groups[1] + _ACCENTS[groups[0]])


def _without_reference(match: re.Match[str]) -> str:
    """Nothing in place of a reference, but for the formulas in it, whose marks must stay in step."""
    return " " * (_MARK in match[0]) + _MARK * match[0].count(_MARK)


def _wrapped(match: re.Match[str]) -> str:
    name, content = match[1] or match[3], match[2] if match[1] else match[4]
    if name in _WRAPS:
        return f"{_OPEN}{_TAGS.index(_WRAPS[name])}{content}{_CLOSE}"
    return content if name in _BARE else match[0]


def _symbol(match: re.Match[str]) -> str:
    if match[1] not in _SYMBOLS:
        return match[0]
    # TeX swallows the space after a command. In prose it was nearly always meant, after a letter's name it was not.
    is_letter = len(_SYMBOLS[match[1]]) == 1 and _SYMBOLS[match[1]].isalpha()
    return _SYMBOLS[match[1]] + (" " if match[0].endswith(" ") and not is_letter else "")

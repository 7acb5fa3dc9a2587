"""Text-mode TeX of titles and abstracts, tidied: to plain Unicode, and to HTML for the screen."""

import re
import unicodedata
from html import escape

from markupsafe import Markup

from app.domain.markdown_text import collapsed
from app.domain.mathematics import formula, mathml, split_math

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
_MARK, _OPEN, _CLOSE, _ESCAPED = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_TAGS = ("em", "strong", "code")

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


def _tidied(tex: str) -> tuple[str, list[str]]:
    """The text with its prose tidied and a mark in place of each formula, and the formulas in order."""
    pieces = split_math(collapsed(tex))
    text = "".join(_MARK if is_math else piece for is_math, piece in pieces)
    return _tidied_prose(text), [piece for is_math, piece in pieces if is_math]


def _tidied_prose(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    # A brace that is meant as a sign must not be taken for a group, so escaped signs are set aside until the end.
    text = _GIVEN_SIGN.sub(lambda match: f"{_ESCAPED}{'%&#_{}$'.index(match[1])}", text)
    text = _ADDRESS.sub(r"\1", _DROPPED.sub(_without_reference, text))
    for _ in range(_NESTING):
        text = _WRAPPED.sub(_wrapped, text)
    text = _SYMBOL.sub(_symbol, text)
    text = _TIE.sub("\u00a0", text).replace("``", "“").replace("''", "”")
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

"""Plain text to Markdown that shows it as written: what a sign would do decides whether it is escaped.

The rules were read off CommonMark 0.31 and python-markdown's own patterns. A sign that would do something in either
is escaped, and of a pair only the sign that opens it: the other one alone is harmless.
"""

import re
from collections.abc import Iterable

from app.domain.entities import unescaped
from app.domain.mathematics import quiet_formula, split_math

_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SPACES = re.compile("[ \t\n\r\x0b\x0c\x85\u2028\u2029]+")

# Control signs, halves of surrogate pairs, directions of writing that outlive their text, and code points that are
# no characters.
_STRAY = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)

# A number needs no semicolon: python-markdown hands it on as it is, and every browser reads it.
_ENTITY = re.compile(r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[a-zA-Z0-9]{1,40};)")

# Everything that either renderer takes for HTML: python-markdown's pattern of a tag, which contains CommonMark's,
# both kinds of automatic links, and the beginnings of comments, declarations and processing instructions. Those last
# ones are escaped closed or not, and so are tags that begin a block, since these reach beyond their paragraph.
_TAG = re.compile(
    r"""<(?:
        /?+[a-zA-Z][^\s"'<>@]*+(?:\s+[^\s"'=<>]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>]++))?+)*+\s*+/?>
      | [A-Za-z][A-Za-z0-9+.-]*+:[^<>]*+>
      | [^<>\ ]+@[^@<>\ ]+>
      | !--|\?|!\[CDATA\[|![A-Za-z]
      | /?(?:address|article|aside|base|blockquote|body|caption|center|col|dd|details|dialog|div|dl|dt|fieldset
        |figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|math
        |menu|nav|noframes|noscript|ol|optgroup|option|param|pre|script|search|section|style|summary|svg|table
        |tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|xmp)(?![\w-])
    )""",
    re.VERBOSE | re.IGNORECASE,
)

_REACHING = re.compile(r"/?[A-Za-z]|[^ ]*$")

_BLOCK_START = re.compile(
    r"""(?P<sign>[#>])
      | (?P<bullet>[-+*])(?=\ |$)
      | (?P<rule>[-*_])(?=(?:\ ?(?P=rule)){2,}\ ?$)
      | (?P<number>\d+\.|[0-9]{1,9}\))(?=\ |$)
      | (?P<ticks>`)(?=``+[^`]*$)
      | (?P<tildes>~)(?=~~)
      | (?P<definition>\[)(?=[^][]*\]:)
      | (?P<tag><)(?=[a-zA-Z/!?])
    """,
    re.VERBOSE,
)


def without_stray_signs(text: str) -> str:
    """The text without the signs that no reader sees but machines stumble over; line breaks and tabs stay."""
    return _STRAY.sub("", text)


def collapsed(text: str) -> str:
    """The text on one line: runs of white space become one space, stray signs go."""
    return _SPACES.sub(" ", without_stray_signs(text)).strip(" ")


def markdown_text(plain: str, *, inline_start: bool = False) -> str:
    """One line of plain text with TeX as Markdown that shows it as written, in CommonMark and python-markdown.

    Mathematics stays as it is, dollars included. `inline_start` says that the text does not begin a block but goes
    on in one, as a title does after `# 1. `.
    """
    text = collapsed(plain)
    prose, formulas = _without_formulas(text)
    escaped = escaped_prose(prose, inline_start=inline_start)
    words = with_spans(escaped, formulas)
    # Doubled, a backslash no longer keeps its dollar from being part of a formula that the text does not have.
    for dollar in ("\\$", "$") if "\\$" in prose else ():
        if [piece for is_math, piece in split_math(words) if is_math] == formulas:
            break
        words = with_spans(escaped.replace(dollar, dollar.replace("$", "&#36;")), formulas)
    return words


def escaped_prose(prose: str, *, inline_start: bool, has_stars: bool = False) -> str:
    """One line of text, STAND_IN where something else goes, escaped so that it shows as written.

    `has_stars` says that stars that act are among what goes in, so that no other star may.
    """
    put: dict[int, str] = {}
    _escape_backslashes(prose, put)
    _escape_html(prose, put)
    _escape_code(prose, put)
    _escape_emphasis(prose, put)
    _escape_links(prose, put)
    if inline_start:
        _escape_heading_end(prose, put)
    else:
        _escape_block_start(prose, put)
    if has_stars:
        put.update((match.start(), "\\*") for match in re.finditer(r"\*", prose))
    return "".join(put.get(at, sign) for at, sign in enumerate(prose)) if put else prose


def with_spans(escaped: str, spans: Iterable[str]) -> str:
    """The escaped text with what goes into it, in order."""
    left = iter(spans)
    return re.sub(STAND_IN, lambda _: next(left), escaped)


# Stands for a formula while the text around it is looked at; like the dollar it is neither a letter nor white space.
STAND_IN = "\ufdd0"


def _without_formulas(text: str) -> tuple[str, list[str]]:
    """The text with one sign in place of each formula, and the formulas in order, made quiet."""
    pieces = split_math(text)
    prose = "".join(STAND_IN if is_math else piece for is_math, piece in pieces)
    return prose, [quiet_formula(piece) for is_math, piece in pieces if is_math]


def _escape_backslashes(text: str, put: dict[int, str]) -> None:
    """Before punctuation a backslash escapes it in CommonMark, whatever the sign."""
    at = text.find("\\")
    while at >= 0:
        following = text[at + 1 : at + 2]
        if following == STAND_IN:
            put[at] = "&#92;"  # Doubled it would still keep a dollar from beginning a formula.
        elif following in _ASCII_PUNCTUATION:
            put[at] = "\\\\"
        at = text.find("\\", at + 1)


def _escape_html(text: str, put: dict[int, str]) -> None:
    """Tags, automatic links and entities; python-markdown knows no `\\<`, so an entity is the escape."""
    for match in re.finditer("&", text):
        entity = _ENTITY.match(text, match.start())
        if entity and (entity[0][1] == "#" or unescaped(entity[0]) != entity[0]):
            put[match.start()] = "&amp;"
    following: int | None = None
    for match in reversed(list(re.finditer("<", text))):
        at = match.start()
        if _TAG.match(text, at) or (following in put and _reaches(text[at + 1 : following])):
            put[at] = "&lt;"
        following = at


def _reaches(between: str) -> bool:
    """Whether a tag or a mail address could run on over the next `<`, now that this one is escaped."""
    return ">" not in between and bool(_REACHING.match(between))


def _escape_code(text: str, put: dict[int, str]) -> None:
    """A run of backticks opens code if a later run has its length; python-markdown also settles for a shorter one."""
    later: set[int] = set()
    for match in reversed(list(re.finditer("`+", text))):
        length = len(match[0])
        opening = length
        while opening and (opening in later or (later and max(later) < opening)):
            opening -= 1
        put.update((at, "\\`") for at in range(match.start(), match.end() - opening))
        escaped = length - opening
        # What closes code is not unescaped: `\\` parts the run, so `\\`\\`` ends in two backticks, not three.
        later |= {length} if not escaped else {opening + 1, *([1] if escaped > 1 else [])}


def _escape_emphasis(text: str, put: dict[int, str]) -> None:
    """A run of `*` or `_` that can open emphasis is escaped where a later run could close it."""
    closes = {"*": False, "_": False}
    for match in reversed(list(re.finditer(r"\*+|_+", text))):
        sign = match[0][0]
        before = text[match.start() - 1] if match.start() else ""
        after = text[match.end() : match.end() + 1]
        # Inside a word `_` does nothing; `*` does.
        opens = bool(after) and not after.isspace() and (sign == "*" or not _is_word(before))
        if opens and closes[sign]:
            put.update((at, f"\\{sign}") for at in range(match.start(), match.end()))
        elif bool(before) and not before.isspace() and (sign == "*" or not _is_word(after)):
            closes[sign] = True


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _escape_links(text: str, put: dict[int, str]) -> None:
    """`[x](y)`, with or without `!` before it; a bracketed word alone is no link, since a post defines none."""
    last_closing = max(map(text.rfind, ")'\""))  # python-markdown takes a quoted title for the end, too.
    opened = 0
    for match in re.finditer(r"[\[\]]", text):
        at = match.start()
        if match[0] == "[":
            opened += 1
        elif opened and text[at + 1 : at + 2] == "(" and at < last_closing:
            put[at] = "\\]"
        elif opened:
            opened -= 1


def _escape_heading_end(text: str, put: dict[int, str]) -> None:
    """`#` at the end of a heading is taken for its closing; after a last backslash python-markdown sees no heading."""
    if text.endswith(("#", "\\")):
        put[len(text) - 1] = f"\\{text[-1]}"


def _escape_block_start(text: str, put: dict[int, str]) -> None:
    """What at the start of a paragraph would begin a heading, list, quote, rule, code block, definition or HTML."""
    match = _BLOCK_START.match(text)
    if match is None:
        return
    at = match.end() - 1
    if match["tag"]:
        put[at] = "&lt;"
    elif match["tildes"]:
        put[at] = "&#126;"  # python-markdown knows no `\~`.
    else:
        put[at] = f"\\{text[at]}"

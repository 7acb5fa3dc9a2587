"""Words in which no sign acts: in CommonMark, GFM, kramdown, their usual extensions and the templates around them."""

import re
from html import escape
from urllib.parse import quote

# A backslash keeps these from acting in every Markdown; the others have an entity, which no template sees through.
_SLASHED = "*`[]"
_ENTITIES = {sign: f"&#{ord(sign)};" for sign in "\\{}~|$"} | {"<": "&lt;", ">": "&gt;"}
_SIGNS = re.compile(
    r"""[*`\[\]\\{}~|$<>]
      | (?<![^\W_])_ | _(?![^\W_])      # within a word an underscore is only one
      | &(?=[\#A-Za-z])
      | (?<=[A-Za-z]):(?=//)            # the beginnings of what is made a link: addresses
      | (?<=www)\.
      | (?<=[\w.+-])@(?=\w)
      | (?<=mailto):(?=\S) | (?<=xmpp):(?=\S)
      | (?<!\w):(?=[\w+-]+:)            # names of pictures, as in :smile:
    """,
    re.VERBOSE | re.IGNORECASE,
)
_START = re.compile(r"(?P<number>[0-9]{1,12})(?P<point>[.)])(?=\s|$)|(?P<sign>[#+=:^-])")
_HASHES = re.compile("#+$")


def escaped_words(words: str) -> str:
    """Words of one line as Markdown that shows them; what only acts at the ends of a line is left to `escaped_ends`."""
    return _SIGNS.sub(_escaped, words)


def escaped_ends(line: str) -> str:
    """A line, spelled already, that begins no list, heading, rule, definition or quotation, and closes no heading."""
    line = _HASHES.sub(lambda match: "&#35;" * len(match[0]), line)
    start = _START.match(line)
    if start and start["number"]:
        return f"{start['number']}\\{line[start.start('point') :]}"
    return f"&#{ord(line[0])};{line[1:]}" if start else line


def safe_address(address: str) -> str:
    """A link's address with every sign percent-encoded that would end it, or mean something to a template."""
    spelled = quote(address, safe="/:?#@!&'+,;=%~.-_*")
    return re.sub("&(?=[#A-Za-z])", "&amp;", spelled)


def without_template_signs(formula: str) -> str:
    """A formula in which no template begins or ends: a space between two braces means nothing to TeX."""
    return re.sub(r"(?<=\{)(?=[{%#<])|(?<=[}%#])(?=\})", " ", formula)


def _escaped(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in _SLASHED or sign == "_":
        return f"\\{sign}"
    return _ENTITIES.get(sign) or (escape(sign) if sign == "&" else f"&#{ord(sign)};")

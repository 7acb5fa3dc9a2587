"""Links as a rehearsal looks at them: where they are in a line, and what is wrong with where they lead."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.domain.entities import unescaped

_OPENING = re.compile(r"(?<!\\)(?:\\\\)*\]\(")
# What was typed as a link and is none, so that its sign was escaped.
_PRINTED = re.compile(r"\\\](?:\(|&#40;)([^\s()]*[.:/][^\s()]*)\)")
_TITLE = re.compile(r"""\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))\s*""")
_HREF = re.compile(r"""<a\s[^<>]*?href\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_WITHIN = ("/", "#", "?", "./", "../")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}\.?|localhost|\[[0-9a-f:.]+\]|[0-9.]+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LONGEST_SHOWN = 80


def links_in(line: str) -> Iterator[str | None]:
    """Where the links of a line of Markdown lead, each as written; None for one that is never closed.

    Code and formulas must not be in the line any more.
    """
    for opening in _OPENING.finditer(line):
        yield _destination(line, opening.end())


def printed_links_in(line: str) -> list[str]:
    """Where texts would lead that look like links of a note and are printed as typed, for they lead nowhere.

    What has an address of the web behind it stood so in a paper's own text, where no link acts.
    """
    return [address for address in map(unescaped, _PRINTED.findall(line)) if link_trouble(address)]


def printed_trouble(address: str) -> str:
    """That such an address makes no link."""
    return f"“{_shown(address)}” makes no link, and is printed as it was typed; begin it with https://."


def _shown(address: str) -> str:
    return address if len(address) <= LONGEST_SHOWN else f"{address[:LONGEST_SHOWN]}…"


def _destination(line: str, at: int) -> str | None:
    """What stands between the round brackets by CommonMark's rule, without a title."""
    rest = line[at:].lstrip(" ")
    if rest.startswith("<"):
        end = rest.find(">")
        return rest[1:end] if end > 0 and _closes(rest[end + 1 :]) else None
    depth, end = 0, 0
    while end < len(rest) and not rest[end].isspace():
        if rest[end] == "\\":
            end += 1
        elif rest[end] == ")" and not depth:
            break
        else:
            depth += {"(": 1, ")": -1}.get(rest[end], 0)
        end += 1
    return rest[:end] if _closes(rest[end:]) else None


def _closes(rest: str) -> bool:
    title = _TITLE.match(rest)
    return rest[title.end() if title else 0 :].lstrip(" ").startswith(")")


def addresses_in_html(line: str) -> list[str]:
    """Where the links of a line of HTML lead."""
    return [found.strip("\"'") for found in _HREF.findall(line)]


def link_trouble(address: str | None) -> str:
    """What is wrong with a link in one sentence; empty if nothing is."""
    if address is None:
        return "A link is never closed, so that its address would be printed."
    address = unescaped(address)
    shown = _shown(address)
    if not address.strip():
        return "A link leads nowhere."
    if address.startswith(_WITHIN):
        return ""
    if address.lower().startswith("mailto:"):
        return "" if _MAIL.fullmatch(address[7:].split("?")[0]) else f"“{shown}” is no address for mail."
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return f"“{shown}” is no address."
    if parts.scheme not in ("http", "https"):
        return f"A link leads to “{shown}”, which is no address of the web; begin it with https://."
    if not _HOST.fullmatch(host) or re.search(r"[\s<>\"\\`]", address):
        return f"“{shown}” is no address of the web."
    return ""

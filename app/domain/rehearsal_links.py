"""Links as a rehearsal looks at them: where they are in a line, and what is wrong with where they lead."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.domain.entities import unescaped

_OPENING = re.compile(r"(?<!\\)(?:\\\\)*\]\(")
# What was typed as a link and is none, so that its sign was escaped.
_PRINTED = re.compile(r"\\\](?:\(|&#40;)([^\s()]*+)(\)?)")
_LIKE_AN_ADDRESS = re.compile("[.:/]")
_IN_POINTED = re.compile(r"<((?:[^<>\\]|\\.)*+)>")
_TITLE = re.compile(r"""\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))\s*""")
_HREF = re.compile(r"""<a\s[^<>]*?href\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_WITHIN = ("/", "#", "?", "./", "../")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}\.?|localhost|\[[0-9a-f:.]+\]|[0-9.]+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]++@[^\s@.]++(?:\.[^\s@.]++)++")
LONGEST_SHOWN = 80
# As deep as brackets in an address may stand in each other to cmark, after which generators go; without an end to it
# each of many open brackets would be looked for to the end of the line.
DEEPEST = 32


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
    printed = [unescaped(text) for text, end in _PRINTED.findall(line) if end and _LIKE_AN_ADDRESS.search(text)]
    return [address for address in printed if link_trouble(address)]


def printed_trouble(address: str) -> str:
    """That such an address makes no link."""
    return f"“{_shown(address)}” makes no link, and is printed as it was typed; begin it with https://."


def _shown(address: str) -> str:
    return address if len(address) <= LONGEST_SHOWN else f"{address[:LONGEST_SHOWN]}…"


def _destination(line: str, at: int) -> str | None:
    """What stands between the round brackets by CommonMark's rule, without a title."""
    start = _after_spaces(line, at)
    if line.startswith("<", start):
        pointed = _IN_POINTED.match(line, start)
        return pointed[1] if pointed and _closes(line, pointed.end()) else None
    depth, end = 0, start
    while end < len(line) and not line[end].isspace() and depth <= DEEPEST:
        if line[end] == "\\":
            end += 1
        elif line[end] == ")" and not depth:
            break
        else:
            depth += {"(": 1, ")": -1}.get(line[end], 0)
        end += 1
    return line[start:end] if _closes(line, end) else None


def _closes(line: str, at: int) -> bool:
    title = _TITLE.match(line, at)
    return line.startswith(")", _after_spaces(line, title.end() if title else at))


def _after_spaces(line: str, at: int) -> int:
    while line.startswith(" ", at):
        at += 1
    return at


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

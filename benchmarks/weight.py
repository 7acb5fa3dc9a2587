"""What the page of a thousand candidates weighs on its way: itself with brotli, its scripts and styles with gzip."""

import gzip
import re
from posixpath import dirname, join, normpath

from benchmarks.editor import EditorAt, Refused
from benchmarks.floor_rows import ITEM, rows_of
from benchmarks.laid import DAY

WORDS = ("title", "authors", "categories")
PARTS = re.compile(r'<script[^>]* src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"')
# What a module or a style sheet loads in its turn.
IMPORTS = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*|@import\s+(?:url\()?)["']([^"']+\.(?:js|css)[^"']*)["']""")


def page_weight(editor: EditorAt) -> int:
    """The bytes of the page as a browser takes it with brotli."""
    answer = editor.ask("GET", f"/editions/{DAY}", headers={"Accept-Encoding": "br"})
    if answer.headers.get("content-encoding") != "br":
        raise Refused("the page was not packed with brotli")
    return len(answer.body)


def words_weight(editor: EditorAt) -> str:
    """How much of the page are the papers' own words, which no other markup would make less; in words."""
    page = editor.ask("GET", f"/editions/{DAY}").text
    words = "\n".join(" ".join(row[name] for name in WORDS) for row in rows_of(page))
    whole, rows = len(gzip.compress(page.encode())), len(gzip.compress("".join(ITEM.findall(page)).encode()))
    own = len(gzip.compress(words.encode()))
    return (
        f"By gzip's measure, the papers' titles, authors and categories alone are {own / whole:.0%} of the page,"
        f" and the rows with all of their buttons and marks {rows / whole:.0%}."
    )


def parts_weight(editor: EditorAt) -> tuple[int, int]:
    """The bytes of all scripts and styles that the page loads, as served to who takes gzip; and how many they are."""
    page = editor.ask("GET", f"/editions/{DAY}").text
    waiting = [first or second for first, second in PARTS.findall(page)]
    seen: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen[address] = len(_got(editor, address, "gzip"))
        here = dirname(address.partition("?")[0])
        for name in IMPORTS.findall(_got(editor, address, "identity").decode()):
            waiting.append(name if name.startswith("/") else normpath(join(here, name)))
    return sum(seen.values()), len(seen)


def _got(editor: EditorAt, address: str, packed: str) -> bytes:
    answer = editor.ask("GET", address, headers={"Accept-Encoding": packed})
    if answer.status != 200:
        raise Refused(f"{address} was answered with {answer.status}")
    return answer.body

"""What the floor shows, read from the desk's own page: the same rows in the same order, ready to be printed."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from benchmarks.floor import connect

ITEM = re.compile(r'<li class="item".*?</li>', re.DOTALL)
# What differs from row to row.
PARTS = re.compile(
    r'id="item-(?P<id>\d+)" data-state="(?P<state>\w+)" data-score="(?P<score>[^"]*)"'
    r'.*?<span class="no"(?: data-number="(?P<number>\d+)")?>'
    r'.*?<h3 class="title"[^>]*><a href="[^"]*">(?P<title>.*?)</a></h3>'
    r'\n<p class="by"><span>(?P<authors>.*?)</span>(?P<categories>.*?)</p>'
    r'\n<p class="why"><strong>(?P<told_score>.*?)</strong>(?P<trend>(?:<svg.*?</svg>)?) <span>(?P<counts>.*?)</span>'
    r"(?P<tags>.*?)</p>",
    re.DOTALL,
)
CATEGORY = re.compile(r'<span class="cat">(.*?)</span>')
COLUMNS = "place text, note text, id integer primary key, " + ", ".join(
    f"{name} text" for name in PARTS.groupindex if name != "id"
)
# How much of the desk's row content the floor's may differ.
TOLERANCE = 0.02


def row_bytes(page: str) -> int:
    """The bytes of all rows of a page."""
    return sum(len(item.encode()) for item in ITEM.findall(page))


def rows_of(page: str) -> list[dict[str, Any]]:
    """The rows of the desk's page as the floor's columns. Raises ValueError for a row that is not as it was."""
    found = []
    for place, item in enumerate(ITEM.findall(page)):
        parts = PARTS.search(item)
        if parts is None:
            raise ValueError(f"the desk's rows are no longer as benchmarks/floor_rows.py reads them: {item[:200]}")
        row: dict[str, Any] = parts.groupdict() | {"place": f"{place:05}", "note": None}
        row["categories"] = " ".join(CATEGORY.findall(row["categories"]))
        row |= {name: unescape(row[name]) for name in ("authors", "counts")}
        found.append(row | {"id": int(row["id"])})
    return found


def fill(address: str, rows: Iterable[dict[str, Any]]) -> None:
    """Make the floor's table in a fresh database and put the rows in."""
    rows = list(rows)
    connection = connect(address)
    names = list(rows[0])
    mark = "%s" if "=" in address or "://" in address else "?"
    connection.execute(f"create table shown_rows ({COLUMNS})")
    connection.execute("create index shown_rows_place on shown_rows (place)")
    cursor = connection.cursor()
    cursor.execute("begin")
    cursor.executemany(
        f"insert into shown_rows ({', '.join(names)}) values ({', '.join([mark] * len(names))})",
        [tuple(row[name] for name in names) for row in rows],
    )
    cursor.execute("commit")
    connection.close()


def check_same(desk_page: str, floor_page: str) -> float:
    """The floor's row bytes as a share of the desk's. Raises ValueError where they are not the same within 2 %."""
    share = row_bytes(floor_page) / row_bytes(desk_page)
    if abs(share - 1) > TOLERANCE or len(ITEM.findall(desk_page)) != len(ITEM.findall(floor_page)):
        raise ValueError(f"the floor's rows have {share:.1%} of the bytes of the desk's, so nothing can be compared")
    return share

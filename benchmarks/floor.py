"""The floor: a bare program that does the desk's work with Flask, a database driver and one template, and nothing else.

No ORM, no session, no form token. What a row shows stands ready in its table, so nothing is worked out.
"""

import os
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from flask import Flask, request

# A path of an SQLite file, or an address of PostgreSQL as psycopg takes it.
ADDRESS = "FLOOR_DATABASE"
SHOWN = "id, state, number, score, title, authors, categories, told_score, trend, counts, tags"
ROWS = f"select {SHOWN} from shown_rows order by place"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rows</title></head><body><ol>
{% for row in rows %}
{% set address = "/items/" ~ row[0] %}
<li class="item" id="item-{{ row[0] }}" data-state="{{ row[1] }}" data-score="{{ row[3] }}">
<input class="choose" type="checkbox" name="selected" value="{{ row[0] }}" form="desk" aria-labelledby="t{{ row[0] }}">
{% if row[1] == "picked" %}<button class="grip" type="button" aria-label="Grab" aria-describedby="t{{ row[0] }}" \
aria-pressed="false"><svg class="icon-s"><use href="#i-grip"></use></svg></button>
{% else %}<span class="grip" aria-hidden="true"><svg class="icon-s"><use href="#i-grip"></use></svg></span>
{% endif %}
<span class="no"{% if row[2] %} data-number="{{ row[2] }}"{% endif %}></span>
<div class="what">
<h3 class="title" id="t{{ row[0] }}"><a href="{{ address }}">{{ row[4] | safe }}</a></h3>
<p class="by"><span>{{ row[5] }}</span>\
{% for category in row[6].split() %} <span class="cat">{{ category }}</span>{% endfor %}</p>
<p class="why"><strong>{{ row[7] }}</strong>{{ row[8] | safe }} <span>{{ row[9] }}</span>{{ row[10] | safe }}</p>
</div>
<div class="acts">
{% if row[1] == "picked" %}
<button class="icon" data-act="up" form="desk" formaction="{{ address }}/position" name="position" value="up" \
aria-label="Up" aria-describedby="t{{ row[0] }}"><svg class="icon-s"><use href="#i-up"></use></svg></button>
<button class="icon" data-act="down" form="desk" formaction="{{ address }}/position" name="position" value="down" \
aria-label="Down" aria-describedby="t{{ row[0] }}"><svg class="icon-s"><use href="#i-down"></use></svg></button>
<a class="icon" data-act="write" href="{{ address }}#texts-{{ row[0] }}" data-write aria-label="Headline and note" \
aria-describedby="t{{ row[0] }}"><svg class="icon-s"><use href="#i-note"></use></svg></a>
{% else %}
<button class="quiet" data-act="pick" form="desk" formaction="{{ address }}/pick" \
aria-describedby="t{{ row[0] }}">Pick</button>
{% endif %}
<button class="icon" data-act="drop" form="desk" formaction="{{ address }}/drop" aria-label="Drop" \
aria-describedby="t{{ row[0] }}"><svg class="icon-s"><use href="#i-drop"></use></svg></button>
<a class="icon" data-act="more" data-menu href="{{ address }}/menu" aria-label="More" \
aria-describedby="t{{ row[0] }}"><svg class="icon-s"><use href="#i-more"></use></svg></a>
</div>
<div class="open" id="details-{{ row[0] }}" hx-morph-skip></div>
</li>
{% endfor %}
</ol></body></html>
"""

app = Flask(__name__)
app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
# Compiled once, as a template in a file would be.
TEMPLATE = app.jinja_env.from_string(PAGE)
_own = threading.local()


def connect(address: str) -> Any:
    """A connection as durable as the desk's: a write-ahead log that is synced with every commit."""
    if "=" in address or "://" in address:
        return psycopg.connect(address, autocommit=True)
    connection = sqlite3.connect(address, isolation_level=None)
    connection.execute("pragma busy_timeout = 10000")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def run(statement: str, values: Sequence[Any] = ()) -> Any:
    """One statement, which is one transaction, on the connection of this thread."""
    if not hasattr(_own, "connection"):
        _own.connection = connect(os.environ[ADDRESS])
    if not isinstance(_own.connection, sqlite3.Connection):
        statement = statement.replace("?", "%s")
    return _own.connection.execute(statement, values)


@app.get("/rows")
def rows() -> str:
    """Every row, as the desk shows it."""
    return TEMPLATE.render(rows=run(ROWS).fetchall())


@app.get("/empty")
def empty() -> str:
    """Nothing."""
    return ""


@app.post("/rows/<int:row_id>/<any(place, state, note):field>")
def write(row_id: int, field: str) -> tuple[str, int]:
    """Set one field of one row."""
    run(f"update shown_rows set {field} = ? where id = ?", (request.form["value"], row_id))
    return "", 204

"""How ids stand in addresses, and what the dates in them mean."""

import re
from datetime import date

from flask import Flask, abort
from werkzeug.routing import IntegerConverter

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class IdConverter(IntegerConverter):
    """A row's id: a number that every database can hold, so that a greater one is simply not found."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, max=2**31 - 1, **options)


def register(app: Flask) -> None:
    """Make `<id:…>` known; must come before the blueprints."""
    app.url_map.converters["id"] = IdConverter


def read_date(text: str) -> date | None:
    """The date that a text such as 2021-03-24 names, or None."""
    if not DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def date_or_404(text: str) -> date:
    """The date in an address; 404 with one sentence where there is no such date."""
    found = read_date(text)
    if found is None:
        abort(404, f"There is no date {text[:40]}; write dates as 2021-03-24.")
    return found

"""`/styleguide`, in development: every part of the pages in every state, with the names of colours, sizes and icons."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, current_app
from flask_login import login_required
from markupsafe import Markup

from app.web import publishing_samples, samples
from app.web.htmx import render

bp = Blueprint("styleguide", __name__)

TOKEN = re.compile(r"^ +--([\w-]+): (.+);$", re.MULTILINE)
SYMBOL = re.compile(r'<symbol id="i-(\w+)"')
# What each icon means, wherever it stands.
ICONS = {
    "up": "earlier, higher",
    "down": "later, lower",
    "note": "write",
    "drop": "drop, remove, close",
    "undo": "take back",
    "redo": "do again",
    "left": "the day before",
    "right": "the day after",
    "chevron": "opens",
    "more": "all that can be done",
    "grip": "drag or grab",
    "lock": "for editors only",
    "phone": "as wide as a phone",
    "desktop": "as wide as a desktop",
    "expand": "on a page of its own",
    "collect": "collect now",
    "add": "add",
}
# Tokens by what their values are, which is how they are shown.
SIZES = {"s": "space", "text": "type", "radius": "corner", "round": "corner", "tall": "height", "bar": "height"}


@bp.get("/styleguide")
@login_required
def show() -> Response:
    """The style guide; there is none where the desk is not being developed."""
    if not current_app.debug:
        abort(404, "The style guide is shown in development only: flask --app wsgi run --debug")
    context = (
        {"colours": colours(), "sizes": sizes(), "icons": icons(), "altered": altered}
        | samples.everything()
        | publishing_samples.everything()
    )
    return render("pages/styleguide/show.html", **context)


def tokens() -> dict[str, str]:
    """Every token of tokens.css with its value, by its name without the dashes."""
    sheet = Path(current_app.static_folder or "") / "css" / "tokens.css"
    return dict(TOKEN.findall(sheet.read_text(encoding="utf8")))


def colours() -> dict[str, tuple[str, ...]]:
    """The tokens that are colours, with their value in the light and in the dark, or their one value."""
    found = {}
    for name, value in tokens().items():
        if value.startswith("light-dark("):
            found[name] = tuple(re.findall(r"#\w+", value))
        elif value.startswith("#"):
            found[name] = (value,)
    return found


def sizes() -> dict[str, list[tuple[str, int]]]:
    """The tokens that are lengths in pixels, by what they measure."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, value in tokens().items():
        kind = SIZES.get(re.sub(r"\d$", "", name).split("-")[0])
        if kind and value.endswith("px"):
            found.setdefault(kind, []).append((name, int(value.removesuffix("px"))))
    return found


def icons() -> dict[str, str]:
    """Every icon that is drawn, with what it means."""
    source, _, _ = current_app.jinja_env.loader.get_source(current_app.jinja_env, "partials/shared/_icons.html")
    return {name: ICONS[name] for name in SYMBOL.findall(source)}


def altered(drawn: Markup, old: str, new: str) -> Markup:
    """A part as it looks once a script has put a state on it; both texts are the guide's own."""
    return Markup(str(drawn).replace(old, new))

"""Partials that are the same on every page, as long as the desk runs: rendered once."""

from flask import Flask, current_app, render_template
from markupsafe import Markup

from app.keeping import Keep

# Characters; one of them has some twenty thousand.
KEPT = 200_000


def fixed(template: str) -> Markup:
    """A partial that depends on nothing but the desk's own code: neither on who asks nor on what is shown."""
    if current_app.debug:
        return Markup(render_template(template))
    return current_app.extensions["fixed"].get(template, lambda: Markup(render_template(template)))


def register(app: Flask) -> None:
    """Give it to every template."""
    app.extensions["fixed"] = Keep(KEPT)
    app.jinja_env.globals["fixed"] = fixed

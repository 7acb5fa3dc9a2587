"""The settings page: which sources are on and why others are not, what the worker says, and every setting's value."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app
from flask_login import login_required

from app.config import PREFIX, SETTINGS
from app.database import shown_address
from app.extensions import db
from app.queries.schedule import worker_state
from app.queries.source_looks import last_looks
from app.web.htmx import render

bp = Blueprint("settings", __name__)


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as the page shows it; of a secret only whether it is set."""

    name: str
    value: str
    is_default: bool
    help: str


@bp.get("/settings")
@login_required
def index() -> Response:
    """What the desk runs with. Settings are changed in the environment or in .env, not here."""
    config, clock = current_app.config, current_app.extensions["clock"]
    shown = [_shown(setting, config[setting.name]) for setting in SETTINGS]
    return render(
        "pages/settings/index.html",
        settings=shown,
        weights=config["WEIGHTS"],
        sources=[(source, off, source.could_have(config)) for source, off in current_app.extensions["sources"]],
        looks=last_looks(db.session),
        worker=worker_state(db.session, clock()),
    )


def _shown(setting: Any, value: Any) -> ShownSetting:
    is_default = value == setting.read(setting.default)
    if setting.secret:
        return ShownSetting(PREFIX + setting.name, "not set" if is_default else "set", is_default, setting.help)
    if setting.name == "DATABASE_URL" and value:
        value = shown_address(value)
    elif isinstance(value, (tuple, frozenset)):
        value = ", ".join(sorted(map(str, value)))
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    return ShownSetting(PREFIX + setting.name, str(value), is_default, setting.help)

"""The application factory: wires settings, extensions, pages and commands, and returns the app."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dotenv import load_dotenv
from flask import Flask
from jinja2 import StrictUndefined

from app import cli, models, web
from app.config import ROOT, SettingError, read_settings, secret_key, unknown_settings
from app.connectors import source_states
from app.database import prepare_database
from app.domain.editions import Rules
from app.domain.ranking import QUOTE_LIMIT
from app.extensions import compress, csrf, db, htmx, login, migrate
from app.jobs import Jobs
from app.targets import targets_from
from app.targets.mail import mail_server_from

MEGABYTE = 1024 * 1024

__all__ = ["create_app", "models"]


def create_app(settings: Mapping[str, str] | None = None) -> Flask:
    """Build the app from HOTPAPERS_* variables, or from `settings`, a mapping of such names to texts.

    Raises SettingError, one plain sentence, for a setting that cannot be used.
    """
    if settings is None:
        load_dotenv(ROOT / ".env")
    values = read_settings() if settings is None else read_settings(settings)
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    app.config.update(values)
    app.config.update(_flask_settings(values))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["rules"] = rules_from(values)
    app.extensions["targets"] = targets_from(values)
    app.extensions["mail_server"] = mail_server_from(values)
    app.extensions["jobs"] = Jobs(app)
    app.extensions["sources"] = source_states(app.config)
    app.extensions["clock"] = lambda: datetime.now(UTC)
    db.init_app(app)
    prepare_database(app)
    # SQLite cannot alter most columns in place; batch mode copies the table instead.
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    login.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    compress.init_app(app)
    web.register(app)
    cli.register(app)
    for name in unknown_settings() if settings is None else ():
        logging.getLogger(__name__).warning("%s is no setting of the desk and has no effect.", name)
    return app


def rules_from(values: Mapping[str, Any]) -> Rules:
    """The rules of scoring and composing that the settings ask for."""
    return Rules(
        cut=values["CUT"],
        quote_cut=values["QUOTE_CUT"],
        quote_limit=QUOTE_LIMIT,
        weights=values["WEIGHTS"],
        timezone=values["TIMEZONE"],
        profile=values["PROFILE"],
        site_url=values["SITE_URL"],
        tidy_tex=values["TIDY_TEX"],
    )


def _flask_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        values["INSTANCE_DIR"].mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingError(f"HOTPAPERS_INSTANCE_DIR {values['INSTANCE_DIR']} cannot be a folder ({reason}).") from None
    return {
        "SECRET_KEY": secret_key(values),
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"] or f"sqlite:///{values['INSTANCE_DIR'] / 'hotpapers.db'}",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "hotpapers",
        # A note that is far too long must reach the form that says so, with its text.
        "MAX_CONTENT_LENGTH": 8 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 8 * MEGABYTE,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        # All that is text of what is answered; by default the JSON Feed, the largest of it, would be left out.
        "COMPRESS_MIMETYPES": [
            *("text/html", "text/css", "text/plain", "text/javascript", "application/json", "application/feed+json"),
            *("application/xml", "application/atom+xml", "application/manifest+json", "image/svg+xml"),
        ],
        # One step above the default packs a page of a thousand papers by a twelfth more, in 5 ms.
        "COMPRESS_BR_LEVEL": 5,
        # Files are streamed, and by default not to whoever takes gzip alone.
        "COMPRESS_ALGORITHM_STREAMING": ["zstd", "br", "gzip"],
    }

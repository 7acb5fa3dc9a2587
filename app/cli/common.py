"""What the commands share: dates as arguments, plain errors, and the edition of a date."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.domain.editions import NotAllowed, Rules
from app.domain.listings import NEW_YORK
from app.domain.sources import ConnectorError
from app.extensions import db
from app.models import Edition
from app.queries import editions
from app.services.acting import Acting

WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


class DayType(click.ParamType):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; a text that is none ends in one sentence."""
        if isinstance(value, date):
            return value
        try:
            # The other spellings of ISO 8601 are more likely a slip of the hand.
            if not WRITTEN.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date; write one as 2026-11-22.", param, ctx)


DAY = DayType()


def plain_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command in the app's context and say what went wrong in one plain sentence, with exit status 1."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (NotAllowed, ConnectorError) as error:
            raise click.ClickException(str(error)) from error
        except UnicodeEncodeError as error:
            # A terminal may hand over bytes that are no text; no database takes those.
            raise click.ClickException("What was typed is not valid UTF-8 text; type it again.") from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(_database_sentence(error)) from error

    return with_appcontext(wrapped)


def _database_sentence(error: Exception) -> str:
    try:
        migrated = inspect(db.engine).has_table("editions")
    except OperationalError:
        return "The database cannot be reached; check HOTPAPERS_DATABASE_URL."
    if not migrated:
        return "The database has no tables yet; run: flask db upgrade"
    return f"The database refused: {str(getattr(error, 'orig', error)).splitlines()[0]}"


def rules() -> Rules:
    """The rules of the running app."""
    return current_app.extensions["rules"]


def now() -> datetime:
    """The running app's time, in UTC."""
    return current_app.extensions["clock"]()


def listing_today() -> date:
    """Today's date in New York, by which arXiv dates its listings."""
    return now().astimezone(NEW_YORK).date()


def acting() -> Acting:
    """The command line as the one who acts, now."""
    return Acting(None, now(), rules())


def edition_on(day: date) -> Edition:
    """The edition of a date. Raises NotAllowed when there is none."""
    edition = editions.edition_on(db.session, day)
    if edition is None:
        raise NotAllowed(f"There is no edition of {day}; fill it with: flask ingest --date {day}")
    return edition

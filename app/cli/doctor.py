"""`flask doctor`: says what is misconfigured, unreachable, unwritable or not migrated, and what to do about it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.assets import VENDOR, is_minified
from app.cli.common import now, plain_errors, rules
from app.config import ROOT, unknown_settings
from app.connectors.reach import unreachable
from app.connectors.source import Source
from app.database import shown_address
from app.domain.local_times import moment_in_words
from app.domain.settings import url
from app.extensions import db
from app.queries.deliveries import unarrived
from app.queries.schedule import worker_state
from app.queries.scheduled import overdue
from app.targets import DirectoryTarget
from app.targets.mail import NEEDED

GOOD, OFF, BAD = "ok", "off", "fix"
# So many deliveries that did not arrive are told one by one.
SHOWN_DELIVERIES = 5
# What one look found: one of the marks, and a sentence.
Finding = tuple[str, str]


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Do not try whether sources and targets can be reached.")
@plain_errors
def doctor_command(offline: bool) -> None:
    """Say what is misconfigured, unreachable, unwritable or not migrated; ends in 1 where something must be mended."""
    is_sick = False
    for mark, sentence in _findings(offline):
        click.echo(f"{mark:<4}{sentence}")
        is_sick = is_sick or mark == BAD
    sys.exit(1 if is_sick else 0)


def _findings(offline: bool) -> Iterator[Finding]:
    yield from _settings()
    yield from _database()
    yield from _instance()
    yield from _targets(offline)
    yield from _mail(offline)
    yield from _scripts()
    yield from _sources(offline)


def _settings() -> Iterator[Finding]:
    for name in unknown_settings():
        yield BAD, f"{name} is no setting of the desk; look for a typing error."
    kept = "is set" if os.environ.get("HOTPAPERS_SECRET_KEY") else "is kept in the instance folder"
    yield GOOD, f"The secret key {kept}."


def _database() -> Iterator[Finding]:
    address = shown_address(current_app.config["SQLALCHEMY_DATABASE_URI"])
    try:
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        yield BAD, f"The database {address} cannot be reached; check HOTPAPERS_DATABASE_URL."
        return
    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if current != newest:
        yield BAD, f"The database {address} is not up to date; run: flask db upgrade"
        return
    yield GOOD, f"The database {address} is up to date."
    worker = worker_state(db.session, now())
    if worker.is_running:
        yield GOOD, f"A worker is running. {worker.said}"
    else:
        yield OFF, "No worker is running; flask worker starts one."
    yield from _deliveries()
    yield from _schedules()


def _deliveries() -> Iterator[Finding]:
    """What has not arrived though it should have, one line for each post and target."""
    found = [line for line in unarrived(db.session) if line.attempts or line.is_overdue(now())]
    for line in found[:SHOWN_DELIVERIES]:
        what = f"The post of {line.date} has not arrived at the target {line.target}"
        if line.status == "changed":
            yield BAD, f"{what}: something else stands there; look at its page and say what is to stand there."
        elif line.error:
            yield BAD, f"{what} (tried {line.attempts} times): {line.error}"
        else:
            yield BAD, f"{what}; start a worker, or run: flask deliver"
    if len(found) > SHOWN_DELIVERIES:
        yield BAD, f"{len(found) - SHOWN_DELIVERIES} deliveries more have not arrived."


def _schedules() -> Iterator[Finding]:
    """What was to be published at a time and was not."""
    for late in overdue(db.session, now()):
        at = moment_in_words(late.publish_at, rules().timezone)
        why = late.problem or f"Start a worker, or run: flask publish {late.date}"
        yield BAD, f"The edition of {late.date} was to be published {at} and was not. {why}"


def _instance() -> Iterator[Finding]:
    folder = Path(current_app.config["INSTANCE_DIR"])
    if reason := _unwritable(folder):
        yield BAD, f"HOTPAPERS_INSTANCE_DIR {folder} cannot be written to ({reason})."
    else:
        yield GOOD, f"HOTPAPERS_INSTANCE_DIR {folder} can be written to."


def _targets(offline: bool) -> Iterator[Finding]:
    """Each target by its own word; without the network only those that need none."""
    targets = current_app.extensions["targets"]
    asked = [target for target in targets if target.name == DirectoryTarget.name or not offline]
    with ThreadPoolExecutor(8) as pool:
        reasons = dict(zip((target.name for target in asked), pool.map(lambda each: each.check(), asked), strict=True))
    for target in targets:
        if target.name not in reasons:
            yield GOOD, f"Posts go to {target.describe()}."
        elif reason := reasons[target.name]:
            yield BAD, reason
        else:
            can = "can be reached" if target.is_hook else "can be written to"
            yield GOOD, f"Posts go to {target.describe()}, which {can}."


def _mail(offline: bool) -> Iterator[Finding]:
    server = current_app.extensions["mail_server"]
    if server.missing:
        # Half of the settings is a mistake; none of them is a house that sends no mail.
        mark = OFF if len(server.missing) == len(NEEDED) else BAD
        yield mark, f"No mail is sent; {' and '.join(f'HOTPAPERS_{name}' for name in server.missing)} would be needed."
    elif not offline and (reason := server.check()):
        yield BAD, reason
    else:
        yield GOOD, f"Mails go to {server.describe()}."


def _unwritable(folder: Path) -> str | None:
    """Why nothing can be written into a folder, or into the one that it would be made in; None where it can."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _scripts() -> Iterator[Finding]:
    if (VENDOR / "htmx.min.js").exists():
        yield GOOD, "The page's scripts are fetched."
        if not is_minified():
            yield OFF, "Our own scripts and styles go out as they are, not minified; run: make setup"
    else:
        yield BAD, "The page's scripts are not fetched, so it works without moving by drag; run: make setup"


def _sources(offline: bool) -> Iterator[Finding]:
    config = current_app.config
    states = current_app.extensions["sources"]
    addresses = {source.name: _addresses(source) for source, off in states if not off}
    with ThreadPoolExecutor(8) as pool:
        wanted = [] if offline else [address for found in addresses.values() for address in found]
        reasons = dict(zip(wanted, pool.map(unreachable, wanted), strict=True))
    for source, off in states:
        if off:
            yield OFF, off
            continue
        bad = [reason for address in addresses[source.name] if (reason := reasons.get(address))]
        for reason in bad:
            yield BAD, f"{source.label} cannot be reached: {reason}."
        if not bad:
            missing = source.could_have(config)
            more = f" With {' and '.join(missing)} it would give more." if missing else ""
            yield GOOD, f"{source.label} is on{'' if offline else ' and can be reached'}.{more}"


def _addresses(source: Source) -> list[str]:
    """The base addresses among a source's settings."""
    values = [current_app.config[setting.name] for setting in source.settings if setting.name.endswith(("_URL", "S"))]
    flat = [part for value in values for part in ([value] if isinstance(value, str) else value)]
    found = []
    for part in flat:
        try:
            found.append(url(str(part)))
        except ValueError:
            continue  # A category or a tag.
    return found

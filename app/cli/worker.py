"""`flask worker`: collects by the schedule and on request, until it is stopped."""

import logging
import signal
import sys

import click
from flask import current_app
from sqlalchemy import inspect

from app.cli.common import plain_errors
from app.domain.editions import NotAllowed
from app.extensions import db
from app.jobs import means
from app.services.collecting import say_goodbye, tell


@click.command("worker")
@plain_errors
def worker_command() -> None:
    """Collect papers as arXiv lists them and read their numbers again, and do what editors ask for. Ctrl-C stops it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Until the queue takes over: being told to stop while starting is no failure.
        signal.signal(number, lambda *_: sys.exit(0))
    if not inspect(db.engine).has_table("run_requests"):
        raise NotAllowed("The database is not up to date; run: flask db upgrade")
    logging.getLogger("huey").setLevel(logging.WARNING)
    try:
        found = tell(db.session, means(current_app))
        click.echo(f"The worker is at work. {found.said}")
        db.session.remove()
        current_app.extensions["jobs"].run()
    finally:
        db.session.rollback()
        say_goodbye(db.session)

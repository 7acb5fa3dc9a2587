"""`flask deliver`: posts on their way to the targets, now."""

import sys

import click
from flask import current_app

from app.cli.common import plain_errors
from app.extensions import db
from app.services.delivery import deliver_due


@click.command("deliver")
@click.option("--all", "backing_off", is_flag=True, help="Also what would be tried later, or by hand only.")
@plain_errors
def deliver_command(backing_off: bool) -> None:
    """Deliver what is due, as the worker does; ends in 1 where something did not arrive.

    What can still be taken back waits until its time is over.
    """
    targets, clock = current_app.extensions["targets"], current_app.extensions["clock"]
    places = {target.name: target.describe() for target in targets}
    arrived = failed = 0
    # Each line comes as soon as it is known, so nobody waits before an empty screen.
    for delivery in deliver_due(db.session, targets=targets, clock=clock, backing_off=backing_off):
        what = f"{delivery.post.file_name} to {places.get(delivery.target, delivery.target)}"
        if delivery.error:
            failed += 1
            click.echo(f"{what}: {delivery.error}", err=True)
        else:
            arrived += 1
            click.echo(f"{what}: {delivery.receipt}")
    click.echo(f"{arrived} delivered, {failed} not" if arrived or failed else "Nothing is due.")
    sys.exit(1 if failed else 0)

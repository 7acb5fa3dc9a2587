"""`flask publish`, and what follows it: `flask posts correct`, `retract` and `restore`."""

import sys
from datetime import date

import click
from flask import current_app

from app.cli.common import DAY, acting, edition_on, now, plain_errors, rules
from app.cli.rehearse import say_red
from app.domain.editions import EmptyEdition
from app.domain.rehearsal import is_red
from app.extensions import db
from app.models import Delivery, Edition
from app.queries.order import picked_count
from app.queries.posts import deliveries_of, post_of
from app.services import correcting, retracting
from app.services.publishing import Published, publish
from app.services.rehearsal import rehearsal_of


@click.command("publish")
@click.argument("day", type=DAY)
@click.option("--yes", is_flag=True, help="Do not ask, not even for an edition without papers.")
@click.option("--reason", default="", help="Why, although its rehearsal is not good.")
@click.option(
    "--correction", "note", default="", metavar="NOTE", help="What was wrong, for the readers of a correction."
)
@plain_errors
def publish_command(day: date, yes: bool, reason: str, note: str) -> None:
    """Freeze the edition of a date into its post, or its correction into the next revision, and deliver it."""
    edition = edition_on(day)
    if edition.status == "draft":
        reason = _rehearsed(edition, reason, yes)
        if not yes:
            _ask(edition)
    published = _publish(edition.id, reason, note, empty_confirmed=yes)
    if published is None:
        click.confirm(f"No paper is picked for {day}. Publish an empty post?", abort=True, err=True)
        published = _publish(edition.id, reason, note, empty_confirmed=True)
    _say(published)


def _ask(edition: Edition) -> None:
    papers = picked_count(db.session, edition.id)
    where = " and ".join(target.describe() for target in current_app.extensions["targets"])
    what = f"the correction, with {papers}" if edition.post_id else papers
    question = f"Publish {what} paper{'' if papers == 1 else 's'} of {edition.date} to {where}?"
    click.confirm(question, abort=True, err=True)


def _rehearsed(edition: Edition, reason: str, yes: bool) -> str:
    """Say what is wrong with the post, and ask for a reason where none is given and somebody is there to be asked."""
    targets = current_app.extensions["targets"]
    lines = rehearsal_of(db.session, edition, now=now(), rules=rules(), targets=targets)
    say_red(lines, about="warning")
    if reason or yes or not is_red(lines) or not sys.stdin.isatty():
        return reason
    return click.prompt("Publish it nevertheless, because", err=True)


def _publish(edition_id: int, reason: str, note: str, *, empty_confirmed: bool) -> Published | None:
    """The post, or None where the edition is empty and nobody has said yes to that."""
    said = {"reason": reason, "note": note, "empty_confirmed": empty_confirmed}
    try:
        return publish(db.session, edition_id, acting(), targets=current_app.extensions["targets"], **said)
    except EmptyEdition:
        return None


def _say(published: Published) -> None:
    post = published.post
    if not published.is_new:
        click.echo("It was published before; nothing changed.")
    has_arrived = _say_deliveries(post.id)
    click.echo(f"revision {post.revision}")
    click.echo(f"sha256 {post.sha256}")
    sys.exit(0 if has_arrived else 1)


def _say_deliveries(post_id: int) -> bool:
    """Say where a post stands now, and what has not arrived; whether all has."""
    newest = {delivery.target: delivery for delivery in deliveries_of(db.session, post_id)}
    open_ones = [delivery for delivery in newest.values() if delivery.status not in ("delivered", "left", "superseded")]
    for delivery in newest.values():
        if delivery.status == "delivered":
            click.echo(f"file {delivery.receipt}")
    for delivery in open_ones:
        click.echo(delivery.error or _unsaid(delivery), err=True)
    return not open_ones


def _unsaid(delivery: Delivery) -> str:
    """Why nothing is known yet of a delivery."""
    if delivery.claimed_until is None or delivery.claimed_until <= now():
        return f"{delivery.target} has not been tried yet."
    again = f"{delivery.claimed_until.astimezone(rules().timezone):%H:%M}"
    return f"{delivery.target} is being tried; should that have been cut off, it can be tried again at {again}."


@click.command("correct")
@click.argument("day", type=DAY)
@click.option("--give-up", is_flag=True, help="Close it again, with everything in it as its post has it.")
@plain_errors
def correct_command(day: date, give_up: bool) -> None:
    """Open the edition of a published post again, to correct it; then: flask publish DAY --correction NOTE."""
    edition = edition_on(day)
    if give_up:
        correcting.give_up(db.session, edition.id, acting())
        click.echo("The correction is given up; the edition is again as its post has it.")
        return
    correcting.reopen(db.session, edition.id, acting())
    click.echo("The edition is open; readers keep the post until the correction is published.")


@click.command("retract")
@click.argument("day", type=DAY)
@click.option("--reason", required=True, help="Why, for the other editors and the archive.")
@plain_errors
def retract_command(day: date, reason: str) -> None:
    """Withdraw the post of a date from its readers; it is removed where it was delivered, and kept in the archive."""
    edition = edition_on(day)
    retracting.retract(db.session, edition.id, acting(), reason=reason, targets=current_app.extensions["targets"])
    _say_after(edition, "Retracted.")


@click.command("restore")
@click.argument("day", type=DAY)
@plain_errors
def restore_command(day: date) -> None:
    """Give a retracted post back to its readers, as it was."""
    edition = edition_on(day)
    retracting.restore(db.session, edition.id, acting(), targets=current_app.extensions["targets"])
    _say_after(edition, "Restored.")


def _say_after(edition: Edition, sentence: str) -> None:
    click.echo(sentence)
    post = post_of(db.session, edition)
    sys.exit(0 if post is None or _say_deliveries(post.id) else 1)

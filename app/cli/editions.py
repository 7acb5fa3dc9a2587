"""`flask editions`, `flask mentions`, `flask preview`."""

import json
import sys
from datetime import date

import click

from app.cli.common import DAY, acting, edition_on, now, plain_errors, rules
from app.extensions import db
from app.queries.editions_json import edition_json
from app.queries.waiting import waiting_of
from app.services import evidence
from app.services.publishing import preview


@click.group("editions")
def editions_group() -> None:
    """Look at editions."""


@editions_group.command("show")
@click.argument("day", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@plain_errors
def show_command(day: date, as_json: bool) -> None:
    """Print the edition of a date."""
    edition = edition_on(day)
    shown = edition_json(db.session, edition)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    click.echo(f"{shown['date']}, {shown['status']}, version {shown['version']}, cut {shown['cut']:g}")
    waiting = waiting_of(db.session, edition, rules())
    if waiting.changes:
        click.echo(f"waiting to be taken or left: {waiting.sentence}")
    for state in ("picked", "candidates", "dropped"):
        click.echo(f"\n{state} ({len(shown[state])})")
        for item in shown[state]:
            number = f"{item['position']:>3}. " if item["position"] else "     "
            reason = f"  ({item['reason']})" if item.get("reason") else ""
            title = item["headline"] or item["title"]
            click.echo(f"{number}{item['score']:>7g}  {item['arxiv_id']:<12}  {title}{reason}")


@click.group("mentions")
def mentions_group() -> None:
    """Strike mentions, or let them count again."""


@mentions_group.command("strike")
@click.argument("source")
@click.argument("external_id", metavar="ID")
@click.option("--undo", is_flag=True, help="Take the strike back.")
@click.option("--reason", help="Why, for the others.")
@plain_errors
def strike_command(source: str, external_id: str, undo: bool, reason: str | None) -> None:
    """Strike the mention ID of SOURCE everywhere; the papers it names are rescored at once."""
    mention = evidence.mention_by_name(db.session, source, external_id)
    if undo:
        acted = evidence.unstrike(db.session, mention.id, acting())
    else:
        acted = evidence.strike(db.session, mention.id, acting(), reason=reason)
    if acted.event_id is None:
        click.echo("It is not struck; nothing changed." if undo else "It is struck already; nothing changed.")
    else:
        papers = f"{len(acted.item_ids)} paper{'' if len(acted.item_ids) == 1 else 's'} rescored"
        click.echo(f"It counts again; {papers}." if undo else f"Struck; {papers}.")


@click.command("preview")
@click.argument("day", type=DAY)
@plain_errors
def preview_command(day: date) -> None:
    """Print the Markdown that publishing the edition of a date would freeze."""
    data = preview(db.session, edition_on(day).id, now=now(), rules=rules())
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

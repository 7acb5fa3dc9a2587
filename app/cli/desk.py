"""`flask editors`, `flask demo`, `flask welcome`: accounts, the invented day, and the first start."""

import sys
from datetime import date

import click
from flask import current_app
from sqlalchemy import Select, exists, select

from app.cli.common import DAY, listing_today, now, plain_errors, rules
from app.demo import EARLIEST, DemoDay
from app.domain.editions import NotAllowed
from app.domain.listings import newest_weekday
from app.extensions import db
from app.models import Editor, Paper, Run
from app.models.editors import ROLES, name_key
from app.services.accounts import add_editor, close_account, editor_called, make_link
from app.services.ingestion import ingest

LOCAL = "http://127.0.0.1:5000"
FIRST_EDITOR = "Editor"
URL_OPTION = click.option("--url", default=LOCAL, show_default=True, help="The address at which the desk is served.")


@click.group("editors")
def editors_group() -> None:
    """Make accounts, and links that let people in."""


@editors_group.command("add")
@click.argument("name")
@click.option("--role", default="editor", show_default=True, help=f"One of: {', '.join(ROLES)}.")
@plain_errors
def add_command(name: str, role: str) -> None:
    """Make an account. The password is asked for, or read from standard input (its first line)."""
    editor = add_editor(db.session, name, password=_password(), role=role, now=now())
    click.echo(f"{editor.name} has an account as {editor.role}.")


@editors_group.command("link")
@click.argument("name")
@URL_OPTION
@plain_errors
def link_command(name: str, url: str) -> None:
    """Print a link that signs NAME in, once, within a week."""
    click.echo(_link(_editor_called(name), url))


@editors_group.command("close")
@click.argument("name")
@plain_errors
def close_command(name: str) -> None:
    """Let NAME in no more; what NAME did stays in the history."""
    editor = _editor_called(name)
    close_account(db.session, editor, now=now())
    click.echo(f"{editor.name} may not sign in any more.")


@editors_group.command("list")
@plain_errors
def list_command() -> None:
    """Print every account with its role."""
    editors = list(db.session.scalars(select(Editor).order_by(Editor.name_key)))
    if not editors:
        click.echo("There is no account yet; make one with: flask editors add NAME")
    for editor in editors:
        shut = "" if editor.is_active else ", may not sign in"
        click.echo(f"{editor.name} ({editor.role}{shut})")


@click.command("demo")
@click.option("--date", "day", type=DAY, help="The date of the invented day; the newest weekday if left out.")
@click.option("--later", is_flag=True, help="What a second look finds: new papers, other numbers, a withdrawal.")
@plain_errors
def demo_command(day: date | None, later: bool) -> None:
    """Lay an invented day of papers, and the one before, on the desk: every feature, no network, no keys."""
    day = day or _newest_weekday()
    if day < EARLIEST:
        raise NotAllowed(f"The demo can be laid on dates from {EARLIEST} on, not on {day}.")
    click.echo(_lay_demo(day, later=later))


@click.command("welcome")
@URL_OPTION
@plain_errors
def ready_command(url: str) -> None:
    """Make a new desk usable: the demo if it has no papers, an account if it has none; print a sign-in link."""
    if not db.session.scalar(select(exists().where(Paper.id.is_not(None)))):
        click.echo(_lay_demo(_newest_weekday(), later=False))
    editor = db.session.scalars(_active_editors()).first()
    if editor is None:
        editor = add_editor(db.session, _free_name(), now=now())
        click.echo(f"The account “{editor.name}” was made; make others with: flask editors add NAME")
    click.echo(f"Sign in as {editor.name}, once, with: {_link(editor, url)}")


def _password() -> str:
    """The new password: asked for twice on a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return sys.stdin.readline().rstrip("\r\n")


def _editor_called(name: str) -> Editor:
    editor = editor_called(db.session, name)
    if editor is None:
        raise NotAllowed(f"There is no editor called {name}; see: flask editors list")
    if not editor.is_active:
        raise NotAllowed(f"{editor.name} may not sign in any more.")
    return editor


def _active_editors() -> Select[tuple[Editor]]:
    return select(Editor).where(Editor.role == "editor", Editor.disabled_at.is_(None)).order_by(Editor.id)


def _free_name() -> str:
    """ "Editor", or with a number where a reader or a closed account has that name."""
    taken = set(db.session.scalars(select(Editor.name_key)))
    names = [FIRST_EDITOR, *(f"{FIRST_EDITOR} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name_key(name) not in taken)


def _link(editor: Editor, url: str) -> str:
    return f"{url.rstrip('/')}/sign-in/{make_link(db.session, editor, now=now())}"


def _newest_weekday() -> date:
    return newest_weekday(listing_today())


def _lay_demo(day: date, *, later: bool) -> str:
    """Ingest the demo through the door that real papers come in by; returns what to say of it."""
    connector = DemoDay(day, later=later)
    run = ingest(db.session, [connector], day=day, clock=current_app.extensions["clock"], rules=rules())
    return _said(run, day, later)


def _said(run: Run, day: date, later: bool) -> str:
    (report,) = run.reports
    if run.status != "succeeded":
        raise NotAllowed(f"The demo could not be laid out: {report['stopped'] or report['problems'][0]['reason']}")
    if not report["new"] and not report["updated"]:
        return f"The invented papers of {day} are here already; nothing changed."
    if later:
        return f"A second look at the invented day {day} brought {report['new']} new papers and posts."
    return f"The desk has an invented day of papers, {day}, and the one before."

"""`flask posts rehearse`: what would go wrong with a post, said before it does."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from app.cli.common import DAY, WRITTEN, edition_on, now, plain_errors, rules
from app.domain.editions import NotAllowed
from app.domain.rehearsal import Line, is_red, rehearse
from app.extensions import db
from app.models import Edition
from app.queries.posts import post_on
from app.services.rehearsal import rehearsal_of, target_lines


@click.command("rehearse")
@click.argument("what", nargs=-1, metavar="[DATE | PATH]...")
@plain_errors
def rehearse_command(what: tuple[str, ...]) -> None:
    """Hold posts against everybody who will read them, and ask the targets whether they would take them.

    Each is the date of an edition, a file, or a folder of .md files; where none is named it is the newest edition that
    can be published. What is wrong goes to standard error with the line that is meant, and the exit status is 1 then.
    """
    told = [_told(name, lines) for one in what or (_newest(),) for name, lines in _rehearsals(one)]
    if len(told) > 1:
        click.echo(f"{len(told)} posts: {told.count(True)} without a fault, {told.count(False)} with one")
    sys.exit(0 if all(told) else 1)


def say_red(lines: Iterable[Line], *, about: str = "") -> None:
    """Every check that was not passed on standard error, with its line of the post below it."""
    for line in lines:
        if line.is_bad:
            where = [about] if about else []
            where += [f"line {line.line_number}"] if line.line_number else []
            click.echo(f"{', '.join(where)}: {line.said}" if where else line.said, err=True)
            if line.line_text:
                click.echo(f"    {line.line_text}", err=True)


def _newest() -> str:
    newest = db.session.scalar(
        select(Edition.date).where(Edition.status == "draft").order_by(Edition.date.desc()).limit(1)
    )
    if newest is None:
        raise NotAllowed("There is no edition that could be published; name a date, a file or a folder.")
    return newest.isoformat()


def _rehearsals(what: str) -> Iterable[tuple[str, list[Line]]]:
    """The name and the rehearsal of each post that is meant."""
    if WRITTEN.fullmatch(what) and not Path(what).exists():
        yield what, _of_edition(DAY.convert(what, None, None))
        return
    path = Path(what)
    for file in sorted(path.glob("*.md")) if path.is_dir() else [path]:
        try:
            yield file.name, rehearse(file.read_bytes(), papers=None, now=now())
        except OSError as error:
            raise NotAllowed(f"{file} cannot be read ({(error.strerror or str(error)).lower()}).") from error


def _of_edition(day: date) -> list[Line]:
    """The rehearsal of a draft as it stands, or of the post that a published edition has."""
    edition, targets = edition_on(day), current_app.extensions["targets"]
    post = post_on(db.session, day) if edition.status == "published" else None
    if post:
        return [*rehearse(post.markdown, papers=None, now=now()), *target_lines(targets)]
    return rehearsal_of(db.session, edition, now=now(), rules=rules(), targets=targets)


def _told(name: str, lines: Sequence[Line]) -> bool:
    """Say it; whether nothing is wrong."""
    passed = sum(not line.is_bad for line in lines)
    click.echo(f"{name}: {passed} of {len(lines)} checks passed")
    say_red(lines, about=name)
    return not is_red(lines)

"""`flask posts`: the archive read in, written out, verified."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import inspect

from app.cli.common import acting, plain_errors
from app.domain.editions import NotAllowed
from app.extensions import db
from app.services.archive import Checked, export_posts, import_post, verify_file, verify_stored


@click.group("posts")
def posts_group() -> None:
    """Read posts in, write them out, verify them."""


@posts_group.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@plain_errors
def import_command(paths: tuple[Path, ...]) -> None:
    """Read posts of the archive (files, or folders of .md files); what is there already is left alone."""
    new = there = failed = 0
    files = list(_files(paths))
    with click.progressbar(files, label="posts", file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        for path in shown:
            try:
                is_new = import_post(db.session, path.name, path.read_bytes(), acting())
                new, there = new + is_new, there + (not is_new)
            except OSError as error:
                failed += 1
                click.echo(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})", err=True)
            except NotAllowed as error:
                failed += 1
                click.echo(f"{path}: {error}", err=True)
    click.echo(f"{new} imported, {there} there already, {failed} failed")
    sys.exit(1 if failed else 0)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.md"))
        else:
            yield path


@posts_group.command("export")
@click.argument("directory", type=click.Path(path_type=Path))
@plain_errors
def export_command(directory: Path) -> None:
    """Write every frozen post into DIRECTORY, the bytes as published."""
    count = sum(1 for _ in export_posts(db.session, directory))
    click.echo(f"{count} posts in {directory}")


@posts_group.command("verify")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@plain_errors
def verify_command(paths: tuple[Path, ...]) -> None:
    """Rebuild posts and compare: the given files by reading and composing, all stored ones from their records."""
    good = True
    if paths:
        good = _report("file", [verify_file(path) for path in _files(paths)])
    # Files can be verified before there is a database.
    if not paths or inspect(db.engine).has_table("posts"):
        good = _report("stored post", list(verify_stored(db.session))) and good
    sys.exit(0 if good else 1)


def _report(what: str, checked: list[Checked]) -> bool:
    bad = [found for found in checked if found.problem]
    for found in bad:
        click.echo(f"{found.name}: {found.problem}", err=True)
    same = len(checked) - len(bad)
    click.echo(f"{what}s: {same} of {len(checked)} byte for byte")
    return not bad

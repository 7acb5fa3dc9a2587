"""`flask ingest`: one ingestion run."""

import sys
from datetime import date
from pathlib import Path

import click
from flask import current_app

from app.cli.common import DAY, listing_today, plain_errors, rules
from app.connectors import SOURCES, make_connectors, sources_off
from app.connectors.candidates import CandidatesFile
from app.domain.sources import Connector
from app.extensions import db
from app.models import Run
from app.services.ingestion import ingest

EXIT = {"succeeded": 0, "partial": 3, "failed": 1}


@click.command("ingest")
@click.option("--date", "day", type=DAY, help="The listing date; today's in New York if left out.")
@click.option("--source", "sources", multiple=True, help="Read this source only; may be given more than once.")
@click.option("--from", "path", type=click.Path(path_type=Path), help="Read a candidates file (JSON Lines) instead.")
@plain_errors
def ingest_command(day: date | None, sources: tuple[str, ...], path: Path | None) -> None:
    """Collect the papers of a day and what was said of them. Ends in 0, 3 (some failed) or 1 (all failed)."""
    connectors = [CandidatesFile(path, default_day=day)] if path else _connectors(sources)
    off = {} if path or sources else sources_off(current_app.config)
    with _Bar(sys.stderr.isatty()) as bar:
        run = ingest(
            db.session,
            connectors,
            day=day or (None if path else listing_today()),
            clock=current_app.extensions["clock"],
            rules=rules(),
            off=off,
            asks_all=not (path or sources),
            progress=bar.show,
        )
    _say(run)
    sys.exit(EXIT[run.status])


def _connectors(names: tuple[str, ...]) -> list[Connector]:
    for name in names:
        if name not in SOURCES:
            raise click.UsageError(f"There is no source {name}; there are: {', '.join(SOURCES)}.")
        if reason := SOURCES[name].off(current_app.config):
            raise click.UsageError(reason)
    return make_connectors(current_app.config, listing_today(), names or None)


class _Bar:
    """A progress bar per source, on a terminal only."""

    def __init__(self, shown: bool) -> None:
        self.shown, self.bars = shown, dict[str, object]()

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self.bars.values():
            bar.render_finish()

    def show(self, source: str, done: int, expected: int | None) -> None:
        """Draw how far a source is."""
        if not self.shown or not expected:
            return
        bar = self.bars.get(source)
        if bar is None:
            bar = self.bars[source] = click.progressbar(length=expected, label=source, file=sys.stderr)
        bar.update(max(0, min(done, expected) - bar.pos))


def _say(run: Run) -> None:
    for report in run.reports:
        if report["status"] == "off":
            click.echo(f"{report['source']}: off; {' '.join(report['notices'])}")
            continue
        numbers = ", ".join(f"{report[name]} {name}" for name in ("found", "new", "updated", "failed"))
        mentions = f"; {report['mentions']} mentions, {report['new_mentions']} new" if report["mentions"] else ""
        readings = f"; {report['readings']} readings" if report["readings"] else ""
        click.echo(f"{report['source']}: {numbers}{mentions}{readings}")
        for notice in report["notices"]:
            click.echo(f"  {notice}")
        for problem in report["problems"]:
            click.echo(f"{report['source']}, {problem['where']}: {problem['reason']}", err=True)
        if report["stopped"]:
            click.echo(report["stopped"], err=True)

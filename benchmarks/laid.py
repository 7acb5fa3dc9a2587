"""The desks that are measured: one with a month of editions, and the same one with five years of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.domain.sources import Fetched
from app.extensions import db
from app.queries.editions import edition_on
from app.services.accounts import add_editor, editor_called, end_tour
from app.services.acting import Acting
from app.services.ingestion import ingest
from app.services.publishing import publish
from benchmarks.invented import DAY, MORNING, PAPERS_IN_POST, Listing, a_day, picked_only, weekdays_before
from benchmarks.years import Day, marks, settle

EDITOR, PASSWORD = "Mina", "lanterns and moss"
# The last day before the measured ones that has a post, and the one whose draft is previewed and copied.
PUBLISHED_DAY, DRAFT_DAY = date(2026, 11, 11), date(2026, 11, 12)
# Where lists of papers are put in order: each size has a day of its own.
ORDERED_DAYS = (date(2026, 11, 17), date(2026, 11, 16), date(2026, 11, 13))
FIRST_TO_PUBLISH = date(2026, 12, 1)
NOW = MORNING + timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is laid: papers that are looked at, papers put in order, editions of the past, papers of each."""

    candidates: int
    ordered: tuple[int, int, int]
    month: int
    years: int
    past_papers: int
    to_publish: int


FULL = Sizes(1000, (100, 1000, 5000), 22, 1260, 40, 20)
QUICK = Sizes(1000, (100, 1000, 2000), 22, 150, 40, 10)


def settings(url: str, folder: Path) -> dict[str, str]:
    """The settings of a measured desk."""
    return {
        "HOTPAPERS_DATABASE_URL": url,
        "HOTPAPERS_INSTANCE_DIR": str(folder),
        "HOTPAPERS_SECRET_KEY": "no secret, for measurements only",
    }


def desk_app(url: str, folder: Path) -> Flask:
    """The desk at a time that stands still, so that no number gets older while it is measured."""
    app = create_app(settings(url, folder))
    app.extensions["clock"] = lambda: NOW
    return app


def lay_month(app: Flask, sizes: Sizes) -> Day:
    """Lay everything that is measured, and a month of posts before it; returns the day that the posts are copies of."""
    with app.app_context():
        upgrade()
        editor = add_editor(db.session, EDITOR, password=PASSWORD, now=MORNING)
        end_tour(db.session, editor.id, now=MORNING)
        for day, count in zip(ORDERED_DAYS, sizes.ordered, strict=True):
            _ingest(app, day, picked_only(day, count))
        drafts = [FIRST_TO_PUBLISH + timedelta(days=n) for n in range(sizes.to_publish)]
        _copy(_lay(app, DRAFT_DAY, sizes.past_papers), drafts)
        past = _lay(app, PUBLISHED_DAY, sizes.past_papers, is_out=True)
        _copy(past, weekdays_before(PUBLISHED_DAY, sizes.month))
        _ingest(app, DAY, a_day(DAY, PAPERS_IN_POST, sizes.candidates))
        leave(app)
        return past


def lay_years(app: Flask, past: Day, sizes: Sizes) -> None:
    """Put the rest of five years of posts onto a desk that has a month of them."""
    with app.app_context():
        _copy(past, weekdays_before(PUBLISHED_DAY, sizes.years)[sizes.month :])
        leave(app)


def _ingest(app: Flask, day: date, things: list[Fetched]) -> None:
    ingest(db.session, [Listing(things)], day=day, clock=lambda: MORNING, rules=app.extensions["rules"])


def _lay(app: Flask, day: date, papers: int, *, is_out: bool = False) -> Day:
    """A day made by the desk itself, as rows to be copied; `is_out` says that it was published."""
    before = marks(db.session.connection())
    _ingest(app, day, a_day(day, PAPERS_IN_POST, papers - PAPERS_IN_POST, hours=3))
    if is_out:
        edition = edition_on(db.session, day)
        publish(db.session, edition.id, _acting(app), targets=app.extensions["targets"])
    return Day(db.session.connection(), day, before)


def _acting(app: Flask) -> Acting:
    return Acting(editor_called(db.session, EDITOR), NOW, app.extensions["rules"])


def _copy(day: Day, days: Sequence[date]) -> None:
    connection = db.session.connection()
    day.copy(connection, days)
    settle(connection)
    db.session.commit()


def leave(app: Flask) -> None:
    """Close the database as a desk finds it that has run for a while: nothing left in a log, statistics up to date."""
    postgresql = db.engine.dialect.name == "postgresql"
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # PostgreSQL looks after itself, but not within a minute; SQLite has no statistics on any desk.
        connection.execute(text("vacuum analyze" if postgresql else "pragma wal_checkpoint(truncate)"))
    db.engine.dispose()

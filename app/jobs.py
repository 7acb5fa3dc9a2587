"""The worker: huey's tasks and their clock, each a call of a service."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey, crontab

from app.connectors import make_client, make_connectors, sources_off
from app.connectors.links import papers_linked
from app.domain.listings import LISTING, NEW_YORK
from app.domain.sources import Connector
from app.extensions import db
from app.services.collecting import Collecting, collect_next, tell
from app.services.delivery import deliver_due
from app.services.scheduling import publish_due

NAME = "hotpapers"
# One makes runs, one delivers posts, and one says meanwhile that the worker is at work.
THREADS = 3
# Seconds after which a request of an editor is seen at the latest.
POLL = 1.0
# So many words in the queue say enough; without a worker nobody takes them out.
MANY = 10
# Seconds that a run under way is given when the worker is asked to stop; what it has read by then is kept.
GRACE = 5

logger = logging.getLogger(__name__)


class Jobs:
    """The queue of one desk. It only carries the word that there is something to do: what, the desk knows itself."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._huey: Huey | None = None
        self._delivering = threading.Lock()
        self._is_more_to_deliver = threading.Event()

    @property
    def huey(self) -> Huey:
        """The queue, made when it is first needed: beside the desk's SQLite file, or in its PostgreSQL."""
        if self._huey is None:
            self._huey = _make_huey(self._app)
            self.look = self._huey.task(name="look")(self._look)
            self._huey.periodic_task(crontab(), name="look_each_minute")(self._look)
            self.publish = self._huey.task(name="publish")(self._publish)
            self._huey.periodic_task(crontab(), name="publish_each_minute")(self._publish)
            self.deliver = self._huey.task(name="deliver")(self._deliver)
            self._huey.periodic_task(crontab(), name="deliver_each_minute")(self._deliver)
            self._huey.periodic_task(crontab(), name="beat")(self._beat)
        return self._huey

    def wake(self) -> None:
        """Tell the worker that an editor asked for something. A queue that fails only means that it takes a minute."""
        self._put(lambda: self.look())

    def wake_to_deliver(self) -> None:
        """Tell the worker that something is to be delivered; it looks for that every minute anyway."""
        self._put(lambda: self.deliver())

    def _put(self, word: Callable[[], object]) -> None:
        try:
            if self.huey.pending_count() < MANY:
                word()
        except Exception:
            logger.exception("the worker could not be woken; it looks by itself within a minute")

    def run(self) -> None:
        """Work until told to stop."""
        # What was queued while no worker ran says nothing that the first look does not find out.
        self.huey.flush()
        self._beat()
        self.look()
        self.publish()
        self.deliver()
        self.huey.create_consumer(
            workers=THREADS, max_delay=POLL, initial_delay=POLL / 10, graceful_signal="TERM", shutdown_timeout=GRACE
        ).run()

    def _look(self) -> None:
        with self._app.app_context():
            try:
                while collect_next(db.session, means(self._app)):
                    pass
            finally:
                db.session.remove()
        self._beat()

    def _publish(self) -> None:
        with self._app.app_context():
            try:
                extensions = self._app.extensions
                publish_due(db.session, extensions["targets"], extensions["clock"](), extensions["rules"])
            finally:
                db.session.remove()
        self._deliver()

    def _deliver(self) -> None:
        self._is_more_to_deliver.set()
        # Whoever is at it already goes round once more; a target that is slow must not hold up every thread.
        if not self._delivering.acquire(blocking=False):
            return
        try:
            while self._is_more_to_deliver.is_set():
                self._is_more_to_deliver.clear()
                self._deliver_all()
        finally:
            self._delivering.release()

    def _deliver_all(self) -> None:
        with self._app.app_context():
            try:
                targets, clock = self._app.extensions["targets"], self._app.extensions["clock"]
                for _ in deliver_due(db.session, targets=targets, clock=clock):
                    pass
            finally:
                db.session.remove()

    def _beat(self) -> None:
        with self._app.app_context():
            try:
                tell(db.session, means(self._app))
            finally:
                db.session.remove()


def means(app: Flask) -> Collecting:
    """What the worker of a desk collects with."""
    config, clock = app.config, app.extensions["clock"]

    def connectors(with_listing: bool, with_numbers: bool) -> list[Connector]:
        made = make_connectors(config, clock().astimezone(NEW_YORK).date())
        return [source for source in made if (with_listing if source.name == LISTING else with_numbers)]

    return Collecting(
        connectors=connectors,
        papers_linked=lambda link: papers_linked(make_client(config), link),
        off=sources_off(config),
        clock=clock,
        rules=app.extensions["rules"],
        holidays=config["ARXIV_HOLIDAYS"],
        by_schedule=config["COLLECT"],
    )


def _make_huey(app: Flask) -> Huey:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    common: dict[str, Any] = {"results": False, "utc": True}
    if url.startswith("postgresql"):
        return PostgresHuey(NAME, dsn=url.replace("+psycopg", ""), **common)
    return SqliteHuey(NAME, filename=str(app.config["INSTANCE_DIR"] / "jobs.db"), **common)

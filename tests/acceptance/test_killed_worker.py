"""A worker killed with SIGKILL at a random moment, fifty times: it leaves what one that was left alone leaves."""

import random
import shutil
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from app.extensions import db
from app.models import Item, Run, RunRequest
from app.services.run_lock import one_run_at_a_time
from tests.acceptance.test_whole_day import state_of
from tests.fakes.world import World
from tests.worker_process import worker

KILLS = 50
# The worker goes by the real clock, so the day is one of the last week's.
YESTERDAY = datetime.now(UTC).date() - timedelta(days=2)
DAY = YESTERDAY - timedelta(days=max(0, YESTERDAY.weekday() - 4))
SECONDS = 120


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is never behind the proxy of the machine that runs the tests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


class Killed:
    """A desk in a folder of its own, and workers for it in processes of their own."""

    def __init__(self, folder: Path, template: Path, world: World) -> None:
        folder.mkdir()
        shutil.copyfile(template, folder / "desk.db")
        self.settings = world.settings() | {
            "HOTPAPERS_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
            "HOTPAPERS_INSTANCE_DIR": str(folder),
            "HOTPAPERS_COLLECT": "no",
        }
        self.log = folder / "worker.log"
        self.app = create_app(self.settings)
        with self.app.app_context():
            db.session.add(RunRequest(day=DAY, asked_at=datetime.now(UTC)))
            db.session.commit()

    def worker(self) -> AbstractContextManager[BaseProcess]:
        """A worker that is killed at the end, whatever it is doing."""
        return worker(self.settings, self.log)

    def newest(self) -> int:
        """The newest run, 0 before the first."""
        return db.session.scalar(select(Run.id).order_by(Run.id.desc()).limit(1)) or 0

    def is_done(self) -> bool:
        """Whether the request was met."""
        return db.session.scalar(select(RunRequest.ended_at)) is not None


def until(seen, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        db.session.rollback()
        time.sleep(0.02)


def test_fifty_workers_killed_at_random_leave_what_one_leaves(sqlite_template, tmp_path):
    noon = datetime(DAY.year, DAY.month, DAY.day, 23, tzinfo=UTC)
    moments = random.Random(50)
    with World(DAY, papers=90, mentions=240, now=noon) as world:
        world.hackernews.clock = world.twitter.clock = time.time
        alone, killed = (Killed(tmp_path / name, sqlite_template, world) for name in ("alone", "killed"))
        with alone.app.app_context():
            started = time.monotonic()
            with alone.worker():
                until(lambda: alone.newest() > 0)
                began = time.monotonic()
                until(alone.is_done)
            length = time.monotonic() - began
            whole = state_of(db.session)
            assert (len(whole["papers"]), len(whole["mentions"])) == (90, 240)
            assert began - started < SECONDS
        with killed.app.app_context():
            kills = 0
            while kills < KILLS:
                next_one = killed.newest() + 1
                with killed.worker():
                    until(partial(lambda number: killed.newest() >= number, next_one))
                    time.sleep(moments.uniform(0, length))
                kills += 1
                if killed.is_done():
                    # It had just finished; the day is asked for again, so that all fifty hit a worker at work.
                    db.session.add(RunRequest(day=DAY, asked_at=datetime.now(UTC)))
                    db.session.commit()
            with killed.worker():
                until(lambda: not db.session.scalar(select(RunRequest.id).where(RunRequest.ended_at.is_(None))))
            assert state_of(db.session) == whole
            cut_off = db.session.scalars(select(Run).where(Run.was_cut_off)).all()
            assert len(cut_off) > KILLS / 3
            assert not db.session.scalars(select(Run).where(Run.status == "running")).all()
            assert max(db.session.scalars(select(Item.horizon))) <= killed.newest()
            with one_run_at_a_time(db.session):
                pass
        assert "Traceback" not in killed.log.read_text()

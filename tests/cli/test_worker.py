"""`flask worker` and `flask doctor`: what they say, and how the worker comes and goes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.models import Item, Paper, RunRequest, Worker
from app.queries.schedule import worker_state
from app.targets import DirectoryTarget, GitTarget, WebhookTarget
from app.targets.git_store import Access
from tests.conftest import ROOT
from tests.factories import DAY
from tests.fakes.arxiv import FakeArxiv

SECONDS = 60
ADDRESSES = [f"HOTPAPERS_ARXIV{name}_URL" for name in ("", "_API", "_RSS")]


@contextmanager
def worker(settings: dict[str, str], log: Path):
    """A worker in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HOTPAPERS_")} | settings
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"], cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(SECONDS)


def until(session, seen, seconds: float = SECONDS) -> None:
    """Wait for something to show in the database."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        session.rollback()
        time.sleep(0.1)


@pytest.fixture
def settings(settings):
    """A worker that does only what it is asked for, with every source off, so that nothing leaves the machine."""
    off = "huggingface,hackernews,bluesky,github"
    nowhere = dict.fromkeys(ADDRESSES, "http://127.0.0.1:9")
    return settings | nowhere | {"HOTPAPERS_COLLECT": "no", "HOTPAPERS_SOURCES_OFF": off}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_says_that_it_is_there_and_stops_when_told(session, settings, tmp_path, how):
    log = tmp_path / "worker.log"
    with worker(settings, log) as process:
        until(session, lambda: session.get(Worker, 1, populate_existing=True))
        process.send_signal(how)
        assert process.wait(SECONDS) == 0
    session.rollback()
    assert not worker_state(session, session.get_one(Worker, 1).seen_at).is_running
    assert "The worker is at work. The schedule is off" in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_an_editor_wakes_the_worker_and_waits_for_no_clock(app, session, settings, clock, tmp_path, backend):
    with worker(settings, tmp_path / "worker.log"):
        until(session, lambda: session.get(Worker, 1, populate_existing=True))
        # Past the look that it begins with, so that only being woken can make it look within seconds.
        time.sleep(2)
        session.add(RunRequest(day=DAY, asked_at=clock()))
        session.commit()
        app.extensions["jobs"].wake()
        until(session, lambda: session.query(RunRequest).one().run_id, 10)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_request_is_taken_up_by_whichever_worker_comes(session, settings, clock, tmp_path, backend):
    log = tmp_path / "worker.log"
    with FakeArxiv(today=DAY) as arxiv:
        asked = arxiv.papers[0].arxiv_id
        session.add(RunRequest(day=DAY, arxiv_id=asked, asked_at=clock()))
        session.commit()
        with worker(settings | dict.fromkeys(ADDRESSES, arxiv.url), log):
            until(session, lambda: session.query(RunRequest).one().ended_at)
    assert "Traceback" not in log.read_text()
    assert session.query(RunRequest).one().error is None
    assert session.query(Item).join(Paper).filter(Paper.arxiv_id == asked).one().state == "candidate"


def test_a_worker_without_tables_says_what_to_run(empty_database_url, settings, tmp_path):
    log = tmp_path / "worker.log"
    with worker(settings | {"HOTPAPERS_DATABASE_URL": empty_database_url}, log) as process:
        assert process.wait(SECONDS) == 1
    assert "flask db upgrade" in log.read_text()


class TestDoctor:
    def test_a_desk_in_order(self, runner, settings):
        done = runner.invoke(args=["doctor", "--offline"])
        assert done.exit_code == 0
        assert "is up to date." in done.output
        assert "off Reddit is off: set HOTPAPERS_REDDIT_CLIENT_ID" in done.output
        assert "off No worker is running" in done.output

    def test_it_tries_whether_the_sources_can_be_reached(self, runner):
        done = runner.invoke(args=["doctor"])
        assert done.exit_code == 1
        assert "fix arXiv cannot be reached: 127.0.0.1 does not answer" in done.output

    def test_it_names_what_is_misspelt_and_shows_no_secret(self, runner, monkeypatch, app):
        monkeypatch.setenv("HOTPAPERS_CTU", "5")
        done = runner.invoke(args=["doctor", "--offline"])
        assert (done.exit_code, "HOTPAPERS_CTU is no setting" in done.output) == (1, True)
        assert app.config["SECRET_KEY"] not in done.output

    def test_a_database_that_is_behind(self, runner, session):
        session.execute(text("update alembic_version set version_num = '0001'"))
        session.commit()
        done = runner.invoke(args=["doctor", "--offline"])
        assert (done.exit_code, "is not up to date; run: flask db upgrade" in done.output) == (1, True)

    def test_a_folder_that_cannot_be_written_to(self, runner, app, tmp_path):
        blocked = tmp_path / "file"
        blocked.write_text("")
        app.extensions["targets"] = [DirectoryTarget(blocked)]
        done = runner.invoke(args=["doctor", "--offline"])
        assert done.exit_code == 1
        assert f"fix {blocked} cannot be written to" in done.output

    def test_every_target_is_asked_whether_it_would_take_a_post(self, runner, app, tmp_path):
        hook = WebhookTarget("http://127.0.0.1:1/s3cret")
        app.extensions["targets"] = [GitTarget(Access(str(tmp_path / "none.git")), tmp_path), hook]
        done = runner.invoke(args=["doctor"])
        assert f"fix {tmp_path / 'none.git'} is no git repository" in done.output
        assert "fix The webhook at 127.0.0.1:1 cannot be reached." in done.output
        assert "s3cret" not in done.output
        assert "ok  Posts go to the webhook at 127.0.0.1:1." in runner.invoke(args=["doctor", "--offline"]).output


def test_a_run_by_hand_says_which_sources_are_off_and_that_nothing_is_announced_yet(runner, settings, clock):
    clock.now = datetime(2026, 11, 21, 15, tzinfo=UTC)
    done = runner.invoke(args=["ingest"])
    assert "reddit: off; Reddit is off: set HOTPAPERS_REDDIT_CLIENT_ID" in done.stdout
    assert "arXiv has no listing on Saturdays." in done.stdout
    assert done.exit_code == 0

"""Politeness over threads and processes: one lane per site, a pause between two requests."""

import errno
import os
import subprocess
import sys
import time

import pytest

from app.connectors.http import HttpClient, lane_of
from app.connectors.pace import Pace
from app.domain.sources import ConnectorError
from tests.fakes.site import FakeTime, Page, ScriptedSite


def test_requests_to_one_site_keep_their_distance(site: ScriptedSite, fake_time: FakeTime):
    client = HttpClient("t", intervals={lane_of(site.url): 3}, sleep=fake_time.sleep, clock=fake_time.clock)
    client.get(site.url)
    fake_time.now += 1
    client.get(site.url)
    client.get(site.url, interval=15)
    fake_time.now += 100
    client.get(site.url)
    assert fake_time.sleeps == [2, 15]


def test_arxivs_machines_share_one_lane(fake_time: FakeTime):
    pace = Pace({"arxiv.org": 3}, 1, None, fake_time.sleep, fake_time.clock)
    assert pace.lane("Export.arXiv.org") == pace.lane("rss.arxiv.org") == pace.lane("arxiv.org") == "arxiv.org"
    assert pace.lane("notarxiv.org") == "notarxiv.org"
    for host in ("export.arxiv.org", "arxiv.org", "elsewhere.test"):
        with pace.turn(host):
            pass
    assert fake_time.sleeps == [3]


@pytest.mark.parametrize("written", [b"", b"rubbish", b"nan", b"9e99"])
def test_a_damaged_or_future_time_costs_one_pause_at_most(tmp_path, fake_time: FakeTime, written: bytes):
    (tmp_path / "arxiv.org.lock").write_bytes(written)
    pace = Pace({"arxiv.org": 3}, 1, tmp_path, fake_time.sleep, fake_time.clock)
    with pace.turn("arxiv.org"):
        pass
    assert fake_time.sleeps in ([], [3])
    assert float((tmp_path / "arxiv.org.lock").read_text()) == fake_time.now


def test_a_lane_that_stays_taken_is_given_up(tmp_path, fake_time: FakeTime):
    first = Pace({}, 1, tmp_path, fake_time.sleep, fake_time.clock)
    second = Pace({}, 1, tmp_path, fake_time.sleep, fake_time.clock, longest_wait=10)
    with first.turn("arxiv.org"), pytest.raises(ConnectorError, match="another process has been talking to it for 10"):
        with second.turn("arxiv.org"):
            pass


def test_a_lock_folder_that_cannot_be_written(tmp_path, fake_time: FakeTime):
    (tmp_path / "locks").write_text("a file is in the way")
    pace = Pace({}, 1, tmp_path / "locks", fake_time.sleep, fake_time.clock)
    with pytest.raises(ConnectorError) as caught, pace.turn("arxiv.org"):
        pass
    assert caught.value.permanent


def test_a_full_disk_neither_hides_what_went_wrong_nor_shortens_the_pause(tmp_path, fake_time: FakeTime):
    (tmp_path / "arxiv.org.lock").symlink_to("/dev/full")
    pace = Pace({"arxiv.org": 3}, 1, tmp_path, fake_time.sleep, fake_time.clock)
    with pytest.raises(ConnectorError, match="^arXiv dozes.$"), pace.turn("arxiv.org"):
        raise ConnectorError("arXiv dozes.")
    with pace.turn("arxiv.org"):
        pass
    assert fake_time.sleeps == [3]


def test_a_file_system_without_locks(tmp_path, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    pace = Pace({}, 1, tmp_path, fake_time.sleep, fake_time.clock)
    with (
        pytest.raises(ConnectorError, match="cannot be locked: No locks available.$") as caught,
        pace.turn("arxiv.org"),
    ):
        pass
    assert caught.value.permanent


PROCESS = """
import sys
from pathlib import Path
from app.connectors.http import HttpClient, lane_of
client = HttpClient("t", intervals={"127.0.0.1": 0.2}, lock_dir=Path(sys.argv[2]))
for _ in range(3):
    client.get(sys.argv[1])
"""


def test_two_processes_share_the_pause(site: ScriptedSite, tmp_path):
    spans = []

    def slowly(send) -> None:
        start = time.monotonic()
        time.sleep(0.05)
        send(b"hello")
        spans.append((start, time.monotonic()))

    site.says(Page(write=slowly))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", PROCESS, site.url, str(tmp_path)]
    running = [subprocess.Popen(command, env=environ) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(spans) == 6
    gaps = [later[0] - earlier[1] for earlier, later in zip(spans, spans[1:], strict=False)]
    assert min(gaps) >= 0.19

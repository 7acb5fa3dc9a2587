"""A whole day from every network over HTTP: with faults, many times over, and it always ends in the same desk."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.connectors import make_connectors, sources_off
from app.connectors.http import HttpClient
from app.extensions import db
from app.models import Run
from app.services.ingestion import ingest
from tests.fakes.service import FAULTS
from tests.fakes.site import FakeTime
from tests.fakes.world import World

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 23, tzinfo=UTC)
# Seconds that the loopback is given to answer.
SOON = 0.4
# Everything that editors see or that scores are made of. Which run brought a thing is the report's business.
STATE = {
    "papers": "select arxiv_id, version, title, authors, abstract, categories, comment, doi, is_complete from papers",
    "announcements": "select arxiv_id, announced_on from announcements join papers p on p.id = paper_id",
    "mentions": "select source, external_id, url, author_name, author_handle, text, html, posted_at, repost_of, "
    "missed_run_id is null, gone_run_id is null from mentions",
    "names": "select source, external_id, arxiv_id from mentioned_papers join mentions m on m.id = mention_id "
    "join papers p on p.id = paper_id",
    "counts": "select s.source, coalesce(arxiv_id, external_id), reposts, likes, replies, points, stars, citations "
    "from metrics_snapshots s left join papers p on p.id = paper_id left join mentions m on m.id = mention_id",
    "items": "select date, arxiv_id, state, order_key, score from items join editions e on e.id = edition_id "
    "join papers p on p.id = paper_id",
}


class Desk:
    """A desk in a world: one run after another, with a clock that stands and a client whose waiting costs nothing."""

    def __init__(self, app: Any, world: World) -> None:
        self.app, self.world, self.time = app, world, FakeTime()

    def run(self) -> Run:
        """One ingestion run of the day with every source."""
        client = HttpClient(
            "HotPapers/test", default_interval=0.0, sleep=self.time.sleep, clock=self.time.clock, timeouts=(SOON, SOON)
        )
        connectors = make_connectors(self.app.config, DAY, client=client)
        return ingest(
            db.session, connectors, day=DAY, clock=lambda: NOW, rules=self.app.extensions["rules"],
            off=sources_off(self.app.config),
        )  # fmt: skip

    def state(self) -> dict[str, list[tuple]]:
        """What the desk holds, table by table, in an order that does not depend on ids."""
        return state_of(db.session)


def state_of(session: Session) -> dict[str, list[tuple]]:
    """What a desk holds, table by table, in an order that does not depend on ids."""
    return {name: sorted(map(tuple, session.execute(text(query))), key=repr) for name, query in STATE.items()}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is never behind the proxy of the machine that runs the tests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def desk_in(settings, request, tmp_path) -> Callable[[World], Desk]:
    """Makes the desk that lives in a world."""

    def make(world: World) -> Desk:
        app = create_app(settings | world.settings())
        context = app.app_context()
        context.push()
        request.addfinalizer(lambda: (db.session.remove(), db.engine.dispose(), context.pop()))
        return Desk(app, world)

    return make


@pytest.fixture
def another_desk_in(desk_in, settings, sqlite_template, tmp_path) -> Callable[[World], Desk]:
    """Makes a second desk, on a database of its own."""

    def make(world: World) -> Desk:
        (tmp_path / "another").mkdir()
        shutil.copyfile(sqlite_template, tmp_path / "another" / "desk.db")
        settings["HOTPAPERS_DATABASE_URL"] = f"sqlite:///{tmp_path / 'another' / 'desk.db'}"
        settings["HOTPAPERS_INSTANCE_DIR"] = str(tmp_path / "another")
        return desk_in(world)

    return make


def statuses(run: Run) -> dict[str, str]:
    return {report["source"]: report["status"] for report in run.reports}


def test_a_whole_day_goes_in_and_ten_runs_leave_what_one_leaves(desk_in):
    with World(DAY, papers=1000, mentions=3000) as world:
        desk = desk_in(world)
        run = desk.run()
        asked = {name for name, status in statuses(run).items() if status != "off"}
        assert asked == {"arxiv", "huggingface", "hackernews", "bluesky", "twitter", "mastodon", "reddit", "github"}
        assert {statuses(run)[name] for name in asked} == {"succeeded"}
        whole = desk.state()
        assert (len(whole["papers"]), len(whole["mentions"])) == (1000, 3000)
        assert sum(row[2] == "picked" for row in whole["items"]) > 15
        for _ in range(9):
            assert statuses(desk.run()) == statuses(run)
        assert desk.state() == whole
        assert db.session.scalars(select(Run.status)).all() == ["succeeded"] * 10


def test_a_whole_day_goes_in_through_every_fault_in_turn(desk_in, request):
    """Each network meets its questions with one fault after another, until it has been through all of them."""
    with World(DAY, papers=300, mentions=900) as world:
        for name, kind in cases():
            switch(world, name, kind, 1)
        desk = desk_in(world)
        for _ in range(30):
            if set(statuses(desk.run()).values()) <= {"succeeded", "off"}:
                break
        through = desk.state()
        assert sum(service.pending_faults() for service in world.services.values()) == 0
        for service in world.services.values():
            service.mend()
        fresh = request.getfixturevalue("another_desk_in")(world)
        assert set(statuses(fresh.run()).values()) <= {"succeeded", "off"}
        assert through == fresh.state()


@pytest.fixture(scope="module")
def small() -> Iterator[World]:
    """A day of 24 papers and 80 mentions, whose networks never fail by themselves."""
    with World(DAY, papers=24, mentions=80) as world:
        yield world


@pytest.fixture(autouse=True)
def mended(request) -> None:
    """Every network honest again, whatever the test before did."""
    if "small" in request.fixturenames:
        for service in request.getfixturevalue("small").services.values():
            service.mend()


# What takes long to send is in the failure table of the client; one network has it here for all.
LONG = ("huge", "bomb", "trickle")
GENERIC = tuple(kind for kind in FAULTS if kind not in LONG)
OF_ARXIV = ("429", "500", "503", "503-later", "403", "rate-text", "empty-body", "html", "slow", "cut-off")
NETWORKS = ("huggingface", "hackernews", "bluesky", "twitter", "mastodon", "reddit", "github", "oembed")


@pytest.fixture(scope="module")
def faultless(small, sqlite_template, tmp_path_factory) -> dict[str, list[tuple]]:
    """What the small day leaves when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("faultless")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    given = {"HOTPAPERS_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}", "HOTPAPERS_INSTANCE_DIR": str(folder)}
    for service in small.services.values():
        service.mend()
    with create_app(given | small.settings()).app_context():
        desk = Desk(current_app, small)
        assert set(statuses(desk.run()).values()) == {"succeeded", "off"}
        state = desk.state()
        db.engine.dispose()
    assert (len(state["papers"]), len(state["mentions"])) == (24, 80)
    return state


def cases() -> list[tuple[str, str]]:
    of_networks = [(name, kind) for name in NETWORKS for kind in (*GENERIC, "slow")]
    return [("arxiv", kind) for kind in OF_ARXIV] + of_networks + [("reddit", kind) for kind in ("huge", "bomb")]


@pytest.mark.parametrize(("name", "kind"), cases())
def test_a_fault_of_one_network_changes_nothing_once_it_is_over(desk_in, small, faultless, name, kind):
    """As long as it lasts; the test above meets each fault for one question alone."""
    desk = desk_in(small)
    switch(small, name, kind, 10**9)
    first = desk.run()
    others = set(statuses(first)) - {name, "twitter", "bluesky"}
    if name != "arxiv":
        # Whatever one of them does, the others say what they have to say.
        assert {statuses(first)[other] for other in others} <= {"succeeded", "off"}
    for service in small.services.values():
        service.mend()
    # Posts that were missing when they were asked for are gone only after two runs, and there again once they are seen.
    second = desk.run()
    assert set(statuses(second).values()) <= {"succeeded", "off"}
    assert desk.state() == faultless
    assert second.status == "succeeded"


def switch(world: World, name: str, kind: str, times: int) -> None:
    service = world.services[name]
    if name != "arxiv":
        service.fault(kind, times=times, seconds=1.5 * SOON)
        return
    for route in ("api", "rss", "new"):
        service.fault(route, kind, times=times, seconds=1.5 * SOON)

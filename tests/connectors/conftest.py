"""A client for the loopback whose waiting takes no time."""

from collections.abc import Iterator

import pytest

from app.connectors.http import HttpClient
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.desk import TODAY, Desk
from tests.fakes.site import FakeTime, ScriptedSite


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is never behind the proxy of the machine that runs the tests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def site() -> Iterator[ScriptedSite]:
    site = ScriptedSite()
    yield site
    site.close()


@pytest.fixture
def client(fake_time: FakeTime) -> HttpClient:
    """Backs off 1, 2, 4, 8 seconds without jitter, and rests for no time between requests."""
    return HttpClient(
        "HotPapers/test", default_interval=0.0, sleep=fake_time.sleep, clock=fake_time.clock, jitter=lambda: 0.0
    )


@pytest.fixture
def fake() -> Iterator[FakeArxiv]:
    with FakeArxiv(today=TODAY) as fake:
        yield fake


@pytest.fixture
def desk(client: HttpClient, fake: FakeArxiv) -> Desk:
    return Desk(client, fake)

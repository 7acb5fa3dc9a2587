"""Answers remembered between runs: asked for again only if they changed, and never more than a help."""

import hashlib
import json
import os

import pytest

from app.connectors.answers import HttpResponse
from app.connectors.http import HttpClient
from app.connectors.memory import Memory, name_of
from app.domain.sources import ConnectorError
from tests.fakes.service import Answer, Asked, FakeService
from tests.fakes.site import FakeTime

DAY = 86400.0


class Changing(FakeService):
    """A host whose one thing changes when it is told to."""

    version = 1
    by_date = False

    def respond(self, asked: Asked) -> Answer:
        mark = f"Fri, 20 Nov 2026 15:00:0{self.version} GMT" if self.by_date else f'W/"{self.version}"'
        headers = {"Last-Modified" if self.by_date else "ETag": mark, "X-Ratelimit-Remaining": "9", "Set-Cookie": "a=b"}
        if mark in (asked.header("If-None-Match"), asked.header("If-Modified-Since")):
            return Answer(b"", 304, headers, "text/plain")
        return Answer({"version": self.version, "path": asked.path}, headers=headers | {"Link": '</2>; rel="next"'})


@pytest.fixture
def fake():
    with Changing() as fake:
        yield fake


@pytest.fixture
def client(tmp_path, fake_time: FakeTime) -> HttpClient:
    return client_of(tmp_path, fake_time)


def client_of(folder, fake_time: FakeTime) -> HttpClient:
    """As each run makes one."""
    return HttpClient("t", default_interval=0, sleep=fake_time.sleep, clock=fake_time.clock, cache_dir=folder / "cache")


@pytest.mark.parametrize("by_date", [False, True])
def test_what_has_not_changed_is_not_sent_again(fake: Changing, client: HttpClient, tmp_path, fake_time, by_date):
    fake.by_date = by_date
    first = client.get(fake.url, remember=True)
    sent = fake.sent
    second = client_of(tmp_path, fake_time).get(fake.url, remember=True, content_types=("application/json",))
    assert (second.status, second.body, second.content_type) == (200, first.body, "application/json")
    assert (second.headers["link"], second.headers["x-ratelimit-remaining"]) == ('</2>; rel="next"', "9")
    assert fake.sent == sent
    fake.version = 2
    assert client.get_json(fake.url, remember=True)["version"] == 2
    assert client.get_json(fake.url, remember=True)["version"] == 2


def test_without_being_told_to_nothing_is_remembered(fake: Changing, client: HttpClient, tmp_path):
    client.get(fake.url)
    client.get(fake.url)
    assert not (tmp_path / "cache").exists()
    assert [asked.header("If-None-Match") for asked in fake.requests] == ["", ""]


def test_without_a_folder_every_answer_is_whole(fake: Changing, fake_time: FakeTime):
    client = HttpClient("t", default_interval=0, sleep=fake_time.sleep, clock=fake_time.clock)
    assert [client.get(fake.url, remember=True).status for _ in range(2)] == [200, 200]
    assert fake.requests[1].header("If-None-Match") == ""


def test_each_question_has_a_memory_of_its_own(fake: Changing, client: HttpClient, tmp_path):
    client.get(fake.url + "/a", remember=True)
    client.get(fake.url + "/a", remember=True, params={"q": "1"})
    client.get(fake.url + "/a", remember=True, params=[("q", "1"), ("q", "2")])
    client.get(fake.url + "/a", remember=True, headers={"Authorization": "Bearer hush-hush"})
    assert [asked.header("If-None-Match") for asked in fake.requests] == [""] * 4
    assert len(list((tmp_path / "cache").iterdir())) == 4


def test_no_secret_and_no_cookie_is_kept(fake: Changing, client: HttpClient, tmp_path):
    client.get(fake.url, remember=True, params={"q": "hush"}, headers={"Authorization": "Bearer hush"})
    (file,) = (tmp_path / "cache").iterdir()
    assert b"hush" not in file.read_bytes() and b"Cookie" not in file.read_bytes()
    assert (
        name_of("u", None, {"AUTHORIZATION": "a"}) == name_of("u", {}, {"Authorization": "b"}) != name_of("u", (), {})
    )


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\n",
        b"rubbish",
        b"[]\n{}",
        b"{}\n{}",
        b'{"headers": {"ETag": 5}, "sha256": ""}\n',
        b'{"headers": [1], "sha256": ""}\n',
        b"[" * 100_000,
        b'{"headers": {"ETag": "a", "Authorization": "b"}, "sha256": "%s"}\n'
        % hashlib.sha256(b"").hexdigest().encode(),
        b'{"headers": {"ETag": "a\\r\\nX: b"}, "sha256": "%s"}\n' % hashlib.sha256(b"").hexdigest().encode(),
    ],
)
def test_a_damaged_or_foreign_file_is_removed(fake: Changing, client: HttpClient, tmp_path, damage: bytes):
    client.get(fake.url, remember=True)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(damage)
    assert Memory(tmp_path / "cache", lambda: file.stat().st_mtime).recall(file.name) is None
    assert not file.exists()
    assert client.get_json(fake.url, remember=True)["version"] == 1
    assert fake.requests[-1].header("If-None-Match") == ""


def test_a_body_cut_short_on_the_disk_is_not_given_out(fake: Changing, client: HttpClient, tmp_path, fake_time):
    client.get(fake.url, remember=True)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    os.utime(file, (fake_time.now, fake_time.now))
    assert client.get_json(fake.url, remember=True)["version"] == 1


def test_what_is_old_is_asked_for_anew(fake: Changing, client: HttpClient, fake_time: FakeTime):
    client.get(fake.url, remember=True)
    fake_time.now += 29 * DAY
    client.get(fake.url, remember=True)
    fake_time.now += 2 * DAY
    client.get(fake.url, remember=True)
    assert [asked.header("If-None-Match") for asked in fake.requests] == ["", 'W/"1"', ""]


def answer(size: int, **headers: str) -> HttpResponse:
    return HttpResponse(200, "http://a.example/", {"ETag": '"1"', **headers}, b"x" * size)


def test_the_oldest_make_room(tmp_path, fake_time: FakeTime):
    memory = Memory(tmp_path, fake_time.clock, most_bytes=2_500)
    names = [name_of(f"http://a.example/{number}", None, {}) for number in range(4)]
    for name in names[:3]:
        fake_time.now += 1
        memory.keep(name, answer(1_000))
    assert [memory.recall(name) is not None for name in names] == [False, True, True, False]
    fake_time.now += 31 * DAY
    memory.keep(names[3], answer(1_000))
    assert [path.name for path in tmp_path.iterdir()] == [names[3]]
    memory.keep(names[0], answer(3_000))
    assert memory.recall(names[0]) is None


def test_other_peoples_files_stay_and_leftovers_go(tmp_path, fake_time: FakeTime):
    for name in ("notes.txt", "cut-off.part"):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1, 1))
    fake_time.now += 31 * DAY
    Memory(tmp_path, fake_time.clock).keep(name_of("http://a.example/", None, {}), answer(1))
    assert (tmp_path / "notes.txt").exists() and not (tmp_path / "cut-off.part").exists()


@pytest.mark.parametrize("headers", [{"ETag": ""}, {"ETag": "a\r\n b"}, {"ETag": "x" * 5_000}, {"ETag": "\x00"}])
def test_an_answer_without_a_mark_that_can_be_sent_is_not_kept(tmp_path, fake_time: FakeTime, headers):
    Memory(tmp_path, fake_time.clock).keep(name_of("http://a.example/", None, {}), answer(1, **headers))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_memory(fake: Changing, tmp_path, fake_time: FakeTime):
    (tmp_path / "cache").write_text("a file is in the way")
    client = client_of(tmp_path, fake_time)
    assert [client.get(fake.url, remember=True).status for _ in range(2)] == [200, 200]


def test_what_cannot_be_read_is_not_remembered(fake: Changing, client: HttpClient):
    fake.fault(Answer(b"{oops", headers={"ETag": 'W/"1"'}), times=1)
    with pytest.raises(ConnectorError):
        client.get_json(fake.url, remember=True)
    assert client.get_json(fake.url, remember=True)["version"] == 1
    assert fake.requests[-1].header("If-None-Match") == ""


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_leaves_the_memory_as_it_was(fake: Changing, client: HttpClient, status: int):
    client.get(fake.url, remember=True)
    fake.fault(Answer({}, status, {"ETag": '"bad"'}), times=1)
    assert client.get(fake.url, remember=True, statuses=(200, status)).status == status
    assert client.get_json(fake.url, remember=True)["version"] == 1
    assert fake.requests[-1].header("If-None-Match") == 'W/"1"'


def test_nothing_new_to_one_who_remembers_nothing_is_a_refusal(fake: Changing, client: HttpClient):
    fake.fault(Answer(b"", 304))
    with pytest.raises(ConnectorError, match="answered 304"):
        client.get(fake.url, remember=True)


def test_a_file_holds_a_line_of_facts_and_the_body(fake: Changing, client: HttpClient, tmp_path):
    body = client.get(fake.url, remember=True).body
    (file,) = (tmp_path / "cache").iterdir()
    line, _, kept = file.read_bytes().partition(b"\n")
    assert kept == body
    assert json.loads(line)["headers"]["ETag"] == 'W/"1"'

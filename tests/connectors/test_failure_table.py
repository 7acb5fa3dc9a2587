"""Every way in which a host can fail us: what is tried again and when, and the sentence that an editor reads."""

import gzip
import socket
import time
import tracemalloc
from email.utils import formatdate

import pytest

from app.connectors.answers import HttpResponse
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError
from tests.fakes.service import HTML, MEGABYTE, PLAIN, Answer, Asked, FakeService
from tests.fakes.site import FakeTime

NOW = 1_795_187_400.0  # 15:10 UTC on 20 November 2026.
BACKOFF = [1, 2, 4, 8]
HONEST = {"hits": []}


class Honest(FakeService):
    """A host that has nothing to hide but its faults."""

    def respond(self, asked: Asked) -> Answer:
        return Answer(HONEST)


@pytest.fixture
def fake_time() -> FakeTime:
    time_of_day = FakeTime()
    time_of_day.now = NOW
    return time_of_day


def impatient(fake_time: FakeTime, **options) -> HttpClient:
    """A client that waits a moment for an answer, and for everything else on the fake clock."""
    defaults = {"default_interval": 0.0, "sleep": fake_time.sleep, "clock": fake_time.clock, "jitter": lambda: 0.0}
    return HttpClient("HotPapers/test", **{"timeouts": (0.3, 0.3)} | defaults | options)


def final(answer: HttpResponse) -> str | None:
    """What a source with a monthly cap says of a refusal."""
    return "has no posts left for this month" if answer.status == 402 or b"usage-capped" in answer.body else None


def refused(status: int, body: object = "Busy", **headers: str) -> Answer:
    """A refusal whose headers are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, status, named, PLAIN if isinstance(body, str) else "application/problem+json")


def packed(body: bytes, way: str = "gzip") -> Answer:
    """An answer that says that it is packed."""
    return Answer(body, headers={"Content-Encoding": way})


AGAIN = "; the next run tries again."
TOO_MANY = f"answered 429 (too many requests) twice{AGAIN}"
FORBIDDEN_RATE = f"answered 403 (too many requests) twice{AGAIN}"
USED_UP = "has no posts left for this month."
LATE = f"answered 429 (too many requests) and asks for a pause of 2 hours{AGAIN}"
# The signal, the pauses between its tries, and what the editor reads after the host's name.
TABLE = [
    pytest.param("slow", BACKOFF, f"did not answer in time five times{AGAIN}", id="no answer in time"),
    pytest.param("500", BACKOFF, f"answered 500 five times{AGAIN}", id="500"),
    pytest.param("502", BACKOFF, f"answered 502 five times{AGAIN}", id="502"),
    pytest.param("503", BACKOFF, f"answered 503 five times{AGAIN}", id="503"),
    pytest.param("504", BACKOFF, f"answered 504 five times{AGAIN}", id="504"),
    pytest.param("503-later", [2] * 4, f"answered 503 five times{AGAIN}", id="503, Retry-After in seconds"),
    pytest.param(
        refused(503, Retry_After=formatdate(NOW + 40, usegmt=True)),
        # The date is a fixed one and has passed by the second time.
        [40, 0, 0, 0],
        f"answered 503 five times{AGAIN}",
        id="503, Retry-After a date",
    ),
    pytest.param(
        refused(503, Retry_After="7200"),
        [],
        f"answered 503 and asks for a pause of 2 hours{AGAIN}",
        id="503, Retry-After too long",
    ),
    pytest.param(
        refused(503, Retry_After=formatdate(5, usegmt=True)),
        [0] * 4,
        f"answered 503 five times{AGAIN}",
        id="503, Retry-After a date gone by",
    ),
    pytest.param(refused(503, Retry_After="soon"), BACKOFF, f"answered 503 five times{AGAIN}", id="503, soon"),
    pytest.param(refused(503, Retry_After="-5"), BACKOFF, f"answered 503 five times{AGAIN}", id="503, before now"),
    pytest.param("429", [60], TOO_MANY, id="429"),
    pytest.param("429-later", [2], TOO_MANY, id="429, Retry-After"),
    pytest.param("429-long", [], LATE, id="429, Retry-After too long"),
    pytest.param(refused(429, x_rate_limit_reset=str(int(NOW) + 90)), [90], TOO_MANY, id="429, X's reset"),
    pytest.param(refused(429, x_rate_limit_reset=str(int(NOW) + 7200)), [], LATE, id="429, X's reset too late"),
    pytest.param(refused(429, X_RateLimit_Reset=str(int(NOW) + 91)), [91], TOO_MANY, id="429, GitHub's reset"),
    pytest.param(refused(429, RateLimit_Reset=str(int(NOW) + 92)), [92], TOO_MANY, id="429, Bluesky's reset"),
    pytest.param(
        refused(429, X_Ratelimit_Remaining="0.0", X_Ratelimit_Reset="93"), [93], TOO_MANY, id="429, Reddit's reset"
    ),
    pytest.param(
        refused(429, X_RateLimit_Reset="2026-11-20T15:11:34.000000Z"), [94], TOO_MANY, id="429, Mastodon's reset"
    ),
    pytest.param(refused(429, RateLimit='"api";r=0;t=95'), [95], TOO_MANY, id="429, Hugging Face's reset"),
    pytest.param(
        refused(429, Retry_After="7", x_ratelimit_reset="93"), [7], TOO_MANY, id="429, Retry-After before the reset"
    ),
    pytest.param(refused(429, x_ratelimit_reset=str(int(NOW) - 9)), [60], TOO_MANY, id="429, a reset that has passed"),
    pytest.param(refused(429, RateLimit="soon", Retry_After="later"), [60], TOO_MANY, id="429, resets like rubbish"),
    pytest.param(refused(429, {"type": "https://x.example/problems/usage-capped"}), [], USED_UP, id="429 for good"),
    pytest.param(refused(402, {}), [], USED_UP, id="402"),
    pytest.param(refused(400), [], "answered 400 (not understood).", id="400"),
    pytest.param("401", [], "answered 401 (credentials needed).", id="401"),
    pytest.param("403", [], "answered 403 (refused).", id="403"),
    pytest.param("403-html", [], "answered 403 (refused).", id="403 in HTML"),
    pytest.param(
        refused(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(int(NOW) + 96)),
        [96],
        FORBIDDEN_RATE,
        id="403, none remaining",
    ),
    pytest.param(refused(403, Retry_After="30"), [30], FORBIDDEN_RATE, id="403, Retry-After"),
    pytest.param(refused(403, x_ratelimit_remaining="7"), [], "answered 403 (refused).", id="403, some remaining"),
    pytest.param("404", [], "answered 404 (no such page).", id="404"),
    pytest.param("html", [], f"sent text/html instead of application/json{AGAIN}", id="wrong content type"),
    pytest.param("not-json", [], f"sent something that is not JSON{AGAIN}", id="unparsable body"),
    pytest.param("rate-text", [60], f'answered "Rate exceeded." twice{AGAIN}', id="Rate exceeded."),
    pytest.param("empty-body", BACKOFF, f"sent an empty page five times{AGAIN}", id="empty body"),
    pytest.param(Answer(b" \n"), BACKOFF, f"sent an empty page five times{AGAIN}", id="body of nothing but space"),
    pytest.param("cut-off", BACKOFF, f"could not be reached or broke off five times{AGAIN}", id="cut-off body"),
    pytest.param("huge", [], f"sent more than 1 MB, which was not taken{AGAIN}", id="huge body"),
    pytest.param("bomb", [], f"sent more than 1 MB, which was not taken{AGAIN}", id="packed zeros"),
    pytest.param(
        packed(gzip.compress(b"x" * 500)[:-9]),
        BACKOFF,
        f"broke off in the middle of a page five times{AGAIN}",
        id="packed body cut off",
    ),
    pytest.param(
        packed(b"no gzip"), BACKOFF, f"sent a page that could not be unpacked five times{AGAIN}", id="wrongly packed"
    ),
    pytest.param(
        packed(b"?", "br"), [], f"sent a page packed in a way that was not asked for{AGAIN}", id="packed unasked"
    ),
    pytest.param("away", [], "sent us on to https://elsewhere.example, which is not its own site.", id="away"),
]


@pytest.mark.parametrize(("signal", "waits", "said"), TABLE)
def test_what_a_failure_that_stays_comes_to(fake_time: FakeTime, signal: str | Answer, waits: list[int], said: str):
    with Honest() as fake:
        fake.fault(signal)
        with pytest.raises(ConnectorError) as caught:
            client = impatient(fake_time)
            client.get_json(fake.url + "/?key=a", params={"token": "b"}, max_bytes=MEGABYTE, final=final)
    assert str(caught.value).removeprefix(fake.url.removeprefix("http://")).removeprefix("127.0.0.1") == f" {said}"
    assert fake_time.sleeps == waits
    assert len(fake.requests) == len(waits) + 1
    assert caught.value.permanent == (AGAIN not in said)
    assert caught.value.__cause__ is None and (caught.value.__suppress_context__ or caught.value.__context__ is None)


@pytest.mark.parametrize(("signal", "waits", "said"), [row for row in TABLE if row.values[1]])
def test_what_a_failure_that_passes_costs(fake_time: FakeTime, signal: str | Answer, waits: list[int], said: str):
    with Honest() as fake:
        fake.fault(signal, times=1)
        assert impatient(fake_time).get_json(fake.url, final=final) == HONEST
    assert fake_time.sleeps == waits[:1]


def test_a_host_that_is_not_there(fake_time: FakeTime):
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ConnectorError) as caught:
        impatient(fake_time).get(f"http://user:secret@{name}/?key=secret")
    assert str(caught.value) == f"{name} could not be reached or broke off five times{AGAIN}"
    assert (fake_time.sleeps, caught.value.permanent) == (BACKOFF, False)


def test_a_host_that_takes_no_connection(fake_time: FakeTime):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        # A full queue of connections that nobody accepts: the next one hears nothing.
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        name = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ConnectorError) as caught:
            impatient(fake_time, timeouts=(0.1, 5.0)).get(f"http://{name}/")
        for one in waiting:
            one.close()
    assert str(caught.value) == f"{name} did not answer in time five times{AGAIN}"
    assert fake_time.sleeps == BACKOFF


def test_a_trickle_ends_with_the_deadline_of_an_answer(fake_time: FakeTime):
    client = impatient(fake_time, clock=time.monotonic, transfer_deadline=0.1, max_tries=2)
    with Honest() as fake:
        fake.fault("trickle")
        with pytest.raises(ConnectorError, match=r"was not done sending after 0 seconds twice; the next run"):
            client.get_json(fake.url)
        assert fake.sent < 200


def test_a_gigabyte_is_neither_taken_nor_kept(fake_time: FakeTime):
    with Honest() as fake:
        fake.fault(Answer(b" " * MEGABYTE, headers={"X-Repeat": "1024"}))
        tracemalloc.start()
        with pytest.raises(ConnectorError, match="sent more than 2 MB, which was not taken"):
            impatient(fake_time).get_json(fake.url, max_bytes=2 * MEGABYTE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(fake.requests) == 1
        # What lies in the sockets between us comes on top of what was taken.
        assert fake.sent < 32 * MEGABYTE
    assert peak < 16 * MEGABYTE


def test_a_refusal_is_judged_even_where_its_body_is_of_no_use(fake_time: FakeTime):
    with Honest() as fake:
        fake.fault(Answer(b" " * MEGABYTE, 429, {"X-Repeat": "2"}, HTML))
        with pytest.raises(ConnectorError, match="too many requests"):
            impatient(fake_time).get_json(fake.url, final=final)
    assert fake_time.sleeps == [60]

"""The polite client against a real server on the loopback: what it waits for, refuses and says."""

import gzip
import os
import tracemalloc
import zlib
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.addresses import redirect_target
from app.connectors.answers import Failure
from app.connectors.http import LONGEST_BACKOFF, HttpClient, backoff_pause
from app.domain.sources import ConnectorError
from tests.fakes.service import Answer, Asked, FakeService
from tests.fakes.site import FakeTime, Page, ScriptedSite

PACKED = {"Content-Encoding": "gzip"}


def failure_of(client: HttpClient, url: str, **terms) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        client.get(url, **terms)
    return caught.value


def test_an_answer_comes_whole(client: HttpClient, site: ScriptedSite):
    site.says(Page(body=b"moss", headers={"Content-Type": "Text/HTML; charset=utf-8", "ETag": '"1"'}))
    answer = client.get(site.url + "/a", params={"q": "x y"}, content_types=("text/html",))
    assert (answer.status, answer.body, answer.content_type, answer.headers["etag"]) == (
        200,
        b"moss",
        "text/html",
        '"1"',
    )
    assert site.paths == ["/a?q=x+y"]
    assert site.headers[0]["User-Agent"] == "HotPapers/test"


def test_a_conditional_request_may_be_answered_with_nothing(client: HttpClient, site: ScriptedSite):
    site.says(Page(304, b""))
    answer = client.get(site.url, headers={"If-None-Match": '"1"'}, statuses=(200, 304))
    assert (answer.status, answer.body, site.headers[0]["If-None-Match"]) == (304, b"", '"1"')


@pytest.mark.parametrize("url", ["file:///etc/hosts", "no address", "", "http://", "http://[", "http://host:port/"])
def test_what_is_no_web_address(client: HttpClient, url: str):
    assert failure_of(client, url).permanent


def test_tries_end_with_the_patience(site: ScriptedSite, fake_time: FakeTime):
    client = HttpClient("t", default_interval=0, sleep=fake_time.sleep, clock=fake_time.clock, patience=700)
    site.says(Page(503, headers={"Retry-After": "300"}))
    assert "answered 503 three times" in str(failure_of(client, site.url))
    assert fake_time.sleeps == [300, 300]


def test_backoff_has_jitter_and_a_ceiling(site: ScriptedSite, fake_time: FakeTime):
    client = HttpClient(
        "t", default_interval=0, sleep=fake_time.sleep, clock=fake_time.clock, jitter=lambda: 0.5, backoff=20
    )
    site.says(Page(503))
    failure_of(client, site.url)
    assert fake_time.sleeps == [30, 60, 90, 90]


@given(st.integers(1, 50), st.floats(0, 100), st.floats(0, 1, exclude_max=True))
def test_jitter_adds_up_to_as_much_again(failures: int, first: float, jitter: float):
    plain = backoff_pause(failures, first, 0)
    assert plain == min(LONGEST_BACKOFF, first * 2 ** (failures - 1))
    assert plain <= backoff_pause(failures, first, jitter) <= 2 * plain


def test_a_password_file_of_the_machine_replaces_no_token(
    client: HttpClient, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    (tmp_path / "netrc").write_text("default login ada password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client.get(site.url, headers={"Authorization": "Bearer moss"})
    client.get(site.url)
    assert [headers.get("Authorization") for headers in site.headers] == ["Bearer moss", None]


def test_proxies_of_the_environment_are_used(client: HttpClient, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", site.url.replace("//", "//ada:hush@"))
    assert client.get("http://moss.example/a", headers={"Authorization": "Bearer moss"}).body == b"hello"
    assert site.paths == ["http://moss.example/a"]
    assert site.headers[0]["Authorization"] == "Bearer moss" and "Proxy-Authorization" in site.headers[0]


def endless(send) -> None:
    while True:
        send(b"x" * 65536)


@pytest.mark.parametrize(
    "page",
    [
        Page(write=endless),
        Page(302, headers={"Location": "/again"}, write=endless),
        Page(body=b"x" * 1001),
        Page(body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}),
        Page(body=zlib.compress(bytes(50_000_000)), headers={"Content-Encoding": "deflate"}),
        # Rubbish after the end of the packed page is thrown away by the unpacker, and counts all the same.
        Page(body=gzip.compress(b"ok") + bytes(100_000), headers={"Content-Encoding": "gzip"}),
    ],
)
def test_a_body_that_is_too_large_fills_no_memory(client: HttpClient, site: ScriptedSite, page: Page):
    site.says(page)
    tracemalloc.start()
    error = failure_of(client, site.url, max_bytes=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (
        "sent more than 1000 bytes, which was not taken; the next run tries again." in str(error) or page.status == 302
    )
    assert peak < 5_000_000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_bodies_are_unpacked(client: HttpClient, site: ScriptedSite, pack):
    text = os.urandom(100_000) + bytes(300_000)
    site.says(Page(body=pack(text), headers={"Content-Encoding": "gzip" if pack is gzip.compress else "deflate"}))
    assert client.get(site.url).body == text


def test_a_page_may_be_packed_in_several_members(client: HttpClient, site: ScriptedSite):
    members = gzip.compress(b"moss ") + gzip.compress(b"") + gzip.compress(bytes(300_000)) + gzip.compress(b" glows")
    site.says(Page(body=members + bytes(512), headers={"Content-Encoding": "gzip"}))
    assert client.get(site.url).body == b"moss " + bytes(300_000) + b" glows"
    site.says(Page(write=lambda send: [send(members[i : i + 1]) for i in range(len(members))], headers=PACKED))
    assert client.get(site.url).body == b"moss " + bytes(300_000) + b" glows"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (gzip.compress(bytes(900)) + gzip.compress(bytes(900)), "sent more than 1000 bytes"),
        (gzip.compress(b"moss") + gzip.compress(b"glows")[:-3], "broke off in the middle of a page"),
        (gzip.compress(b"moss") + b"glows", "sent a page that could not be unpacked"),
    ],
    ids=["too large", "cut off", "no member"],
)
def test_members_that_are_not_taken(client: HttpClient, site: ScriptedSite, page: bytes, said: str):
    site.says(Page(body=page, headers=PACKED))
    assert said in str(failure_of(client, site.url, max_bytes=1000))


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize("page", [(b"", "text/html"), (b"<p>gone</p>", "text/html"), (b"Rate exceeded.", "text/plain")])
def test_a_refusal_that_is_asked_for_may_be_of_any_kind(
    client: HttpClient, site: ScriptedSite, fake_time: FakeTime, status: int, page: tuple[bytes, str]
):
    body, kind = page
    site.says(Page(status, body, {"Content-Type": kind}))
    answer = client.get(site.url, statuses=(200, status), content_types=("application/json",))
    assert (answer.status, answer.body, len(site.paths), fake_time.sleeps) == (status, body, 1, [])


@pytest.mark.parametrize("status", [204, 304, 404])
def test_an_answer_without_a_body_is_not_unpacked(client: HttpClient, site: ScriptedSite, status: int):
    site.says(Page(status, b"", PACKED))
    answer = client.get(site.url, statuses=(200, status))
    assert (answer.status, answer.body, len(site.paths)) == (status, b"", 1)


def test_json_is_taken_up_to_five_megabytes_and_more_by_request(client: HttpClient):
    with Posting() as fake:
        fake.fault(Answer(b"[" + b" " * 6_000_000 + b"]"))
        for ask in (client.get_json, client.post):
            with pytest.raises(ConnectorError, match="sent more than 5 MB, which was not taken"):
                ask(fake.url)
        assert client.get_json(fake.url, max_bytes=7_000_000) == []
        assert len(client.get(fake.url).body) == 6_000_002


def test_redirects_are_followed_within_the_site(client: HttpClient, site: ScriptedSite):
    site.says(
        Page(301, headers={"Location": "/two?x=1"}),
        Page(302, headers={"Location": site.url + "/three"}),
        Page(body=b"end"),
    )
    assert client.get(site.url + "/one", params={"q": "1"}).body == b"end"
    assert site.paths == ["/one?q=1", "/two?x=1", "/three"]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://localhost/", "sent us on to http://localhost, which is not its own site."),
        ("http://169.254.169.254/latest", "sent us on to http://169.254.169.254, which is not its own site."),
        ("file:///etc/passwd", "sent us on to file://, which is not its own site."),
        ("http://[", "sent us on to an address that makes no sense."),
        ("/again", "sent us on more than 3 times."),
    ],
)
def test_redirects_that_are_not_followed(client: HttpClient, site: ScriptedSite, location: str, said: str):
    site.says(Page(302, headers={"Location": location}))
    error = failure_of(client, site.url)
    assert str(error) == f"{urlsplit(site.url).netloc} {said}"
    assert error.permanent


@pytest.mark.parametrize(
    ("home", "location", "allowed"),
    [
        ("https://export.arxiv.org/a", "https://arxiv.org/b", True),
        ("https://arxiv.org/a", "https://www.arxiv.org/b", True),
        ("http://arxiv.org/a", "https://arxiv.org/b", True),
        ("https://arxiv.org/a", "http://arxiv.org/b", False),
        ("https://arxiv.org/a", "https://notarxiv.org/b", False),
        ("https://arxiv.org/a", "https://arxiv.org.evil.test/b", False),
        ("https://arxiv.org/a", "//evil.test/b", False),
        ("https://papers.ac.uk/a", "https://evil.ac.uk/b", False),
        ("http://127.0.0.1/a", "http://10.0.0.1/b", False),
    ],
)
def test_who_counts_as_the_same_site(home: str, location: str, allowed: bool):
    if allowed:
        assert redirect_target(urlsplit(home), home, location).path == "/b"
    else:
        with pytest.raises(Failure):
            redirect_target(urlsplit(home), home, location)


def test_what_was_posted_goes_to_no_other_host(client: HttpClient, site: ScriptedSite):
    with Posting() as elsewhere:
        elsewhere.to = site.url + "/there"
        with pytest.raises(
            ConnectorError, match="sent us on to another host, which is not given what was sent."
        ) as caught:
            client.post(elsewhere.url, form={"password": "hush"})
    assert site.paths == [] and caught.value.permanent


class Posting(FakeService):
    """Sends everybody on."""

    to = "/again"

    def respond(self, asked: Asked) -> Answer:
        return Answer(b"", 307, {"Location": self.to}) if asked.path != "/again" else Answer({"form": asked.form})


def test_what_was_posted_goes_along_within_a_host(client: HttpClient):
    with Posting() as fake:
        assert client.parse_json(client.post(fake.url, form={"a": "b"})) == {"form": {"a": "b"}}

"""What one run remembers of the hosts' limits: when it waits, and when it asks no more."""

import pytest

from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError
from tests.fakes.site import FakeTime, Page, ScriptedSite

SPENT = {
    "X": lambda now: {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(now) + 200)},
    "Reddit": lambda now: {"X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "200"},
    "Mastodon": lambda now: {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1970-01-12T13:50:00.000Z"},
    "Hugging Face": lambda now: {"RateLimit": '"api";r=0;t=200'},
}


@pytest.mark.parametrize("dialect", SPENT)
def test_after_the_last_request_of_a_window_the_next_waits_for_its_end(
    client: HttpClient, site: ScriptedSite, fake_time: FakeTime, dialect: str
):
    site.says(Page(headers=SPENT[dialect](fake_time.now)), Page(headers={"x-ratelimit-remaining": "99"}))
    client.get(site.url)
    fake_time.now += 50
    client.get(site.url)
    client.get(site.url)
    assert fake_time.sleeps == [150]


def test_where_a_window_ends_too_late_nothing_more_is_asked_until_then(
    client: HttpClient, site: ScriptedSite, fake_time: FakeTime
):
    site.says(Page(headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "3000"}), Page(body=b"again"))
    client.get(site.url)
    fake_time.now += 100
    with pytest.raises(ConnectorError) as caught:
        client.get(site.url)
    said = "takes no more requests from us for 49 minutes; the next run tries again."
    assert str(caught.value) == f"{site.url.removeprefix('http://')} {said}"
    assert (len(site.paths), fake_time.sleeps, caught.value.permanent) == (1, [], False)
    fake_time.now += 2800
    assert client.get(site.url).body == b"again"
    assert fake_time.sleeps == [100]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "0"},
        {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "200"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "tomorrow"},
    ],
)
def test_half_a_limit_is_none(client: HttpClient, site: ScriptedSite, fake_time: FakeTime, headers: dict[str, str]):
    site.says(Page(headers=headers))
    client.get(site.url)
    client.get(site.url)
    assert fake_time.sleeps == []


def test_a_redirect_counts_as_an_answer_of_its_host(client: HttpClient, site: ScriptedSite, fake_time: FakeTime):
    moved = {"Location": "/there", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}
    site.says(Page(301, headers=moved), Page())
    client.get(site.url)
    assert fake_time.sleeps == [30]


@pytest.mark.parametrize(
    "page", [Page(429), Page(429, headers={"Retry-After": "7200"}), Page(403, headers={"Retry-After": "5"})]
)
def test_a_host_given_up_is_left_alone_for_the_run(
    client: HttpClient, site: ScriptedSite, fake_time: FakeTime, page: Page
):
    site.says(page)
    with pytest.raises(ConnectorError, match="too many requests"):
        client.get(site.url + "/a")
    asked, slept = len(site.paths), list(fake_time.sleeps)
    for _ in range(500):
        with pytest.raises(ConnectorError, match="has asked us to slow down; the next run tries again.") as caught:
            client.get(site.url + "/b")
    assert (len(site.paths), fake_time.sleeps, caught.value.permanent) == (asked, slept, False)


def test_another_host_or_another_run_is_asked_all_the_same(client: HttpClient, site: ScriptedSite):
    site.says(Page(429), Page(429), Page())
    with pytest.raises(ConnectorError):
        client.get(site.url)
    assert client.get(site.url.replace("127.0.0.1", "localhost")).status == 200
    assert HttpClient("another run", default_interval=0).get(site.url).status == 200


@pytest.mark.parametrize("page", [Page(500), Page(403), Page(401), Page(404)])
def test_only_too_many_requests_close_a_host(client: HttpClient, site: ScriptedSite, page: Page):
    site.says(*[page] * (5 if page.status == 500 else 1), Page())
    with pytest.raises(ConnectorError):
        client.get(site.url)
    assert client.get(site.url).status == 200


def test_a_refusal_judged_final_closes_no_host(client: HttpClient, site: ScriptedSite):
    site.says(Page(429), Page())
    with pytest.raises(ConnectorError, match="has no posts left."):
        client.get(site.url, final=lambda answer: "has no posts left")
    assert client.get(site.url).status == 200

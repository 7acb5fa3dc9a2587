"""Addresses that somebody typed: what is asked of the public internet, and that nothing else ever is."""

import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.addresses import check_public, is_public
from app.connectors.deadline import Deadline
from app.connectors.http import HttpClient
from app.connectors.public import PublicAdapter
from app.domain.sources import ConnectorError
from tests.fakes.site import FakeTime, Page, ScriptedSite

PUBLIC = "93.184.216.34"
NOT_PUBLIC = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1"),
    *("ff02::1", "ff0e::1", "2001:db8::1", "2001::1", "3fff::1", "4000::1", "100::1", "64:ff9b:1::1"),
    # Private ones wrapped in IPv6: mapped, NAT64, 6to4.
    *(
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
    ),
    *("", "localhost", "1.2.3", "08.8.8.8"),
]
ALSO_PUBLIC = [PUBLIC, "8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


def resolving(*addresses: str) -> Callable:
    """A name server that says the same of every name."""
    return lambda host, port, **how: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]


def refusal(url: str, resolve: Callable = socket.getaddrinfo) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        check_public(url, resolve)
    return caught.value


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_nobodys_public_address(address: str):
    assert not is_public(address)
    error = refusal("https://a.example/x?key=hidden", resolving(PUBLIC, address))
    assert str(error) == "a.example is not asked, for it is not on the public internet."
    assert error.permanent


@pytest.mark.parametrize("address", ALSO_PUBLIC)
def test_what_is_public(address: str):
    assert is_public(address)
    check_public("https://a.example/x", resolving(address))


PRIVATE = [
    ip_network(name) for name in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
]


@given(st.sampled_from(PRIVATE), st.integers(0, 2**32 - 1), st.integers(0, 2**80 - 1))
def test_no_wrapping_makes_a_private_address_public(network, number: int, behind: int):
    inner = int(network.network_address) + number % network.num_addresses
    wrapped = [
        IPv4Address(inner),
        IPv6Address(inner),
        IPv6Address((0xFFFF << 32) | inner),
        IPv6Address((0x64FF9B << 96) | inner),
        IPv6Address((0x2002 << 112) | inner << 80 | behind),
    ]
    assert [str(address) for address in wrapped if is_public(str(address))] == []


@pytest.mark.parametrize("port", ["", ":80", ":443", ":8080", ":8443"])
@pytest.mark.parametrize("scheme", ["http", "HTTPS"])
def test_ordinary_addresses_pass(scheme: str, port: str):
    check_public(f"{scheme}://a.example{port}/b?c#d", resolving(PUBLIC))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://a.example/", "is not one that begins with http:// or https://"),
        ("file:///etc/passwd", "is not one that begins with http:// or https://"),
        ("javascript:alert(1)", "is not one that begins with http:// or https://"),
        ("a.example", "is not one that begins with http:// or https://"),
        ("", "is not one that begins with http:// or https://"),
        ("http://[", "is not one that begins with http:// or https://"),
        ("https://a.example:port/", "is not one that begins with http:// or https://"),
        ("https://ada:secret@a.example/", "holds a user name or stray characters"),
        ("https://@a.example/", "holds a user name or stray characters"),
        ("https://a.example\\@b.example/", "holds a user name or stray characters"),
        ("https://a.example\\.b.example/", "holds a user name or stray characters"),
        ("https://a.example/ b", "holds a user name or stray characters"),
        ("https://a.exa\nmple/", "holds a user name or stray characters"),
        ("https://a.example:22/", "a.example:22 is not asked, for web pages are read on ordinary ports only."),
        ("https://a.example:0/", "a.example is not asked, for web pages are read on ordinary ports only."),
        ("http://a.example:6379/", "a.example:6379 is not asked, for web pages are read on ordinary ports only."),
    ],
)
def test_addresses_that_are_refused_before_anybody_is_asked(url: str, said: str):
    error = refusal(url, lambda *_, **__: pytest.fail("a name server was asked"))
    assert said in str(error) and "secret" not in str(error)
    assert error.permanent


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://127.1/"),
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0/"),
        *("http://169.254.169.254/latest/", "http://10.0.0.1:8080/"),
    ],
)
def test_this_machine_is_refused_however_it_is_written(url: str):
    assert "is not on the public internet." in str(refusal(url))


def unknown(host: str, port: object, **how: object) -> list:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("url", "resolve"),
    [("https://nowhere.example/", unknown), (f"https://{'a' * 70}.example/", socket.getaddrinfo)],
)
def test_a_name_that_leads_nowhere(url: str, resolve: Callable):
    error = refusal(url, resolve)
    assert "could not be found; check how it is spelt, or try again later." in str(error)
    assert not error.permanent


def test_a_name_without_addresses_is_not_public():
    assert refusal("https://a.example/", resolving()).permanent


def test_the_client_asks_nothing_of_this_machine(client: HttpClient, site: ScriptedSite):
    for url in (site.url, site.url.replace("127.0.0.1", "localhost"), "http://127.0.0.1/", "http://localhost/"):
        with pytest.raises(ConnectorError) as caught:
            client.get(url, public_only=True)
        assert caught.value.permanent
    assert site.paths == []


def client_for(fake_time: FakeTime, check: Callable[[str], None], **options) -> HttpClient:
    """A client with its own opinion of which typed addresses are public."""
    return HttpClient(
        "t", default_interval=0, sleep=fake_time.sleep, clock=fake_time.clock, check_address=check, **options
    )


def test_a_name_that_leads_home_after_the_check_gets_no_byte(fake_time: FakeTime):
    """The name server says one thing to the check and another to the connection (DNS rebinding)."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        for scheme in ("http", "https"):
            url = f"{scheme}://localhost:{server.getsockname()[1]}/"
            client = client_for(fake_time, lambda url: None)
            with pytest.raises(ConnectorError) as caught:
                client.get(url, public_only=True, headers={"Authorization": "hush"})
            assert str(caught.value) == "localhost is not asked, for it is not on the public internet."
            assert caught.value.permanent and caught.value.__cause__ is None
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(100))
    assert heard == [b"", b""]
    assert fake_time.sleeps == []


def test_every_stop_of_a_redirect_is_checked(site: ScriptedSite, fake_time: FakeTime):
    checked: list[str] = []

    def check(url: str) -> None:
        checked.append(url)
        if "private" in url:
            raise ConnectorError("private.example is not asked.", permanent=True)

    site.says(Page(302, headers={"Location": "/two"}), Page(302, headers={"Location": "http://private.example/"}))
    client = client_for(fake_time, check, may_reach=lambda address: address == "127.0.0.1")
    with pytest.raises(ConnectorError, match="private.example is not asked."):
        client.get(site.url + "/one", public_only=True)
    assert checked == [site.url + "/one", site.url + "/two", "http://private.example/"]
    assert site.paths == ["/one", "/two"]


def test_a_typed_address_may_lead_to_another_public_site(site: ScriptedSite, fake_time: FakeTime):
    there = site.url.replace("127.0.0.1", "localhost") + "/there"
    site.says(Page(302, headers={"Location": there}), Page(body=b"moss"))
    client = client_for(fake_time, lambda url: None, may_reach=lambda address: True)
    answer = client.get(site.url, public_only=True, headers={"Authorization": "hush"})
    assert (answer.body, answer.url) == (b"moss", there)
    assert ["Authorization" in headers for headers in site.headers] == [True, False]


def test_a_typed_address_is_asked_past_every_proxy_and_password_file(
    site: ScriptedSite, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    (tmp_path / "netrc").write_text("default login ada password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client = client_for(fake_time, lambda url: None, may_reach=lambda address: True)
    assert client.get(site.url, public_only=True).body == b"hello"
    assert "Authorization" not in site.headers[0]


def test_the_connection_itself_knows_what_is_public(site: ScriptedSite):
    with requests.Session() as session:
        session.mount("http://", PublicAdapter(Deadline(time.monotonic)))
        with pytest.raises(ConnectorError, match="127.0.0.1 is not asked"):
            session.get(site.url)
    assert site.paths == []

"""Hosts that never come to an end: each of them is listened to until the deadline of an exchange."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat

import pytest

from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError
from tests.fakes.site import FakeTime

HONEST = [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmoss"]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def saying(*answers: Callable[[], Iterator[bytes]]) -> Iterator[str]:
    """The address of a host that gives the answers on one connection, or each on its own, a piece every 5 ms."""
    left = list(answers)

    def serve(connection: socket.socket) -> None:
        try:
            while left and connection.recv(65536):
                for piece in left.pop(0)():
                    connection.sendall(piece)
                    time.sleep(0.005)
        except OSError:
            pass  # The client has heard enough, which is what these tests are about.
        finally:
            connection.close()

    def listen() -> None:
        while left:
            try:
                serve(server.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        left.clear()
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert not thread.is_alive()


def hurried(fake_time: FakeTime) -> HttpClient:
    """A client that gives an exchange a quarter of a second, and that may ask the loopback."""
    return HttpClient(
        "t",
        default_interval=0,
        sleep=fake_time.sleep,
        clock=time.monotonic,
        max_tries=1,
        transfer_deadline=0.25,
        check_address=lambda url: None,
        may_reach=lambda address: True,
    )


ENDLESS = {
    "before the headers": lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    "in the status": lambda: chain([b"HTTP/1.1 200 "], repeat(b"O")),
    "in the headers": lambda: chain([b"HTTP/1.1 200 OK\r\nX-A: "], repeat(b"a")),
    "in the size of a chunk": lambda: chain([CHUNKED, b"1;"], repeat(b"a")),
    "in the body": lambda: chain([CHUNKED], repeat(b"1\r\na\r\n")),
    "after the body": lambda: chain([CHUNKED, b"1\r\na\r\n0\r\n"], repeat(b"X-A: a\r\n")),
}


@pytest.mark.parametrize("public_only", [False, True])
@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_without_an_end(fake_time: FakeTime, answer: Callable[[], Iterator[bytes]], public_only: bool):
    began = time.monotonic()
    with saying(answer) as url, pytest.raises(ConnectorError, match="was not done sending after 0 seconds; the next"):
        hurried(fake_time).get(url, public_only=public_only)
    assert time.monotonic() - began < 5


def test_a_connection_that_was_honest_before(fake_time: FakeTime):
    client = hurried(fake_time)
    with saying(lambda: iter(HONEST), lambda: iter(HONEST), ENDLESS["in the headers"]) as url:
        assert client.get(url).body == client.get(url).body == b"moss"
        with pytest.raises(ConnectorError, match="was not done sending"):
            client.get(url)


def test_a_proxy_of_the_environment(fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch):
    with saying(lambda: iter(HONEST), ENDLESS["in the headers"]) as url:
        monkeypatch.setenv("http_proxy", url)
        client = hurried(fake_time)
        assert client.get("http://moss.example/").body == b"moss"
        with pytest.raises(ConnectorError, match="was not done sending"):
            client.get("http://moss.example/")

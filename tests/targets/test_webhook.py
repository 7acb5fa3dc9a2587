"""A webhook as a target, over real HTTP: signed so that others can verify it, and never followed elsewhere."""

import base64
import hashlib
import hmac
import json
import socket
import threading

import pytest

from app.domain.delivery import DeliveryError
from app.targets import WebhookTarget
from tests.fakes.service import PLAIN, Answer, Asked, FakeService
from tests.targets.orders import order

NOW = 1_795_430_000.9
KEY = b"a key of twenty-four byt"
PATH = "/build/s3cret-path"


class Receiver(FakeService):
    """A build host that takes what it is told."""

    def respond(self, asked: Asked) -> Answer:
        """Taken."""
        return Answer({"id": "build-1"}, 202)


@pytest.fixture
def receiver():
    """The build host."""
    with Receiver() as receiver:
        yield receiver


def hook(receiver: FakeService, secret: bytes = KEY, **options) -> WebhookTarget:
    """The build host's hook as a target."""
    return WebhookTarget(receiver.url + PATH, secret, clock=lambda: NOW, **options)


def verified(asked: Asked, key: bytes) -> bool:
    """Whether a request is signed, by the letter of the Standard Webhooks specification."""
    parts = (asked.header("webhook-id"), asked.header("webhook-timestamp"), asked.body.decode())
    expected = base64.b64encode(hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in asked.header("webhook-signature").split(" ")


def test_it_is_told_what_happened_and_can_verify_who_says_so(receiver):
    receipt = hook(receiver).deliver(order(event="taken back", action="remove", note="Zu früh."))
    (asked,) = receiver.requests
    assert (asked.method, asked.path, asked.header("Content-Type")) == ("POST", PATH, "application/json")
    assert (asked.header("webhook-id"), asked.header("webhook-timestamp")) == ("delivery-17", "1795430000")
    assert verified(asked, KEY)
    assert not verified(asked, b"another key")
    assert json.loads(asked.body) == {
        "type": "post.taken_back",
        "data": {
            "key": "delivery-17",
            "action": "remove",
            "date": "2026-11-20",
            "revision": 1,
            "title": "Hot Papers 2026-11-20",
            "papers": 12,
            "editor": "Ada Fernsby",
            "note": "Zu früh.",
            "file_name": "2026-11-20-hot-papers.md",
            "sha256": order().sha256,
        },
    }
    assert receipt == f"{receiver.url.removeprefix('http://')} answered 202"


def test_the_example_of_the_specification_comes_out_as_it_says():
    # From the Standard Webhooks specification, where id, timestamp, body, secret and signature are given.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    target = WebhookTarget("https://build.example/", secret, clock=lambda: 1614265330)
    signed = target._signed("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_told_twice_it_can_tell_that_it_is_the_same(receiver):
    target = hook(receiver)
    target.deliver(order())
    target.deliver(order())
    first, second = receiver.requests
    assert (first.header("webhook-id"), first.body) == (second.header("webhook-id"), second.body)


def test_without_a_secret_nothing_is_signed(receiver):
    hook(receiver, b"").deliver(order())
    assert receiver.requests[0].header("webhook-signature") == ""


@pytest.mark.parametrize(
    ("status", "is_permanent", "said"),
    [
        (500, False, "answered 500"),
        (503, False, "answered 503"),
        (408, False, "answered 408"),
        (429, False, "answered 429"),
        (404, True, "answered 404"),
        (401, True, "answered 401"),
        (410, True, "is no more (410); set HOTPAPERS_TARGET_WEBHOOK to another one"),
    ],
)
def test_a_refusal_is_said_without_the_address(receiver, status, is_permanent, said):
    receiver.fault(Answer("s3cret-path", status, content_type=PLAIN), times=1)
    with pytest.raises(DeliveryError) as refused:
        hook(receiver).deliver(order())
    assert said in str(refused.value)
    assert refused.value.permanent == is_permanent
    assert "s3cret" not in str(refused.value)
    assert "answered 202" in hook(receiver).deliver(order())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_is_not_followed_to_elsewhere(receiver, status):
    receiver.fault(Answer(b"", status, {"Location": f"{receiver.url}/elsewhere"}))
    with pytest.raises(DeliveryError, match="sends on to another address") as refused:
        hook(receiver).deliver(order())
    assert refused.value.permanent
    assert receiver.paths() == [PATH]


def test_one_that_goes_on_sending_headers_is_given_up():
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.02):
                connection.sendall(b"X-More: more\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        target = WebhookTarget(f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}", longest=0.3)
        try:
            with pytest.raises(DeliveryError, match="was not done after") as refused:
                target.deliver(order())
        finally:
            over.set()
            thread.join(10)
    assert not refused.value.permanent


def test_an_endless_answer_is_not_listened_to(receiver):
    receiver.fault("huge")
    assert "answered 200" in hook(receiver).deliver(order())
    assert receiver.sent < 100 * 1024 * 1024


def test_one_that_is_gone_is_said_without_the_address():
    with Receiver() as receiver:
        target = hook(receiver)
    with pytest.raises(DeliveryError, match=r"^The webhook at 127\.0\.0\.1:\d+ cannot be reached\.$") as refused:
        target.deliver(order())
    assert not refused.value.permanent
    assert "cannot be reached" in target.check()


def test_checking_asks_its_host_and_not_the_hook(receiver):
    assert hook(receiver).check() is None
    assert receiver.requests == []


def test_it_is_told_after_the_files_and_described_without_its_path(receiver):
    assert hook(receiver).is_hook
    assert hook(receiver).describe() == f"the webhook at {receiver.url.removeprefix('http://')}"

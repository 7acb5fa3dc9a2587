"""A webhook as a target: told by a signed POST that a post has arrived elsewhere, so that a site is built."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from app.domain.delivery import DeliveryError, Order

# Seconds to connect and between two pieces of an answer, and for the whole exchange.
TIMEOUTS = (5.0, 15.0)
LONGEST = 30.0
# Refusals that may pass: too slow, too early, too many.
PASSING = frozenset({408, 425, 429})
GONE = 410


class WebhookTarget:
    """Tells an address what happened to a post, signed after Standard Webhooks where there is a secret.

    The address is never shown but for its host: it is often itself the secret. `clock` gives seconds since 1970,
    `longest` bounds an exchange in seconds.
    """

    name = "webhook"
    is_hook = True

    def __init__(
        self, address: str, secret: bytes = b"", *, clock: Callable[[], float] = time.time, longest: float = LONGEST
    ) -> None:
        self._address = address
        self._secret = secret
        self._clock = clock
        self._longest = longest
        parts = urlsplit(address)
        self._host = parts.netloc.rpartition("@")[2]
        self._root = f"{parts.scheme}://{self._host}/"

    def describe(self) -> str:
        """The webhook by its host."""
        return f"the webhook at {self._host}"

    def deliver(self, order: Order) -> str:
        """Tell it once and return what it answered; whoever is told twice knows it by the same webhook-id."""
        body = told(order)
        headers = {"Content-Type": "application/json", **self._signed(order.key, body)}
        status = self._ask("POST", self._address, body, headers)
        if 200 <= status < 300:
            return f"{self._host} answered {status}"
        raise self._refused(status)

    def check(self) -> str | None:
        """Whether its host answers at all; the webhook itself is not asked, for asking might start a build."""
        try:
            self._ask("HEAD", self._root, None, {})
        except DeliveryError as error:
            return str(error)
        return None

    def _refused(self, status: int) -> DeliveryError:
        if 300 <= status < 400:
            sentence = "sends on to another address; set HOTPAPERS_TARGET_WEBHOOK to that one"
        elif status == GONE:
            sentence = "is no more (410); set HOTPAPERS_TARGET_WEBHOOK to another one, or take it away"
        else:
            sentence = f"answered {status}"
        return DeliveryError(
            f"The webhook at {self._host} {sentence}.", permanent=300 <= status < 500 and status not in PASSING
        )

    def _signed(self, key: str, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock()))
        headers = {"webhook-id": key, "webhook-timestamp": moment}
        if self._secret:
            signed = hmac.digest(self._secret, f"{key}.{moment}.".encode() + body, hashlib.sha256)
            headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
        return headers

    def _ask(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> int:
        """The status that was answered. In a thread, for a host that goes on sending headers is never timed out."""
        statuses: list[int] = []
        failures: list[str] = []

        def exchange() -> None:
            try:
                statuses.append(_status(method, address, body, headers))
            except (requests.RequestException, OSError, ValueError) as error:
                # Its own text has the address in it.
                failures.append(_reason(error))

        thread = threading.Thread(target=exchange, daemon=True)
        thread.start()
        thread.join(self._longest)
        if statuses:
            return statuses[0]
        reason = failures[0] if failures else f"was not done after {self._longest:.0f} seconds"
        raise DeliveryError(f"The webhook at {self._host} {reason}.")


def told(order: Order) -> bytes:
    """What a webhook is told of an order, as JSON; the same bytes however often it is told."""
    data = {
        "key": order.key,
        "action": order.action,
        "date": order.date.isoformat(),
        "revision": order.revision,
        "title": order.title,
        "papers": order.papers,
        "editor": order.editor,
        "note": order.note,
        "file_name": order.file_name,
        "sha256": order.sha256,
    }
    return json.dumps({"type": f"post.{order.event.replace(' ', '_')}", "data": data}).encode()


def _status(method: str, address: str, body: bytes | None, headers: dict[str, str]) -> int:
    with requests.Session() as session:
        # Else passwords of a .netrc on this machine would go along.
        session.auth = lambda request: request
        session.headers["User-Agent"] = "HotPapers"
        with session.request(
            method, address, data=body, headers=headers, timeout=TIMEOUTS, allow_redirects=False, stream=True
        ) as answer:
            return answer.status_code


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "has no certificate that can be trusted"
    return "cannot be reached"

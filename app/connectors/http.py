"""The one polite HTTP client: slow on purpose, bounded in time and memory, and plain about what went wrong."""

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3

from app.connectors.answers import MEGABYTE, Failure, HttpResponse, Terms, read_answer, redirect_target
from app.connectors.pace import Pace
from app.domain.sources import ConnectorError

# Seconds to connect, and between two pieces of an answer.
TIMEOUTS = (5.0, 30.0)
MAX_REDIRECTS = 3
# The pause after "too many requests" when the host names none, and the longest pause that is sat out.
RATE_PAUSE = 60.0
LONGEST_PAUSE = 300.0
LONGEST_BACKOFF = 60.0
_TIMES = {1: "", 2: " twice", 3: " three times", 4: " four times", 5: " five times"}


class _Session(requests.Session):
    """A session that leaves redirects alone: requests would first read the whole body of one, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class HttpClient:
    """Asks hosts for pages, one request at a time per site, by the rules that scholarly sources expect.

    `intervals` are seconds between requests by host (see Pace); `sleep`, `clock` (seconds since 1970) and `jitter`
    (0 to 1) are arguments so that tests need no time. `transfer_deadline` bounds one answer and `patience` one call
    with all its tries and pauses, both in seconds. Proxies are those of the environment.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        intervals: Mapping[str, float] | None = None,
        default_interval: float = 1.0,
        lock_dir: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        max_tries: int = 5,
        backoff: float = 1.0,
        transfer_deadline: float = 120.0,
        patience: float = 1800.0,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._session = _Session()
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        self._pace = Pace(intervals or {}, default_interval, lock_dir, sleep, clock)
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._max_tries = max_tries
        self._backoff = backoff
        self._transfer_deadline = transfer_deadline
        self._patience = patience
        self._timeouts = timeouts

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content_types: tuple[str, ...] = (),
        max_bytes: int = 20 * MEGABYTE,
        statuses: tuple[int, ...] = (200,),
        interval: float | None = None,
    ) -> HttpResponse:
        """One answer whose status is in `statuses` and whose media type is in `content_types` (empty: any).

        `max_bytes` counts unpacked bytes; `interval` lengthens the pause before this request. A conditional request
        is `headers={"If-None-Match": …}, statuses=(200, 304)`. Raises ConnectorError, one sentence naming the host.
        """
        host = _host_name(url)
        terms = Terms(content_types, max_bytes, statuses, self._transfer_deadline)
        started = self._clock()
        failures: list[Failure] = []
        while True:
            try:
                return self._follow(url, params, dict(headers or {}), terms, interval)
            except Failure as failure:
                failures.append(failure)
            wait = self._wait_after(failures)
            if wait is None or self._clock() - started + wait > self._patience:
                raise _error(host, failures)
            self._sleep(wait)

    def pause(self, seconds: float) -> None:
        """Wait, as between two tries of a whole question."""
        self._sleep(seconds)

    def _wait_after(self, failures: list[Failure]) -> float | None:
        """Seconds until the next try, or None where there is to be none."""
        last = failures[-1]
        too_fast = sum(failure.limited for failure in failures)
        if not last.again or len(failures) >= self._max_tries or too_fast > 1:
            return None
        if last.pause is not None:
            # Coming back earlier than asked would be rude, and waiting for hours would hold up every other source.
            return last.pause if last.pause <= LONGEST_PAUSE else None
        if last.limited:
            return RATE_PAUSE
        return min(LONGEST_BACKOFF, self._backoff * 2 ** (len(failures) - 1)) * (1 + self._jitter())

    def _follow(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: dict[str, str],
        terms: Terms,
        interval: float | None,
    ) -> HttpResponse:
        home = urlsplit(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(url, params, headers, terms, interval)
            if isinstance(answer, HttpResponse):
                return answer
            target = redirect_target(home, url, answer)
            if target.netloc != home.netloc:
                headers.pop("Authorization", None)
            url, params = target.geturl(), None
        raise Failure(f"sent us on more than {MAX_REDIRECTS} times", permanent=True)

    def _ask(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        terms: Terms,
        interval: float | None,
    ) -> HttpResponse | str:
        """One request: the answer, or the address that a redirect names."""
        with self._pace.turn(urlsplit(url).hostname or "", interval):
            try:
                with self._session.get(
                    url, params=params, headers=headers, timeout=self._timeouts, stream=True, allow_redirects=False
                ) as response:
                    if response.is_redirect:
                        return response.headers["Location"]
                    return read_answer(response, terms, self._clock)
            # The causes are left out of the errors, for they carry whole addresses, credentials included.
            except requests.exceptions.SSLError:
                raise Failure("has a certificate that does not hold", permanent=True) from None
            except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
                raise Failure("did not answer in time", again=True) from None
            except (requests.exceptions.ConnectionError, urllib3.exceptions.HTTPError):
                raise Failure("could not be reached or broke off", again=True) from None
            except (requests.exceptions.RequestException, ValueError):
                raise Failure("has an address that cannot be asked", permanent=True) from None


def _error(host: str, failures: list[Failure]) -> ConnectorError:
    last = failures[-1]
    count = sum(failure.said == last.said for failure in failures)
    said = f"{host} {last.said}{_TIMES.get(count, f' {count} times')}"
    if last.pause is not None and last.pause > LONGEST_PAUSE:
        said += f" and asks for a pause of {last.pause:.0f} seconds"
    outlook = "." if last.permanent else "; the next run tries again."
    return ConnectorError(said + outlook, permanent=last.permanent)


def _host_name(url: str) -> str:
    """The host (and port) of an address for a message, never what else the address may carry."""
    try:
        parts = urlsplit(url)
        name = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        name = None
    if not name or parts.scheme not in ("http", "https"):
        raise ConnectorError("A source's address is not one that begins with http:// or https://.", permanent=True)
    return name

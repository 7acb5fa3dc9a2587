"""The one polite HTTP client: slow on purpose, bounded in time and memory, and plain about what went wrong."""

import json
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
import urllib3

from app.connectors.addresses import check_public, host_name, is_public, lane_of, redirect_target
from app.connectors.answers import MOST_JSON, Failure, Final, HttpResponse, Terms, most_of, read_answer
from app.connectors.deadline import Deadline, TimedAdapter
from app.connectors.limits import LONGEST_PAUSE, Limits
from app.connectors.memory import SECRET_HEADERS, Memory, Params, name_of
from app.connectors.pace import Pace
from app.connectors.public import PublicAdapter
from app.connectors.resets import in_words
from app.domain.sources import ConnectorError

# Seconds to connect, and between two pieces of an answer.
TIMEOUTS = (5.0, 30.0)
MAX_REDIRECTS = 3
LONGEST_BACKOFF = 60.0
# What is done without rather than waited for gets so many seconds.
BRIEF_SECONDS = 20.0
JSON_TYPES = ("application/json",)
_TIMES = {1: "", 2: " twice", 3: " three times", 4: " four times", 5: " five times"}


class _Session(requests.Session):
    """A session that leaves redirects alone: requests would first read the whole body of one, however long."""

    def __init__(self, user_agent: str, adapter: TimedAdapter) -> None:
        super().__init__()
        self.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        # Else passwords of a .netrc on this machine would take the place of our tokens, or go to whom nobody meant.
        self.auth = lambda request: request
        for scheme in ("http://", "https://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked; with a body it is a POST. `public` says that somebody typed the address; `brief` as in `get`."""

    url: str
    params: Params | None
    headers: dict[str, str]
    interval: float | None = None
    body: bytes | None = None
    public: bool = False
    brief: bool = False


class HttpClient:
    """Asks hosts for pages, one request at a time per site, by the rules that scholarly sources expect.

    `intervals` are seconds between requests by host (see Pace); `sleep`, `clock` (seconds since 1970) and `jitter`
    (0 to 1) are arguments so that tests need no time. `transfer_deadline` bounds one answer and `patience` one call
    with all its tries and pauses, both in seconds. Answers are remembered in `cache_dir`. Proxies are those of the
    environment. `check_address` raises ConnectorError of an address that a person typed, `may_reach` judges an IP
    address that such a one led to.
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
        cache_dir: Path | None = None,
        check_address: Callable[[str], None] = check_public,
        may_reach: Callable[[str], bool] = is_public,
    ) -> None:
        self._deadline = Deadline(clock)
        self._session = _Session(user_agent, TimedAdapter(self._deadline))
        self._public_session = _Session(user_agent, PublicAdapter(self._deadline, may_reach))
        self._check_address = check_address
        self._memory = Memory(cache_dir, clock)
        self._limits = Limits(clock)
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
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        content_types: tuple[str, ...] = (),
        max_bytes: int | None = None,
        statuses: tuple[int, ...] = (200,),
        interval: float | None = None,
        final: Final = None,
        remember: bool = False,
        public_only: bool = False,
        brief: bool = False,
        paid: bool = False,
    ) -> HttpResponse:
        """One answer whose status is in `statuses` and whose media type is in `content_types` (empty: any).

        `params` may be pairs, for a name given several times. `max_bytes` counts unpacked bytes, by default 5 MB of
        JSON and 20 MB of anything else; `interval` lengthens the pause before this request. A conditional request is
        `headers={"If-None-Match": …}, statuses=(200, 304)`. `final` is asked about every refusal before it is retried:
        a sentence from it ends the tries at once. With `remember`, an answer of an earlier run that the host says
        still holds is given again. With `public_only`, for an address that somebody typed, only public hosts are
        asked, whose redirects may lead to any other such host. With `brief` there is one try of at most 20 seconds,
        and no wait for a host that has no request left. With `paid`, an answer with status 200 that cannot be read
        is not asked for again, for it is billed. Raises ConnectorError, one sentence naming the host.
        """
        request = _Request(url, params, dict(headers or {}), interval, public=public_only, brief=brief)
        terms = Terms(content_types, max_bytes or most_of(content_types), statuses, final, paid)
        return self._try_remembered(request, terms) if remember else self._try(request, terms)

    def get_json(self, url: str, **terms: Any) -> Any:
        """The JSON value that a host answers with, asked as by `get`. Raises ConnectorError, also where it is none."""
        answer = self.get(url, content_types=JSON_TYPES, **terms)
        try:
            return self.parse_json(answer)
        except ConnectorError:
            self.forget(url, params=terms.get("params"), headers=terms.get("headers"))
            raise

    def forget(self, url: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None) -> None:
        """Give up a remembered answer that turned out to be of no use, asked for as in `get`."""
        self._memory.forget(name_of(url, params, headers or {}))

    def post(
        self,
        url: str,
        *,
        params: Params | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content_types: tuple[str, ...] = (),
        max_bytes: int | None = None,
        statuses: tuple[int, ...] = (200,),
        final: Final = None,
    ) -> HttpResponse:
        """The answer, 5 MB by default, to a question that is sent as JSON or as a form; all else is as in `get`."""
        if form is not None:
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = json.dumps(json_body).encode(), "application/json"
        request = _Request(url, params, {**(headers or {}), "Content-Type": kind}, body=body)
        return self._try(request, Terms(content_types, max_bytes or MOST_JSON, statuses, final))

    @staticmethod
    def parse_json(response: HttpResponse) -> Any:
        """The JSON value of an answer. Raises ConnectorError where it is none."""
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError):
            host = urlsplit(response.url).hostname
            raise ConnectorError(f"{host} sent something that is not JSON; the next run tries again.") from None

    def pause(self, seconds: float) -> None:
        """Wait, as between two tries of a whole question."""
        self._sleep(seconds)

    def _try_remembered(self, request: _Request, terms: Terms) -> HttpResponse:
        name = name_of(request.url, request.params, request.headers)
        known = self._memory.recall(name)
        if known is None:
            answer = self._try(request, terms)
        else:
            asked = replace(request, headers=request.headers | known.conditions)
            answer = self._try(asked, replace(terms, statuses=(*terms.statuses, 304)))
            if answer.status == 304:
                return known.again(answer)
        if answer.status == 200:
            self._memory.keep(name, answer)
        return answer

    def _try(self, request: _Request, terms: Terms) -> HttpResponse:
        host = host_name(request.url)
        started = self._clock()
        failures: list[Failure] = []
        while True:
            try:
                return self._follow(request, terms)
            except Failure as failure:
                failures.append(failure)
            wait = None if request.brief else self._wait_after(failures)
            if wait is None or self._clock() - started + wait > self._patience:
                if failures[-1].limited:
                    self._limits.give_up(lane_of(request.url))
                raise _error(host, failures)
            self._sleep(wait)

    def _wait_after(self, failures: list[Failure]) -> float | None:
        """Seconds until the next try, or None where there is to be none."""
        last = failures[-1]
        too_fast = sum(failure.limited for failure in failures)
        if not last.again or len(failures) >= self._max_tries or too_fast > 1:
            return None
        if last.pause is not None:
            # Coming back earlier than asked would be rude, and waiting for hours would hold up every other source.
            return last.pause if last.pause <= LONGEST_PAUSE else None
        return backoff_pause(len(failures), self._backoff, self._jitter())

    def _follow(self, request: _Request, terms: Terms) -> HttpResponse:
        home = urlsplit(request.url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(request, terms)
            if isinstance(answer, HttpResponse):
                return answer
            target = redirect_target(home, request.url, answer, elsewhere=request.public)
            kept = request.headers
            if target.netloc != home.netloc:
                if request.body is not None:
                    raise Failure("sent us on to another host, which is not given what was sent", permanent=True)
                kept = {name: value for name, value in kept.items() if name.lower() not in SECRET_HEADERS}
            request = replace(request, url=target.geturl(), params=None, headers=kept)
        raise Failure(f"sent us on more than {MAX_REDIRECTS} times", permanent=True)

    def _ask(self, request: _Request, terms: Terms) -> HttpResponse | str:
        """One request: the answer, or the address that a redirect names."""
        lane = lane_of(request.url)
        if request.public:
            self._check_address(request.url)
        if wait := self._limits.wait(lane):
            if request.brief:
                raise Failure(f"takes no more requests from us for {in_words(wait)}")
            self._sleep(wait)
        with self._pace.turn(lane, request.interval):
            try:
                with self._send(request) as response:
                    self._limits.note(lane, response.status_code, response.headers)
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

    def _send(self, request: _Request) -> requests.Response:
        longest = BRIEF_SECONDS if request.brief else math.inf
        self._deadline.start(min(longest, self._transfer_deadline))
        return (self._public_session if request.public else self._session).request(
            "GET" if request.body is None else "POST",
            request.url,
            params=request.params,
            headers=request.headers,
            data=request.body,
            timeout=tuple(min(longest, seconds) for seconds in self._timeouts),
            stream=True,
            allow_redirects=False,
        )


def backoff_pause(failures: int, first: float, jitter: float) -> float:
    """Seconds to wait after so many failures: `first`, doubled each time, and up to as much again by `jitter`."""
    return min(LONGEST_BACKOFF, first * 2 ** (failures - 1)) * (1 + jitter)


def _error(host: str, failures: list[Failure]) -> ConnectorError:
    last = failures[-1]
    count = sum(failure.said == last.said for failure in failures)
    said = f"{host} {last.said}{_TIMES.get(count, f' {count} times')}"
    if last.pause is not None and last.pause > LONGEST_PAUSE:
        said += f" and asks for a pause of {in_words(last.pause)}"
    outlook = "." if last.permanent else "; the next run tries again."
    return ConnectorError(said + outlook, permanent=last.permanent, of_source=last.of_source)

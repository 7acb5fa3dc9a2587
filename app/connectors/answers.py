"""What an HTTP answer must be like to count as one, and what went wrong where it does not."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

MEGABYTE = 1024 * 1024
CHUNK = 65536
MOST_OF_AN_ERROR = MEGABYTE
_MEANINGS = {
    400: " (not understood)",
    401: " (credentials needed)",
    403: " (refused)",
    404: " (no such page)",
    429: " (too many requests)",
}


class Failure(Exception):
    """One try went wrong: `said` follows the host's name; `pause` is the wait that the host asked for, in seconds.

    `again` says that another try may help, `limited` that the host found us too fast, `permanent` as in ConnectorError.
    """

    def __init__(
        self,
        said: str,
        *,
        again: bool = False,
        limited: bool = False,
        permanent: bool = False,
        pause: float | None = None,
    ) -> None:
        super().__init__(said)
        self.said = said
        self.again = again
        self.limited = limited
        self.permanent = permanent
        self.pause = pause


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One whole answer; `headers` are keyed without regard to case, `body` is unpacked bytes."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type in lower case without its parameters, "" where none was given."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


# Looks at a refusal; a sentence says that trying again is no use, None leaves it to the rules of the client.
Final = Callable[[HttpResponse], str | None] | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the caller takes: media types (empty: any), unpacked bytes, statuses, seconds to send it all."""

    content_types: tuple[str, ...]
    max_bytes: int
    statuses: tuple[int, ...]
    seconds: float
    final: Final = None


def read_answer(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> HttpResponse:
    """The whole of a streamed answer. Raises Failure where it breaks the terms."""
    if response.status_code not in terms.statuses:
        _judge(response, terms, clock)
        raise _refusal(response, clock())
    body = b"".join(_chunks(response, terms, clock))
    answer = HttpResponse(response.status_code, response.url, response.headers, body)
    if answer.status != 304:
        _check(answer, terms.content_types)
    return answer


def _judge(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> None:
    """Let the caller say whether a refusal is the last word, from as much of its body as an error needs."""
    if terms.final is None:
        return
    body = b"".join(_chunks(response, replace(terms, max_bytes=MOST_OF_AN_ERROR), clock))
    said = terms.final(HttpResponse(response.status_code, response.url, response.headers, body))
    if said:
        raise Failure(said, permanent=True)


def redirect_target(home: SplitResult, url: str, location: str) -> SplitResult:
    """Where a redirect leads. Raises Failure unless that is the same owner's and as well encrypted."""
    try:
        target = urlsplit(urljoin(url, location))
        here, there = (home.hostname or "").lower(), (target.hostname or "").lower()
    except ValueError:
        raise Failure("sent us on to an address that makes no sense", permanent=True) from None
    downgraded = home.scheme == "https" and target.scheme == "http"
    owner = _owner(here)
    same = there == here or (owner is not None and (there == owner or there.endswith(f".{owner}")))
    if target.scheme not in ("http", "https") or downgraded or not same:
        raise Failure(f"sent us on to {target.scheme}://{there}, which is not its own site", permanent=True)
    return target


def retry_after(value: str, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    digits = value.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _refusal(response: requests.Response, now: float) -> Failure:
    status = response.status_code
    said = f"answered {status}{_MEANINGS.get(status, '')}"
    if status in (429, 500, 502, 503, 504):
        pause = retry_after(response.headers.get("Retry-After", ""), now)
        return Failure(said, again=True, limited=status == 429, pause=pause)
    return Failure(said, permanent=400 <= status < 500 and status != 408)


def _check(answer: HttpResponse, content_types: tuple[str, ...]) -> None:
    if not answer.body.strip():
        raise Failure("sent an empty page", again=True)
    # arXiv says so with status 200 as well as 429, and a parser would take it for a day without papers.
    if answer.body[:100].strip().rstrip(b".").lower() == b"rate exceeded":
        raise Failure('answered "Rate exceeded."', again=True, limited=True)
    if content_types and answer.content_type not in content_types:
        raise Failure(f"sent {answer.content_type or 'something without a type'} instead of {content_types[0]}")


def _chunks(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> Iterator[bytes]:
    """The body piece by piece, unpacked, so that neither a long nor a tightly packed one ever fills the memory."""
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    deadline = clock() + terms.seconds
    size = taken = 0
    while True:
        # read1 hands over what has come; a full read could sit on a trickle for hours without seeing the deadline.
        packed = response.raw.read1(CHUNK, decode_content=False)
        taken += len(packed)
        for chunk in unpack(packed):
            size += len(chunk)
            if max(size, taken) > terms.max_bytes:
                raise Failure(f"sent more than {_size(terms.max_bytes)}, which was not taken")
            yield chunk
        if not packed:
            return
        if clock() > deadline:
            raise Failure(f"was not done sending after {terms.seconds:.0f} seconds", again=True)


def _unpacker(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    """Unpacks a body in pieces of at most CHUNK bytes; called with b"" at its end."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda packed: iter((packed,))
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Failure("sent a page packed in a way that was not asked for")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def unpack(packed: bytes) -> Iterator[bytes]:
        try:
            yield inflater.decompress(packed, CHUNK)
            while inflater.unconsumed_tail:
                yield inflater.decompress(inflater.unconsumed_tail, CHUNK)
            if not packed:
                yield inflater.flush()
                if not inflater.eof:
                    raise Failure("broke off in the middle of a page", again=True)
        except zlib.error:
            raise Failure("sent a page that could not be unpacked", again=True) from None

    return unpack


def _owner(host: str) -> str | None:
    """The part of a host name that one owner registers; three labels under such as co.uk. None for an address."""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return None
    return ".".join(labels[-3 if len(labels[-1]) == 2 and len(labels[-2]) <= 3 else -2 :])


def _size(count: int) -> str:
    return f"{count // MEGABYTE} MB" if count >= MEGABYTE else f"{count} bytes"

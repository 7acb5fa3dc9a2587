"""What an HTTP answer must be like to count as one, and what went wrong where it does not."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import requests
import urllib3

from app.connectors.resets import asked_pause, is_spent, retry_after

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
# Parsed, JSON takes up to twenty-five times the memory of its bytes.
MOST_JSON = 5 * MEGABYTE
CHUNK = 65536
MOST_OF_AN_ERROR = MEGABYTE
# The pause in seconds after "too many requests" where the host names none.
RATE_PAUSE = 60.0
_MEANINGS = {
    400: " (not understood)",
    401: " (credentials needed)",
    403: " (refused)",
    404: " (no such page)",
}


class Failure(Exception):
    """One try went wrong: `said` follows the host's name; `pause` is the wait in seconds where the host sets it.

    `again` says that another try may help, `limited` that the host found us too fast; `permanent` and `of_source` are
    as in ConnectorError, and a host that found us too fast will answer nothing else either.
    """

    def __init__(
        self,
        said: str,
        *,
        again: bool = False,
        limited: bool = False,
        permanent: bool = False,
        of_source: bool | None = None,
        pause: float | None = None,
    ) -> None:
        super().__init__(said)
        self.said = said
        self.again = again
        self.limited = limited
        self.permanent = permanent
        self.of_source = permanent or limited if of_source is None else of_source
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
    """What the caller takes: media types (empty: any), unpacked bytes, statuses; `paid` as in HttpClient.get."""

    content_types: tuple[str, ...]
    max_bytes: int
    statuses: tuple[int, ...]
    final: Final = None
    paid: bool = False


def most_of(content_types: tuple[str, ...]) -> int:
    """How many bytes of such media types are taken where the caller does not say."""
    return MOST_JSON if "application/json" in content_types else MOST_BYTES


def read_answer(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> HttpResponse:
    """The whole of a streamed answer. Raises Failure where it breaks the terms."""
    if response.status_code not in terms.statuses:
        _judge(response, terms)
        raise _refusal(response, clock())
    try:
        return _whole(response, terms, clock)
    except (Failure, urllib3.exceptions.HTTPError, OSError) as error:
        if not terms.paid or response.status_code != 200:
            raise
        said = error.said if isinstance(error, Failure) else "broke off in the middle of a page"
        raise Failure(said) from None


def _whole(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> HttpResponse:
    body = b"".join(_chunks(response, terms.max_bytes))
    answer = HttpResponse(response.status_code, response.url, response.headers, body)
    # An accepted refusal says all by its status, whatever comes with it.
    if answer.status == 200:
        _check(answer, terms.content_types, clock())
    return answer


def _judge(response: requests.Response, terms: Terms) -> None:
    """Let the caller say whether a refusal is the last word, from its body, if that is one to be read."""
    if terms.final is None:
        return
    try:
        body = b"".join(_chunks(response, MOST_OF_AN_ERROR))
    except Failure:
        return
    said = terms.final(HttpResponse(response.status_code, response.url, response.headers, body))
    if said:
        raise Failure(said, permanent=True)


def _refusal(response: requests.Response, now: float) -> Failure:
    status, headers = response.status_code, response.headers
    # GitHub says 403 of requests that were too many and of those that are never allowed.
    if status == 429 or (status == 403 and ("Retry-After" in headers or is_spent(headers))):
        return _too_fast(f"answered {status} (too many requests)", headers, now)
    said = f"answered {status}{_MEANINGS.get(status, '')}"
    if status in (500, 502, 503, 504):
        return Failure(said, again=True, pause=retry_after(headers.get("Retry-After", ""), now))
    permanent = 400 <= status < 500 and status != 408
    return Failure(said, permanent=permanent, of_source=status in (401, 402, 403))


def _too_fast(said: str, headers: Mapping[str, str], now: float) -> Failure:
    pause = asked_pause(headers, now)
    return Failure(said, again=True, limited=True, pause=RATE_PAUSE if pause is None else pause)


def _check(answer: HttpResponse, content_types: tuple[str, ...], now: float) -> None:
    if not answer.body.strip():
        raise Failure("sent an empty page", again=True)
    # arXiv says so with status 200 as well as 429, and a parser would take it for a day without papers.
    if answer.body[:100].strip().rstrip(b".").lower() == b"rate exceeded":
        raise _too_fast('answered "Rate exceeded."', answer.headers, now)
    if content_types and answer.content_type not in content_types:
        raise Failure(f"sent {answer.content_type or 'something without a type'} instead of {content_types[0]}")


def _chunks(response: requests.Response, max_bytes: int) -> Iterator[bytes]:
    """The body piece by piece, unpacked, so that neither a long nor a tightly packed one ever fills the memory."""
    # Neither status has a body; their headers are those of the page that was not sent.
    encoding = "" if response.status_code in (204, 304) else response.headers.get("Content-Encoding", "")
    unpack = _unpacker(encoding)
    size = taken = 0
    while True:
        # read1 hands over what has come; a full read could sit on a trickle for hours without seeing the deadline.
        packed = response.raw.read1(CHUNK, decode_content=False)
        if not packed and not taken:
            return
        taken += len(packed)
        for chunk in unpack(packed):
            size += len(chunk)
            if max(size, taken) > max_bytes:
                raise Failure(f"sent more than {_size(max_bytes)}, which was not taken")
            yield chunk
        if not packed:
            return


def _unpacker(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    """Unpacks a body in pieces of at most CHUNK bytes; called with b"" at its end."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda packed: iter((packed,))
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Failure("sent a page packed in a way that was not asked for")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def unpack(packed: bytes) -> Iterator[bytes]:
        nonlocal inflater
        try:
            if not packed and not inflater.eof:
                raise Failure("broke off in the middle of a page", again=True)
            while packed:
                if inflater.eof:
                    # A page may be packed in several members (RFC 1952, 2.2), with zeros to fill up the last block.
                    packed = packed.lstrip(b"\0")
                    if not packed:
                        return
                    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
                yield inflater.decompress(packed, CHUNK)
                packed = inflater.unconsumed_tail or inflater.unused_data
        except zlib.error:
            raise Failure("sent a page that could not be unpacked", again=True) from None

    return unpack


def _size(count: int) -> str:
    return f"{count // MEGABYTE} MB" if count >= MEGABYTE else f"{count} bytes"

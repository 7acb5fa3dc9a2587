"""What an HTTP answer must be like to count as one, and what went wrong where it does not."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import requests

from app.connectors.resets import asked_pause, is_spent, retry_after

MEGABYTE = 1024 * 1024
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
    """What the caller takes: media types (empty: any), unpacked bytes, statuses."""

    content_types: tuple[str, ...]
    max_bytes: int
    statuses: tuple[int, ...]
    final: Final = None


def read_answer(response: requests.Response, terms: Terms, clock: Callable[[], float]) -> HttpResponse:
    """The whole of a streamed answer. Raises Failure where it breaks the terms."""
    if response.status_code not in terms.statuses:
        _judge(response, terms)
        raise _refusal(response, clock())
    body = b"".join(_chunks(response, terms.max_bytes))
    answer = HttpResponse(response.status_code, response.url, response.headers, body)
    if answer.status != 304:
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
    return Failure(said, permanent=400 <= status < 500 and status != 408)


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
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    size = taken = 0
    while True:
        # read1 hands over what has come; a full read could sit on a trickle for hours without seeing the deadline.
        packed = response.raw.read1(CHUNK, decode_content=False)
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


def _size(count: int) -> str:
    return f"{count // MEGABYTE} MB" if count >= MEGABYTE else f"{count} bytes"

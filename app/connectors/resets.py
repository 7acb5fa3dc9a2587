"""How long a host wants us to stay away, in every dialect in which hosts say so."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RESETS = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
REMAINDERS = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
# Hugging Face: `"api";r=0;t=210`, one part for each thing that it counts.
WINDOWS = "ratelimit"
# Each with its seconds, and how many of it are said before the next one takes over.
_UNITS = (("second", 1, 120), ("minute", 60, 120), ("hour", 3600, 48), ("day", 86400, math.inf))
_NUMBER = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)


def reset_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from `now` (since 1970) until a host takes requests again by its reset header, None without one.

    The dialects: seconds since 1970 (X, GitHub, Bluesky), seconds to go (Reddit, OpenAlex), an ISO 8601 time
    (Mastodon), and `t=` seconds in `RateLimit` (Hugging Face).
    """
    known = _lower(headers)
    for name in RESETS:
        pause = _until(known.get(name, ""), now)
        if pause is not None:
            return pause
    windows = list(_windows(known.get(WINDOWS, "")))
    return max([pause for left, pause in windows if not left] or [pause for _, pause in windows], default=None)


def is_spent(headers: Mapping[str, str]) -> bool:
    """Whether an answer says that it was the last one for now."""
    known = _lower(headers)
    left = [_number(known.get(name, "")) for name in REMAINDERS]
    return 0 in left or any(left == 0 for left, _ in _windows(known.get(WINDOWS, "")))


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a refusal asks us to wait: its Retry-After, else its reset header."""
    pause = retry_after(_lower(headers).get("retry-after", ""), now)
    if pause is not None:
        return pause
    # A reset that has passed while the host still refuses us comes from a clock that is not ours.
    return reset_pause(headers, now) or None


def retry_after(value: str, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    digits = value.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits[:18])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def in_words(seconds: float) -> str:
    """A pause as a person would say it, rounded up: "45 seconds", "10 minutes", "2 hours"."""
    if seconds > 365 * 86400:
        return "more than a year"
    unit, size = next((unit, size) for unit, size, most in _UNITS if seconds < most * size)
    count = math.ceil(seconds / size)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def _until(text: str, now: float) -> float | None:
    number = _number(text)
    if number is not None:
        # A number nearer to now than to nothing is a point in time; as a wait it would be decades.
        return max(0.0, number - now) if number > now / 2 else number
    try:
        moment = datetime.fromisoformat(text.strip())
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _windows(text: str) -> Iterator[tuple[float, float]]:
    """Requests left and seconds to go of each part that tells both."""
    for part in text.split(","):
        fields = dict(field.strip().split("=", 1) for field in part.split(";") if "=" in field)
        left, pause = _number(fields.get("r", "")), _number(fields.get("t", ""))
        if left is not None and pause is not None:
            yield left, pause

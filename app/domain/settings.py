"""What a setting is, and how the texts of settings are read."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit


class Unshown(ValueError):
    """A value that cannot be used and must not be repeated, for there may be a secret in it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `read` turns its text into its value and raises ValueError saying what was expected.

    A `secret` is never shown, logged or put into an address.
    """

    name: str
    default: str
    read: Callable[[str], Any]
    help: str
    secret: bool = False


def text(raw: str) -> str:
    """Any text."""
    return raw


def number(raw: str) -> float:
    """A finite number that is not negative."""
    try:
        value = float(raw)
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError("must be a number that is not negative")
    return value


def whole_number(raw: str) -> int:
    """A whole number that is not negative."""
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise ValueError("must be a whole number that is not negative")
    return int(raw)


def url(raw: str) -> str:
    """The base address of a service, without a slash at its end."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address that starts with http:// or https://")
    if parts.username or parts.password:
        raise Unshown("must be an address without a name or password in it")
    return raw.rstrip("/")


def urls(raw: str) -> tuple[str, ...]:
    """Base addresses with commas between them."""
    return tuple(dict.fromkeys(url(part.strip()) for part in raw.split(",") if part.strip()))


def names(raw: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(dict.fromkeys(part.strip() for part in raw.split(",") if part.strip()))


def yes_or_no(raw: str) -> bool:
    """yes or no."""
    if raw.lower() not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return raw.lower() == "yes"


def dates(raw: str) -> frozenset[date]:
    """Dates with commas between them."""
    try:
        return frozenset(date.fromisoformat(part.strip()) for part in raw.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be dates such as 2026-12-25 with commas between them") from None

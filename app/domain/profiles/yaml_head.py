"""The front matter of a profile: written so that readers of YAML 1.1 and 1.2 agree, proven by reading it back."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import yaml

from app.domain.front_matter import FENCE, FrontMatterError, iso_date, quoted

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# Keys that YAML 1.1 takes for a truth value or for nothing.
_NO_KEYS = frozenset("y n yes no on off true false null".split())


def head_of(values: Mapping[str, Any]) -> str:
    """The head of a post with both fences: every text in quotes, times and dates plain, lists a line each.

    FrontMatterError for a value that cannot be written, or that would not read back as what it is.
    """
    body = "".join(_entry(key, value) for key, value in values.items())
    head = f"{FENCE}\n{body}{FENCE}\n"
    _prove(body, values)
    return head


def _entry(key: str, value: Any) -> str:
    if (
        isinstance(value, list | tuple)
        and value
        and not any(isinstance(part, list | tuple | Mapping) for part in value)
    ):
        return f"{_key(key)}:\n" + "".join(f"  - {_spelled(key, part)}\n" for part in value)
    return f"{_key(key)}: {_spelled(key, value)}\n"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _NO_KEYS else quoted(key)


def _spelled(key: str, value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return quoted(str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return iso_date(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_spelled(key, part) for part in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{quoted(str(name))}: {_spelled(key, part)}' for name, part in value.items())}}}"
    raise FrontMatterError(f"The front matter's {key} is {type(value).__name__}, which no front matter holds.")


def _prove(body: str, values: Mapping[str, Any]) -> None:
    try:
        found = yaml.safe_load(body) or {}
    except (yaml.YAMLError, ValueError) as error:
        raise FrontMatterError(f"The front matter cannot be read back: {error}.") from error
    for key, value in values.items():
        if key not in found or not _same(found[key], value):
            raise FrontMatterError(f"The front matter's {key} reads back as {found.get(key)!r} instead of {value!r}.")
    if len(found) != len(values):
        raise FrontMatterError("The front matter reads back with other keys than were written.")


def _same(found: Any, meant: Any) -> bool:
    """Whether a value read back is the one that was meant, and of its kind."""
    if isinstance(meant, list | tuple):
        return isinstance(found, list) and len(found) == len(meant) and all(map(_same, found, meant))
    if isinstance(meant, Mapping):
        named = {str(name): part for name, part in meant.items()}
        return (
            isinstance(found, dict)
            and found.keys() == named.keys()
            and all(_same(found[key], named[key]) for key in named)
        )
    if isinstance(meant, datetime):
        return isinstance(found, datetime) and found == meant.replace(microsecond=meant.microsecond // 1000 * 1000)
    return found == meant and type(found) is type(meant)

"""A rehearsal's look at the front matter: whether all who read it read the same, and what they take the date for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice, zip_longest
from typing import Any

import ruamel.yaml
import yaml

from app.domain.dates import readings
from app.domain.front_matter import LONGEST_HEAD
from app.domain.rehearsal_lines import Line, bad, good, listed

# The names by which generators know a post's date; the first that a post has is what it is dated by.
DATES = ("date", "pubDate", "publishDate", "published_at")
_LIKE_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d")
# Of values in the front matter; aliases can make billions of a few lines.
MOST_VALUES = 2_000
_PARTS = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})\.?(\d*)\.?([Zz]?)")


def head_lines(lines: Sequence[str], *, now: datetime) -> list[Line]:
    """The checks of the front matter, given without its fences, whose first line is the post's second."""
    body = "\n".join(lines)
    if len(body) > LONGEST_HEAD:
        return [bad("front matter", f"The front matter has more than {LONGEST_HEAD:,} characters.", 2, body[:80])]
    values, found = _agreed(body, lines)
    if values is None:
        return found
    return [*found, _title(values, lines), *_dates(body, lines, now)]


def _agreed(body: str, lines: Sequence[str]) -> tuple[Mapping[str, Any] | None, list[Line]]:
    """What YAML 1.1 makes of the front matter, if it can be read at all, and whether YAML 1.2 makes the same of it."""
    read: dict[str, Any] = {}
    for version, load in (("1.1", _load_older), ("1.2", _load_newer)):
        try:
            read[version] = load(body)
        except Exception as error:  # A hostile text makes either library raise whatever happens inside it.
            return None, [_unreadable(version, error, lines)]
    older, newer = read["1.1"], read["1.2"]
    if not isinstance(older, dict) or not isinstance(newer, dict):
        return None, [bad("front matter", "The front matter does not say a value for each of some names.", 2)]
    try:
        differing = [bad("front matter", said, *_where(key, lines)) for key, said in _differences(older, newer)]
    except (RecursionError, OverflowError):
        return None, [bad("front matter", "The front matter is nested too deeply.", 2)]
    return older, differing or [good("front matter", "Readers of YAML 1.1 and 1.2 agree on the front matter.")]


class _Older(yaml.SafeLoader):
    """YAML 1.1, in which maps that are merged into maps can take up all of the memory within a few lines."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge as YAML does, up to MOST_VALUES."""
        super().flatten_mapping(node)
        if len(node.value) > MOST_VALUES:
            raise yaml.constructor.ConstructorError(problem="it merges far more than a front matter should say")


def _load_older(body: str) -> Any:
    return yaml.load(body, Loader=_Older)


def _load_newer(body: str) -> Any:
    return ruamel.yaml.YAML(typ="safe", pure=True).load(body)


def _unreadable(version: str, error: Exception, lines: Sequence[str]) -> Line:
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or str(error).split("\n")[0]
    at = min(mark.line, len(lines) - 1) if mark and lines else None
    where = (at + 2, lines[at]) if at is not None else (2, lines[0] if lines else "")
    return bad("front matter", f"A reader of YAML {version} cannot read the front matter: {why}.", *where)


def _differences(older: Mapping[Any, Any], newer: Mapping[Any, Any]) -> Iterator[tuple[Any, str]]:
    """The keys under which the two readers find something else, each with a sentence."""
    # `yes` is a name to one and a truth value to the other.
    for one, other in zip_longest(older, newer):
        if repr(one) != repr(other):
            yield one, f"A name is {one!r} to readers of YAML 1.1 and {other!r} to those of 1.2; put it in quotes."
            return
        values = [list(islice(_leaves(read[one]), MOST_VALUES)) for read in (older, newer)]
        if len(values[0]) == MOST_VALUES:
            yield one, f"“{one}” says far more than the front matter of a post should."
            return
        if values[0] != values[1]:
            pairs = zip_longest(*values, fillvalue="nothing")
            left, right = next(pair for pair in pairs if pair[0] != pair[1])
            yield one, f"“{one}” is {left} to readers of YAML 1.1 and {right} to those of 1.2; put it in quotes."


def _leaves(value: Any) -> Iterator[str]:
    """The scalars of a value in order, each so that other types differ and the same moments do not."""
    if isinstance(value, dict):
        yield "a map"
        for key, part in value.items():
            yield from _leaves(key)
            yield from _leaves(part)
    elif isinstance(value, list | tuple | set):
        yield "a list"
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, datetime):
        yield value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat()
    elif isinstance(value, date):
        yield value.isoformat()
    else:
        yield repr(value)


def _title(values: Mapping[str, Any], lines: Sequence[str]) -> Line:
    title = values.get("title")
    if isinstance(title, str) and title.strip():
        return good("title", f"The title is “{title}”.")
    said = "The post has no title." if title in (None, "") else "The title is no text; put it in quotes."
    return bad("title", said, *_where("title", lines))


def _dates(body: str, lines: Sequence[str], now: datetime) -> list[Line]:
    """Whether every date is one, and the same one, to all; and that the post's own is not in the future."""
    raw = {key: text for key, text in yaml.load(body, Loader=yaml.BaseLoader).items() if isinstance(text, str)}
    own = next((key for key in DATES if raw.get(key)), None)
    if own is None:
        return [bad("date", "The post has no date.", *_where("date", lines))]
    others = [key for key, text in raw.items() if key != own and _LIKE_A_DATE.match(text)]
    found = [bad("date", said, *_where(key, lines)) for key in (own, *others) if (said := _trouble(raw[key]))]
    moment = next((moment for moment in readings(raw[own]).values() if moment), None)
    if moment is None:
        return found
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    shown = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    found = found or [good("date", f"Python, JavaScript and Hugo read the date as {shown}.")]
    if moment <= now:
        return [*found, good("future", "The date is not in the future.")]
    said = f"The post is dated {shown}, which is in the future, so that sites would hide it until then."
    return [*found, bad("future", said, *_where(own, lines))]


def _trouble(text: str) -> str:
    """What is wrong with a date in one sentence, empty if nothing is."""
    read = readings(text)
    blind = [name for name, moment in read.items() if moment is None]
    if blind:
        parts = _PARTS.fullmatch(text)
        better = f"; write it as {parts[1]}T{parts[2]}.{f'{parts[3]}000'[:3]}Z" if parts else ""
        return f"{text} is no date to {listed(blind)}{better}."
    if any(moment and moment.tzinfo is None for moment in read.values()):
        return f"{text} names no time zone, so every reader takes its own; add Z, or an offset such as +01:00."
    if len(set(read.values())) > 1:
        taken = listed(f"{moment:%Y-%m-%d %H:%M:%S} UTC to {name}" for name, moment in read.items())
        return f"{text} is {taken}."
    return ""


def _where(key: Any, lines: Sequence[str]) -> tuple[int, str]:
    """The line of the post that says the value of a key, or the first of the front matter."""
    start = re.compile(rf"[\"']?{re.escape(str(key))}[\"']?[ \t]*:")
    at = next((number for number, line in enumerate(lines) if start.match(line)), None)
    return (1, "---") if at is None else (at + 2, lines[at])

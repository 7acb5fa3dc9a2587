"""How old numbers are, in words: when each was read, and why one was not read since."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup, escape

from app.domain.labels import source_name
from app.queries.source_states import Freshness, Lag, SourceState
from app.web.filters import counted, in_zone, parts_in_words, short_time

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Beyond this an age says less than a date.
AGES_UP_TO = 14 * DAY


def span(time: timedelta) -> str:
    """A time as near as needed: 40 minutes, 18 hours, 3 days."""
    if time < 1.5 * HOUR:
        return counted(max(1, round(time / MINUTE)), "minute")
    if time < 2 * DAY:
        return counted(round(time / HOUR), "hour")
    return counted(round(time / DAY), "day")


def short_span(time: timedelta) -> str:
    """The same in two signs: 6 h, 3 d."""
    return f"{round(time / HOUR)} h" if time < 2 * DAY else f"{round(time / DAY)} d"


def moment(at: datetime) -> str:
    """A time of the desk's zone in plain words: 20 November 2026, 14:02."""
    here = in_zone(at)
    return f"{here.day} {here:%B %Y, %H:%M}"


def ago(at: datetime) -> Markup:
    """How long ago something was, `6 hours ago` with the time behind it; the time itself where that is long ago."""
    past = current_app.extensions["clock"]() - at
    if not timedelta(0) <= past < AGES_UP_TO:
        return short_time(at)
    words = "just now" if past < MINUTE else f"{span(past)} ago"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        in_zone(at).isoformat("T", "seconds"), moment(at), words
    )


def read_ago(part: Mapping[str, Any], freshness: Freshness, hidden: Iterable[str] = ()) -> Markup:
    """When the number of a source was read last, where that is known. Of `hidden` sources newer numbers wait."""
    read_at = _read_at(part, Freshness() if part["source"] in hidden else freshness)
    return ago(read_at) if read_at else Markup("")


def score_line(parts: Sequence[Mapping[str, Any]], freshness: Freshness) -> str:
    """The parts of a score in words, and by how much a part is behind: 45 likes on Bluesky (6 h behind)."""
    said = []
    for part, words in parts_in_words(parts):
        by = freshness.lag(part["source"], _captured_at(part))
        said.append(words if by is None else _behind(words, part, freshness, by))
    return Markup(" · ").join(said) or "nobody counted yet"


def _behind(words: str, part: Mapping[str, Any], freshness: Freshness, by: timedelta) -> Markup:
    why = _number_sentence(part, freshness)
    return escape(words) + Markup(' <span class="age" title="{}">{} behind</span>').format(why, short_span(by))


def number_notes(parts: Sequence[Mapping[str, Any]], freshness: Freshness, hidden: Iterable[str] = ()) -> list[str]:
    """What an editor should know of the sources of an item, in sentences.

    That a source could not be read is said also where it has no number for the paper: missing is not zero.
    """
    newer = [source_name(part["source"]) for part in parts if part["source"] in hidden]
    notes = [f"There are newer numbers, which nobody has taken: {', '.join(newer)}."] if newer else []
    for part in parts:
        source = part["source"]
        if source in hidden:
            continue
        if freshness.lag(source, _captured_at(part)) or _is_unwell(freshness.states.get(source)):
            notes.append(_number_sentence(part, freshness))
    there = {part["source"] for part in parts}
    for source, state in sorted(freshness.states.items()):
        if source not in there and state.status in ("failed", "partial") and not state.is_well:
            notes.append(f"{_why(source, state)}.")
    return notes


def lag_in_words(lag: Lag) -> str:
    """A source that is behind, for the head: Bluesky: 14 hours behind, could not be read since."""
    name = source_name(lag.source)
    if lag.by is None:
        return f"{name}: could not be read yet" if lag.state.status == "failed" else f"{name}: read only in part"
    since = {"skipped": "not asked since", "partial": "read only in part since"}
    return f"{name}: {span(lag.by)} behind, {since.get(lag.state.status, 'could not be read since')}"


def _number_sentence(part: Mapping[str, Any], freshness: Freshness) -> str:
    source, state = part["source"], freshness.states.get(part["source"])
    read_at = _read_at(part, freshness)
    when = moment(read_at) if read_at else "an unknown time"
    if state is None or state.is_well:
        by = freshness.lag(source, _captured_at(part)) or timedelta(0)
        return f"The numbers of {source_name(source)} are of {when}, {span(by)} before the newest here."
    return f"{_why(source, state)}. These are the numbers of {when}."


def _why(source: str, state: SourceState) -> str:
    """Why a source was not read well, without a full stop."""
    name, said = source_name(source), (state.said or "").strip().rstrip(".")
    if state.status == "off":
        return said or f"{name} is off"
    happened = {"skipped": "was not asked", "partial": "was read only in part"}.get(state.status, "could not be read")
    return f"{name} {happened} in the last run{': ' if said else ''}{said}"


def _is_unwell(state: SourceState | None) -> bool:
    return state is not None and not state.is_well and state.status != "skipped"


def _captured_at(part: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(part["captured_at"]) if part.get("captured_at") else None


def _read_at(part: Mapping[str, Any], freshness: Freshness) -> datetime | None:
    return freshness.read_at(part["source"], _captured_at(part))


def register(app: Flask) -> None:
    """Give the filters to every template."""
    for filter_ in (ago, lag_in_words, number_notes, read_ago, score_line):
        app.jinja_env.filters[filter_.__name__] = filter_

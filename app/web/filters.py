"""How values read on the pages: numbers, dates, times, scores in words, and TeX as MathML."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup, escape

from app import assets
from app.domain.labels import source_name
from app.domain.markup import inline_html, plain_text
from app.domain.papers import abs_url, pdf_url
from app.domain.ranking import CLOSE_RULE, close_call
from app.queries.rows import Row
from app.web.of_late import of_late

COUNTS = {"reposts": "repost", "likes": "like", "points": "point"}
# From this share on, one voice makes the score; from the second on, it is worth a warning.
LOUD_SHARE = 0.5
WARN_SHARE = 0.8
AUTHORS_SHOWN = 6
NOTE_SHOWN = 280
ONLY_WORDS = re.compile(r"[A-Za-z0-9,.:;()?!]+(?:[ -][A-Za-z0-9,.:;()?!]+)*")


def register(app: Flask) -> None:
    """Give the filters and helpers to every template."""
    for name in FILTERS:
        app.jinja_env.filters[name] = globals()[name]
    app.jinja_env.globals.update(asset=asset, close_rule=CLOSE_RULE, has_vendor=has_vendor, today=today)


def grouped(number: float) -> str:
    """6090 → 6,090; a fraction keeps one digit."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """1 paper, 2 papers."""
    return f"{grouped(number)} {noun if number == 1 else plural or noun + 's'}"


def long_date(day: date) -> str:
    """Wednesday 24 March 2021."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def short_date(day: date) -> str:
    """Wed 24 March 2021."""
    return f"{day:%a} {day.day} {day:%B} {day.year}"


def local_time(moment: datetime | str) -> Markup:
    """A time of the desk's zone, such as 25 March 2021, 09:03, with its machine-readable form."""
    here = in_zone(moment)
    return Markup('<time datetime="{}">{} {:%B %Y, %H:%M}</time>').format(
        here.isoformat("T", "seconds"), here.day, here
    )


def short_time(moment: datetime | str) -> Markup:
    """A time as near as needed: 08:14 today, else 25 March, 09:03, with the year where it is another."""
    here, day = in_zone(moment), today()
    words = f"{here:%H:%M}"
    if here.date() != day:
        words = f"{here.day} {here:%B}{'' if here.year == day.year else f' {here.year}'}, {words}"
    return Markup('<time datetime="{}">{}</time>').format(here.isoformat("T", "seconds"), words)


def in_zone(moment: datetime | str) -> datetime:
    """A time in the desk's zone."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(current_app.config["TIMEZONE"])


def today() -> date:
    """The day it is in the desk's zone."""
    return in_zone(current_app.extensions["clock"]()).date()


def counts_in_words(counts: Any) -> str:
    """6,090 reposts, 370 likes; nothing for what is not known."""
    get = counts.get if isinstance(counts, Mapping) else lambda name: getattr(counts, name)
    return ", ".join(counted(get(name), noun) for name, noun in COUNTS.items() if get(name) is not None)


def counts_given(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The kinds of counts that at least one part of a score has."""
    return [name for name in (*COUNTS, "voices") if any(part.get(name) for part in parts)]


def score_in_words(parts: Sequence[Mapping[str, Any]]) -> str:
    """The parts of a score: 6,090 reposts, 370 likes from 41 voices on X."""
    return " · ".join(said for _, said in parts_in_words(parts)) or "nobody counted yet"


def parts_in_words(parts: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Each counted part of a score in words; among several a part of more than one count is told by what it adds."""
    found = [(part, words) for part in parts if (words := counts_in_words(part))]
    return [(part, _part_in_words(part, words, is_alone=len(found) == 1)) for part, words in found]


def _part_in_words(part: Mapping[str, Any], counts: str, *, is_alone: bool) -> str:
    if not is_alone and sum(part.get(name) is not None for name in COUNTS) > 1:
        counts = grouped(part["score"])
    voices = part.get("voices") or 0
    said_by = f" from {counted(voices, 'voice')}" if voices > 1 else ""
    return f"{counts}{said_by} on {source_name(part['source'])}"


def voices_of(parts: Sequence[Mapping[str, Any]]) -> int:
    """How many mentions a score counts."""
    return sum(part.get("voices") or 0 for part in parts)


def loudest_share(parts: Sequence[Mapping[str, Any]]) -> float:
    """The largest share of a whole score that one mention carries."""
    total = sum(part.get("score") or 0 for part in parts)
    loudest = max((part["score"] * part["loudest"] for part in parts if part.get("loudest")), default=0)
    return loudest / total if total else 0.0


def tags(row: Row, parts: Sequence[Mapping[str, Any]], cut: float) -> list[tuple[str, str, str]]:
    """What an editor should notice about an item: a word, its tone, and what it means where that is not plain.

    `parts` are those of its score.
    """
    found = [("new", "good", "")] if row.is_new else []
    if row.pinned:
        found.append(("pinned", "", "It keeps its number when the list goes back to score order."))
    if row.lens_tag:
        found.append((row.lens_tag, "warn", ""))
    share = loudest_share(parts)
    if share >= LOUD_SHARE and voices_of(parts) > 1:
        found.append((f"one voice carries {int(share * 100)} %", "warn" if share >= WARN_SHARE else "", ""))
    if row.state == "candidate" and row.score >= cut:
        found.append(("above the cut", "good", ""))
    elif row.state == "picked" and row.score < cut:
        found.append(("below the cut", "warn", ""))
    if words := close_call_in_words(parts, cut):
        found.append(("close call", "", sentence(words)))
    if row.headline:
        found.append(("own headline", "", ""))
    return found


def close_call_in_words(parts: Sequence[Mapping[str, Any]], cut: float) -> str:
    """Which source decides about a close call: falls below if Bluesky counted a quarter less. Nothing for others."""
    call = close_call(parts, cut)
    return call.in_words if call else ""


def first_authors(authors: Sequence[str]) -> str:
    """The first few authors, and how many more there are."""
    shown = ", ".join(authors[:AUTHORS_SHOWN])
    rest = len(authors) - AUTHORS_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def note_start(note: str) -> str:
    """As much of a note as a row shows."""
    return note if len(note) <= NOTE_SHOWN else note[:NOTE_SHOWN].rstrip() + "…"


@lru_cache(maxsize=8192)
def tex(text: str) -> Markup:
    """A title or an abstract with its TeX as MathML."""
    # Most titles are no more than words, and need not be looked through for what may stand in one.
    return Markup(text) if ONLY_WORDS.fullmatch(text) else Markup(inline_html(text))


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A title in plain words, for labels."""
    return plain_text(text)


def sentence(summary: str) -> str:
    """An audit event's summary as a sentence of its own."""
    return f"{summary[:1].upper()}{summary[1:]}."


def arxiv_url(arxiv_id: str, kind: str = "abs") -> str:
    """Where a paper stands at arXiv."""
    return pdf_url(arxiv_id) if kind == "pdf" else abs_url(arxiv_id)


def safe_link(url: str) -> str | None:
    """An address that came from a source, if a browser may be sent there."""
    return url if url.startswith(("https://", "http://")) else None


def lines(text: str) -> Markup:
    """Plain text with its line ends kept."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def has_vendor() -> bool:
    """Whether the packages of others are there, without which no page has scripts."""
    return of_late(assets.is_filled)


def asset(path: str) -> str:
    """The address of a static file, with a stamp so that it can be cached for good."""
    file = Path(current_app.static_folder or "") / path
    return url_for("static", filename=path, v=_stamp(file, file.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _stamp(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


FILTERS = (
    "arxiv_url",
    "close_call_in_words",
    "counted",
    "counts_given",
    "counts_in_words",
    "first_authors",
    "grouped",
    "lines",
    "local_time",
    "long_date",
    "note_start",
    "plain",
    "safe_link",
    "score_in_words",
    "sentence",
    "short_date",
    "short_time",
    "source_name",
    "tex",
)

"""The record of a post: all that went into it as plain data, and the document that it makes. Pure, so repeatable."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.markup import collapsed, markdown_text, network, note_markdown, tidy_markdown
from app.domain.papers import abs_url, pdf_url
from app.domain.posts import (
    LUMEN,
    About,
    Correction,
    Entry,
    PostDocument,
    Profile,
    ProfileError,
    compose,
    from_dict,
    lumen_front_matter,
    to_dict,
)
from app.domain.profiles import profile_from
from app.domain.quoting import QuoteRule, counted, counts, moment, quotes_of
from app.domain.ranking import QUOTE_CUT, QUOTE_LIMIT, CountedReading, SourceTotal, source_totals

# 2 holds its profile whole and the revisions that there were; 1 is lumen's, by name, and what is read in from files.
FORMAT = 2
FIRST_FORMAT = 1

# `cs.CV`, `physics.soc-ph`, `hep-th`; anything else is no category of arXiv's, and no address is made of it.
_CATEGORY = re.compile(r"[A-Za-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")

# What begins a list, a quotation or code in a note, and must begin a line to do so.
_BLOCK = re.compile(r" |\t|[-+*>][ \t]|>|[0-9]{1,9}[.)][ \t]|```|~~~")

Record = Mapping[str, Any]


class RecordUnreadable(ValueError):
    """The record is of a format or kind that this program does not know, or lacks a part; one plain sentence."""


def archive_record(document: PostDocument) -> dict[str, Any]:
    """The record of a post that was read in from a file."""
    return {"format": FIRST_FORMAT, "kind": "archive", "profile": LUMEN.name, "document": to_dict(document)}


def document_of(record: Record) -> PostDocument:
    """The document that a record makes. The same record makes the same document, today and in ten years.

    RecordUnreadable if the record is of another format or incomplete.
    """
    if record.get("format") not in (FIRST_FORMAT, FORMAT):
        raise RecordUnreadable(f"This program cannot read records of format {record.get('format')!r}.")
    try:
        if record["kind"] == "archive":
            return from_dict(record["document"])
        if record["kind"] == "edition":
            return _edition(record)
    except KeyError as error:
        raise RecordUnreadable(f"The record lacks {error.args[0]!r}.") from error
    raise RecordUnreadable(f"There is no record of kind {record['kind']!r}.")


def profile_of(record: Record) -> Profile:
    """The profile in whose form a record's post is. RecordUnreadable if the record's profile cannot be read."""
    profile = record.get("profile")
    if profile == LUMEN.name:
        return LUMEN
    if not isinstance(profile, Mapping):
        raise RecordUnreadable(f"The record names a profile that is not in it: {profile!r}.")
    try:
        return profile_from(profile)
    except ProfileError as error:
        raise RecordUnreadable(f"The record's profile cannot be read: {error}") from error


def rebuilt(record: Record) -> bytes:
    """The bytes of a record's post, from the record alone.

    RecordUnreadable, FrontMatterError or ProfileError if they cannot be made.
    """
    return compose(document_of(record), profile_of(record))


def in_lumen(record: Record) -> bytes:
    """A record's post in the form of lumen whatever its profile: the one that `parse` and `post_html` read."""
    return compose(document_of(record))


def entry_of(record: Record, number: int, item: Record) -> Entry:
    """The entry of one item of an edition's record, of which it takes the time zone, the weights, the rule of quotes
    and whether TeX is tidied, and nothing else."""
    return _entry(number, item, record, _zone(record.get("timezone") or "UTC"))


def with_note(entry: Entry, note: str | None) -> Entry:
    """The entry of an item that has no note, with this one behind what its post says there already."""
    words = note_markdown(note) if note else ""
    return replace(entry, note="\n\n".join(text for text in (entry.note, words) if text)) if words else entry


def fingerprint(record: Record) -> str:
    """A short name of what a record says, the same whenever that would be published."""
    said = {**record, "published_at": None, "revised_at": None}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _edition(record: Record) -> PostDocument:
    zone = _zone(record.get("timezone") or "UTC")
    about = _about(record, zone)
    front = lumen_front_matter(about.edition_date, about.published_at)
    entries = (_entry(number, item, record, zone) for number, item in enumerate(record["items"], start=1))
    introduction, closing = (note_markdown(record.get(name) or "") for name in ("introduction", "closing"))
    ending = [text for text in (closing, *map(_corrected, about.corrections)) if text]
    return PostDocument(front, introduction, tuple(entries), closing="\n\n".join(ending), about=about)


def _about(record: Record, zone: tzinfo) -> About:
    published_at, revised_at = moment(record["published_at"]), moment(record.get("revised_at"))
    if published_at is None:
        raise RecordUnreadable("The record's time of publishing is empty.")
    return About(
        edition_date=date.fromisoformat(record["edition_date"]),
        published_at=published_at.astimezone(zone),
        revised_at=revised_at and revised_at.astimezone(zone),
        revision=record.get("revision") or 1,
        corrections=tuple(_correction(told, zone) for told in record.get("corrections") or ()),
    )


def _correction(told: Record, zone: tzinfo) -> Correction:
    at = moment(told["at"])
    if at is None:
        raise RecordUnreadable("The time of a correction in the record is empty.")
    return Correction(at.astimezone(zone).date(), note_markdown(told["note"]))


def _corrected(correction: Correction) -> str:
    """A correction as it is printed under the closing words; lists and code begin below its date."""
    day = correction.day
    gap = "\n\n" if _BLOCK.match(correction.note) else " "
    return f"**Correction, {day.day} {day:%B} {day.year}:**{gap}{correction.note}".rstrip()


def _entry(number: int, item: Record, record: Record, zone: tzinfo) -> Entry:
    """One paper of an edition; every text of it passes through markup here."""
    headline = collapsed(item.get("headline") or "") or item["title"]
    arxiv_id = quote(item["arxiv_id"])
    spelled = tidy_markdown if record.get("tidy_tex") else markdown_text
    mentions, chosen = item.get("mentions") or (), item.get("quotes")
    names = None if chosen is None else [(quote["source"], quote["id"]) for quote in chosen]
    totals = source_totals(
        [_reading(reading) for reading in item.get("readings") or ()],
        [counted(mention) for mention in mentions],
        record.get("weights") or {},
    )
    entry = Entry(
        number=number,
        title=spelled(headline, inline_start=True),
        authors=markdown_text(", ".join(item.get("authors") or ())),
        metrics=tuple(_metrics(totals, zone)),
        links=f"[abs]({abs_url(arxiv_id)}) | [pdf]({pdf_url(arxiv_id)})",
        categories=" | ".join(_category(name) for name in item.get("categories") or () if _CATEGORY.fullmatch(name)),
        note=_ran_before(item["update"]) if item.get("update") else "",
        abstract=spelled(item.get("abstract") or ""),
        quotes=tuple(quote for _, quote in quotes_of(mentions, names, _rule(record, zone))),
    )
    # Before the abstract stand that the paper ran before, where it runs as an update, and the editor's note.
    return with_note(entry, item.get("note"))


def _ran_before(ran: Record) -> str:
    """The paragraph of a paper that runs again: where it stood, and whether a newer version came since."""
    day = date.fromisoformat(ran["date"])
    post, path = f"Hot Papers {day}", ran["slug"].strip("/")
    # Before the slash nothing of a slug can be taken for a host, and no sign of it ends the link.
    address = quote(f"{ran['site_url']}/{path}", safe="/:%")
    link = f"[{post}]({address})" if path else post
    since = f"; v{ran['version_since']} since" if ran["version_since"] else ""
    return note_markdown(f"Update: ran on {day.day} {day:%B} {day.year} at no. {ran['number']} ({link}){since}.")


def _category(name: str) -> str:
    return f"[{name}](https://arxiv.org/list/{name}/recent)"


def _metrics(totals: Sequence[SourceTotal], zone: tzinfo) -> list[str]:
    """The list of numbers: Twitter's in the archive's words, then the other sources', largest part first."""
    ordered = sorted(totals, key=lambda total: total.source != "twitter")
    lines = ((total, _counts(total)) for total in ordered)
    return [f"{counts}{_at(total.captured_at, zone)}" for total, counts in lines if counts]


def _counts(total: SourceTotal) -> str:
    if total.source == "twitter":
        known = total.reposts is not None or total.likes is not None
        return f"retweets: {total.reposts or 0}, favorites: {total.likes or 0}" if known else ""
    names = {"points": total.points, "reposts": total.reposts, "likes": total.likes, "replies": total.replies}
    counts = ", ".join(f"{count} {name}" for name, count in names.items() if count is not None)
    # A source that is called "links" must not make a line that reads as the entry's links.
    name = markdown_text(network(total.source)).replace("links", "Links", 1)
    return f"{name}: {counts}" if counts else ""


def _at(moment: datetime | None, zone: tzinfo) -> str:
    return f" ({moment.astimezone(zone):%m/%d/%Y %H:%M:%S})" if moment else ""


def _rule(record: Record, zone: tzinfo) -> QuoteRule:
    cut, limit = record.get("quote_cut", QUOTE_CUT), record.get("quote_limit", QUOTE_LIMIT)
    return QuoteRule(record.get("weights") or {}, cut, limit, zone)


def _reading(reading: Record) -> CountedReading:
    # A reading without a time is older than any with one.
    captured_at = moment(reading.get("captured_at")) or datetime.min.replace(tzinfo=UTC)
    return CountedReading(reading["source"], *counts(reading), captured_at)


def _zone(name: str) -> tzinfo:
    if name == "UTC":  # Needs no database of zones.
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RecordUnreadable(f"The record's time zone {name!r} is unknown.") from error

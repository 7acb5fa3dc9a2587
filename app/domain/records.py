"""The record of a post: all that went into it as plain data, and the document that it makes. Pure, so repeatable."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.markup import collapsed, markdown_text, network, note_markdown, tidy_markdown
from app.domain.papers import abs_url, pdf_url
from app.domain.posts import DEFAULT_PROFILE, Entry, PostDocument, from_dict, lumen_front_matter, to_dict
from app.domain.quoting import QuoteRule, counted, counts, moment, quotes_of
from app.domain.ranking import QUOTE_CUT, QUOTE_LIMIT, CountedReading, SourceTotal, source_totals

FORMAT = 1

# `cs.CV`, `physics.soc-ph`, `hep-th`; anything else is no category of arXiv's, and no address is made of it.
_CATEGORY = re.compile(r"[A-Za-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")

Record = Mapping[str, Any]


class RecordUnreadable(ValueError):
    """The record is of a format or kind that this program does not know, or lacks a part; one plain sentence."""


def archive_record(document: PostDocument) -> dict[str, Any]:
    """The record of a post that was read in from a file."""
    return {"format": FORMAT, "kind": "archive", "profile": DEFAULT_PROFILE, "document": to_dict(document)}


def document_of(record: Record) -> PostDocument:
    """The document that a record makes. The same record makes the same document, today and in ten years.

    RecordUnreadable if the record is of another format or incomplete.
    """
    if record.get("format") != FORMAT:
        raise RecordUnreadable(f"This program cannot read records of format {record.get('format')!r}.")
    try:
        if record["kind"] == "archive":
            return from_dict(record["document"])
        if record["kind"] == "edition":
            return _edition(record)
    except KeyError as error:
        raise RecordUnreadable(f"The record lacks {error.args[0]!r}.") from error
    raise RecordUnreadable(f"There is no record of kind {record['kind']!r}.")


def _edition(record: Record) -> PostDocument:
    published_at = moment(record["published_at"])
    zone = _zone(record.get("timezone") or "UTC")
    if published_at is None:
        raise RecordUnreadable("The record's time of publishing is empty.")
    front = lumen_front_matter(date.fromisoformat(record["edition_date"]), published_at.astimezone(zone))
    entries = (_entry(number, item, record, zone) for number, item in enumerate(record["items"], start=1))
    introduction, closing = (note_markdown(record.get(name) or "") for name in ("introduction", "closing"))
    return PostDocument(front, introduction, tuple(entries), closing=closing)


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
    return Entry(
        number=number,
        title=spelled(headline, inline_start=True),
        authors=markdown_text(", ".join(item.get("authors") or ())),
        metrics=tuple(_metrics(totals, zone)),
        links=f"[abs]({abs_url(arxiv_id)}) | [pdf]({pdf_url(arxiv_id)})",
        categories=" | ".join(_category(name) for name in item.get("categories") or () if _CATEGORY.fullmatch(name)),
        note=_note(item),
        abstract=spelled(item.get("abstract") or ""),
        quotes=tuple(quote for _, quote in quotes_of(mentions, names, _rule(record, zone))),
    )


def _note(item: Record) -> str:
    """What stands before the abstract: that the paper ran before, where it runs as an update, and the editor's note."""
    said = (_ran_before(item["update"]) if item.get("update") else "", note_markdown(item.get("note") or ""))
    return "\n\n".join(text for text in said if text)


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

"""What a post of the archive says of its papers, read back as if a source had told it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from app.domain.entities import unescaped
from app.domain.posts import Entry, PostDocument, Quote
from app.domain.sources import FetchedMention, FetchedPaper, Reading

# The end of Twitter's embed: — Name (@handle) <a href="…/status/ID…">March 24, 2021</a></blockquote>
EMBED = re.compile(
    r"</p>(?:&mdash;|—) (?P<name>[^<]{0,200}) \(@(?P<handle>\w{1,30})\) "
    r'<a href="(?P<url>https://twitter\.com/\w{1,30}/status/(?P<id>\d{1,25}))[^"]*">(?P<day>[^<]{0,40})</a></blockquote>'
)
PRINTED = "%m/%d/%Y %H:%M:%S"
# `2021-03-25T09:03:24.Z`, whose last point no standard allows.
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def published_at(document: PostDocument) -> datetime | None:
    """When a post says it was published, in UTC where it names no zone; None where it says nothing clear."""
    text = document.front.date
    for candidate in (text, match[0] if (match := STAMPED.match(text)) else ""):
        try:
            moment = datetime.fromisoformat(candidate)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def papers_of(document: PostDocument, day: date) -> list[FetchedPaper]:
    """The papers of a post in its order; entries that link to no arXiv id are left out."""
    return [_paper(entry, day) for entry in document.entries if entry.arxiv_id]


def mentions_of(document: PostDocument) -> list[FetchedMention]:
    """The quotes of a post that have Twitter's shape, each with the paper that it stands under."""
    return [mention for entry in document.entries if entry.arxiv_id for mention in _mentions(entry)]


def _paper(entry: Entry, day: date) -> FetchedPaper:
    return FetchedPaper(
        arxiv_id=entry.arxiv_id or "",
        title=" ".join(entry.title.split()),
        authors=entry.author_names,
        abstract=" ".join(entry.abstract.split()),
        categories=entry.category_names,
        announced_on=day,
        readings=tuple(_readings(entry)),
    )


def _readings(entry: Entry) -> Iterator[Reading]:
    if entry.printed_totals:
        reposts, likes, printed = entry.printed_totals
        try:
            captured_at = datetime.strptime(printed, PRINTED).replace(tzinfo=UTC)
        except ValueError:
            return
        yield Reading("twitter", captured_at, reposts=reposts, likes=likes)


def _mentions(entry: Entry) -> Iterator[FetchedMention]:
    for quote in entry.quotes:
        mention = _mention(entry, quote)
        if mention:
            yield mention


def _mention(entry: Entry, quote: Quote) -> FetchedMention | None:
    found = EMBED.search(quote.html)
    return found and FetchedMention(
        source="twitter",
        external_id=found["id"],
        url=found["url"],
        paper_ids=(entry.arxiv_id or "",),
        author_name=unescaped(found["name"]),
        author_handle=found["handle"],
        html=quote.html,
        posted_on=found["day"],
    )

"""What every source yields, and what a connector promises."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of one mention or one paper at one moment.

    A count that the source did not give is None, never 0. `captured_at` is an aware UTC time; None says
    that the source gave no time, so the run's own clock stands, and an unchanged reading is not kept twice.
    """

    source: str
    captured_at: datetime | None = None
    reposts: int | None = None
    likes: int | None = None
    replies: int | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedPaper:
    """One arXiv work as a source describes it; `announced_on` is the date of its listing.

    `complete` is False while only the listing is known and the metadata API does not have the paper yet.
    `readings` are totals for the whole paper.
    """

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    announced_on: date
    version: int | None = None
    comment: str | None = None
    doi: str | None = None
    submitted_at: datetime | None = None
    complete: bool = True
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedMention:
    """One social post that names the papers `paper_ids`; unique by `source` and `external_id`.

    `html` is the source's own embed markup and `text` its plain text; either may be missing. A native repost
    carries the id of its original in `repost_of`. `posted_on` is a date as the source words it ("March 24, 2021").
    """

    source: str
    external_id: str
    url: str
    paper_ids: tuple[str, ...]
    author_name: str = ""
    author_handle: str = ""
    text: str | None = None
    html: str | None = None
    posted_at: datetime | None = None
    posted_on: str | None = None
    repost_of: str | None = None
    reading: Reading | None = None

    def without_words(self) -> "FetchedMention":
        """The same mention telling only which papers it names and its counts."""
        silent = {"url": "", "author_name": "", "author_handle": "", "text": None, "html": None, "posted_on": None}
        return replace(self, **silent)


@dataclass(frozen=True, slots=True)
class Expected:
    """How many papers a connector is about to yield; sizes the progress bar."""

    count: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read, where it stood, and why. The rest goes on."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the editor should know that is no failure, such as a day without a listing."""

    text: str


Fetched = FetchedPaper | FetchedMention | Expected | Problem | Notice


class ConnectorError(Exception):
    """A source could not be read; the message is one plain sentence for the editor.

    `permanent` says that trying again will not help until somebody changes something.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Connector(Protocol):
    """Reads one source. Knows no table; raises nothing but ConnectorError."""

    name: str

    def fetch(self, day: date | None) -> Iterator[Fetched]:
        """Yield what the source has for the listing date `day` (None: every date that the source holds)."""
        ...

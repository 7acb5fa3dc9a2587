"""What every source yields, and what a connector promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of one mention or one paper at one moment.

    A count that the source did not give is None, never 0. `captured_at` is an aware UTC time; None says
    that the source gave no time, so the run's own clock stands, and an unchanged reading is not kept twice.
    `stars` and `citations` are shown and kept over time, but no part of a score.
    """

    source: str
    captured_at: datetime | None = None
    reposts: int | None = None
    likes: int | None = None
    replies: int | None = None
    points: int | None = None
    stars: int | None = None
    citations: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedPaper:
    """One arXiv work as a source describes it; `announced_on` is the date of its listing, None where unknown.

    `complete` is False while only the listing is known and the metadata API does not have the paper yet.
    `readings` are totals for the whole paper.
    """

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    announced_on: date | None
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


@dataclass(frozen=True, slots=True)
class FetchedReading:
    """Totals of a whole paper at one source, where that source tells nothing else of the paper."""

    arxiv_id: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Gone:
    """A mention that the source was asked for by name and no longer has."""

    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How many steps a connector is about to take, papers to yield unless it says Done; sizes the progress bar."""

    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """How many of the expected steps are behind, for a connector whose steps are not the papers it yields."""

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


Fetched = FetchedPaper | FetchedMention | FetchedReading | Gone | Expected | Done | Problem | Notice


@dataclass(frozen=True, slots=True)
class SoughtPaper:
    """A paper that a run asks the networks about. `heard` says that some network has named it already."""

    arxiv_id: str
    version: int | None = None
    abstract: str = ""
    comment: str = ""
    heard: bool = False


@dataclass(frozen=True, slots=True)
class KnownMention:
    """A mention of this source that the desk has, whose counts are to be read again."""

    external_id: str
    url: str
    paper_ids: tuple[str, ...]
    has_embed: bool = False
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What a run asks a source.

    `day` is a listing date, None for every date that the source holds. `papers` are the papers of that day that the
    desk knows by then, those heard of first, and `known` the source's own mentions of them. Posts of interest were
    made between the aware UTC times `since` and `now`. Where `sweeps` is False only `papers` are asked about, one by
    one, as when an editor adds a single paper.
    """

    day: date | None
    now: datetime
    since: datetime
    papers: tuple[SoughtPaper, ...] = ()
    known: tuple[KnownMention, ...] = ()
    sweeps: bool = True


class ConnectorError(Exception):
    """A source could not be read; the message is one plain sentence for the editor.

    `permanent` says that trying again will not help until somebody changes something, `of_source` that nothing else
    that the source could be asked in this run would fare better; if it is not said, what is permanent is so.
    """

    def __init__(self, message: str, *, permanent: bool = False, of_source: bool | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.of_source = permanent if of_source is None else of_source


class NotYet(ConnectorError):
    """There is nothing to read yet, which is no failure: a later run finds it."""


class Connector(Protocol):
    """Reads one source. Knows no table; raises nothing but ConnectorError."""

    name: str

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Yield what the source has to say to the question, what was read so far also where an error follows."""
        ...

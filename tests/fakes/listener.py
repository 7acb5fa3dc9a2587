"""Asks a connector and sorts what comes by kind."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from app.domain.sources import (
    Connector,
    ConnectorError,
    Done,
    Expected,
    FetchedMention,
    FetchedPaper,
    FetchedReading,
    Gone,
    Notice,
    Problem,
    Question,
    SoughtPaper,
)

T = TypeVar("T")
DAY = date(2026, 11, 20)
# 10:00 in New York on the day of the listing.
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    """All that a connector gave, in order, and the sentence with which it gave up, if it did."""

    things: list[Any]
    error: ConnectorError | None

    def of(self, kind: type[T]) -> list[T]:
        """The things of one kind, in order."""
        return [thing for thing in self.things if isinstance(thing, kind)]

    @property
    def mentions(self) -> list[FetchedMention]:
        return self.of(FetchedMention)

    @property
    def papers(self) -> list[FetchedPaper]:
        return self.of(FetchedPaper)

    @property
    def readings(self) -> list[FetchedReading]:
        return self.of(FetchedReading)

    @property
    def gone(self) -> list[str]:
        return [gone.external_id for gone in self.of(Gone)]

    @property
    def problems(self) -> list[Problem]:
        return self.of(Problem)

    @property
    def notices(self) -> list[str]:
        return [notice.text for notice in self.of(Notice)]

    @property
    def steps(self) -> tuple[int | None, int | None]:
        """The last count of steps done, and of those expected."""
        done, expected = self.of(Done), self.of(Expected)
        return (done[-1].count if done else None, expected[-1].count if expected else None)


def listen(connector: Connector, question: Question) -> Heard:
    """Everything that a connector answers, a failure at the end included."""
    things: list[Any] = []
    try:
        for thing in connector.fetch(question):
            things.append(thing)
    except ConnectorError as error:
        return Heard(things, error)
    return Heard(things, None)


def about(*arxiv_ids: str, **fields: Any) -> Question:
    """A question about papers of DAY, asked at NOW; fields of Question and its papers may be given."""
    papers = tuple(SoughtPaper(arxiv_id, version=1) for arxiv_id in arxiv_ids)
    return Question(**{"day": DAY, "now": NOW, "since": SINCE, "papers": papers} | fields)


def ago(**by: float) -> datetime:
    """A time before NOW, by a timedelta's arguments."""
    return NOW - timedelta(**by)


def values_of(source: Any, **given: Any) -> dict[str, Any]:
    """The values of a source's own settings: the defaults, and what is given by name."""
    defaults = {setting.name: setting.read(setting.default) for setting in source.settings}
    return {"SOURCES_OFF": (), "QUOTE_CUT": 25.0, "CONTACT": ""} | defaults | given

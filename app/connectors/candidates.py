"""Reads a candidates file: JSON Lines, one paper a line with its readings and mentions; a bad line stops no other."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from app.connectors.candidate_fields import BadField, Record, as_record
from app.domain.papers import PaperId, parse_arxiv_id
from app.domain.sources import (
    ConnectorError,
    Expected,
    Fetched,
    FetchedMention,
    FetchedPaper,
    Problem,
    Question,
    Reading,
)

MAX_LINE = 5 * 1024 * 1024
COUNTS = ("reposts", "likes", "replies", "points")
_BOM = b"\xef\xbb\xbf"


class CandidatesFile:
    """A candidates file as a source. Every value in it is checked, for anybody may have written it.

    `default_day` is the listing date of lines without `announced_on` when `fetch` is given no day.
    """

    name = "file"

    def __init__(self, path: Path | str, *, default_day: date | None = None) -> None:
        self._path = Path(path)
        self._default_day = default_day

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Every paper of the file, each followed by its mentions; a line under another date keeps that date.

        Raises ConnectorError where the file cannot be read at all.
        """
        try:
            with self._path.open("rb") as file:
                if file.seekable():
                    yield Expected(sum(1 for _, line in _lines(file) if line is None or line))
                    file.seek(0)
                for number, line in _lines(file):
                    yield from parse_line(line, f"line {number}", question.day or self._default_day)
        except OSError as error:
            raise ConnectorError(f"{self._path.name} cannot be read: {error.strerror}.", permanent=True) from error


def parse_line(line: bytes | None, where: str, day: date | None) -> Iterator[Fetched]:
    """The paper and the mentions of one line without its end; None stands for a line longer than MAX_LINE.

    `where` names the line in a Problem. A bad reading or mention is a Problem, and the paper goes in without it.
    """
    if line is None:
        yield Problem(where, f"is longer than {MAX_LINE // 1024 // 1024} MB")
        return
    if not line:
        return
    problems: list[Problem] = []
    try:
        record = as_record(_decode(line))
        captured_at = record.moment("captured_at")
        readings = _readings(record, where, problems)
        paper = _paper(record, readings, day)
        mentions = _items(record, "mentions", where, problems)
    except BadField as error:
        yield Problem(where, str(error))
        return
    yield paper
    yield from problems
    for place, item in mentions:
        try:
            yield _mention(as_record(item), paper.arxiv_id, captured_at)
        except BadField as error:
            yield Problem(place, str(error))


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without their ends, b"" for a blank one and None for one that is too long to keep."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield number, None
        else:
            yield number, line.strip()


def _decode(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise BadField("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadField(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise BadField("is nested too deeply") from None
    except ValueError:
        raise BadField("holds a number that is too long") from None


def _refuse_constant(name: str) -> NoReturn:
    raise BadField(f"is not JSON: {name} is no number there")


def _paper(record: Record, readings: tuple[Reading, ...], day: date | None) -> FetchedPaper:
    paper = _paper_id(record)
    announced_on = record.day("announced_on") or day
    if announced_on is None:
        raise BadField("has no announced_on, and no date was given for the file")
    return FetchedPaper(
        arxiv_id=paper.arxiv_id,
        title=record.required_text("title", 5_000),
        authors=record.texts("authors", most=20_000, longest=1_000),
        abstract=record.required_text("abstract", 200_000, blank=True),
        categories=record.texts("categories", most=100, longest=40),
        announced_on=announced_on,
        version=paper.version,
        comment=record.text("comment", 20_000),
        doi=record.text("doi", 500),
        readings=readings,
    )


def _paper_id(record: Record) -> PaperId:
    given = record.required_text("arxiv_id", 100)
    paper = parse_arxiv_id(given)
    if paper is None:
        raise BadField(f"has an arxiv_id that arXiv would not give: {given[:40]!r}")
    version = record.count("version")
    if version is not None and not 1 <= version <= 9999:
        raise BadField("has a version that is not between 1 and 9999")
    return paper if version is None else paper._replace(version=version)


def _readings(record: Record, where: str, problems: list[Problem]) -> tuple[Reading, ...]:
    """The paper's own totals, as many as are good."""
    readings = []
    for place, item in _items(record, "readings", where, problems):
        try:
            readings.append(_reading(as_record(item), record))
        except BadField as error:
            problems.append(Problem(place, str(error)))
    return tuple(readings)


def _reading(item: Record, line: Record) -> Reading:
    counts = {name: item.count(name) for name in COUNTS}
    captured_at = item.moment("captured_at") or line.moment("captured_at")
    return Reading(source=item.source(), captured_at=captured_at, **counts)


def _items(record: Record, name: str, where: str, problems: list[Problem]) -> list[tuple[str, Any]]:
    """The members of a list with the place of each for a Problem: "line 7, mention 2"."""
    given = record.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        problems.append(Problem(where, f"has {name} that are not a list"))
        return []
    return [(f"{where}, {name.removesuffix('s')} {number}", item) for number, item in enumerate(given, 1)]


def _mention(item: Record, arxiv_id: str, captured_at: Any) -> FetchedMention:
    source = item.source()
    counts = {name: item.count(name) for name in COUNTS}
    known = any(count is not None for count in counts.values())
    captured_at = item.moment("captured_at") or captured_at
    return FetchedMention(
        source=source,
        external_id=item.required_text("id", 255),
        url=item.web_address("url"),
        paper_ids=(arxiv_id,),
        author_name=item.text("author_name", 500) or "",
        author_handle=item.text("author_handle", 255) or "",
        text=item.text("text", 100_000),
        html=item.text("html", 200_000),
        posted_at=item.moment("posted_at"),
        posted_on=item.text("posted_on", 100),
        repost_of=item.text("repost_of", 255),
        reading=Reading(source=source, captured_at=captured_at, **counts) if known else None,
    )

"""Papers and mentions that were fetched, stored by the desk or by bare upserts, in a process of its own.

`python -m benchmarks.ingesting desk|floor DATABASE PAPERS` prints seconds and the most memory before and after; with
`traced` in their place the desk's run is traced, and what holds memory is printed.
"""

import json
import resource
import sys
import tempfile
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import text

from app.domain.sources import Fetched, FetchedMention, FetchedPaper, Question
from app.extensions import db
from app.services.ingestion import BATCH, ingest
from benchmarks.floor import connect
from benchmarks.invented import DAY, MORNING, Inventor, Listing, number_of
from benchmarks.laid import desk_app
from benchmarks.profiles import Profile, profiled

# So many papers stand in one listing; a run that reads more of them reads more days.
PAPERS_A_DAY = 500
MENTIONS_A_PAPER = 10
# So many of those who hold memory are told.
HOLDERS_SHOWN = 8
STORED = ("papers", "announcements", "mentions", "mentioned_papers", "metrics_snapshots")
UPSERTS = (
    "insert into runs (id, started_at, status, was_cut_off, asked_all, reports) values (?, ?, 'running', ?, ?, '[]')",
    "insert into papers (id, arxiv_id, version, title, authors, abstract, categories, is_complete, run_id) values"
    " (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (arxiv_id) do update set title = excluded.title,"
    " abstract = excluded.abstract, authors = excluded.authors, categories = excluded.categories",
    "insert into announcements (paper_id, announced_on, run_id) values (?, ?, ?)"
    " on conflict (paper_id, announced_on) do nothing",
    "insert into mentions (id, source, external_id, url, author_name, author_handle, text, posted_on, run_id) values"
    " (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (source, external_id) do update set text = excluded.text",
    "insert into mentioned_papers (mention_id, paper_id, rank, run_id) values (?, ?, ?, ?)"
    " on conflict (mention_id, paper_id) do nothing",
    "insert into metrics_snapshots (mention_id, source, captured_at, reposts, likes, run_id) values (?, ?, ?, ?, ?, ?)"
    " on conflict (mention_id, captured_at) do nothing",
)


def fetched(papers: int) -> list[Fetched]:
    """So many papers, a listing's worth a day, and ten mentions of each."""
    inventor, things = Inventor("ingest"), list[Fetched]()
    for n in range(papers):
        day = DAY - timedelta(days=n // PAPERS_A_DAY)
        things.append(inventor.paper(number_of(day, n % PAPERS_A_DAY), day))
    named = [thing for thing in things if isinstance(thing, FetchedPaper)]
    for n in range(MENTIONS_A_PAPER):
        things += [inventor.mention(f"{paper.arxiv_id}-{n}", paper) for paper in named]
    return things


def ingest_by_desk(url: str, source: Listing) -> float:
    """One run of the desk, its editions filled and its index written; returns the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        app = desk_app(url, Path(folder))
        with app.app_context():
            began = perf_counter()
            rules = app.extensions["rules"]
            run = ingest(db.session, [source], day=None, clock=lambda: MORNING, rules=rules)
            seconds = perf_counter() - began
            if run.status != "succeeded":
                raise RuntimeError(f"the run ended as {run.status}: {run.reports}")
            db.session.remove()
            db.engine.dispose()
    return seconds


def ingest_by_floor(address: str, things: Sequence[Fetched]) -> float:
    """The same rows by `executemany`, in transactions as large as the desk's; returns the seconds."""
    connection = connect(address)
    run, *upserts = UPSERTS if hasattr(connection, "iterdump") else [one.replace("?", "%s") for one in UPSERTS]
    began = perf_counter()
    connection.execute(run, (1, str(MORNING), False, True))
    ids: dict[str, int] = {}
    numbers = iter(range(1, len(things) + 1))
    for batch in portions(things):
        cursor = connection.cursor()
        cursor.execute("begin")
        for upsert, rows in zip(upserts, rows_of(batch, ids, numbers), strict=True):
            if rows:
                cursor.executemany(upsert, rows)
        cursor.execute("commit")
    connection.close()
    return perf_counter() - began


def portions(things: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    """Batches as the desk makes them."""
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch


def rows_of(batch: Sequence[Fetched], ids: dict[str, int], numbers: Iterator[int]) -> list[list[tuple[Any, ...]]]:
    """A batch as the rows of the five tables; `ids` remembers those of the papers."""
    papers, days, mentions, links, counts = tables = [list[tuple[Any, ...]]() for _ in STORED]
    for thing in batch:
        number = next(numbers)
        if isinstance(thing, FetchedPaper):
            ids[thing.arxiv_id] = number
            lists = (json.dumps(thing.authors), thing.abstract, json.dumps(thing.categories))
            papers.append((number, thing.arxiv_id, thing.version, thing.title, *lists, True, 1))
            days.append((number, str(thing.announced_on), 1))
        elif isinstance(thing, FetchedMention):
            who = (thing.author_name, thing.author_handle)
            named = (thing.source, thing.external_id, thing.url)
            mentions.append((number, *named, *who, thing.text, thing.posted_on, 1))
            links += [(number, ids[arxiv_id], 0, 1) for arxiv_id in thing.paper_ids]
            reading = thing.reading
            counts.append((number, reading.source, str(reading.captured_at), reading.reposts, reading.likes, 1))
    return tables


def count_rows(url: str) -> int:
    """How many rows of the five tables a desk's database has."""
    with tempfile.TemporaryDirectory() as folder:
        app = desk_app(url, Path(folder))
        with app.app_context(), db.engine.connect() as connection:
            count = sum(connection.execute(text(f"select count(*) from {name}")).scalar_one() for name in STORED)
        with app.app_context():
            db.engine.dispose()
    return count


class WatchedListing(Listing):
    """Says what had come to hold memory by the time that everything was read."""

    held = ""

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Everything, in order."""
        yield from super().fetch(question)
        self.held = held_memory()


def traced_ingest(url: str, things: Sequence[Fetched]) -> dict[str, str]:
    """What one run of the desk holds, when all is read and when it is over, by the files that asked for it."""
    listing = WatchedListing(things)
    tracemalloc.start()
    ingest_by_desk(url, listing)
    most = tracemalloc.get_traced_memory()[1] / 2**20
    words = f"The run asked for {most:.1f} MB at most. Held once all was read: {listing.held}; at the end: "
    return {"held": f"{words}{held_memory()}."}


def held_memory() -> str:
    """The files that ask for most of what is held now."""
    taken = tracemalloc.take_snapshot().statistics("filename")
    shown = [f"{_short(one.traceback[0].filename)} {one.size / 2**20:.2f} MB" for one in taken[:HOLDERS_SHOWN]]
    return ", ".join(shown)


def _short(file: str) -> str:
    return f"`{'/'.join(Path(file).parts[-2:])}`"


def profile_ingest(url: str, papers: int) -> Profile:
    """Where the time of a run goes."""
    things = fetched(papers)
    return profiled(lambda: ingest_by_desk(url, Listing(things)))


def forget_most_memory() -> None:
    """Count the most memory from now on, where the system can: what was made before the run is no part of it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def most_memory() -> int:
    """The most memory that this process has had, in kilobytes; `ru_maxrss` would begin with its parent's on Linux."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(who: str, address: str, papers: str) -> None:
    """Store and tell."""
    things = fetched(int(papers))
    forget_most_memory()
    before = most_memory()
    if who == "traced":
        print(json.dumps(traced_ingest(address, things)))
        return
    seconds = ingest_by_desk(address, Listing(things)) if who == "desk" else ingest_by_floor(address, things)
    print(json.dumps({"seconds": seconds, "before": before, "after": most_memory()}))


if __name__ == "__main__":
    main(*sys.argv[1:])

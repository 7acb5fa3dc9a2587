"""Every work on one kind of database, measured beside its floor and held against its goal."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.extensions import db
from benchmarks import floor_rows, ingesting
from benchmarks import web_works as web
from benchmarks.ground import SQLITE, Ground
from benchmarks.inside_works import FloorPublisher, previews, publications
from benchmarks.measure import Ratio, Rounds
from benchmarks.postgres import plain
from benchmarks.reasons import Reasons
from benchmarks.servers import ROOT
from benchmarks.table import Figure, at_least, at_most, number, rate_at_least, told_only, within_a_fifth
from benchmarks.web_works import FLOOR, MONTH, YEARS, Served

# A child that stores papers is given so many seconds.
PATIENCE = 600
RAW_PAGE, RAW_UPDATE, EMPTY = "the raw page", "the raw update", "an empty answer"


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds of each kind of work, and how many papers are ingested, in all and in a quarter as many.

    `explains` says that every miss is done once more under a profiler.
    """

    pages: int
    starts: int
    acts: int
    small: int
    previews: int
    posts: int
    ingested: int
    explains: bool


class Works:
    """The works on one ground; every method gives rows of the table."""

    def __init__(self, ground: Ground, effort: Effort, say: Callable[[str], None]) -> None:
        self.ground, self.effort, self.say = ground, effort, say
        self.compared: list[tuple[str, Ratio]] = []
        self.reasons: Reasons | None = None

    def figures(self) -> list[Figure]:
        """All rows of this kind of database."""
        address, page = self.ground.lay_floor()
        found: list[Figure] = []
        urls = {name: self.ground.url(name) for name in (MONTH, YEARS)}
        self.reasons = Reasons(self.ground.app(MONTH), self.effort.posts + 1)
        with web.all_served(urls, address, self.ground.folder) as at:
            floor_rows.check_same(page, web.floor_line(at.line(FLOOR), "GET", "/rows").text)
            for works in (self._pages, self._moves, self._acts, self._small):
                found += works(at)
        found += self._inside(address)
        found.append(self._years())
        return found + self._ingest()

    def _why(self, figure: Figure, work: str) -> Figure:
        """The row with the reason of a miss, where reasons are looked for."""
        if figure.is_reached is not False or not self.effort.explains:
            return figure
        return replace(figure, why=self.reasons.why(work))

    def _row(self, name: str, goal: float, rounds: Rounds, floor: str, work: str, *, side: str = MONTH) -> Figure:
        """A row with a goal of times; the same work on five years of data is kept for later."""
        if YEARS in rounds.taken:
            self.compared.append((name, rounds.ratio(YEARS, side)))
        return self._why(at_most(name, goal, rounds.ratio(side, FLOOR), floor), work)

    def _pages(self, at: Served) -> list[Figure]:
        self.say("pages")
        effort, url = self.effort, self.ground.url(MONTH)
        name = f"Edition page with {self.ground.sizes.candidates:,} candidates"
        first = self._row(f"{name}, first load", 1.0, web.first_load(at, effort.pages), RAW_PAGE, "first")
        cold = web.cold_load(url, self.ground.folder, at, effort.starts).ratio(MONTH, FLOOR)
        cold_row = at_most(f"{name}, first of a desk just started", 1.0, cold, RAW_PAGE, why="See the row above.")
        same = web.unchanged_load(at, effort.pages)
        packed = web.packed_load(at, max(3, effort.pages // 2)).ratio(MONTH, FLOOR)
        return [
            first,
            cold_row,
            self._row(f"{name}, nothing changed since the last load", 0.15, same, RAW_PAGE, "unchanged"),
            told_only(f"{name}, packed as browsers take it", packed, f"{RAW_PAGE}, not packed"),
        ]

    def _moves(self, at: Served) -> list[Figure]:
        self.say("moves")
        small, middle, large = self.ground.sizes.ordered
        rounds = web.moves(at, self.effort.acts)
        name = f"Move a paper by {middle * 89 // 100:,} places"
        rows = [self._row(name, 2.5, rounds, RAW_UPDATE, "move", side=f"{MONTH} middle")]
        # The longer list against the shorter one each time: what grows with the list is a miss, however short it began.
        for longer, shorter, sides, work in (
            (middle, small, ("middle", "small"), "move"),
            (large, middle, ("large", "middle"), "large_move"),
        ):
            ratio = rounds.ratio(*(f"{MONTH} {side}" for side in sides))
            row = within_a_fifth(f"The same in a list of {longer:,}, against one of {shorter:,}", ratio)
            rows.append(self._why(row, work))
        return rows

    def _acts(self, at: Served) -> list[Figure]:
        self.say("picks, drops and notes")
        acts = self.effort.acts
        picks, drops = (web.decisions(at, acts, word, first) for word, first in (("pick", 0), ("drop", 2 * acts)))
        return [
            self._row("Pick a paper", 2.5, picks, RAW_UPDATE, "pick"),
            self._row("Drop a paper", 2.5, drops, RAW_UPDATE, "drop"),
            self._row("Save a note", 2.5, web.notes(at, acts), RAW_UPDATE, "note"),
        ]

    def _small(self, at: Served) -> list[Figure]:
        self.say("news and public pages")
        public = web.public_pages(at, self.effort.small)
        self.compared.append(("Public page of a post", public.ratio(YEARS, MONTH)))
        row = rate_at_least("Public page of a post, requests a second", 0.8, public.ratio(MONTH, FLOOR), EMPTY)
        polls = web.polls(at, self.effort.small)
        return [self._row("Ask for news, of which there are none", 1.5, polls, EMPTY, "poll"), self._why(row, "public")]

    def _inside(self, floor_address: str) -> list[Figure]:
        self.say("previews and publishing")
        apps = {name: self.ground.app(name) for name in (MONTH, YEARS)}
        desk = plain(self.ground.url(MONTH))
        publisher = FloorPublisher(apps[MONTH], desk, floor_address, self.ground.folder / "files")
        shown = previews(apps, self.effort.previews)
        posts = publications(apps, publisher, self.effort.posts)
        whole, bare = "`markdown` and nh3 on the whole post", "composing, one transaction, one synced file"
        rows = [
            self._row("Preview of fifteen papers after one note changed", 0.3, shown, whole, "preview"),
            self._row("Publish fifteen papers", 3.0, posts, bare, "publish"),
        ]
        for app in apps.values():
            with app.app_context():
                db.engine.dispose()
        return rows

    def _years(self) -> Figure:
        """The work that five years of data slow down most."""
        name, ratio = max(self.compared, key=lambda pair: pair[1].value)
        sizes = self.ground.sizes
        told = f"{sizes.years:,} editions before it against {sizes.month}: every page and action above, the worst"
        others = ", ".join(f"{other.lower()} {number(one.value)}" for other, one in self.compared)
        row = within_a_fifth(f"{told}: {name.lower()}", ratio)
        return replace(row, why=f"Five years against a month: {others}.")

    def _ingest(self) -> list[Figure]:
        self.say("ingestion")
        papers = self.effort.ingested
        desk, floor = self._child("desk", papers), self._child("floor", papers)
        rows = {who: ingesting.count_rows(self.ground.url(f"ingest_{who}")) for who in ("desk", "floor")}
        if rows["desk"] != rows["floor"]:
            raise ValueError(f"the desk and the floor stored different numbers of rows: {rows}")
        others = [desk["seconds"] / self._child("floor", papers)["seconds"] for _ in range(2)]
        value = desk["seconds"] / floor["seconds"]
        ratio = Ratio(value, min(value, *others), max(value, *others), desk["seconds"], floor["seconds"])
        name = f"Ingest {papers:,} papers and {papers * ingesting.MENTIONS_A_PAPER:,} mentions, rows a second"
        row = at_least(name, 0.5, ratio, f"raw `executemany` upserts ({rows['desk']:,} rows)")
        if row.is_reached is False and self.effort.explains:
            why = ingesting.profile_ingest(self.ground.copy("empty", "ingest_desk"), max(papers // 8, 250))
            row = replace(row, why=f"{why.in_words} The profile is of an eighth of the papers.")
        return [row, self._memory(desk)] if self.ground.kind == SQLITE else [row]

    def _memory(self, desk: dict[str, float]) -> Figure:
        """What the run took beside what it was given, of four times the papers."""
        papers = self.effort.ingested
        quarter = self._child("desk", papers // 4)
        grown, grown_less = (max(1.0, (one["after"] - one["before"]) / 1024) for one in (desk, quarter))
        measured = f"{number(grown / grown_less)} ({number(grown)} MB : {number(grown_less)} MB)"
        work = f"Memory of that run beside what it was given, against {papers // 4:,} papers"
        row = Figure(work, "≤ 1.2", measured, "one run each", grown / grown_less <= 1.2, "")
        if row.is_reached is False and self.effort.explains:
            held = self._child("traced", max(papers // 8, 250))["held"]
            row = replace(row, why=f"{held} Traced with an eighth of the papers.")
        return row

    def _child(self, who: str, papers: int) -> dict[str, Any]:
        """One ingestion in a process of its own, into a fresh database."""
        url = self.ground.copy("empty", f"ingest_{who}")
        address = plain(url) if who == "floor" else url
        command = [sys.executable, "-m", "benchmarks.ingesting", who, address, str(papers)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise RuntimeError(f"the ingestion failed: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

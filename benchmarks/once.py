"""What does not hang on the database: listings that are read, what pages weigh, and the browser."""

from collections.abc import Callable
from dataclasses import replace

from app import assets
from benchmarks.browser import CHROMIUM, Seen, look
from benchmarks.ground import UNTOUCHED, Ground
from benchmarks.listing_works import DESK, FLOOR, read_answer, read_feed
from benchmarks.reasons import Reasons
from benchmarks.servers import HttpLine, served
from benchmarks.table import Figure, at_least, number
from benchmarks.web_works import MONTH, desk_settings, editor_at
from benchmarks.weight import page_weight, parts_weight, words_weight

PAGE_GOAL, PARTS_GOAL = 110, 70
EYE_GOAL, TASK_GOAL = 100, 50


def readings(ground: Ground, papers: int, rounds: int, explains: bool) -> list[Figure]:
    """The daily feed, and the API's answer about a quarter of its papers, beside feedparser alone."""
    reasons, rows = Reasons(ground.app(MONTH), 0), []
    for name, count, read, work in (
        ("daily feed", papers, read_feed, "feed"),
        ("answer of the API", papers // 4, read_answer, "answer"),
    ):
        ratio = read(count, rounds).ratio(DESK, FLOOR)
        row = at_least(f"Read the {name} with {count:,} papers, speed", 0.9, ratio, "feedparser alone")
        rows.append(replace(row, why=reasons.why(work)) if row.is_reached is False and explains else row)
    return rows


def on_screen(ground: Ground, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """What the page weighs, and how it is in Chromium, where there is one."""
    log = ground.folder / "screen.log"
    settings = desk_settings(ground.url(UNTOUCHED), ground.folder / UNTOUCHED)
    with served("benchmarks.served:app", settings, log) as port:
        editor = editor_at(HttpLine(port))
        candidates = f"{ground.sizes.candidates:,} candidates"
        parts, count = parts_weight(editor)
        rows = [
            _weight(
                f"Weight of the page with {candidates}, brotli", page_weight(editor), PAGE_GOAL, words_weight(editor)
            ),
            _weight(f"Weight of its {count} scripts and styles, gzip", parts, PARTS_GOAL),
        ]
        if not (CHROMIUM.exists() and assets.is_filled()):
            say(f"no browser: {CHROMIUM} or the scripts (make assets) are not there")
            return rows
        say("the browser")
        return rows + _seen(look(port, rounds), candidates)


def _weight(work: str, size: int, goal: int, why: str = "") -> Figure:
    return Figure(work, f"≤ {goal} kB", f"{size / 1000:.1f} kB", "—", size <= goal * 1000, why)


def _seen(seen: Seen, candidates: str) -> list[Figure]:
    measured = f"{seen.answer:.0f} ms, idle keys {seen.floor:.0f} ms"
    spread = f"{min(seen.acts):.0f} to {max(seen.acts):.0f} ms, {len(seen.acts)} keys"
    goal = f"≤ {EYE_GOAL} ms, 95 of 100"
    work = f"Pick, drop or move by a key until it shows, {candidates}"
    rows = [Figure(work, goal, measured, spread, seen.answer <= EYE_GOAL, seen.acting.in_words)]
    for name, held in (("scrolling", seen.scrolling), ("dragging", seen.dragging)):
        tasks = held.tasks
        longest = max(tasks, default=0.0)
        told = f"longest {longest:.0f} ms" if tasks else "none longer than 50 ms"
        many = f"{len(tasks)} longer than {TASK_GOAL} ms, {number(sum(tasks))} ms in all"
        rows.append(
            Figure(f"Longest task while {name}", f"≤ {TASK_GOAL} ms", told, many, longest <= TASK_GOAL, held.in_words)
        )
    return rows

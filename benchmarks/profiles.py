"""Where the time of a work goes: its shares by whose code it is spent in, and by the desk's own functions."""

import cProfile
import pstats
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).resolve().parent.parent)
# Whose code a file is, by what its path or a function's name has in it; the first that fits.
AREAS = (
    ("the database itself", ("sqlite3", "psycopg")),
    ("SQLAlchemy", ("/sqlalchemy/", "/flask_sqlalchemy/", "sqlalchemy.")),
    ("templates (Jinja and what they escape)", ("/jinja2/", "markupsafe", "<template>", "/templates/")),
    ("Markdown", ("/markdown/",)),
    ("nh3", ("nh3",)),
    ("feedparser", ("/feedparser/", "expat", "/sgmllib")),
    ("packing", ("brotli", "/gzip.py", "zlib")),
    ("JSON", ("/json/", "_json.", "json.")),
    ("Flask, Werkzeug and their extensions", ("/flask", "/werkzeug/", "/itsdangerous/", "/htmx_flask")),
    ("the desk's own code", (f"{ROOT}/app/",)),
)
ELSEWHERE = "Python's library"
SHOWN = 6
# A function that holds nearly all of a work tells nothing.
NEARLY_ALL = 0.9
SMALLEST = 0.04
# As pstats has a function: file, line, name.
Function = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of the time, 0 to 1, largest first: by area (they add up to 1), and by function with all that it calls."""

    areas: list[tuple[str, float]]
    functions: list[tuple[str, float]]

    @property
    def in_words(self) -> str:
        """Two sentences."""
        areas = ", ".join(f"{name} {share:.0%}" for name, share in self.areas if share >= SMALLEST)
        functions = ", ".join(f"`{name}` {share:.0%}" for name, share in self.functions)
        inside = f" Of the desk's functions, each with all that it calls: {functions}." if functions else ""
        return f"By whose code the time is spent in: {areas}.{inside}"


def profiled(work: Callable[[], Any]) -> Profile:
    """Do a work once under cProfile."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        work()
    finally:
        profile.disable()
    stats: dict[Function, Any] = pstats.Stats(profile).stats
    whole = sum(entry[2] for entry in stats.values())
    return Profile(_areas(stats, whole), _functions(stats, whole))


def _areas(stats: dict[Function, Any], whole: float) -> list[tuple[str, float]]:
    """Own times by area; what is built in counts for whoever called it, unless it says itself whose it is."""
    found: dict[str, float] = {}
    for function, (_, _, own, _, callers) in stats.items():
        area = _area(function)
        if area != ELSEWHERE or not callers:
            found[area] = found.get(area, 0.0) + own
            continue
        for caller, (_, _, own_of_caller, _) in callers.items():
            name = _area(caller)
            found[name] = found.get(name, 0.0) + own_of_caller
    return sorted(((name, own / whole) for name, own in found.items()), key=lambda pair: -pair[1])


def _area(function: Function) -> str:
    file, _, name = function
    # A built-in thing has no file, and its name says where it belongs.
    place = name if file == "~" else file
    return next((area for area, signs in AREAS if any(sign in place for sign in signs)), ELSEWHERE)


def _functions(stats: dict[Function, Any], whole: float) -> list[tuple[str, float]]:
    ours = [(function, entry[3]) for function, entry in stats.items() if function[0].startswith(f"{ROOT}/app/")]
    shares = [(_named(function), total / whole) for function, total in ours]
    telling = {name: share for name, share in shares if SMALLEST <= share < NEARLY_ALL and "<" not in name}
    return sorted(telling.items(), key=lambda pair: -pair[1])[:SHOWN]


def _named(function: Function) -> str:
    module = function[0].removeprefix(f"{ROOT}/app/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{module}.{function[2]}"

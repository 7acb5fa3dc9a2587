"""docs/performance.md, written from one run."""

from collections.abc import Mapping, Sequence

from benchmarks.laid import Sizes
from benchmarks.measure import BLOCKS
from benchmarks.table import Figure, misses, rendered

HEAD = """# How fast the desk is

Written by `make bench`; nobody edits it. Every figure stands beside a *floor* that was measured in the same run: a bare
program of raw Flask, `sqlite3` or psycopg, and one Jinja template, without ORM, session and form tokens
(`benchmarks/floor.py`). It shows the same rows in the same bytes, which every run checks, and its commits are as
durable: a write-ahead log with full synchronisation. All that a row shows stands ready in its table.

Desk and floor each run under gunicorn with one worker and four threads, and are asked in turns over connections that
are kept alive. A figure is the ratio of the medians, its range that over {blocks} blocks of rounds; for *speed*
and what comes *a second* it is the other way round. The desk's clock stands still, and its data are invented from
a fixed seed: {candidates:,} candidates and fifteen picked papers on the day that is edited, lists of {ordered}
papers to be put in order, and {month} earlier editions of {past} papers, or {years:,} of them for *five years*.

Between two first loads of the page a paper is moved, so that no answer is kept whole, while rows that are as they were
may be. *First of a desk just started* is the one request of a process that has kept nothing, beside a floor that has
answered before. What comes *a second* for readers is asked over four connections at once, each asking for the same page
again as soon as it has it; so it is a page that was drawn before. Previews and publishing are measured within one
process, without a server between, and ingestion in a process of its own, of things that were fetched.
"""
MISSES = """## Where the time of a missed goal goes

The same work once more within one process, under `cProfile`. A profiler makes small functions look slower than they
are. What PostgreSQL itself takes counts as *the database itself*, for its answers are waited for.
"""


def written(tables: Mapping[str, Sequence[Figure]], machine: Sequence[str], minutes: float, sizes: Sizes) -> str:
    """The whole document."""
    *ordered, last = (f"{count:,}" for count in sizes.ordered)
    head = HEAD.format(
        blocks=BLOCKS,
        candidates=sizes.candidates,
        ordered=f"{', '.join(ordered)} and {last}",
        month=sizes.month,
        past=sizes.past_papers,
        years=sizes.years,
    )
    parts = [head, "Measured on:\n\n" + "\n".join(f"- {line}" for line in machine)]
    parts.append(f"The whole run took {minutes:.1f} minutes.")
    for kind, figures in tables.items():
        parts.append(f"## {title(kind)}\n\n{rendered(figures)}")
    parts.append(MISSES)
    for kind, figures in tables.items():
        parts.append(f"### {title(kind)}\n\n{misses(figures)}")
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def title(kind: str) -> str:
    """What a table is headed."""
    return "On either database" if kind == "Either" else f"On {kind}"

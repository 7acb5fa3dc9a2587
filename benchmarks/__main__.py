"""`python -m benchmarks [--quick] [--postgres ADDRESS]`: measure everything beside a bare floor, print the table.

The table goes to docs/performance.md, but for a quick run, which is rougher, leaves PostgreSQL out where no server is
named, and only prints. A missed goal is no error.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.document import written
from benchmarks.ground import POSTGRES, SQLITE, Ground
from benchmarks.laid import FULL, QUICK
from benchmarks.machine import described
from benchmarks.once import on_screen, readings
from benchmarks.postgres import Server, cluster
from benchmarks.table import DOCUMENT, Figure, rendered
from benchmarks.works import Effort, Works

# How many rounds there are, and how much is ingested, on SQLite and on PostgreSQL.
EFFORTS = {
    (SQLITE, False): Effort(20, 3, 30, 100, 15, 15, 10_000, True),
    (POSTGRES, False): Effort(15, 2, 30, 100, 15, 15, 2_000, True),
    (SQLITE, True): Effort(8, 1, 10, 40, 6, 5, 1_000, False),
    (POSTGRES, True): Effort(5, 1, 10, 40, 5, 5, 500, False),
}
LISTED, LISTED_QUICKLY = 2000, 500


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a minute instead of five: fewer rounds, less data")
    parser.add_argument("--postgres", metavar="ADDRESS", help="a server to make databases on, else one of our own")
    asked = parser.parse_args()
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:4.0f} s  {what}", flush=True)

    with laid(asked.quick, asked.postgres, say) as grounds:
        version = Server(grounds[1].server).version() if len(grounds) > 1 else None
        machine = described(version)
        tables = {ground.kind: _measured(ground, asked.quick, say) for ground in grounds}
        rounds = 1 if asked.quick else 4
        tables["Either"] = readings(grounds[0], LISTED_QUICKLY if asked.quick else LISTED, rounds, not asked.quick)
        tables["Either"] += on_screen(grounds[0], 3 if asked.quick else 8, say)
    minutes = (time.monotonic() - began) / 60
    for kind, figures in tables.items():
        print(f"\n{kind}\n\n{rendered(figures)}")
    if not asked.quick:
        DOCUMENT.write_text(written(tables, machine, minutes, grounds[0].sizes), encoding="utf8")
        print(f"\nWritten to {DOCUMENT.relative_to(DOCUMENT.parent.parent)}, with where the time of every miss goes.")


def _measured(ground: Ground, quick: bool, say: Callable[[str], None]) -> list[Figure]:
    return Works(ground, EFFORTS[ground.kind, quick], lambda what: say(f"{ground.kind}: {what}")).figures()


@contextmanager
def laid(quick: bool, address: str | None, say: Callable[[str], None]) -> Iterator[list[Ground]]:
    """The grounds to measure on, SQLite first; all that was made is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotpapers-bench-")))
        grounds = [Ground(SQLITE, folder / "sqlite", QUICK if quick else FULL)]
        server = address or (None if quick else stack.enter_context(cluster()))
        if server:
            stack.callback(Server(server).drop_all)
            grounds.append(Ground(POSTGRES, folder / "postgres", grounds[0].sizes, server))
        elif not quick:
            say("no PostgreSQL: install it or name one with --postgres")
        say("laying a month and five years of editions")
        # Nothing is measured yet, so every processor may help.
        with ProcessPoolExecutor() as pool:
            for done in [pool.submit(ground.lay) for ground in grounds]:
                done.result()
        yield grounds


if __name__ == "__main__":
    main()

"""What was measured on: processors, memory, disk and versions, without anything that names a machine."""

import os
import platform
import sqlite3
import tempfile
from pathlib import Path
from statistics import median

import flask
import sqlalchemy

from benchmarks.measure import timed


def described(postgres: str | None) -> list[str]:
    """Lines that describe the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Flask {_version(flask)}"
    versions += f", SQLAlchemy {sqlalchemy.__version__}"
    return [
        f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GB of memory, {platform.system()} {_kernel()}",
        f"one synced write of a page takes {sync_time() * 1000:.2f} ms; the load at the start was {_load()}",
        versions + (f", PostgreSQL {postgres}" if postgres else ""),
    ]


def _version(module: object) -> str:
    from importlib.metadata import version

    return version(module.__name__)


def _processor() -> str:
    """The model of the processor, as the system calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _kernel() -> str:
    """The kernel's own number, without what a builder added to it."""
    return ".".join(platform.release().split("-")[0].split(".")[:2])


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def sync_time() -> float:
    """The seconds of one write of four kilobytes that is synced, which every commit waits for."""
    with tempfile.TemporaryFile() as file:

        def write() -> None:
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fsync(file.fileno())

        return median(timed(write) for _ in range(15))

"""A worker in a process of its own that is there at once: forked from one that has imported the desk already."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from app import create_app
from app.cli.worker import worker_command

SECONDS = 60
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


@contextmanager
def worker(settings: Mapping[str, str], log: Path) -> Iterator[BaseProcess]:
    """`flask worker` with these settings, killed at the end whatever it is doing; what it says is added to the log."""
    process = _FORKS.Process(target=_work, args=(dict(settings), log))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(SECONDS)
        assert process.exitcode is not None, "the worker cannot be killed"


def _work(settings: dict[str, str], log: Path) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    with create_app(settings).app_context():
        worker_command.main(args=[])

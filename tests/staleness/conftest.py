"""Two desks and their database, laid once for all tests of this folder, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from tests.conftest import COMPILED, Clock
from tests.databases import copy_database, execute
from tests.mail_server import SENDER, TO, Postbox, mail_server
from tests.services.shelf import Shelf
from tests.staleness.meanwhile import Meanwhile
from tests.staleness.stage import BEGINS, Stage, copy_file, lay, made_with_keeps

NUMBERS = count(1)


@contextmanager
def desk(url: str, folder: Path, more: dict[str, str], clock: Clock, compiled) -> Iterator[Flask]:
    """One desk, as a worker of gunicorn is one."""
    known = {
        "HOTPAPERS_DATABASE_URL": url,
        "HOTPAPERS_INSTANCE_DIR": str(folder),
        "HOTPAPERS_SECRET_KEY": "not a secret, for tests only",
        "HOTPAPERS_GRACE": "5",
    }
    app, keeps = made_with_keeps(lambda: create_app(known | more))
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=COMPILED)
    app.jinja_env.bytecode_cache = compiled
    # That a token is signed right is tested elsewhere; here it is seen in every page whose it is.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.config["KEEPS"] = keeps
    app.extensions["clock"], app.extensions["targets"] = clock, [Shelf()]
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def posting() -> Iterator[dict[str, str]]:
    """The settings of a mail server that takes everything."""
    with mail_server(Postbox()) as port:
        yield {
            "HOTPAPERS_SMTP_HOST": "127.0.0.1",
            "HOTPAPERS_SMTP_PORT": str(port),
            "HOTPAPERS_SMTP_SECURITY": "none",
            "HOTPAPERS_MAIL_FROM": SENDER,
            "HOTPAPERS_MAIL_TO": TO,
        }


@contextmanager
def staged(urls: dict[str, str], put_back: Callable[[], None], folder: Path, more, compiled) -> Iterator[Stage]:
    """The desks of a stage, by name, on their databases; what is laid there once is put back by `put_back`."""
    clock = Clock(BEGINS)
    with desk(urls["laid"], folder, more, clock, compiled) as app, app.app_context():
        lay(db.session, app, clock)
    with (
        desk(urls["first"], folder, more, clock, compiled) as first,
        desk(urls["first"], folder, more, clock, compiled) as second,
        desk(urls["first"], folder, more, clock, compiled) as fresh,
        desk(urls.get("twin", urls["first"]), folder, more, clock, compiled) as twin,
    ):
        apps = {"first": first, "second": second, "fresh": fresh} | ({"twin": twin} if "twin" in urls else {})
        yield Stage(apps, clock, lambda: put_back(list(apps.values())))


@pytest.fixture(scope="module")
def stage(sqlite_template, tmp_path_factory, posting, compiled_templates) -> Iterator[Stage]:
    """The desks on an SQLite file."""
    folder = tmp_path_factory.mktemp("stage")
    files = {name: folder / f"{name}.db" for name in ("laid", "first", "twin")}
    for file in files.values():
        shutil.copyfile(sqlite_template, file)
    urls = {name: f"sqlite:///{file}" for name, file in files.items()}

    def put_back(apps: list[Flask]) -> None:
        copy_file(files["laid"], files["first"])

    with staged(urls, put_back, folder, posting, compiled_templates) as found:
        yield found


@pytest.fixture(scope="module")
def postgres_stage(postgres_template, tmp_path_factory, posting, compiled_templates) -> Iterator[Stage]:
    """The desks on a PostgreSQL database."""
    address, numbers = postgres_template, next(NUMBERS)
    laid, first = f"stage_laid_{numbers}", f"stage_{numbers}"

    def put_back(apps: list[Flask]) -> None:
        for app in apps:
            with app.app_context():
                db.engine.dispose()
        execute(address, f"drop database if exists {first} with (force)")
        copy_database(address, laid, first)

    copy_database(address, "desk_template", laid)
    urls = {"laid": address.format(laid), "first": address.format(first)}
    with staged(urls, put_back, tmp_path_factory.mktemp("stage"), posting, compiled_templates) as found:
        yield found
    for name in (laid, first):
        execute(address, f"drop database {name} with (force)")


@pytest.fixture
def meanwhile(stage: Stage) -> Iterator[Meanwhile]:
    """What happens at the second desk while the first one makes a page; what it answers is held elsewhere."""
    twin, stage.twin = stage.twin, None
    found = Meanwhile(stage.running[0])
    yield found
    found.begin()
    stage.twin = twin

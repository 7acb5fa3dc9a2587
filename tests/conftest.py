"""What every test may ask for: a desk on a database of its own, a clock, people, and clients signed in as them."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from app.extensions import db
from app.models import Editor
from tests.databases import (
    copy_database,
    execute,
    memory,
    migrate,
    postgres_cluster,
    share_compiled_addresses,
    shared_statements,
)

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
NUMBERS = itertools.count(1)
# Every test has an engine of its own, and would compile each statement anew.
COMPILED = shared_statements()
share_compiled_addresses()

# How long an example takes says more of the machine than of the code. In CI the examples are the same each time, so
# that nobody is refused by chance, while whoever runs the tests by hand tries others; and what fails there is told as
# it was found, for making it smaller may take as long as all the rest.
IN_CI = "REQUIRE_BROWSER" in os.environ
PHASES = [phase for phase in hypothesis.Phase if not IN_CI or phase is not hypothesis.Phase.shrink]
hypothesis.settings.register_profile("desk", deadline=None, derandomize=IN_CI, phases=PHASES)
hypothesis.settings.load_profile("desk")

for name in [name for name in os.environ if name.startswith("HOTPAPERS_")]:
    del os.environ[name]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the folders of tests in memory, unless another place for them was asked for."""
    if config.option.basetemp is None and not hasattr(config, "workerinput") and memory():
        folder = tempfile.mkdtemp(prefix="hotpapers-tests-", dir=memory())
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real data; tests that need it are skipped by name where it is missing."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus ../shared/corpus is not here")
    return CORPUS


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **by: float) -> datetime:
        """Go on by a timedelta's arguments, one minute if none are given."""
        self.now += timedelta(**by) if by else timedelta(minutes=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Half past eight in the morning."""
    return Clock(datetime(2026, 11, 18, 8, 30, tzinfo=UTC))


@pytest.fixture
def backend() -> str:
    """Which database the desk is on; folders whose tests run on both override this."""
    return "sqlite"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    migrate(f"sqlite:///{folder / 'desk.db'}", folder)
    return folder / "desk.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a throw-away PostgreSQL cluster, with a gap for the database's name."""
    with postgres_cluster() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    execute(postgres, "create database desk_template")
    migrate(postgres.format("desk_template"), tmp_path_factory.mktemp("postgres"))
    return postgres


@pytest.fixture
def empty_database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database without tables."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    address, name = request.getfixturevalue("postgres"), f"empty_{next(NUMBERS)}"
    execute(address, f"create database {name}")
    request.addfinalizer(lambda: execute(address, f"drop database {name} with (force)"))
    return address.format(name)


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a migrated database of the test's own."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "desk.db")
        return f"sqlite:///{tmp_path / 'desk.db'}"
    address, name = request.getfixturevalue("postgres_template"), f"desk_{next(NUMBERS)}"
    copy_database(address, "desk_template", name)
    request.addfinalizer(lambda: execute(address, f"drop database {name} with (force)"))
    return address.format(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The HOTPAPERS_* settings of the desk under test; a test may add its own before it asks for `app`."""
    return {
        "HOTPAPERS_DATABASE_URL": database_url,
        "HOTPAPERS_INSTANCE_DIR": str(tmp_path / "instance"),
        "HOTPAPERS_SECRET_KEY": "not a secret, for tests only",
        "HOTPAPERS_ARXIV_INTERVAL": "0",
    }


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Where templates are kept as they were compiled, or each test's desk would compile its pages anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: dict[str, str], clock: Clock, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """A desk on its own database, with the test's clock. Form tokens are off; the tests of forms turn them on."""
    app = create_app(settings)
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=COMPILED)
    app.jinja_env.bytecode_cache = compiled_templates
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.extensions["clock"] = clock
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The desk's database session."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def rules(app: Flask):
    """The desk's rules of scoring and composing."""
    return app.extensions["rules"]


@pytest.fixture
def editor(session: Session, clock: Clock) -> Editor:
    """Ana, who edits."""
    return _person(session, "Ana", "editor", clock)


@pytest.fixture
def other_editor(session: Session, clock: Clock) -> Editor:
    """Jo, who edits too."""
    return _person(session, "Jo", "editor", clock)


@pytest.fixture
def reader(session: Session, clock: Clock) -> Editor:
    """Rui, who may look at everything and change nothing."""
    return _person(session, "Rui", "reader", clock)


def _person(session: Session, name: str, role: str, clock: Clock) -> Editor:
    person = Editor(name=name, role=role, created_at=clock())
    session.add(person)
    session.commit()
    return person


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def as_editor(app: Flask, editor: Editor) -> FlaskClient:
    """Ana's browser, signed in."""
    return _signed_in(app, editor)


@pytest.fixture
def as_other_editor(app: Flask, other_editor: Editor) -> FlaskClient:
    """Jo's browser, signed in."""
    return _signed_in(app, other_editor)


@pytest.fixture
def as_reader(app: Flask, reader: Editor) -> FlaskClient:
    """Rui's browser, signed in."""
    return _signed_in(app, reader)


def _signed_in(app: Flask, person: Editor) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = person.get_id(), True
    return client


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs the desk's commands."""
    return app.test_cli_runner()

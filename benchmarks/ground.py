"""What every measurement stands on: the databases of both desks and of the floor, on SQLite or on PostgreSQL."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app.extensions import db
from benchmarks import floor_rows, laid
from benchmarks.laid import DAY, Sizes, desk_app, lay_month, lay_years
from benchmarks.postgres import Server, plain
from benchmarks.servers import InsideLine
from benchmarks.web_works import MONTH, YEARS, editor_at

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Ground:
    """The databases of one kind, in a folder of their own; on PostgreSQL also the server's address."""

    kind: str
    folder: Path
    sizes: Sizes
    server: str | None = None

    def lay(self) -> None:
        """Make both desks and the empty one; a minute on PostgreSQL."""
        self.folder.mkdir()
        app = desk_app(self._fresh("empty"), self.folder / "empty")
        with app.app_context():
            upgrade()
            laid.leave(app)
        past = lay_month(desk_app(self.copy("empty", MONTH), self.folder / MONTH), self.sizes)
        # What pages weigh, and how they are on a screen, is measured where nobody has picked or dropped anything.
        self.copy(MONTH, UNTOUCHED)
        lay_years(desk_app(self.copy(MONTH, YEARS), self.folder / YEARS), past, self.sizes)

    def url(self, name: str) -> str:
        """The address of a database for SQLAlchemy."""
        if self.server:
            return Server(self.server).address(name)
        return f"sqlite:///{self.folder / name}.db"

    def copy(self, name: str, other: str) -> str:
        """Copy a database that nobody has open; returns the copy's address."""
        if self.server:
            return Server(self.server).create(other, like=name)
        # What a process left of the log of a former copy would be read into the new one.
        for rest in ("-wal", "-shm"):
            (self.folder / f"{other}.db{rest}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{name}.db", self.folder / f"{other}.db")
        return self.url(other)

    def _fresh(self, name: str) -> str:
        return Server(self.server).create(name) if self.server else self.url(name)

    def app(self, name: str) -> Flask:
        """A desk in this process."""
        return desk_app(self.url(name), self.folder / name)

    def lay_floor(self) -> tuple[str, str]:
        """Fill the floor with the rows of the desk's page; returns its address and that page."""
        app = self.app(MONTH)
        page = editor_at(InsideLine(app)).open(str(DAY)).text
        address = plain(self._fresh("floor"))
        floor_rows.fill(address, floor_rows.rows_of(page))
        with app.app_context():
            db.engine.dispose()
        return address, page

"""Something that happens at another desk in the midst of a page that one desk makes."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.extensions import db


class Meanwhile:
    """Does something right before the question of a number that a desk asks its database, counted from `begin` on."""

    def __init__(self, app: Flask) -> None:
        self.asked, self._at, self._do = 0, 0, lambda: None
        with app.app_context():
            event.listen(db.engine, "checkout", self._watch)

    def begin(self, at: int = 0, do: Callable[[], Any] = lambda: None) -> None:
        """Count anew; 0 is no question."""
        self.asked, self._at, self._do = 0, at, do

    def _watch(self, connection: Any, *_about: Any) -> None:
        # The driver tells of every question, those too that go past SQLAlchemy.
        connection.set_trace_callback(self._hear)

    def _hear(self, _statement: str) -> None:
        self.asked += 1
        if self.asked == self._at:
            self._do()

"""What changes while a page is made is not kept as it was, whichever question to the database it comes before."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.extensions import db
from tests.staleness.happenings import HAPPENINGS
from tests.staleness.pages import EDITION
from tests.staleness.presses import PRESSES
from tests.staleness.stage import ANA, JO, STRANGER, Asked, Hand, Stage, forget, told_as

WAYS = PRESSES | HAPPENINGS
# A page, what happens meanwhile at the other desk, and whether the page was looked at and is kept.
RACES = [
    (Asked(ANA, EDITION), "the baton and a text", False),
    (Asked(ANA, EDITION), "drop", True),
    (Asked(JO, f"{EDITION}?without=account:twitter:northpop"), "other words", False),
    (Asked(ANA, "/items/{item}"), "note", False),
    (Asked(ANA, f"{EDITION}/preview?as=both", htmx=True), "note", True),
    (Asked(STRANGER, "/hot-papers/{before}"), "retract", False),
    (Asked(STRANGER, "/hot-papers/feed.atom"), "retract", True),
]
# Of so many questions one is tried: each costs five pages.
STRIDE = 2
WAYS["the baton and a text"] = lambda stage, hand: [WAYS[name](stage, hand) for name in ("take the baton", "closing")]


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


@pytest.fixture
def meanwhile(stage: Stage) -> Iterator[Meanwhile]:
    """What happens at the second desk while the first one makes a page; what it answers is held elsewhere."""
    twin, stage.twin = stage.twin, None
    found = Meanwhile(stage.running[0])
    yield found
    found.begin()
    stage.twin = twin


@pytest.mark.parametrize(("asked", "way", "kept"), RACES, ids=[f"{asked.address} {way}" for asked, way, _ in RACES])
def test_what_changes_while_a_page_is_made_is_shown_by_the_next_one(
    stage: Stage, meanwhile: Meanwhile, asked: Asked, way: str, kept: bool
) -> None:
    def look_amid(at: int) -> int:
        done: list[object] = []
        stage.begin()
        # The first look is remembered, and while that is written nobody else can change anything.
        stage.look(asked, 0)
        if not kept:
            forget(stage.running[0])
        meanwhile.begin(at, lambda: done.append(WAYS[way](stage, Hand(ANA, 1, 0))))
        stage.look(asked, 0)
        asks = meanwhile.asked
        meanwhile.begin()
        assert bool(done) == bool(at)
        stage.check(asked, 0)
        return asks

    for at in range(1, look_amid(0) + 1, STRIDE):
        with told_as(f"something happened before question {at}"):
            look_amid(at)

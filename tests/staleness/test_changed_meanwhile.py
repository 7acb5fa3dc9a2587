"""What changes while a page is made is not kept as it was, whichever question to the database it comes before."""

import pytest

from tests.staleness.happenings import HAPPENINGS
from tests.staleness.meanwhile import Meanwhile
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

"""What changes while a page is told of news, whichever question to the database it comes before, it is told next."""

import pytest

from tests.staleness.happenings import HAPPENINGS
from tests.staleness.meanwhile import Meanwhile
from tests.staleness.pages import EDITION
from tests.staleness.presses import PRESSES
from tests.staleness.stage import ANA, JO, Asked, Hand, Stage, told_as
from tests.web.browser_page import BESIDE, NUMBERS, Page, assert_same, read

WAYS = PRESSES | HAPPENINGS
# What the page is told of, by each of the ways in which it is told, and what happens meanwhile, each to some paper.
RACES = [
    ("drop", 1, "pick", 5),
    ("headline", 4, "note", 2),
    ("be at a note", 1, "drop", 2),
    ("other counts", 1, "move to the top", 2),
    ("other counts", 1, "take what waits", 0),
    ("pick", 5, "other counts", 2),
]
# Of so many questions one is tried.
STRIDE = 3
ENOUGH = 6


def ask(stage: Stage, page: Page) -> bool:
    """The page asks for news and takes what it is told; says whether there were any."""
    answer = stage.look(Asked(ANA, page.question(), htmx=True), 0)
    if answer.status == 204:
        return False
    page.take(answer.text)
    return True


@pytest.mark.parametrize(("first", "one", "way", "other"), RACES)
def test_what_changes_while_a_page_is_told_of_news_is_told_next(
    stage: Stage, meanwhile: Meanwhile, first: str, one: int, way: str, other: int
) -> None:
    def told_amid(at: int) -> int:
        stage.begin()
        # The edition is at work, so that data which comes waits.
        WAYS["pin"](stage, Hand(JO, 1, 3))
        page = Page(read(stage.look(Asked(ANA, EDITION), 0).text))
        WAYS[first](stage, Hand(JO, 1, one))
        meanwhile.begin(at, lambda: WAYS[way](stage, Hand(JO, 1, other)))
        assert ask(stage, page)
        asks = meanwhile.asked
        meanwhile.begin()
        assert any(not ask(stage, page) for _ in range(ENOUGH)), "there are always news"
        assert_same(page, Page(read(stage.look(Asked(ANA, EDITION), 0).text)), BESIDE | NUMBERS)
        return asks

    for at in range(1, told_amid(0) + 1, STRIDE):
        with told_as(f"something happened before question {at}"):
            told_amid(at)

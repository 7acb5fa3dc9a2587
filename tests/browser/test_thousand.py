"""A day of 1,000 papers, made into a post of fifteen by keyboard alone and by touch alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.models import Editor, Post
from tests.browser.conftest import Desk, sign_in
from tests.factories import DAY, ingest_things, paper

ABOVE = 16
KEYSTROKES = 60


@pytest.fixture
def thousand(session, rules, mina: Editor) -> Desk:
    """Sixteen papers above the cut of a thousand, the others close below it and far below."""
    scores = [400 - 20 * n for n in range(ABOVE)] + [49 - n // 40 for n in range(1000 - ABOVE)]
    ingest_things(session, rules, [paper(f"2611.{90001 + n}", score=score) for n, score in enumerate(scores)])
    return Desk(session)


class Keyboard:
    """Presses keys and counts them, a key with others held down as one and one more for each of these."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def __call__(self, *keys: str) -> None:
        for key in keys:
            self.pressed += len(key.split("+")) if len(key) > 1 else 1
            self.page.keyboard.press(key)


def settled(page: Page) -> None:
    """Wait until every answer has come."""
    expect(page.locator("#desk.htmx-request")).to_have_count(0)


def titles(post: Post) -> list[str]:
    """The arXiv ids of a post in its order."""
    return [item["arxiv_id"] for item in post.record["items"]]


def test_fifteen_papers_of_a_thousand_by_keyboard_alone(
    context_of: Callable[..., BrowserContext], thousand: Desk
) -> None:
    page = sign_in(context_of())
    page.locator("#preview iframe").wait_for()
    ids = [item.paper.arxiv_id for item in thousand.items()]
    below = [item.paper.arxiv_id for item in thousand.items("candidate")[:4]]
    press = Keyboard(page)
    # Sixteen picked papers are looked at one by one: two are moved up, three are thrown out.
    press("j", "j", "j", "K", "K")
    press("j", "j", "j", "j", "D", "j", "j", "D", "j")
    press("m", "2", "Enter")
    expect(page.locator("#toast p")).to_contain_text("to no. 2")
    press("j", "j", "j", "D", "j", "j")
    expect(page.locator("#picked > li")).to_have_count(ABOVE - 3)
    settled(page)
    expected = thousand.ids()
    # Below the cut two of the next four are picked.
    page.evaluate("window.scrollTo(0, 0)")
    while page.locator("#candidates .current").count() == 0:
        press("j")
    press("j", "P", "P")
    expect(page.locator("#picked > li")).to_have_count(15)
    settled(page)
    order = [item.paper.arxiv_id for item in thousand.items()]
    assert set(order) & set(below) == set(below[1:3])
    assert len(set(ids) - set(order)) == 3
    assert [item for item in thousand.ids() if item in expected] == expected
    press("Control+Enter")
    expect(page.locator("dialog[open] .primary")).to_be_focused(timeout=30_000)
    press("Enter")
    page.wait_for_url(f"**/posts/{DAY}")
    thousand.session.rollback()
    assert titles(thousand.session.query(Post).one()) == order
    assert press.pressed <= KEYSTROKES, f"{press.pressed} keystrokes"


def test_fifteen_papers_of_a_thousand_by_touch_alone(context_of: Callable[..., BrowserContext], thousand: Desk) -> None:
    page = sign_in(context_of(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))
    ids = thousand.ids()
    below = thousand.ids("candidate")[:2]
    tap(page, ids[2], "Up")
    for item_id in (ids[5], ids[8], ids[11]):
        tap(page, item_id, "Drop")
    for item_id in below:
        page.locator(f"#item-{item_id} .choose").tap()
    page.locator("#selection").get_by_role("button", name="Pick").tap()
    expect(page.locator("#picked > li")).to_have_count(15)
    drag_by_touch(page, ids[0], ids[3])
    settled(page)
    order = thousand.ids()
    assert order.index(ids[0]) > 1
    assert order.index(ids[2]) < order.index(ids[1])
    assert set(below) < set(order)
    assert not {ids[5], ids[8], ids[11]} & set(order)
    page.evaluate("window.scrollTo(0, 0)")
    page.locator("#publish").tap()
    page.locator("dialog[open]").get_by_role("button", name="Publish 15 papers").tap()
    page.wait_for_url(f"**/posts/{DAY}")
    thousand.session.rollback()
    assert len(titles(thousand.session.query(Post).one())) == 15


def tap(page: Page, item_id: int, name: str) -> None:
    """Tap a button of a row, once the row has come to where it belongs."""
    button = page.locator(f"#item-{item_id}").get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    button.tap()
    settled(page)


def drag_by_touch(page: Page, item_id: int, onto: int) -> None:
    """Carry a row by its grip onto another with one finger."""
    page.locator(f"#item-{item_id}").scroll_into_view_if_needed()
    start = page.locator(f"#item-{item_id} .grip").bounding_box()
    end = page.locator(f"#item-{onto}").bounding_box()
    x, y, down = start["x"] + 10, start["y"] + 10, end["y"] + end["height"] * 0.7
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, at: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": at}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    page.wait_for_timeout(300)
    for step in range(1, 21):
        touch("touchMove", y + (down - y) * step / 20)
        page.wait_for_timeout(16)
    touch("touchEnd", down)

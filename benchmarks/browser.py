"""What the eye and the hand meet in Chromium at a thousand candidates: keys until they show, and long tasks."""

import statistics
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from benchmarks.laid import DAY, EDITOR, PASSWORD
from benchmarks.repaint import WATCH as KEYS
from benchmarks.repaint import act
from tests.browser.conftest import CHROMIUM, FLAGS, sign_in

SCROLLS, WHEEL = 60, 700
# How far a row is dragged, in steps of so many pixels.
STEPS, STEP = 60, 8
# The browser itself tells of every task of more than 50 ms.
WATCH = """() => {
  window.held = [];
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.held.push(task.duration);
  }).observe({ type: "longtask" });
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds: of each action until it shows, of keys that do nothing, and of every task longer than 50."""

    acts: list[float]
    idle: list[float]
    scrolling: list[float]
    dragging: list[float]

    @property
    def answer(self) -> float:
        """Within what time above an idle frame nineteen actions of twenty show."""
        acts, idle = (statistics.quantiles(times, n=20)[-1] for times in (self.acts, self.idle))
        # A key is seen at the next frame at the earliest, sixty of which come in a second.
        return acts - max(0.0, idle - 1000 / 60)


def look(port: int, rounds: int) -> Seen:
    """Open the edition in Chromium, scroll, drag, and act by keys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        try:
            context = browser.new_context(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1280, "height": 900})
            context.set_default_timeout(60_000)
            page = sign_in(context, EDITOR, PASSWORD)
            page.goto(f"/editions/{DAY}")
            page.locator("#preview iframe").wait_for()
            page.evaluate(WATCH)
            scrolling, dragging = _scrolled(page), _dragged(page)
            acts, idle = _acted(page, rounds)
            return Seen(acts, idle, scrolling, dragging)
        finally:
            browser.close()


def _scrolled(page: Page) -> list[float]:
    """The long tasks while the whole page goes by, down and up again."""
    page.mouse.move(400, 450)
    for way in (1, -1):
        for _ in range(SCROLLS):
            page.mouse.wheel(0, way * WHEEL)
            page.wait_for_timeout(20)
    return _held(page)


def _dragged(page: Page) -> list[float]:
    """The long tasks while a picked paper is taken by its grip, carried down and up, and put down where it was."""
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator("#picked .grip").nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    _held(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for n in [*range(STEPS), *range(STEPS, -1, -1)]:
        page.mouse.move(x, y + n * STEP)
        page.wait_for_timeout(16)
    held = _held(page)
    page.mouse.up()
    return held


def _acted(page: Page, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of moves, picks and drops by keys, and of the keys that do nothing between them."""
    page.evaluate(KEYS)
    page.keyboard.press("j")
    act(page, "J")
    act(page, "K")
    page.evaluate("window.took = []")
    for _ in range(rounds):
        for key in ("J", "K"):
            act(page, key)
    while page.locator("#candidates .current").count() == 0:
        page.keyboard.press("j")
    for _ in range(rounds):
        for key in ("P", "D"):
            act(page, key)
    took = page.evaluate("window.took")
    return [time for idle, time in took if not idle], [time for idle, time in took if idle]


def _held(page: Page) -> list[float]:
    """What the watch has seen since it was asked last."""
    # The observer is told after the task, in a task of its own.
    page.wait_for_timeout(200)
    return page.evaluate("window.held.splice(0)")

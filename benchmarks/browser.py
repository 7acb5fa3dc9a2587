"""What the eye and the hand meet in Chromium at a thousand candidates: keys until they show, and long tasks."""

import statistics
from dataclasses import dataclass

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.laid import DAY, EDITOR, PASSWORD
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

# From a key to the frame that shows what it did; one that does nothing tells how slow this machine is at this time.
KEYS = """() => {
  const place = () => {
    const row = document.querySelector('.item.current');
    const picked = document.querySelector('#picked').children.length;
    return `${row?.id} ${row?.parentElement.id} ${row && [...row.parentElement.children].indexOf(row)} ${picked}`;
  };
  window.took = [];
  document.addEventListener('keydown', (event) => {
    const began = event.timeStamp, before = place(), idle = event.key === 'F8';
    let frames = 0;
    const look = () => {
      if (!idle && place() === before && ++frames < 600) return void requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.took.push([idle, performance.now() - began]);
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, { capture: true });
}"""
# What the browser counts of its main thread, and in which words that is told.
COUNTED = {
    "ScriptDuration": "scripts",
    "RecalcStyleDuration": "working out styles",
    "LayoutDuration": "laying out",
    "TaskDuration": "all",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What held the main thread up: every task of more than 50 ms, in milliseconds, and what its time went into."""

    tasks: list[float]
    shares: dict[str, float]

    @property
    def in_words(self) -> str:
        """One sentence."""
        told = ", ".join(f"{name} {share:.0%}" for name, share in sorted(self.shares.items(), key=lambda s: -s[1]))
        return f"Of the time that the main thread was busy: {told}."


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds of each action until it shows, and of keys that do nothing; and what held the page up, and when."""

    acts: list[float]
    idle: list[float]
    scrolling: Held
    dragging: Held
    acting: Held

    @property
    def answer(self) -> float:
        """Within how many milliseconds nineteen actions of twenty show."""
        return statistics.quantiles(self.acts, n=20)[-1]

    @property
    def floor(self) -> float:
        """Within how many nineteen of twenty keys that do nothing are over."""
        return statistics.quantiles(self.idle, n=20)[-1]


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
            watch = _Watch(page)
            _scroll(page)
            scrolling = watch.held()
            _drag(page)
            dragging = watch.held()
            acts, idle = _acted(page, rounds)
            return Seen(acts, idle, scrolling, dragging, watch.held())
        finally:
            browser.close()


class _Watch:
    """What the browser counts of a page, asked for step by step."""

    def __init__(self, page: Page) -> None:
        self._page, self._line = page, page.context.new_cdp_session(page)
        self._line.send("Performance.enable")
        self.held()

    def held(self) -> Held:
        """What has happened since it was asked last."""
        # The observer is told after the task, in a task of its own.
        self._page.wait_for_timeout(200)
        before, self._counts = getattr(self, "_counts", {}), self._counted()
        spent = {name: count - before.get(name, 0.0) for name, count in self._counts.items()}
        whole = spent.pop("all")
        spent["painting and all else"] = whole - sum(spent.values())
        shares = {name: seconds / whole if whole else 0.0 for name, seconds in spent.items()}
        return Held(self._page.evaluate("window.held.splice(0)"), shares)

    def _counted(self) -> dict[str, float]:
        """Seconds since the page was opened."""
        metrics = self._line.send("Performance.getMetrics")["metrics"]
        return {COUNTED[one["name"]]: one["value"] for one in metrics if one["name"] in COUNTED}


def _scroll(page: Page) -> None:
    """Let the whole page go by, down and up again."""
    page.mouse.move(400, 450)
    for way in (1, -1):
        for _ in range(SCROLLS):
            page.mouse.wheel(0, way * WHEEL)
            page.wait_for_timeout(20)


def _drag(page: Page) -> None:
    """Take a picked paper by its grip, carry it down and up, and put it down where it was."""
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator("#picked .grip").nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for n in [*range(STEPS), *range(STEPS, -1, -1)]:
        page.mouse.move(x, y + n * STEP)
        page.wait_for_timeout(16)
    page.mouse.up()


def act(page: Page, key: str) -> None:
    """One action and, once its answer is there, one key that does nothing."""
    page.keyboard.press(key)
    expect(page.locator("#desk.htmx-request")).to_have_count(0)
    page.keyboard.press("F8")


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

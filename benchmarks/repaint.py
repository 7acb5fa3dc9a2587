"""`make repaint`: how long 1,000 papers take from a key to the frame that shows what it did, in Chromium.

A key that does nothing gives the floor of this machine at this time.
"""

import logging
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask_migrate import upgrade
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from app.services.accounts import add_editor, end_tour
from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, sign_in
from tests.factories import MORNING, ingest_things, paper

PAPERS, ABOVE = 1000, 16
ROUNDS = 20
# The goal, in milliseconds above an idle frame, for nineteen actions of twenty.
GOAL = 100
WATCH = """() => {
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


@contextmanager
def desk_of_a_thousand() -> Iterator[str]:
    """The address of a throw-away desk: sixteen papers above the cut of a thousand, and Mina to sign in."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"HOTPAPERS_INSTANCE_DIR": folder})
        app.extensions["clock"] = lambda: MORNING + timedelta(hours=1)
        with app.app_context():
            upgrade()
            scores = [400 - 20 * n for n in range(ABOVE)] + [49 - n // 40 for n in range(PAPERS - ABOVE)]
            papers = [paper(f"2611.{90001 + n}", score=score) for n, score in enumerate(scores)]
            ingest_things(db.session, app.extensions["rules"], papers)
            end_tour(db.session, add_editor(db.session, "Mina", password=PASSWORD, now=MORNING).id, now=MORNING)
            db.session.remove()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def act(page: Page, key: str) -> None:
    """One action and, once its answer is there, one key that does nothing."""
    page.keyboard.press(key)
    expect(page.locator("#desk.htmx-request")).to_have_count(0)
    page.keyboard.press("F8")


def measured(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds of every pick, drop and move, and of the keys that do nothing between them."""
    page.locator("#preview iframe").wait_for()
    page.evaluate(WATCH)
    page.keyboard.press("j")
    for key in ["J", "K", "D", "K", "J"] * 7:
        act(page, key)
    while page.locator("#candidates .current").count() == 0:
        page.keyboard.press("j")
    page.evaluate("window.took = []")
    for _ in range(ROUNDS):
        for key in ("P", "D", "P", "j", "D"):
            act(page, key)
    took = page.evaluate("window.took")
    return [time for idle, time in took if not idle], [time for idle, time in took if idle]


def main() -> None:
    """Measure and print; ends in 1 where the goal is not reached."""
    with desk_of_a_thousand() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        acts, floor = measured(sign_in(browser.new_context(base_url=address)))
        browser.close()
    act_time, floor_time = (statistics.quantiles(times, n=20)[-1] for times in (acts, floor))
    # A key is seen at the next frame at the earliest, sixty of which come in a second.
    over = act_time - max(0.0, floor_time - 1000 / 60)
    print(f"{len(acts)} actions: 95 of 100 within {act_time:.0f} ms, idle keys within {floor_time:.0f} ms; goal {GOAL}")
    sys.exit(over > GOAL)


if __name__ == "__main__":
    main()

"""Writing before a browser: texts save themselves through a bad network, a killed server, a crash, and two windows."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Route, expect
from sqlalchemy import select

from app.domain.editions import Rules
from app.models import AuditEvent, Item
from app.services.acting import Acting
from app.services.publishing import publish
from tests.browser.conftest import PASSWORD, Desk, sign_in
from tests.browser.test_accessibility import faults
from tests.conftest import ROOT

SAVES = "**/texts/*"
# Longer than any pause between two tries.
SOON = 25_000
SAVED = re.compile(r"saved \d\d:\d\d")


def open_note(page: Page, item_id: int) -> Locator:
    page.locator(f"#item-{item_id} .title a").click()
    return page.locator(f"#note-{item_id}")


def state_of(page: Page, item_id: int, field: str = "note") -> Locator:
    return page.locator(f"#{field}-{item_id}-state")


def save(page: Page, field: Locator, text: str) -> None:
    with page.expect_response(SAVES):
        field.fill(text)


def note_of(desk: Desk, item_id: int) -> str | None:
    desk.session.rollback()
    return desk.session.get_one(Item, item_id, populate_existing=True).note


def written(desk: Desk) -> list[AuditEvent]:
    desk.session.rollback()
    return list(desk.session.scalars(select(AuditEvent).where(AuditEvent.kind == "item.annotated").order_by("id")))


def watch_for_conflicts(page: Page) -> None:
    """Notes every conflict that is ever shown, however shortly."""
    page.evaluate("""() => {
        window.conflicts = 0;
        new MutationObserver(() => { window.conflicts += document.querySelectorAll(".conflict").length; })
            .observe(document.body, { childList: true, subtree: true });
    }""")


class BadNetwork:
    """Drops every third answer, and delays every fifth by ten seconds: the first of these on its way back, the second
    on its way there, so that it comes to the server after newer ones."""

    def __init__(self) -> None:
        self.count = 0
        # Whether one that was delayed on its way there has arrived, or was given up by the page.
        self.is_old_one_over = False

    def __call__(self, route: Route) -> None:
        self.count += 1
        number = self.count
        try:
            if number % 10 == 0:
                route.request.frame.page.wait_for_timeout(10_000)
            answer = route.fetch()
            if number % 3 == 0:
                return route.abort()
            if number % 10 == 5:
                route.request.frame.page.wait_for_timeout(10_000)
            route.fulfill(response=answer)
        except Error:
            # The page has given this request up.
            pass
        finally:
            self.is_old_one_over |= number % 10 == 0


def test_a_network_that_loses_and_delays_loses_no_typing_and_shows_no_false_conflict(page: Page, desk: Desk) -> None:
    first = desk.ids()[0]
    note = open_note(page, first)
    note.focus()
    watch_for_conflicts(page)
    network = BadNetwork()
    page.route(SAVES, network)
    typed = ""
    while network.count < 11:
        chunk = f"{len(typed)} lanterns, "
        page.keyboard.type(chunk)
        typed += chunk
        page.wait_for_timeout(900)
        assert note.input_value() == typed
        assert len(typed) < 2_000
    expect(state_of(page, first)).to_contain_text(SAVED, timeout=60_000)
    assert note_of(desk, first) == typed.strip()
    # What comes to the server late changes nothing.
    for _ in range(120):
        if network.is_old_one_over:
            break
        page.wait_for_timeout(500)
    assert network.is_old_one_over
    assert note_of(desk, first) == typed.strip()
    assert note.input_value() == typed
    assert page.evaluate("window.conflicts") == 0
    (run,) = written(desk)
    assert run.changes[0]["fields"]["note"] == [None, typed.strip()]
    expect(page.locator(f"#item-{first} > .what .note")).to_contain_text("0 lanterns")
    # A run is taken back whole; what is typed but not sent yet is part of it.
    page.keyboard.type("and moss")
    page.locator("#undo").click()
    expect(note).to_have_value("", timeout=60_000)
    assert note_of(desk, first) is None
    assert page.evaluate("window.conflicts") == 0


class Server:
    """A desk in a process of its own, on one port and one database, that can be killed and started again."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTPAPERS_")}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment, self.log = kept | settings, log
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "flask", "run", "--no-reload", "--port", str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(300):
            try:
                opener.open(f"{self.address}/sign-in", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the server does not start: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """Kill it, whatever it is doing."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(60)


@pytest.fixture
def server(settings: dict[str, str], tmp_path: Path, desk: Desk, mina) -> Iterator[Server]:
    """A desk that listens and has papers and Mina."""
    server = Server(settings, tmp_path / "server.log")
    server.start()
    yield server
    server.kill()


def test_a_killed_server_a_crash_and_a_lost_session_take_nothing(
    server: Server, browser: Browser, desk: Desk, database_url: str, request: pytest.FixtureRequest
) -> None:
    context = browser.new_context(base_url=server.address, viewport={"width": 1200, "height": 900})
    request.addfinalizer(context.close)
    context.set_default_timeout(SOON)
    page = sign_in(context)
    first = desk.ids()[0]
    note = open_note(page, first)
    # The save has arrived and waits for another writer when the server dies.
    lock = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("begin immediate")
    with page.expect_request(SAVES):
        note.press_sequentially("An hour of thought")
    page.wait_for_timeout(500)
    server.kill()
    lock.execute("rollback")
    lock.close()
    expect(state_of(page, first)).to_contain_text("not saved: the desk does not answer; kept in this browser")
    assert note_of(desk, first) is None
    server.start()
    expect(state_of(page, first)).to_contain_text(SAVED, timeout=SOON)
    assert note_of(desk, first) == "An hour of thought"

    # The browser dies while there is no server; the next page saves what the one before could not, without a question.
    server.kill()
    note.press_sequentially(" and a second one")
    expect(state_of(page, first)).to_contain_text("kept in this browser")
    page.close()
    server.start()
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#toast")).to_contain_text("Saved what you had typed before: the note of “Lanterns and Moss")
    assert note_of(desk, first) == "An hour of thought and a second one"

    # Signed out, one is told so at the text; signed in again in another window, the text saves by itself.
    note = open_note(page, first)
    context.clear_cookies()
    note.press_sequentially("!")
    expect(state_of(page, first)).to_contain_text("not saved: you are signed out; sign in")
    with context.expect_page() as opened:
        state_of(page, first).get_by_role("link", name="sign in").click()
    door = opened.value
    door.get_by_label("Name").fill("Mina")
    door.get_by_label("Password").fill(PASSWORD)
    door.get_by_role("button", name="Sign in").click()
    door.wait_for_url(lambda url: "/sign-in" not in url)
    expect(state_of(page, first)).to_contain_text(SAVED, timeout=SOON)
    assert note_of(desk, first) == "!An hour of thought and a second one"
    # And the page hears of what happens again: its Undo means this text.
    expect(page.locator("#undo")).to_have_attribute("title", re.compile("Undo: wrote the note"), timeout=SOON)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept-text'))") == []


def test_two_windows_of_one_editor_show_a_conflict_and_lose_neither_text(
    page: Page, desk: Desk, violations: list[str]
) -> None:
    first = desk.ids()[0]
    other = page.context.new_page()
    other.goto("/")
    one, two = open_note(page, first), open_note(other, first)
    expect(two).to_be_visible()
    other.context.set_offline(True)
    two.fill("Written in the second")
    expect(state_of(other, first)).to_have_text("not saved: offline, kept in this browser")
    one.fill("Written in the first")
    expect(state_of(page, first)).to_have_text("not saved: offline, kept in this browser")
    page.locator("#publish").focus()
    page.route(SAVES, lambda route: route.continue_())
    other.route(SAVES, lambda route: route.abort())
    page.context.set_offline(False)
    expect(state_of(page, first)).to_contain_text(SAVED, timeout=SOON)
    # It is told before anything is published, too.
    other.locator("#publish").click()
    expect(other.locator("#dialog [data-unsaved]")).to_contain_text(
        "Not saved yet, and so not in the post: the note of"
    )
    other.keyboard.press("Escape")
    other.unroute(SAVES)
    two.focus()
    wrapper = other.locator(f"#note-{first}-text")
    expect(wrapper.locator(".conflict")).to_contain_text("You wrote this in another window.", timeout=SOON)
    expect(wrapper.locator("[data-theirs]")).to_have_text("Written in the first")
    expect(two).to_have_value("Written in the second")
    expect(state_of(other, first)).to_have_text("not saved: you wrote this in another window")
    two.press("Control+3")
    expect(two).to_have_value("Written in the second\n\nWritten in the first")
    expect(wrapper.locator(".conflict")).to_have_count(0)
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Written in the second\n\nWritten in the first"
    # The first window sees it come, for nobody writes there.
    expect(one).to_have_value("Written in the second\n\nWritten in the first", timeout=SOON)
    # Where nothing is left to choose nothing is asked, though one is in the field.
    save(page, one, "Changed")
    two.fill("Third")
    expect(wrapper.locator(".conflict")).to_be_visible(timeout=SOON)
    save(page, one, "Written in the second\n\nWritten in the first")
    expect(wrapper.locator(".conflict")).to_have_count(0, timeout=SOON)
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Third"


def test_two_editors_choose_between_their_texts_with_one_key(
    page: Page, desk: Desk, context_of: Callable[..., BrowserContext]
) -> None:
    first = desk.ids()[0]
    other = sign_in(context_of(bypass_csp=True, color_scheme="dark"))
    one, two = open_note(page, first), open_note(other, first)
    two.focus()
    one.fill("Mine was first")
    expect(state_of(page, first)).to_contain_text(SAVED)
    # A field that one is in is not touched by what others write; whoever writes on is shown both.
    expect(other.locator(f"#item-{first} > .what .note")).to_have_text("Mine was first", timeout=SOON)
    expect(two).to_have_value("")
    two.press_sequentially("Mine is better")
    conflict = other.locator(f"#note-{first}-text .conflict")
    expect(conflict.locator("[data-theirs]")).to_have_text("Mine was first")
    assert faults(other) == []
    two.press("Control+2")
    expect(two).to_have_value("Mine was first")
    expect(conflict).to_have_count(0)
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Mine was first"
    assert [event.changes[0]["fields"]["note"] for event in written(desk)] == [
        [None, "Mine was first"],
        ["Mine was first", "Mine is better"],
        ["Mine is better", "Mine was first"],
    ]
    # The choice arrives, its answer does not, and the page is gone with what was typed on top: nothing is reversed.
    save(page, one, "Mine came again")
    two.fill("Better still")
    expect(conflict.locator("[data-theirs]")).to_have_text("Mine came again", timeout=SOON)
    lost = []
    other.route(SAVES, lambda route: (lost.append(route.fetch() if not lost else None), route.abort()))
    two.press("Control+2")
    expect(state_of(other, first)).to_contain_text("not saved: the desk does not answer")
    two.press("End")
    two.press_sequentially(", and more")
    # What is tried again meanwhile does not arrive.
    assert len([answer for answer in lost if answer]) == 1
    assert note_of(desk, first) == "Mine came again"
    context = other.context
    other.close()
    other = context.new_page()
    other.goto("/")
    expect(other.locator("#toast")).to_contain_text("Saved what you had typed before", timeout=SOON)
    assert note_of(desk, first) == "Mine came again, and more"
    assert "Better still" in [event.changes[0]["fields"]["note"][1] for event in written(desk)]
    # What is typed while a choice is under way that comes too late is kept, and so is the text that was not taken.
    two, conflict = open_note(other, first), other.locator(f"#note-{first}-text .conflict")
    one.blur()
    expect(one).to_have_value("Mine came again, and more", timeout=SOON)
    two.focus()
    save(page, one, "Fourth")
    two.fill("Third")
    expect(conflict.locator("[data-theirs]")).to_have_text("Fourth", timeout=SOON)
    held: list[Route] = []
    other.route(SAVES, lambda route: held.append(route))
    with other.expect_request(SAVES):
        two.press("Control+2")
    two.press("End")
    two.press_sequentially(" and fifth")
    save(page, one, "Sixth")
    held[0].continue_()
    other.unroute(SAVES)
    expect(conflict.locator("[data-theirs]")).to_have_text("Sixth", timeout=SOON)
    expect(two).to_have_value("Fourth and fifth")
    two.press("Control+1")
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Fourth and fifth"
    assert [event.changes[0]["fields"]["note"][1] for event in written(desk)][-2:] == ["Third", "Fourth and fifth"]
    # Another field of the same paper is another text, and the words of the edition are two more.
    remark = other.locator(f"#remark-{first}")
    remark.fill("Ask about the second figure")
    remark.press("Escape")
    expect(state_of(other, first, "remark")).to_contain_text(SAVED)
    expect(other.locator(f"#item-{first} .title a")).to_be_focused()
    other.locator("#introduction summary").click()
    words = other.locator("#introduction textarea")
    expect(words).to_be_focused()
    words.fill("Good morning.")
    expect(page.locator("#introduction summary")).to_contain_text("Good morning.", timeout=SOON)
    assert desk.edition.introduction == "Good morning."
    # Too long a text is told by its length before anything is sent, and saves itself once it is short.
    two.fill("x" * 20_001)
    expect(state_of(other, first)).to_have_text("too long: 20,001 of 20,000 characters")
    other.evaluate("document.getElementById('csrf-token').content = 'old'")
    two.fill("Short.")
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Short."


def test_whoever_writes_while_another_publishes_keeps_the_words_and_presses_no_keys(
    page: Page, desk: Desk, clock, rules: Rules
) -> None:
    first = desk.ids()[0]
    note = open_note(page, first)
    page.route(SAVES, lambda route: route.abort())
    note.press_sequentially("Pick it up ")
    desk.session.rollback()
    publish(desk.session, desk.edition.id, Acting(None, clock(), rules), targets=[])
    gone = page.locator("[data-unseen]")
    expect(gone).to_be_focused(timeout=SOON)
    expect(gone.locator(".unseen-text")).to_have_text("Pick it up")
    page.unroute(SAVES)
    expect(gone.locator("summary")).to_contain_text("is published; to change it, correct its post", timeout=SOON)
    page.keyboard.type("?j ")
    expect(page.locator("#keys")).to_be_hidden()
    expect(gone).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_a_text_that_cannot_be_saved_is_told_where_its_paper_is_folded_away(
    page: Page, desk: Desk, context_of: Callable[..., BrowserContext]
) -> None:
    first = desk.ids()[0]
    other = sign_in(context_of())
    one, two = open_note(page, first), open_note(other, first)
    two.focus()
    save(page, one, "Mine was first")
    two.fill("Mine is better")
    expect(other.locator(f"#note-{first}-text .conflict")).to_be_visible(timeout=SOON)
    two.press("Escape")
    page.locator(f'#item-{first} [data-act="drop"]').click()
    told = other.locator("[data-unseen]")
    expect(told.locator("summary")).to_contain_text("not saved: you wrote this in another window", timeout=SOON)
    expect(two).to_be_hidden()
    other.locator("#dropped > summary").click()
    expect(told).to_have_count(0)
    other.locator("#dropped > summary").click()
    told.locator("summary").click()
    expect(told.locator(".unseen-text")).to_have_text("Mine is better")
    told.get_by_text("Open", exact=True).click()
    expect(two).to_be_focused()
    expect(told).to_have_count(0)
    two.press("Control+1")
    expect(state_of(other, first)).to_contain_text(SAVED)
    assert note_of(desk, first) == "Mine is better"

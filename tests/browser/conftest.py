"""A desk that listens, and a real browser before it; skipped by name where there is no Chromium."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app import assets
from app.domain.editions import Rules
from app.models import Editor
from app.services.accounts import add_editor, end_tour
from tests.databases import skip_or_fail
from tests.factories import ingest_things, mention, paper
from tests.web.conftest import Laid

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REQUIRE = "REQUIRE_BROWSER"
PASSWORD = "lanterns and moss"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker, and the scripts as people get them."""
    if not CHROMIUM.exists():
        skip_or_fail("browser tests need Debian's package chromium", REQUIRE)
    if not assets.is_filled():
        skip_or_fail("browser tests need the scripts: python -m app.assets --dev", REQUIRE)
    if not assets.can_minify():
        skip_or_fail("browser tests run on what people get, minified: python -m app.assets --dev", REQUIRE)
    if not assets.is_minified():
        assets.minify()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the desk listens, its form tokens on."""
    app.config.update(WTF_CSRF_ENABLED=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(60)


@pytest.fixture
def mina(session: Session, clock) -> Editor:
    """Mina, who edits, has a password and knows her way."""
    editor = add_editor(session, "Mina", password=PASSWORD, now=clock())
    end_tour(session, editor.id, now=clock())
    return editor


class Desk(Laid):
    """What lies on the desk, read afresh: the server works in threads of its own."""

    def items(self, state: str = "picked"):
        """The items of one state in their order, as committed by now."""
        self.session.rollback()
        return super().items(state)


@pytest.fixture
def desk(session: Session, rules: Rules) -> Desk:
    """Eight picked papers and six candidates; one mention carries three of the picked ones."""
    papers = [paper(score=score) for score in (900, 500, 200, 90, 60, 40, 30, 20, 15, 12, 10)]
    carried = [paper(title=f"On the $\\ell_{n}$ Norm of Moss") for n in range(3)]
    advert = mention("loud", *carried, reposts=107, likes=99, author_handle="northpop", text="New single out Friday!")
    said = mention("kind", papers[0], author_handle="paperbird", text="Short proof, too.")
    ingest_things(session, rules, [*papers, *carried, advert, said])
    return Desk(session)


@pytest.fixture
def violations() -> list[str]:
    """What the browser complained of: breaches of the policy and script errors, each of which fails the test."""
    return []


@pytest.fixture
def context_of(browser: Browser, address: str, violations: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser windows of any kind; all of them are watched."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=address, **{"viewport": {"width": 1200, "height": 900}, **options})
        context.set_default_timeout(10_000)
        context.on("console", lambda message: _note(violations, message.text))
        context.on("weberror", lambda error: violations.append(f"script error: {error.error.stack or error.error}"))
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert not violations


def _note(violations: list[str], text: str) -> None:
    if "Content Security Policy" in text or "htmx:" in text:
        violations.append(text)


def sign_in(context: BrowserContext, name: str = "Mina", password: str = PASSWORD) -> Page:
    """A window with somebody signed in."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor) -> Page:
    """The newest edition before Mina, who is signed in."""
    page = sign_in(context_of())
    page.locator("#preview iframe").wait_for()
    return page

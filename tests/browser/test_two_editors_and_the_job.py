"""Two editors and the job at one edition at once: after 300 random actions there is one desk, with every typed word."""

import itertools
import json
import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import Reading
from app.extensions import db
from app.models import AuditEvent, Editor, Item
from app.queries.editions import newest_edition_date
from app.services.accounts import add_editor
from tests.browser.conftest import PASSWORD, Desk, sign_in
from tests.conftest import Clock
from tests.factories import MORNING, ingest_things, mention, paper

ACTIONS = 300
RUNS = 12
# Few papers are written on, so that two editors meet on one text.
WRITTEN_ON = 3
# So many looks in a row find nothing left to do.
QUIET = 15
KEYS = ("p", "p", "d", "h", "b", "J", "K", "t", "T", "i", "z", "z", "Z", "+", "-", "r")
LISTS = """() => Object.fromEntries(["picked", "candidates", "held", "dropped"].map((name) => [
  name,
  [...document.querySelectorAll(`#${name} .item`)].map((row) => [
    row.id, row.dataset.state,
    row.querySelector(".title").textContent, row.querySelector(".why").textContent,
    row.querySelector(".what > .note")?.textContent ?? "", row.hasAttribute("data-pinned"),
  ]),
]).concat([["head", document.querySelector("#edition-head p").textContent],
  ["waiting", document.querySelector("#waiting")?.textContent.replace(/\\s+/g, " ") ?? ""]]))"""
FOCUS = """(share) => {
  const titles = document.querySelectorAll("#picked > .item .title a, #candidates > .item .title a");
  titles[Math.floor(titles.length * share)]?.focus();
}"""
# Says whether the caret is in the text, behind its last word.
BEGIN = """(field) => {
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  return document.activeElement === field;
}"""
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('kept-text'))"


class Hand:
    """One editor at her browser, who does one random thing after the other and waits for nothing that she need not."""

    def __init__(self, page: Page, name: str, chance: random.Random, written_on: list[int]) -> None:
        self.page, self.name, self.chance, self.written_on = page, name, chance, written_on
        self.words: list[str] = []
        self.numbers = itertools.count(1)

    def act(self) -> None:
        """Do something."""
        self.choose_between_texts()
        if self.chance.random() < 0.4:
            self.write()
        elif self.chance.random() < 0.1:
            self.take_what_waits()
        else:
            self.judge()

    def judge(self) -> None:
        """Press a key on a paper, as fast as fingers go."""
        if self.page.evaluate("document.activeElement.matches('input, textarea')"):
            self.page.keyboard.press("Escape")
        self.page.evaluate(FOCUS, self.chance.random())
        self.page.keyboard.press(self.chance.choice(KEYS))

    def write(self) -> None:
        """Type a word at the end of some text."""
        field = self.some_text()
        if field is None:
            return
        if not field.evaluate(BEGIN):
            # Somebody took the paper where it is folded away, in the moment in which she reached for the text.
            return
        word = f"{self.name[0]}{next(self.numbers):03}"
        self.page.keyboard.type(f" {word}")
        self.words.append(word)

    def some_text(self):
        """The field of a text, opened if need be; None where the paper cannot be opened now."""
        if self.chance.random() < 0.2:
            name = self.chance.choice(("introduction", "closing"))
            self.page.locator(f"#{name}-words").evaluate("details => { details.open = true; }")
            return self.page.locator(f"#{name}-field")
        item_id = self.chance.choice(self.written_on)
        row = self.page.locator(f"#item-{item_id}")
        if not row.is_visible():
            return None
        field = self.page.locator(f"#{self.chance.choice(('headline', 'note', 'note', 'remark'))}-{item_id}")
        if not field.count():
            row.locator(".title a").first.evaluate("link => link.click()")
            try:
                field.wait_for(timeout=3000)
            except Exception:
                # Somebody took the paper elsewhere in this moment, as happens; there is nothing to write on here.
                return None
        return field

    def take_what_waits(self) -> None:
        """Take the new data, if some is offered."""
        self.page.evaluate("document.querySelector('#waiting button[formaction$=\"/take\"]')?.click()")

    def choose_between_texts(self) -> None:
        """Where somebody else wrote the same text, take one's own or make one of both."""
        if self.page.locator("[data-unseen]").count():
            self.page.evaluate("for (const list of document.querySelectorAll('#held, #dropped')) list.open = true")
        for button in self.page.locator(f"[data-take={self.chance.choice(('mine', 'both'))}]").all():
            if button.is_visible():
                button.evaluate("button => button.click()")

    def is_done(self, version: int) -> bool:
        """Whether all that was typed is saved and the page has seen this version of the edition."""
        self.choose_between_texts()
        seen = self.page.locator("#seen").input_value()
        return not self.page.evaluate(KEPT) and seen == str(version)


@pytest.fixture
def job(app: Flask, rules: Rules, desk: Desk) -> Iterator[Callable[[int], None]]:
    """Starts an ingestion run beside everything else: numbers grow, mentions and a paper come, a title changes."""
    ids = [item.paper.arxiv_id for item in [*desk.items(), *desk.items("candidate")]]
    running: list[threading.Thread] = []
    failed: list[BaseException] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        at = MORNING + timedelta(minutes=10 * number)
        grown = (
            paper(one, readings=(Reading("twitter", at, reposts=chance.randint(5, 900), likes=0),))
            for one in chance.sample(ids, 5)
        )
        things = [*grown, mention(f"late-{number}", ids[number % len(ids)], reposts=30, likes=number)]
        things += [paper(score=40 + 10 * number)] if number % 3 == 0 else []
        with app.app_context():
            try:
                ingest_things(db.session, rules, things)
            except BaseException as error:
                failed.append(error)

    def wait() -> None:
        for thread in running:
            thread.join(60)
        assert not any(thread.is_alive() for thread in running), "a run does not come to its end"

    def start(number: int) -> None:
        wait()
        thread = threading.Thread(target=work, args=(number,))
        thread.start()
        running.append(thread)

    yield start
    wait()
    assert not failed


def all_that_was_ever_written(session: Session) -> str:
    """Every text of the edition as it is, and as any entry of the log has it."""
    session.rollback()
    log = json.dumps([event.changes for event in session.scalars(select(AuditEvent))])
    return log + " ".join(f"{item.headline} {item.note} {item.remark}" for item in session.scalars(select(Item)))


@pytest.mark.parametrize("seed", [1])
def test_two_editors_and_the_job_end_with_one_desk_and_every_word(
    seed: int,
    session: Session,
    context_of: Callable[..., BrowserContext],
    desk: Desk,
    mina: Editor,
    job: Callable[[int], None],
    clock: Clock,
    violations: list[str],
) -> None:
    add_editor(session, "Ben", password=PASSWORD, now=clock())
    chance = random.Random(seed)
    written_on = chance.sample(desk.ids(), WRITTEN_ON)
    contexts = [context_of(), context_of()]
    hands = [
        Hand(sign_in(context, name), name, chance, written_on)
        for context, name in zip(contexts, ("Mina", "Ben"), strict=True)
    ]
    for number in range(ACTIONS):
        if number % (ACTIONS // RUNS) == 0:
            job(number * RUNS // ACTIONS)
        chance.choice(hands).act()
    pages = [hand.page for hand in hands]
    for page in pages:
        # A row in which somebody writes waits for her before it goes where another put it.
        page.evaluate("document.activeElement.blur()")
    done = 0
    for _ in range(400):
        # Some request may still be on its way, and count the edition up once more.
        done = done + 1 if all(hand.is_done(desk.edition.version) for hand in hands) else 0
        if done == QUIET:
            break
        for page in pages:
            page.wait_for_timeout(50)
    assert [page.evaluate(KEPT) for page in pages] == [[], []]
    fresh = contexts[0].new_page()
    fresh.goto(f"/editions/{newest_edition_date(session)}")
    expect(fresh.locator("#seen")).to_have_value(str(desk.edition.version))
    expected = fresh.evaluate(LISTS)
    for page in pages:
        shown = page.evaluate(LISTS)
        assert {name: shown[name] for name in expected if shown[name] != expected[name]} == {}
    for name, state in (("picked", "picked"), ("candidates", "candidate"), ("held", "held"), ("dropped", "dropped")):
        shown = [int(row[0].split("-")[1]) for row in expected[name]]
        stored = desk.ids(state)
        assert shown == stored if state == "picked" else sorted(shown) == sorted(stored)
    written = all_that_was_ever_written(session)
    typed = [word for hand in hands for word in hand.words]
    assert len(typed) > ACTIONS / 5
    assert [word for word in typed if word not in written] == []
    # A busy machine answers a question for news too late now and then; the page asks again.
    violations[:] = [complaint for complaint in violations if "timeout" not in complaint]

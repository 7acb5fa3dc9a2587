"""A small edition on the desk, and what a browser with htmx sends."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.editions import Rules
from app.models import Edition, Item, Mention
from tests.factories import DAY, ingest_things, items, mention, mention_row, paper

HTMX = {"HX-Request": "true"}
PICKED = (900, 500, 200, 90, 60)
CANDIDATES = (40, 30, 20)


@dataclass
class Laid:
    """What lies on the desk: an edition of five picked papers and three candidates, one of them named by a mention."""

    session: Session
    address: str = f"/editions/{DAY}"

    @property
    def edition(self) -> Edition:
        """The edition as it is now."""
        return self.session.query(Edition).filter_by(date=DAY).populate_existing().one()

    def items(self, state: str = "picked") -> list[Item]:
        """The items of one state in their order."""
        return items(self.session, state)

    def ids(self, state: str = "picked") -> list[int]:
        """Their ids."""
        return [item.id for item in self.items(state)]

    def item(self, item_id: int) -> Item:
        """One item as it is now."""
        return self.session.get_one(Item, item_id, populate_existing=True)

    @property
    def mention(self) -> Mention:
        """The mention that names the first candidate and two picked papers."""
        return mention_row(self.session, "loud")


@pytest.fixture
def laid(session: Session, rules: Rules) -> Laid:
    """Five papers above the cut, three below it, and one mention that names three of them."""
    papers = [paper(score=score) for score in (*PICKED, *CANDIDATES)]
    named = mention("loud", papers[0], papers[1], papers[5], author_handle="northpop", text="New single out Friday!")
    ingest_things(session, rules, [*papers, named])
    return Laid(session)


@pytest.fixture
def loud(session: Session, rules: Rules) -> Laid:
    """A mention with counts carries three papers above the cut."""
    papers = [paper() for _ in range(3)]
    ingest_things(
        session, rules, [*papers, mention("loud", *papers, reposts=2107, likes=2999, author_handle="northpop")]
    )
    return Laid(session)


def swaps(response: TestResponse) -> list[tuple[str, str]]:
    """The regions that an answer changes: target and way of swapping, in order."""
    found = re.findall(r'<hx-partial hx-target="([^"]*)" hx-swap="([^"]*)">', response.text)
    return [(target.replace("&gt;", ">"), swap) for target, swap in found]


def region_of(response: TestResponse, target: str) -> str:
    """What an answer puts into one region; it must be put there exactly once."""
    parts = re.findall(r'<hx-partial hx-target="([^"]*)" hx-swap="[^"]*">(.*?)</hx-partial>', response.text, re.DOTALL)
    found = [content for name, content in parts if name.replace("&gt;", ">") == target and content]
    assert len(found) == 1, f"{target} is swapped {len(found)} times"
    return found[0]


def rows_put(response: TestResponse, name: str) -> str:
    """The rows that an answer puts into a list, one after the other."""
    parts = re.findall(
        r'<hx-partial hx-target="([^"]*)" hx-swap="before\w+">(.*?)</hx-partial>', response.text, re.DOTALL
    )
    return "".join(rows for target, rows in parts if target.split(" ")[0] == f"#{name}")


def press(client: FlaskClient, address: str, *, htmx: bool = False, **fields: Any) -> TestResponse:
    """Send a form, as a plain one or as htmx does."""
    return client.post(address, data=fields, headers=HTMX if htmx else {})


@pytest.fixture(autouse=True)
def forgetful(app: Flask) -> None:
    """The test's own application context outlives its requests; no request may find what another left in it."""

    def forget() -> None:
        for name in ("_login_user", "csrf_token", "csrf_valid"):
            g.pop(name, None)

    app.before_request_funcs.setdefault(None, []).insert(0, forget)

"""A page that is as a browser has it is confirmed; the law that it is so is tried in tests/staleness, here is when."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import create_app
from app.domain.editions import Rules
from app.extensions import db
from app.models import Run, RunRequest
from app.queries.page_state import MOVED_BY, STATE
from app.queries.rows import Row
from app.queries.source_states import Freshness
from app.web.confirming import TOKEN_SHARE, token_age
from app.web.rows import Apart, rows_bytes
from tests.conftest import Clock
from tests.factories import DAY, MORNING, ingest_things, mention, paper
from tests.web.conftest import Laid, press

TABLE = re.compile(r'\b(?:FROM|JOIN) "?([a-z_]+)"?\b')
LIMIT = 12 * 3600


def tag_of(client: FlaskClient, address: str) -> str | None:
    """The tag of the page as it is now."""
    response = client.get(address)
    assert response.status_code == 200
    return response.headers.get("ETag")


def is_confirmed(client: FlaskClient, address: str, tag: str) -> bool:
    """Whether a browser that has the page of a tag is told to show it again, with nothing but that."""
    response = client.get(address, headers={"If-None-Match": tag})
    assert (response.status_code == 304) == (not response.data)
    return response.status_code == 304


def test_a_page_that_nobody_touched_is_confirmed_under_the_rules_of_any_page(
    as_editor: FlaskClient, laid: Laid
) -> None:
    tag = tag_of(as_editor, laid.address)
    response = as_editor.get(laid.address, headers={"If-None-Match": tag})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= {name.strip() for name in response.headers["Vary"].split(",")}


def test_an_action_and_a_run_need_another_page_and_whoever_left_is_confirmed_none(
    as_editor: FlaskClient, app: Flask, laid: Laid, session: Session, rules: Rules
) -> None:
    tag = tag_of(as_editor, laid.address)
    press(as_editor, f"/items/{laid.ids('candidate')[0]}/drop")
    assert not is_confirmed(as_editor, laid.address, tag)
    tag = tag_of(as_editor, laid.address)
    ingest_things(session, rules, [mention("later", laid.items()[0].paper.arxiv_id, reposts=7)])
    assert not is_confirmed(as_editor, laid.address, tag)
    tag = tag_of(as_editor, laid.address)
    assert is_confirmed(as_editor, laid.address, tag)
    as_editor.post("/sign-out")
    assert as_editor.get(laid.address, headers={"If-None-Match": tag}).status_code == 303


def test_a_tag_is_of_one_session(as_editor: FlaskClient, laid: Laid) -> None:
    tag = tag_of(as_editor, laid.address)
    with as_editor.session_transaction() as kept:
        kept["csrf_token"] = "another one"
    assert not is_confirmed(as_editor, laid.address, tag)


def test_whoever_leaves_leaves_no_page_in_the_browser(as_editor: FlaskClient) -> None:
    assert as_editor.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'


def test_what_is_said_once_is_in_no_page_with_a_tag(as_editor: FlaskClient, laid: Laid) -> None:
    tag = tag_of(as_editor, laid.address)
    with as_editor.session_transaction() as kept:
        kept["_flashes"] = [("done", "Said once.")]
    response = as_editor.get(laid.address, headers={"If-None-Match": tag})
    assert (response.status_code, "Said once." in response.text, "ETag" in response.headers) == (200, True, False)
    assert is_confirmed(as_editor, laid.address, tag)


@pytest.mark.parametrize("thing", [Run(day=DAY, started_at=MORNING), RunRequest(day=DAY, asked_at=MORNING)])
def test_what_is_told_step_by_step_is_in_no_page_with_a_tag(
    as_editor: FlaskClient, laid: Laid, session: Session, thing: Run | RunRequest
) -> None:
    session.add(thing)
    session.commit()
    assert tag_of(as_editor, laid.address) is None


def test_a_page_under_filters_has_no_tag(as_editor: FlaskClient, laid: Laid) -> None:
    assert tag_of(as_editor, f"{laid.address}?state=picked") is None


def test_whoever_publishes_being_away_is_told_when_it_is_so(as_editor: FlaskClient, laid: Laid, clock: Clock) -> None:
    press(as_editor, f"/items/{laid.ids()[0]}/pin")
    tag = tag_of(as_editor, laid.address)
    clock.tick(days=1)
    assert not is_confirmed(as_editor, laid.address, tag)


def test_two_desks_of_the_same_settings_confirm_what_either_answered(app: Flask) -> None:
    known = {"HOTPAPERS_INSTANCE_DIR": str(app.config["INSTANCE_DIR"]), "HOTPAPERS_SECRET_KEY": "the same"}
    desks = [create_app(known), create_app(known), create_app(known | {"HOTPAPERS_CUT": "60"})]
    one, same, other = (desk.extensions["page_made_by"] for desk in desks)
    assert one == same != other


def test_every_table_that_the_page_reads_moves_its_tag(
    as_editor: FlaskClient, laid: Laid, session: Session, rules: Rules
) -> None:
    # Who adds a query of another table to the page says in page_state.py what moves with it.
    press(as_editor, f"/items/{laid.ids('candidate')[0]}/drop")
    ingest_things(session, rules, [paper(score=80), mention("new", laid.items()[0].paper.arxiv_id, reposts=7)])
    read: set[str] = set()

    def note(connection, cursor, statement, *more) -> None:
        read.update(TABLE.findall(statement))

    event.listen(db.engine, "before_cursor_execute", note)
    assert as_editor.get(laid.address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)
    covered = set(TABLE.findall(str(STATE))) | MOVED_BY.keys()
    assert {"items", "papers", "editions", "runs", "mentions", "strikes", "workers", "deliveries"} <= read
    assert (read & db.metadata.tables.keys()) - covered == set()


@given(st.floats(0, 4e9), st.floats(0, LIMIT))
def test_a_confirmed_page_has_tokens_that_are_good_for_most_of_their_time(at: float, later: float) -> None:
    if token_age(at, LIMIT) == token_age(at + later, LIMIT):
        assert later <= LIMIT / TOKEN_SHARE + 1e-3


def test_rows_come_into_the_page_where_they_belong(app: Flask) -> None:
    apart, row = Apart(), Row(1, "picked", 90.0, title="Small Lights, é")
    shown = (50, Freshness(), False, {})
    with app.test_request_context():
        html = f"<ol>{apart.put([row, row], *shown)}</ol><ul>{apart.put([], *shown)}</ul>"
        (drawn,) = rows_bytes([row], *shown)
    assert "Small Lights, é</a>" in drawn.decode()
    assert apart.page(html) == b"<ol>" + drawn + drawn + b"</ol><ul></ul>"


def test_a_title_says_what_it_says_in_no_other_place(app: Flask) -> None:
    with app.test_request_context():
        apart, shown = Apart(), (50, Freshness(), False, {})
        mark = apart.put([], *shown)
        (drawn,) = rows_bytes([Row(1, "picked", 90.0, title=mark)], *shown)
    assert mark.encode() not in drawn

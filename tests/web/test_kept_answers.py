"""What readers are given again is what a desk just started would give them, whatever has changed meanwhile."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.domain.editions import Rules
from app.extensions import db
from app.models import Edition, Editor
from app.services.acting import Acting
from app.services.correcting import reopen
from app.services.curation import annotate, drop
from app.services.publishing import publish
from app.services.retracting import restore, retract, take_back
from app.web.kept_answers import ADDRESSES
from tests.conftest import Clock
from tests.factories import DAY, edition_of_scores, ingest_things, items, paper

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
POST = f"/hot-papers/{DAY}"
ADDRESSES_ASKED = (
    *("/hot-papers", POST, f"/hot-papers/{BEFORE}", f"/hot-papers/{AFTER}", "/hot-papers/archive"),
    *("/hot-papers/2026-11", "/hot-papers/papers/2611.92001", "/hot-papers/papers/2611.92002", "/robots.txt"),
    *("/hot-papers/feed.atom", "/hot-papers/feed.json", "/hot-papers/sitemap.xml"),
)
GRACE = timedelta(minutes=10)
# Gzip says at its head in which second it compressed.
HEAD_OF_GZIP = 10


@pytest.fixture
def by(editor: Editor, clock: Clock, rules: Rules) -> Callable[[], Acting]:
    """Ana, whenever it is by then."""
    return lambda: Acting(editor, clock(), rules)


@pytest.fixture
def start(
    app: Flask, settings: dict[str, str], clock: Clock, compiled_templates: BytecodeCache
) -> Iterator[Callable[[], FlaskClient]]:
    """Starts another desk on the same database, with the settings that the first one has by then."""
    started = []

    def begin() -> FlaskClient:
        desk = create_app(settings)
        desk.jinja_env.bytecode_cache = compiled_templates
        desk.extensions["clock"] = clock
        desk.config.update({name: app.config[name] for name in ("PUBLIC_PAGES", "PUBLIC_URL", "PUBLIC_TITLE")})
        desk.static_folder = app.static_folder
        started.append(desk)
        return desk.test_client()

    yield begin
    for desk in started:
        with desk.app_context():
            db.engine.dispose()


@pytest.fixture
def out(session: Session, rules: Rules, by: Callable[[], Acting]) -> Edition:
    """A published edition of two papers."""
    ingest_things(session, rules, [paper(f"2611.9200{n}", score=90 - n, title=f"Lanterns, Part {n}") for n in (1, 2)])
    edition = session.query(Edition).filter_by(date=DAY).one()
    publish(session, edition.id, by(), targets=[])
    return edition


def told(answer: TestResponse) -> tuple[str, list[tuple[str, str]], bytes]:
    """All of an answer."""
    is_gzip = answer.headers.get("Content-Encoding") == "gzip"
    return answer.status, list(answer.headers), answer.data[HEAD_OF_GZIP if is_gzip else 0 :]


def asked(client: FlaskClient, **headers: str) -> dict[str, TestResponse]:
    """The answers of all pages."""
    return {address: client.get(address, headers=headers) for address in ADDRESSES_ASKED}


def test_whatever_happens_a_desk_that_runs_answers_as_one_just_started(
    client: FlaskClient,
    start: Callable[[], FlaskClient],
    app: Flask,
    session: Session,
    rules: Rules,
    clock: Clock,
    out: Edition,
    by: Callable[[], Acting],
) -> None:
    def publish_of(day: object, paper_id: str, **said: object) -> Edition:
        ingest_things(session, rules, [paper(paper_id, score=70, announced_on=day)], day=day)
        edition = session.query(Edition).filter_by(date=day).one()
        publish(session, edition.id, by(), targets=[], **said)
        return edition

    def correct(note: str, **said: object) -> None:
        reopen(session, out.id, by())
        item = items(session)[0]
        annotate(session, item.id, by(), version=item.version, note=note)
        publish(session, out.id, by(), targets=[], note=note, **said)

    def set_to(**values: object) -> None:
        app.config.update(values)

    # What is done, and whether readers see anything of it.
    happenings = {
        "nothing": (lambda: None, False),
        "a post beside it": (lambda: publish_of(AFTER, "2611.92003"), True),
        "a post before it that waits": (lambda: publish_of(BEFORE, "2611.92004", grace=GRACE), False),
        "some of its grace": (lambda: clock.tick(minutes=9), False),
        "the end of its grace": (lambda: clock.tick(minutes=1), True),
        "a correction that waits": (lambda: correct("First.", grace=GRACE), False),
        "that taken back": (lambda: take_back(session, out.id, by(), targets=[]), False),
        "a correction": (lambda: publish(session, out.id, by(), targets=[], note="Second."), True),
        "an open correction": (lambda: reopen(session, out.id, by()), False),
        "one paper less": (lambda: drop(session, items(session)[1].id, by()), False),
        "that published": (lambda: publish(session, out.id, by(), targets=[], note="Third."), True),
        "a retraction": (lambda: retract(session, out.id, by(), reason="a mix-up", targets=[]), True),
        "a corrected one that waits": (lambda: correct("Fourth.", grace=GRACE), True),
        "the end of that": (lambda: clock.tick(minutes=10), True),
        "another retraction": (lambda: retract(session, out.id, by(), reason="again", targets=[]), True),
        "its end": (lambda: restore(session, out.id, by(), targets=[]), True),
        "another name": (lambda: set_to(PUBLIC_TITLE="Moss Review"), True),
        "another address": (lambda: set_to(PUBLIC_URL="https://papers.example"), True),
        "nothing for readers": (lambda: set_to(PUBLIC_PAGES=False), True),
        "something again": (lambda: set_to(PUBLIC_PAGES=True), True),
    }
    before = asked(client)
    for what, (happen, is_seen) in happenings.items():
        happen()
        fresh, now = start(), asked(client)
        assert {at: told(one) for at, one in now.items()} == {at: told(one) for at, one in asked(fresh).items()}, what
        assert is_seen == any(now[address].data != before[address].data for address in now), what
        for address, was in before.items():
            again = client.get(address, headers={"If-None-Match": was.headers["ETag"]})
            has_it = now[address].status_code == 200 and now[address].headers["ETag"] == was.headers["ETag"]
            assert again.status_code == (304 if has_it else now[address].status_code), (what, address)
            assert not has_it or now[address].data == was.data, (what, address)
        packed = {"Accept-Encoding": "gzip"}
        assert told(client.get(POST, headers=packed)) == told(fresh.get(POST, headers=packed)), what
        before = now


def test_whoever_asks_otherwise_gets_what_a_desk_just_started_would_give(
    client: FlaskClient, as_editor: FlaskClient, start: Callable[[], FlaskClient], out: Edition
) -> None:
    asked(client)
    fresh = start()
    ways = (
        *({"Host": host} for host in ("papers.example", "papers.example:8080", "evil example")),
        *({"Accept-Encoding": packed} for packed in ("br", "gzip", "zstd, br;q=0.5", "*", "identity", "moss")),
        *({name: "true"} for name in ("HX-Request", "X-Forwarded-Host", "Range", "If-Match", "Cookie")),
        {"If-Modified-Since": "Wed, 25 Nov 2026 08:30:00 GMT", "Accept-Encoding": "gzip"},
        {"If-None-Match": '"other"', "Accept": "application/json"},
    )
    for headers in ways:
        for browser in (client, as_editor, client):
            assert told(browser.get(POST, headers=headers)) == told(fresh.get(POST, headers=headers)), headers
    for address in (POST, "/hot-papers/feed.atom", "/hot-papers/2020-01-01", "/hot-papers/"):
        for method in ("HEAD", "POST", "OPTIONS", "GET"):
            assert told(client.open(address, method=method)) == told(fresh.open(address, method=method))
        assert told(client.get(f"{address}?from=moss")) == told(fresh.get(f"{address}?from=moss"))
        below = {"base_url": "https://papers.example/desk"}
        assert told(client.get(address, **below)) == told(fresh.get(address, **below))


def test_a_time_alone_is_no_reason_not_to_send_a_page_again(client: FlaskClient, out: Edition) -> None:
    """A post's neighbours change without its own time."""
    for packed in ("gzip", "identity"):
        headers = {"If-Modified-Since": client.get(POST).headers["Last-Modified"], "Accept-Encoding": packed}
        assert client.get(POST, headers=headers).status_code == 200


def test_a_page_that_is_kept_costs_one_question_and_is_not_drawn(
    client: FlaskClient, session: Session, out: Edition
) -> None:
    questions: list[str] = []
    event.listen(db.engine, "connect", lambda driver, _: driver.set_trace_callback(questions.append))
    session.remove()
    db.engine.dispose()
    asked(client)
    for address in ADDRESSES_ASKED[:2]:
        questions.clear()
        assert client.get(address).status_code == 200
        assert [" ".join(told.split()) for told in questions] == ["SELECT public_state.name FROM public_state"]


def test_what_was_drawn_while_something_changed_is_not_kept(
    client: FlaskClient, app: Flask, session: Session, start: Callable[[], FlaskClient], out: Edition, by
) -> None:
    is_first = True

    @app.after_request
    def withdraw(response):
        nonlocal is_first
        if is_first:
            is_first = False
            retract(session, out.id, by(), reason="a mix-up", targets=[])
        return response

    assert client.get(POST).status_code == 200
    assert client.get(POST).status_code == 410
    restore(session, out.id, by(), targets=[])
    assert told(client.get(POST)) == told(start().get(POST))


def test_style_sheets_are_named_as_they_are(
    app: Flask, start: Callable[[], FlaskClient], out: Edition, tmp_path: Path
) -> None:
    app.static_folder = str(shutil.copytree(str(app.static_folder), tmp_path / "static", symlinks=True))
    client = app.test_client()
    for name in ("css/public.css", "icons/mark.svg"):
        before = client.get(POST)
        file = tmp_path / "static" / name
        file.write_text(f"{file.read_text()}\n")
        assert client.get(POST).data != before.data
        assert told(client.get(POST)) == told(start().get(POST))


def test_who_develops_sees_templates_as_they_are(client: FlaskClient, app: Flask, out: Edition) -> None:
    app.debug = True
    client.get("/hot-papers/archive")
    app.jinja_env.filters["counted"] = lambda number, noun, plural=None: "as many as there are"
    app.jinja_env.cache.clear()
    assert "as many as there are" in client.get("/hot-papers/archive").text


def test_where_the_database_has_no_name_for_it_pages_are_drawn_each_time(
    client: FlaskClient, session: Session, out: Edition, by: Callable[[], Acting]
) -> None:
    session.execute(db.text("alter table public_state rename to former"))
    session.commit()
    before = client.get(POST)
    assert told(client.get(POST)) == told(before) and before.status_code == 200
    assert client.get(POST, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    retract(session, out.id, by(), reason="a mix-up", targets=[])
    assert client.get(POST).status_code == 410


def test_all_pages_for_readers_are_below_the_addresses_that_are_kept(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("public.", "feeds."))]
    assert len(rules) > 8 and all(rule.startswith(ADDRESSES) for rule in rules)


def test_an_empty_edition_of_another_day_changes_nothing(
    client: FlaskClient, session: Session, rules: Rules, out: Edition
) -> None:
    before = client.get(POST)
    edition_of_scores(session, rules, [60], day=AFTER)
    assert client.get(POST, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304

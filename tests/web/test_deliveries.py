"""Deliveries on the pages: what waits and why, trying again, and what differs where something else stands there."""

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.delivery import DeliveryError
from app.models import AuditEvent, Delivery, Worker
from app.services.delivery import order_deliveries
from tests.factories import DAY, edition_of_scores
from tests.services.shelf import Shelf
from tests.web.conftest import HTMX, Laid, press, region_of, swaps

NAME = f"{DAY}---Hot-Papers.md"
POST = f"/posts/{DAY}"
DELIVERIES = f"{POST}/deliveries"
ASKS = f'hx-get="{DELIVERIES}"'


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """The desk's one target."""
    shelf = Shelf()
    app.extensions["targets"] = [shelf]
    return shelf


@pytest.fixture
def failed(as_editor: FlaskClient, laid: Laid, shelf: Shelf) -> Laid:
    """A post that could not be delivered."""
    shelf.fails = DeliveryError("The shelf is locked.")
    press(as_editor, f"{laid.address}/publication", reason="It cannot wait.")
    return laid


@pytest.fixture
def changed(as_editor: FlaskClient, laid: Laid, shelf: Shelf) -> Laid:
    """A post where somebody has written something else."""
    shelf.files[NAME] = b"---\ntitle: By hand\n---\n\n<script>alert(1)</script>\n"
    press(as_editor, f"{laid.address}/publication")
    return laid


def row(laid: Laid) -> Delivery:
    return laid.session.query(Delivery).populate_existing().one()


def seen(shelf: Shelf) -> str:
    return hashlib.sha256(shelf.files[NAME]).hexdigest()


def test_what_arrived_is_told_with_its_receipt_and_asks_for_nothing_more(as_editor, laid, shelf):
    press(as_editor, f"{laid.address}/publication")
    page = as_editor.get(POST).text
    assert "All is as it should be." in page and "delivery-1 on the shelf" in page
    assert ASKS not in page and "Try now" not in page
    assert "The post is on its way" not in as_editor.get(laid.address).text


def test_what_failed_says_why_and_that_nobody_tries_it_without_a_worker(as_editor, failed):
    page = as_editor.get(POST).text
    for words in (
        "The shelf is locked.",
        "Tried once, last",
        "1 of 1 has not arrived.",
        "No worker is running",
        ASKS,
    ):
        assert words in page
    desk = as_editor.get(failed.address).text
    assert 'role="alert"' in desk and "The post has not arrived at the shelf. The shelf is locked." in desk


def test_where_a_worker_runs_it_says_when_it_is_tried_next_and_when_it_failed_for_days(as_editor, failed, clock):
    failed.session.add(Worker(id=1, seen_at=clock(), said="It looks every minute."))
    failed.session.commit()
    assert "Next attempt in 1 min, at" in as_editor.get(POST).text
    worker = failed.session.get(Worker, 1)
    worker.seen_at = clock.tick(days=3)
    failed.session.commit()
    page = as_editor.get(DELIVERIES).text
    assert "It has failed for 3 days; somebody has to look after it." in page
    assert "It is tried within a minute." in page
    assert "For 3 days the post has not arrived" in as_editor.get(failed.address).text


def test_the_desk_of_another_day_tells_of_it(as_editor, failed, session, rules):
    tomorrow = DAY + timedelta(days=1)
    edition_of_scores(session, rules, [90], day=tomorrow)
    page = as_editor.get(f"/editions/{tomorrow}").text
    assert "The post of Wed 18 November 2026 has not arrived at the shelf." in page
    assert f'href="{DELIVERIES}"' in page


def test_the_region_asks_again_and_the_desk_s_line_too(as_editor, failed):
    region = as_editor.get(DELIVERIES, headers=HTMX).text
    assert region.startswith("<section") and ASKS in region
    line = as_editor.get(f"{DELIVERIES}?on_desk=yes", headers=HTMX).text
    assert line.startswith("<div") and "has not arrived" in line


@pytest.mark.parametrize("address", [f"{DELIVERIES}/attempts", "/deliveries/1/attempts"])
def test_trying_again_tells_what_came_of_it(as_editor, failed, shelf, address):
    response = press(as_editor, address, htmx=True)
    assert swaps(response) == [("#deliveries", "outerMorph"), ("#toast", "innerHTML")]
    assert "The shelf is locked." in region_of(response, "#toast")
    shelf.fails = None
    response = press(as_editor, address)
    assert (response.status_code, response.location) == (303, POST)
    assert "Delivered." in as_editor.get(POST).text
    assert (row(failed).status, row(failed).attempts) == ("delivered", 3)


def test_what_failed_can_be_given_up(as_editor, failed):
    press(as_editor, "/deliveries/1/decision", choice="give up")
    assert row(failed).status == "left"
    page = as_editor.get(POST).text
    assert "This delivery is given up." in page and ASKS not in page


def test_a_page_shows_what_differs_and_puts_ours_in_its_place_when_told_to(as_editor, changed, shelf):
    page = as_editor.get("/deliveries/1").text
    assert "Something else stands there" in page
    assert "title: By hand</span>" in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f'value="{seen(shelf)}"' in page
    response = press(as_editor, "/deliveries/1/decision", choice="put", seen=seen(shelf))
    assert response.location == POST
    assert shelf.files[NAME] == row(changed).post.markdown
    assert changed.session.query(AuditEvent).filter_by(kind="delivery.decided").count() == 1
    assert "replaced what stood at shelf" in as_editor.get(f"{changed.address}/history").text


def test_what_changed_again_since_the_page_was_shown_is_shown_anew(as_editor, changed, shelf):
    before = seen(shelf)
    shelf.files[NAME] = b"By hand, again.\n"
    assert press(as_editor, "/deliveries/1/decision", choice="put", seen=before).location == POST
    assert (row(changed).status, shelf.files[NAME]) == ("changed", b"By hand, again.\n")
    assert "see what differs, and say what is to stand there." in as_editor.get(POST).text
    response = press(as_editor, "/deliveries/1/decision", choice="put", seen=before)
    assert response.status_code == 409
    assert "changed again since you looked" in response.text and "By hand, again." in response.text


def test_what_stands_there_can_be_left(as_editor, changed, shelf):
    press(as_editor, "/deliveries/1/decision", choice="leave", seen=seen(shelf))
    assert row(changed).status == "left"
    assert "What stands there stays as it is." in as_editor.get(POST).text
    assert press(as_editor, "/deliveries/1/decision", choice="burn").status_code == 400


def test_both_texts_can_be_had_whole_and_nothing_in_them_runs(as_editor, changed, shelf):
    theirs, ours = as_editor.get("/deliveries/1/theirs"), as_editor.get("/deliveries/1/ours")
    assert (theirs.data, ours.data) == (shelf.files[NAME], row(changed).post.markdown)
    assert theirs.mimetype == ours.mimetype == "text/plain"
    assert theirs.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("found", "words"),
    [(b"\x00\xff\x00 picture", "is no text"), (b"x" * 700_000, "too long to be compared")],
)
def test_what_is_no_text_or_too_long_is_not_compared_but_can_be_had(as_editor, laid, shelf, found, words):
    shelf.files[NAME] = found
    press(as_editor, f"{laid.address}/publication")
    page = as_editor.get("/deliveries/1").text
    assert words in page and "Put ours in its place" in page
    assert as_editor.get("/deliveries/1/theirs").data == found


def test_a_reader_sees_what_differs_and_can_do_nothing(as_reader, changed):
    assert "Put ours in its place" not in as_reader.get("/deliveries/1").text
    assert "Look again" not in as_reader.get(POST).text
    assert press(as_reader, "/deliveries/1/decision", choice="leave").status_code == 403


def test_a_delivery_that_is_not_there(as_editor):
    for address in ("/deliveries/99", "/deliveries/99/theirs", "/deliveries/99/ours"):
        assert as_editor.get(address).status_code == 404, address


def test_what_was_ordered_before_is_folded_away(as_editor, failed, shelf, clock):
    post = row(failed).post
    order_deliveries(failed.session, post, "restored", "put", [shelf], clock.tick())
    failed.session.commit()
    page = as_editor.get(POST).text
    assert "1 earlier delivery" in page and "superseded" in page

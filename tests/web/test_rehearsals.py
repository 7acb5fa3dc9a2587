"""The rehearsal on the desk: its own page, the part of the question, and what the targets answer later."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.delivery import DeliveryError
from app.domain.rehearsal_lines import bad, good
from app.models import AuditEvent
from app.web.rehearsals import rehearsal_context
from tests.factories import DAY
from tests.services.shelf import Shelf
from tests.web.conftest import HTMX, Laid, press, region_of

REHEARSAL = f"/editions/{DAY}/rehearsal"


@pytest.fixture
def full(app: Flask) -> Shelf:
    """The one target, which takes nothing."""
    shelf = Shelf()
    shelf.fails = DeliveryError("The shelf is full; clear <it>.")
    app.extensions["targets"] = [shelf]
    return shelf


def test_the_page_has_every_check_and_the_targets_and_needs_no_script(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(REHEARSAL).text
    assert "10 checks passed" in page
    assert "It has 5 papers, as many as are picked." in page
    assert "can be reached and written to" in page
    assert "hx-get" not in page.split('class="rehearsal"')[1].split("</section>")[0]


def test_what_is_wrong_stands_open_with_its_line(as_editor: FlaskClient, laid: Laid, full: Shelf) -> None:
    item = laid.items()[0]
    press(as_editor, f"/items/{item.id}/text", headline="", note="Read [this](https://a&b).", version=item.version)
    page = as_editor.get(REHEARSAL).text
    red = page.split('class="rehearsal-red"')[1].split("</ul>")[0]
    assert "“https://a&amp;b” is no address of the web." in red
    assert "Read [this](https://a&amp;b)." in red
    assert "The shelf is full; clear &lt;it&gt;." in red
    assert 'name="reason"' not in page


def test_the_targets_answer_by_themselves_and_ask_for_a_reason_where_none_is_asked_for(
    as_editor: FlaskClient, laid: Laid, full: Shelf
) -> None:
    asking = as_editor.get(f"{REHEARSAL}?reason=yes", headers=HTMX).text
    assert "The shelf is full" in asking
    assert asking.count('name="reason"') == 1
    assert "<html" not in asking
    assert 'name="reason"' not in as_editor.get(REHEARSAL, headers=HTMX).text
    full.fails = None
    good_now = as_editor.get(f"{REHEARSAL}?reason=yes", headers=HTMX).text
    assert "1 target can be reached and written to" in good_now
    assert 'name="reason"' not in good_now


def test_a_reader_sees_the_rehearsal_and_is_asked_for_nothing(as_reader: FlaskClient, laid: Laid, full: Shelf) -> None:
    assert "10 checks passed" not in as_reader.get(REHEARSAL).text
    answer = as_reader.get(f"{REHEARSAL}?reason=yes", headers=HTMX).text
    assert "The shelf is full" in answer
    assert 'name="reason"' not in answer


def test_nobody_else_sees_it(client: FlaskClient, laid: Laid) -> None:
    assert client.get(REHEARSAL).location.startswith("/sign-in")


def test_a_published_edition_goes_to_its_post(as_editor: FlaskClient, laid: Laid) -> None:
    press(as_editor, f"{laid.address}/publication")
    assert as_editor.get(REHEARSAL).location == f"/posts/{DAY}"


def test_an_edition_that_is_not_there_is_not_found(as_editor: FlaskClient, laid: Laid) -> None:
    assert as_editor.get("/editions/2020-01-01/rehearsal").status_code == 404


def test_the_context_asks_the_targets_later_unless_they_have_answered(app: Flask, laid: Laid) -> None:
    with app.test_request_context():
        assert rehearsal_context(laid.edition)["asks_targets"] == 1
        lines = [good("title", "The title is “x”."), bad("target directory", "It is full.")]
        context = rehearsal_context(laid.edition, lines=lines, reason="It must go out.")
    assert (context["asks_targets"], context["rehearsal"], context["reason"]) == (0, lines, "It must go out.")


def test_publishing_asks_for_a_reason_where_a_target_is_red_and_keeps_it(
    as_editor: FlaskClient, laid: Laid, full: Shelf
) -> None:
    asked = press(as_editor, f"{laid.address}/publication", htmx=True)
    assert asked.status_code == 422
    question = region_of(asked, "#dialog-body")
    assert "The shelf is full" in question
    assert question.count('name="reason"') == 1
    assert "hx-get" not in question
    assert laid.edition.status == "draft"
    late = {"version": "1", "digest": "of another one", "reason": "The shelf is <b>full</b>."}
    again = region_of(press(as_editor, f"{laid.address}/publication", htmx=True, **late), "#dialog-body")
    assert "The shelf is &lt;b&gt;full&lt;/b&gt;.</textarea>" in again
    # Asked a second time, the targets ask for no second reason.
    assert again.count('name="reason"') == 1 and "reason=yes" not in again
    press(as_editor, f"{laid.address}/publication", reason="The shelf is cleared at noon.")
    assert laid.edition.status == "published"
    event = laid.session.query(AuditEvent).filter_by(kind="edition.published").one()
    assert "The shelf is cleared at noon." in str(event.changes)

"""The tour of the first edition: who is shown it, what it says without scripts, and that once ended it stays ended."""

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import AuditEvent, Editor
from app.web.tour import STEPS
from tests.web.conftest import Laid, press

OFFER = '<section id="tour"'


def test_a_new_editor_is_offered_the_steps_as_a_plain_list(as_editor: FlaskClient, laid: Laid) -> None:
    page = unescape(as_editor.get(laid.address).text)
    assert OFFER in page
    assert len(STEPS) <= 5
    for step in STEPS:
        assert step.words in page


def test_each_step_points_at_a_thing_of_the_page(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(laid.address).text + as_editor.get(f"{laid.address}/preview").text
    for step in STEPS:
        names = re.findall(r"[#.]([a-z][\w-]*)", step.at)
        assert names
        for name in names:
            assert re.search(rf'(?:id|class)="(?:[^"]* )?{name}[ "]', page), name


def test_a_reader_and_a_published_edition_have_no_tour(as_reader: FlaskClient, laid: Laid) -> None:
    assert OFFER not in as_reader.get(laid.address).text
    assert press(as_reader, "/tour/end").status_code == 403


def test_ended_once_it_is_not_offered_again(as_editor: FlaskClient, laid: Laid, session: Session) -> None:
    events = session.query(AuditEvent).count()
    version = laid.edition.version
    answer = press(as_editor, "/tour/end", day="2026-11-18")
    assert (answer.status_code, answer.location) == (303, laid.address)
    assert OFFER not in as_editor.get(laid.address).text
    assert session.query(AuditEvent).count() == events
    assert laid.edition.version == version
    ended = session.query(Editor.toured_at).filter(Editor.toured_at.is_not(None)).one()
    assert press(as_editor, "/tour/end", htmx=True).status_code == 204
    assert session.query(Editor.toured_at).filter(Editor.toured_at.is_not(None)).one() == ended


def test_a_strange_day_leads_to_the_newest_edition(as_editor: FlaskClient, laid: Laid) -> None:
    assert press(as_editor, "/tour/end", day="yesterday").location == "/"

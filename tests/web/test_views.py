"""Saved views on the page: saved, replaced, removed, each person's own, readers' too."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import AuditEvent, View
from tests.factories import DAY
from tests.web.conftest import Laid, press, region_of, swaps

VIEWS = f"/editions/{DAY}/views"
HELD = {"state": "held", "category": ["cs.CL", "cs.LG"]}


def saved(session: Session) -> list[tuple[str, str]]:
    """Names and queries of all views."""
    return [(view.name, view.query) for view in session.query(View).order_by(View.id).populate_existing()]


def test_a_view_is_saved_and_leads_to_its_filters_in_any_edition(
    as_editor: FlaskClient, laid: Laid, session: Session
) -> None:
    response = press(as_editor, VIEWS, name="Language", **HELD)
    assert response.location == f"{laid.address}?category=cs.CL&category=cs.LG&state=held"
    page = as_editor.get(laid.address).text
    assert "Saved the view “Language”." in page
    assert f'href="{laid.address}?category=cs.CL&amp;category=cs.LG&amp;state=held" data-shown' in page
    assert session.query(AuditEvent).filter(AuditEvent.editor_id.is_not(None)).count() == 0


def test_the_same_name_replaces(as_editor: FlaskClient, laid: Laid, session: Session) -> None:
    press(as_editor, VIEWS, name="Mine", **HELD)
    press(as_editor, VIEWS, name=" Mine ", q="moss", new="yes")
    assert saved(session) == [("Mine", "q=moss&new=yes")]


def test_under_htmx_the_views_come_with_a_word(as_editor: FlaskClient, laid: Laid) -> None:
    response = press(as_editor, VIEWS, htmx=True, name="Moss <i>", q="moss")
    assert [target for target, _ in swaps(response)] == ["#views", "#toast"]
    assert "Moss &lt;i&gt;" in region_of(response, "#views")
    assert "Saved the view “Moss &lt;i&gt;”." in region_of(response, "#toast")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "q": "moss"}, "Give the view a name"),
        ({"name": "x" * 61, "q": "moss"}, "at most 60 characters"),
        ({"name": "All"}, "Filter the papers first"),
    ],
)
def test_a_refusal_is_one_sentence(
    as_editor: FlaskClient, laid: Laid, session: Session, fields: dict, sentence: str
) -> None:
    response = press(as_editor, VIEWS, htmx=True, **fields)
    assert response.status_code == 422
    assert sentence in region_of(response, "#toast")
    press(as_editor, VIEWS, **fields)
    assert sentence in as_editor.get(laid.address).text
    assert saved(session) == []


def test_a_reader_has_views_too_and_nobody_touches_those_of_others(
    as_editor: FlaskClient, as_reader: FlaskClient, laid: Laid, session: Session
) -> None:
    assert press(as_reader, VIEWS, name="Reading", q="moss").status_code == 303
    view = session.query(View).one()
    assert "Reading" not in as_editor.get(laid.address).text
    assert press(as_editor, f"/views/{view.id}/removal", date=DAY).status_code == 404
    assert press(as_editor, f"/views/{view.id}/removal", htmx=True, date=DAY).status_code == 404
    assert len(saved(session)) == 1
    response = press(as_reader, f"/views/{view.id}/removal", htmx=True, date=DAY)
    assert "Removed the view “Reading”." in region_of(response, "#toast")
    assert saved(session) == []


def test_a_stranger_saves_and_removes_nothing(client: FlaskClient, laid: Laid, session: Session) -> None:
    assert press(client, VIEWS, name="Mine", q="moss").location.startswith("/sign-in")
    assert press(client, "/views/1/removal", htmx=True, date=DAY).status_code == 401
    assert saved(session) == []

"""Who may not do a thing: strangers nothing, readers no change, and nobody anything by GET."""

import pytest
from flask.testing import FlaskClient

from app.models import AuditEvent
from tests.factories import DAY
from tests.web.conftest import HTMX, Laid, press

PAGES = (
    "/",
    "/editions",
    f"/editions/{DAY}",
    f"/editions/{DAY}/preview",
    f"/editions/{DAY}/preview.md",
    f"/editions/{DAY}/preview.html",
    f"/editions/{DAY}/publication",
    "/items/{picked}",
    "/items/{picked}/mentions",
    "/items/{picked}/quotes",
    f"/mentions/{{mention}}/strike?date={DAY}",
    f"/mentions/{{mention}}/strike/removal?date={DAY}",
    "/posts",
    f"/posts/{DAY}",
    f"/posts/{DAY}.md",
    "/runs",
    "/runs/1",
    f"/editions/{DAY}/collecting",
    "/settings",
    "/password",
)
CHANGES = (
    "/items/{candidate}/pick",
    "/items/{picked}/drop",
    "/items/{picked}/return",
    "/items/{picked}/position",
    "/items/{picked}/text",
    "/items/{picked}/texts/note",
    f"/editions/{DAY}/texts/introduction",
    "/items/{picked}/hold",
    "/items/{picked}/below",
    "/items/{candidate}/update",
    "/items/{picked}/update/removal",
    "/items/{picked}/pin",
    "/items/{picked}/pin/removal",
    f"/editions/{DAY}/order",
    f"/editions/{DAY}/cut",
    "/mentions/{mention}/strike",
    "/mentions/{mention}/strike/removal",
    "/items/{picked}/quotes/{mention}",
    "/items/{picked}/quotes/{mention}/removal",
    "/items/{picked}/quotes/{mention}/position",
    "/items/{picked}/quotes/rule",
    f"/editions/{DAY}/undo",
    f"/editions/{DAY}/redo",
    f"/editions/{DAY}/selected",
    f"/editions/{DAY}/publication",
    f"/editions/{DAY}/reading-link",
    f"/editions/{DAY}/reading-link/removal",
    f"/editions/{DAY}/collect",
    f"/editions/{DAY}/papers",
    f"/posts/{DAY}/deliveries/attempts",
    "/deliveries/1/attempts",
    "/deliveries/1/decision",
)
FIELDS = {
    "paper": "2611.90555",
    "position": "2",
    "headline": "Mine",
    "note": "",
    "version": "1",
    "date": str(DAY),
    "cut": "10",
    "empty_confirmed": "yes",
}


def filled(address: str, laid: Laid) -> str:
    return address.format(picked=laid.ids()[0], candidate=laid.ids("candidate")[0], mention=laid.mention.id)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_sends_a_stranger_to_the_door(client: FlaskClient, laid: Laid, address: str) -> None:
    response = client.get(filled(address, laid))
    assert response.status_code == 303
    assert response.location.startswith("/sign-in")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_tells_htmx_that_a_stranger_is_signed_out(client: FlaskClient, laid: Laid, address: str) -> None:
    assert client.get(filled(address, laid), headers=HTMX).status_code == 401


@pytest.mark.parametrize("address", CHANGES)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_change_refuses_a_stranger(client: FlaskClient, laid: Laid, address: str, htmx: bool) -> None:
    before = laid.edition.version
    response = press(client, filled(address, laid), htmx=htmx, **FIELDS | {"headline": ""})
    assert response.status_code == (401 if htmx else 303)
    assert htmx or response.location == "/sign-in"
    assert laid.edition.version == before
    assert laid.edition.status == "draft"


@pytest.mark.parametrize("address", CHANGES)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_change_refuses_a_reader(as_reader: FlaskClient, laid: Laid, address: str, htmx: bool) -> None:
    before = laid.edition.version
    response = press(as_reader, filled(address, laid), htmx=htmx, **FIELDS)
    assert response.status_code == 403
    assert "Readers may look at everything here but change nothing." in response.text
    assert laid.edition.version == before
    assert laid.edition.status == "draft"


# Whose address asks first when it is looked at.
ASKING = [*(change for change in CHANGES if "/strike" in change), f"/editions/{DAY}/publication"]


@pytest.mark.parametrize("address", [change for change in CHANGES if change not in ASKING])
def test_a_change_is_never_made_by_get(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    before = laid.session.query(AuditEvent).count()
    response = as_editor.get(filled(address, laid))
    assert response.status_code == 405
    assert response.headers["Allow"]
    assert laid.session.query(AuditEvent).count() == before


@pytest.mark.parametrize("address", ASKING)
def test_a_question_changes_nothing(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    before = laid.session.query(AuditEvent).count()
    assert as_editor.get(f"{filled(address, laid)}?date={DAY}").status_code == 200
    assert laid.edition.status == "draft"
    assert laid.session.query(AuditEvent).count() == before


@pytest.mark.parametrize("address", [page for page in PAGES if not page.startswith("/posts/")])
def test_a_reader_may_look_at_everything(as_reader: FlaskClient, laid: Laid, address: str) -> None:
    response = as_reader.get(filled(address, laid))
    assert response.status_code in (200, 303)


@pytest.mark.parametrize("address", [f"/editions/{DAY}", "/items/{picked}", f"/editions/{DAY}/publication"])
def test_a_reader_is_shown_no_button_that_changes_anything(as_reader: FlaskClient, laid: Laid, address: str) -> None:
    page = as_reader.get(filled(address, laid)).text
    assert "formaction" not in page
    assert "/text" not in page
    assert 'class="primary"' not in page


def test_a_closed_account_is_a_strangers(as_editor: FlaskClient, laid: Laid, editor, clock) -> None:
    editor.disabled_at = clock()
    laid.session.commit()
    assert as_editor.get(laid.address).status_code == 303


def test_what_a_stranger_typed_is_shown_to_be_copied(client: FlaskClient, laid: Laid) -> None:
    response = press(client, f"/items/{laid.ids()[0]}/text", headline="", note="An hour of thought", version=1)
    assert response.status_code == 401
    assert "An hour of thought" in response.text
    assert laid.items()[0].note is None

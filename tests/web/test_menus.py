"""The menu of an item: every way there is, as a page and in the dialog, and nothing for who may change nothing."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Editor
from tests.web.conftest import HTMX, Laid, press


def offered(text: str) -> set[str]:
    """The addresses that the buttons and forms of a menu send to."""
    return set(re.findall(r'(?:formaction|<form[^>]* action)="([^"]*)"', text))


def test_the_menu_of_a_picked_paper_has_every_way_it_can_go(as_editor: FlaskClient, laid: Laid) -> None:
    third = laid.ids()[2]
    text = as_editor.get(f"/items/{third}/menu", headers=HTMX).text
    assert "<html" not in text
    ways = {"position", "pin", "return", "hold", "drop", "below"}
    assert offered(text) == {f"/items/{third}/{way}" for way in ways} | {f"{laid.address}/cut"}
    assert {"top", "up", "down", "bottom"} <= set(re.findall(r'name="position" value="(\w+)"', text))
    assert f'name="below" value="{third}"' in text
    assert 'inputmode="numeric"' in text and 'value="3"' in text and "of 5" in text
    assert f'href="/items/{third}/mentions"' in text and f"#texts-{third}" in text
    assert "<kbd>T</kbd>" in text


@pytest.mark.parametrize(
    ("act", "ways"),
    [
        ("return", {"pick", "hold", "drop", "below"}),
        ("drop", {"pick", "return", "hold"}),
        ("hold", {"pick", "return", "drop"}),
    ],
)
def test_the_menu_offers_only_what_the_state_allows(
    as_editor: FlaskClient, laid: Laid, act: str, ways: set[str]
) -> None:
    item_id = laid.ids()[0]
    press(as_editor, f"/items/{item_id}/{act}")
    text = as_editor.get(f"/items/{item_id}/menu").text
    assert {address for address in offered(text) if address.startswith(f"/items/{item_id}/")} == {
        f"/items/{item_id}/{way}" for way in ways
    }
    assert (f"{laid.address}/cut" in offered(text)) is (act == "return")
    assert "of 5" in text


def test_a_pinned_paper_can_be_let_go(as_editor: FlaskClient, laid: Laid, session: Session, clock) -> None:
    item = laid.items()[0]
    item.pinned_at = item.placed_at = clock()
    session.commit()
    text = as_editor.get(f"/items/{item.id}/menu").text
    assert f"/items/{item.id}/pin/removal" in offered(text)
    assert f"/items/{item.id}/pin" not in offered(text)


def test_the_menu_is_a_page_that_works_without_scripts(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    text = as_editor.get(f"/items/{first}/menu").text
    assert '<form id="desk" method="post"' in text
    response = press(as_editor, f"/items/{first}/position", position="bottom")
    assert response.status_code == 303
    assert laid.ids()[-1] == first


def test_no_menu_offers_anything_to_a_reader_or_of_a_published_edition(
    as_reader: FlaskClient, as_editor: FlaskClient, laid: Laid
) -> None:
    first = laid.ids()[0]
    text = as_reader.get(f"/items/{first}/menu", headers=HTMX).text
    assert offered(text) == set()
    assert "by a reader" in text
    press(as_editor, f"{laid.address}/publication")
    text = as_editor.get(f"/items/{first}/menu", headers=HTMX).text
    assert offered(text) == set()
    assert "its edition is published" in text


def test_keys_that_are_off_are_not_shown(as_editor: FlaskClient, laid: Laid, editor: Editor, session: Session) -> None:
    editor.single_keys = False
    session.commit()
    assert "<kbd>" not in as_editor.get(f"/items/{laid.ids()[0]}/menu", headers=HTMX).text


def test_a_menu_of_nothing_is_not_found(as_editor: FlaskClient, client: FlaskClient, laid: Laid) -> None:
    assert as_editor.get("/items/999/menu").status_code == 404
    assert client.get(f"/items/{laid.ids()[0]}/menu").status_code == 303

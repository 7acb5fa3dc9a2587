"""Form tokens: an expired one costs one more press and nothing that was typed; a stranger's form costs more."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.forms import read_ids
from tests.web.conftest import Laid, press, region_of, swaps


@pytest.fixture(autouse=True)
def tokens(app: Flask) -> None:
    """Form tokens are on, and good for a moment only."""
    app.config.update(WTF_CSRF_ENABLED=True, WTF_CSRF_TIME_LIMIT=1)


def token_of(page: str) -> str:
    # Strangers have it in the form alone.
    return re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page)[1]


@pytest.fixture
def expired(as_editor: FlaskClient, laid: Laid) -> str:
    """A token that was good once."""
    token = token_of(as_editor.get(laid.address).text)
    time.sleep(2.1)
    return token


def test_a_fresh_token_is_taken(as_editor: FlaskClient, laid: Laid) -> None:
    token = token_of(as_editor.get(laid.address).text)
    assert press(as_editor, f"/items/{laid.ids()[0]}/drop", csrf_token=token).status_code == 303


def test_an_expired_token_is_one_sentence_and_the_text_is_still_there(
    as_editor: FlaskClient, laid: Laid, expired: str
) -> None:
    item = laid.items()[0]
    fields = {"headline": "Kept headline", "note": "Kept note", "version": item.version}
    response = press(as_editor, f"/items/{item.id}/text", csrf_token=expired, **fields)
    assert response.status_code == 400
    assert "This form had expired" in response.text
    assert "Kept note" in response.text
    assert laid.item(item.id).note is None
    # One more press sends the same fields with the new token.
    again = press(as_editor, f"/items/{item.id}/text", csrf_token=token_of(response.text), **fields)
    assert again.status_code == 303
    assert laid.item(item.id).note == "Kept note"


def test_an_expired_token_is_renewed_in_place_under_htmx(as_editor: FlaskClient, laid: Laid, expired: str) -> None:
    address = f"/items/{laid.ids()[0]}/drop"
    response = press(as_editor, address, htmx=True, csrf_token=expired)
    assert response.status_code == 400
    assert [target for target, _ in swaps(response)] == ["#csrf-token", "#toast"]
    assert (
        press(as_editor, address, htmx=True, csrf_token=token_of(region_of(response, "#csrf-token"))).status_code == 200
    )


@pytest.mark.parametrize("fields", [{}, {"csrf_token": "made.up.one"}])
def test_a_form_from_elsewhere_gets_no_button_to_send_it_again(
    as_editor: FlaskClient, laid: Laid, fields: dict
) -> None:
    first = laid.ids()[0]
    as_editor.get(laid.address)
    response = press(as_editor, f"/items/{first}/text", note="Typed", version=1, **fields)
    assert response.status_code == 400
    assert '<form class="blank"' not in response.text
    assert "Typed" in response.text
    assert laid.item(first).note is None


def test_signing_in_needs_a_token_too(client: FlaskClient) -> None:
    assert press(client, "/sign-in", name="Ana", password="a secret of hers").status_code == 400


def test_a_password_is_never_given_back(app: Flask, client: FlaskClient) -> None:
    token = token_of(client.get("/sign-in").text)
    time.sleep(2.1)
    response = press(client, "/sign-in", csrf_token=token, name="Ana", password="a secret of hers")
    assert response.status_code == 400
    assert "a secret of hers" not in response.text


def test_every_form_carries_a_token(as_editor: FlaskClient, laid: Laid) -> None:
    for page in (laid.address, f"/items/{laid.ids()[0]}", f"{laid.address}/publication", "/password"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', as_editor.get(page).text, re.DOTALL):
            assert 'name="csrf_token"' in form


def test_ids_are_written_in_plain_digits() -> None:
    assert read_ids(["3", "٣", "３", "x", "9" * 20]) == {3}

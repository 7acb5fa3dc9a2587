"""Signing in by password or by a one-time link, and out again."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.services.accounts import add_editor, make_link
from tests.web.conftest import press

PASSWORD = "lanterns and moss"


@pytest.fixture
def mina(session: Session, clock):
    """Mina, who has a password."""
    return add_editor(session, "Mina", password=PASSWORD, now=clock())


def test_sign_in_and_out(client: FlaskClient, mina) -> None:
    response = press(client, "/sign-in", name="mina", password=PASSWORD, next="/runs")
    assert (response.status_code, response.location) == (303, "/runs")
    assert client.get("/runs").status_code == 200
    assert client.get("/sign-in").location == "/"
    assert press(client, "/sign-out").location == "/sign-in"
    assert client.get("/runs").status_code == 303


@pytest.mark.parametrize(("name", "password"), [("Mina", "wrong"), ("Nobody", PASSWORD), ("", ""), ("Mina\0", "x")])
def test_a_wrong_password_is_one_sentence_and_keeps_the_name(
    client: FlaskClient, mina, name: str, password: str
) -> None:
    response = press(client, "/sign-in", name=name, password=password)
    assert response.status_code == 422
    assert "This name and password do not go together." in response.text
    assert f'value="{name[:4]}' in response.text
    assert client.get("/runs").status_code == 303


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/\t/evil.example"],
)
def test_sign_in_leads_to_no_other_site(client: FlaskClient, mina, address: str) -> None:
    assert press(client, "/sign-in", name="Mina", password=PASSWORD, next=address).location == "/"


def test_a_closed_account_does_not_get_in(client: FlaskClient, session: Session, mina, clock) -> None:
    mina.disabled_at = clock()
    session.commit()
    assert press(client, "/sign-in", name="Mina", password=PASSWORD).status_code == 422


def test_a_link_is_used_up_by_its_button_only(client: FlaskClient, session: Session, editor, clock) -> None:
    address = f"/sign-in/{make_link(session, editor, now=clock())}"
    for _ in range(2):
        assert "Sign in as Ana" in client.get(address).text
    assert client.get("/runs").status_code == 303
    assert press(client, address).location == "/"
    assert client.get("/runs").status_code == 200
    press(client, "/sign-out")
    for response in (client.get(address), press(client, address)):
        assert response.status_code == 404
        assert "used already or has expired" in response.text


def test_a_link_expires(client: FlaskClient, session: Session, editor, clock) -> None:
    address = f"/sign-in/{make_link(session, editor, now=clock())}"
    clock.tick(days=8)
    assert client.get(address).status_code == 404
    assert press(client, address).status_code == 404


def test_a_password_of_ones_own(as_reader: FlaskClient, client: FlaskClient) -> None:
    assert press(as_reader, "/password", password="short").status_code == 422
    assert press(as_reader, "/password", password=PASSWORD).status_code == 303
    assert press(client, "/sign-in", name="Rui", password=PASSWORD).status_code == 303
    assert press(client, "/password", password="a new one of mine").status_code == 303
    assert client.get("/runs").status_code == 200
    assert as_reader.get("/runs").status_code == 303

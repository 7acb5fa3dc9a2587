"""Headers, errors in plain sentences, and what may be cached."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.web.security import POLICY
from tests.web.conftest import HTMX, Laid, press, region_of


@pytest.mark.parametrize("address", ["/sign-in", "/nowhere", "/static/css/desk.css", "/editions/2026-11-18"])
def test_every_answer_has_the_strict_policy(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_private_and_stamped_files_are_kept(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(laid.address)
    assert "private" in page.headers["Cache-Control"]
    assert "HX-Request" in page.headers["Vary"]
    mark = page.text.split('href="/static/icons/mark.svg?')[1].split('"')[0]
    assert "immutable" in as_editor.get(f"/static/icons/mark.svg?{mark}").headers["Cache-Control"]
    assert "immutable" not in as_editor.get("/static/icons/mark.svg").headers["Cache-Control"]


def test_what_is_large_goes_out_compressed_to_whoever_takes_that(as_editor: FlaskClient, laid: Laid) -> None:
    for address in (laid.address, "/static/vendor/htmx.min.js"):
        plain = as_editor.get(address)
        packed = as_editor.get(address, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2
        assert len(gzip.decompress(packed.data)) == len(plain.data)


def test_an_address_without_a_page(as_editor: FlaskClient) -> None:
    response = as_editor.get("/nowhere")
    assert response.status_code == 404
    assert "There is nothing at this address." in response.text


def test_too_much_text_at_once(as_editor: FlaskClient, laid: Laid) -> None:
    response = press(as_editor, f"/items/{laid.ids()[0]}/text", note="x" * 9_000_000, version=1)
    assert response.status_code == 413
    assert "more text than the desk takes" in response.text


def test_a_busy_database_is_told_in_a_sentence(
    as_editor: FlaskClient, laid: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("update", {}, Exception("database is locked"))

    monkeypatch.setattr("app.services.curation.drop", busy)
    response = press(as_editor, f"/items/{laid.ids()[0]}/drop", htmx=True)
    assert response.status_code == 503
    assert "The database is busy" in region_of(response, "#toast")


def test_anything_unforeseen_is_logged_and_told(
    as_editor: FlaskClient, laid: Laid, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("app.services.curation.drop", broken)
    for htmx in (False, True):
        response = press(as_editor, f"/items/{laid.ids()[0]}/drop", htmx=htmx)
        assert response.status_code == 500
        assert "written to the log" in response.text
        assert "a secret detail" not in response.text
    assert "a secret detail" in caplog.text


def test_the_page_works_without_the_scripts_and_says_how_to_get_them(
    app: Flask, as_editor: FlaskClient, laid: Laid
) -> None:
    app.jinja_env.globals["has_vendor"] = lambda: False
    page = as_editor.get(laid.address).text
    assert "vendor/" not in page
    assert "make setup" in page
    assert "formaction" in page


def test_a_fragment_and_a_page_are_told_apart_by_caches(as_editor: FlaskClient, laid: Laid) -> None:
    response = as_editor.get(f"/items/{laid.ids()[0]}", headers=HTMX)
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize(("method", "address"), [("get", "/nothing"), ("post", "/hot-papers"), ("delete", "/")])
def test_a_stranger_who_gets_an_error_is_given_no_cookie(client, method, address):
    response = getattr(client, method)(address)
    assert response.status_code in (404, 405)
    assert "Set-Cookie" not in response.headers

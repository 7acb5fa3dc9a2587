"""Reading links on the web: who makes them, what a reader without an account sees, and what nobody may learn."""

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import AuditEvent, Paper, ReadingLink
from app.web.secret_addresses import masked
from tests.web.conftest import HTMX, Laid, press

ADDRESS = re.compile(r'value="(http://localhost/read/[^"]+)"')


def made(editor: FlaskClient, laid: Laid) -> str:
    """A fresh link of the draft."""
    assert press(editor, f"{laid.address}/reading-link").status_code == 303
    return ADDRESS.search(editor.get(f"{laid.address}/preview").text)[1].removeprefix("http://localhost")


def test_a_stranger_reads_the_draft_as_it_is_now(as_editor: FlaskClient, client: FlaskClient, laid: Laid) -> None:
    address = made(as_editor, laid)
    response = client.get(address)
    assert response.status_code == 200
    assert "not published" in response.text and "1. Lanterns and Moss" in response.text
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    laid.session.query(Paper).first()
    assert client.get(address).text.count("<h1>") == 4
    for item_id in laid.ids():
        press(as_editor, f"/items/{item_id}/drop")
    assert "Nothing has been chosen" in client.get(address).text


def test_the_page_is_kept_nowhere_runs_nothing_and_keeps_nothing_of_its_reader(
    as_editor: FlaskClient, client: FlaskClient, laid: Laid
) -> None:
    address = made(as_editor, laid)
    for browser in (client, as_editor):
        response = browser.get(address)
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "script-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "Set-Cookie" not in response.headers
        assert "<script" not in response.text and "/editions/" not in response.text and "Ana" not in response.text


@pytest.mark.parametrize("change", ["{}x", "x{}", "{}%ff", "nothing", "WzEsImEiXQ.sig", "W10", "%00"])
def test_an_address_that_is_none_says_so_and_nothing_else(
    as_editor: FlaskClient, client: FlaskClient, laid: Laid, change: str
) -> None:
    token = made(as_editor, laid).removeprefix("/read/")
    response = client.get(f"/read/{change.format(token)}")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert "Set-Cookie" not in response.headers and "<script" not in response.text


def test_a_link_of_another_key_opens_nothing(
    app: Flask, as_editor: FlaskClient, client: FlaskClient, laid: Laid
) -> None:
    address = made(as_editor, laid)
    app.secret_key = "another one"
    assert client.get(address).status_code == 404


def test_a_link_is_dead_when_it_is_taken_back(as_editor: FlaskClient, client: FlaskClient, laid: Laid) -> None:
    address = made(as_editor, laid)
    assert press(as_editor, f"{laid.address}/reading-link/removal").location.endswith("/preview#reading-link")
    response = client.get(address)
    assert response.status_code == 410
    assert "was taken back" in response.text and "Lanterns" not in response.text
    assert "Set-Cookie" not in response.headers and response.headers["Cache-Control"] == "no-store"
    assert made(as_editor, laid) != address
    assert client.get(address).status_code == 410


def test_a_link_is_dead_at_publish(as_editor: FlaskClient, client: FlaskClient, laid: Laid) -> None:
    address = made(as_editor, laid)
    press(as_editor, f"{laid.address}/publication")
    response = client.get(address)
    assert response.status_code == 410
    assert "published now" in response.text and "Lanterns" not in response.text
    assert "/read/" not in as_editor.get(f"{laid.address}/preview").text


@pytest.mark.parametrize("path", ["reading-link", "reading-link/removal"])
def test_only_editors_make_links_and_take_them_back(
    as_editor: FlaskClient, as_reader: FlaskClient, client: FlaskClient, laid: Laid, path: str
) -> None:
    address = made(as_editor, laid)
    before = laid.session.query(AuditEvent).count()
    assert press(as_reader, f"{laid.address}/{path}").status_code == 403
    assert press(client, f"{laid.address}/{path}").location == "/sign-in"
    assert press(client, f"{laid.address}/{path}", htmx=True).status_code == 401
    assert as_editor.get(f"{laid.address}/{path}").status_code == 405
    assert laid.session.query(AuditEvent).count() == before
    assert laid.session.query(ReadingLink).count() == 1
    page = as_reader.get(f"{laid.address}/preview").text
    assert address not in page and "reading-link/removal" not in page


def test_the_panel_is_told_of_a_link_that_anybody_makes(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid
) -> None:
    before = as_other_editor.get(f"{laid.address}/preview", headers=HTMX).headers["ETag"]
    response = press(as_editor, f"{laid.address}/reading-link", htmx=True, seen=laid.edition.version)
    assert response.headers["HX-Trigger"] == "editionChanged"
    assert "Made a reading link of the draft." in response.text and ">Undo</button>" not in response.text
    told = as_other_editor.get(f"{laid.address}/preview", headers=HTMX | {"If-None-Match": before})
    assert told.status_code == 200 and ADDRESS.search(told.text)


@pytest.mark.parametrize("logger", ["werkzeug", "gunicorn.access", "gunicorn.error", "app.web.errors"])
def test_no_log_holds_a_secret_address(app: Flask, caplog: pytest.LogCaptureFixture, logger: str) -> None:
    with caplog.at_level(logging.INFO, logger=logger):
        logging.getLogger(logger).propagate = True
        logging.getLogger(logger).info('"%s" %s', "GET /read/WzEsImEi.s_ig-1 HTTP/1.1", 200)
        logging.getLogger(logger).info("%(r)s %(f)s", {"r": "GET /sign-in/abc HTTP/1.1", "f": "/read/xyz?a=b"})
        logging.getLogger(logger).info("GET /editions/2026-11-18 100%")
    said = [record.getMessage() for record in caplog.records if record.name == logger]
    assert said == [
        '"GET /read/… HTTP/1.1" 200',
        "GET /sign-in/… HTTP/1.1 /read/…?a=b",
        "GET /editions/2026-11-18 100%",
    ]
    assert masked("/readings/1 and /sign-in") == "/readings/1 and /sign-in"


def test_an_error_while_reading_is_logged_without_the_address(
    as_editor: FlaskClient,
    client: FlaskClient,
    laid: Laid,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = made(as_editor, laid)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("it broke")

    monkeypatch.setattr("app.web.readers.draft_of", broken)
    assert client.get(address).status_code == 500
    assert "it broke" in caplog.text and "/read/…" in caplog.text
    assert address.removeprefix("/read/") not in caplog.text

"""Texts on the web: what a page's script is told of a save, plain forms, and that a remark stays among editors."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.test import TestResponse

from app.models import Editor, Post
from tests.web.conftest import HTMX, Laid, press
from tests.web.test_readers import made

JSON = {"Accept": "application/json"}
SECRET = "only among ourselves"


def send(client: FlaskClient, address: str, text: str, seen: str = "", **fields: object) -> TestResponse:
    """What a page's script sends; the first save of its page unless told otherwise."""
    data = {"text": text, "seen": seen, "writer": "page.1", "sequence": 1} | fields
    return client.post(address, data=data, headers=JSON)


def seal_of(client: FlaskClient, laid: Laid, address: str) -> str:
    """The seal of a text as its page has it."""
    page = client.get(laid.address if "editions" in address else address.partition("/texts")[0], headers={}).text
    return re.search(rf'data-text="{address}"[^>]* data-seen="([^"]*)"', page)[1]


@pytest.fixture
def note(laid: Laid) -> str:
    """Where the note of the first paper is sent."""
    return f"/items/{laid.ids()[0]}/texts/note"


def test_a_save_is_told_with_its_time_and_what_the_next_one_needs(
    as_editor: FlaskClient, laid: Laid, note: str
) -> None:
    first = send(as_editor, note, "Read", seal_of(as_editor, laid, note))
    assert (first.status_code, first.json["state"], first.json["said"]) == (200, "saved", "saved 08:30")
    assert first.json["version"] == laid.edition.version
    assert first.json["saved_at"].startswith("2026-11-18T08:30")
    assert seal_of(as_editor, laid, note) == first.json["seen"]
    again = send(as_editor, note, "Read this.", first.json["seen"], sequence=2)
    assert again.json["state"] == "saved"
    assert laid.item(laid.ids()[0]).note == "Read this."
    assert "saved 08:30" in as_editor.get(f"/items/{laid.ids()[0]}", headers=HTMX).text


def test_a_stale_save_is_told_with_the_other_text_and_whose_it_is(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid, note: str
) -> None:
    seen = seal_of(as_editor, laid, note)
    send(as_other_editor, note, "Jo was faster", seen, writer="page.2")
    response = send(as_editor, note, "Ana typed this", seen)
    assert response.status_code == 409
    told = response.json
    assert (told["state"], told["theirs"], told["by"], told["is_own"]) == ("stale", "Jo was faster", "Jo", False)
    assert send(as_other_editor, note, "Jo again", seen, writer="page.3").json["is_own"] is True
    taken = send(as_editor, note, "Jo was faster", told["seen"], sequence=2, left="Ana typed this")
    assert taken.json["state"] == "saved"
    assert laid.item(laid.ids()[0]).note == "Jo was faster"
    press(as_editor, f"{laid.address}/undo")
    assert laid.item(laid.ids()[0]).note == "Ana typed this"


@pytest.mark.parametrize(
    ("address", "fields", "said"),
    [
        ("/items/{}/texts/note", {"text": "x" * 20_001}, "The note has 20,001 characters"),
        ("/items/{}/texts/headline", {"text": "two\nlines"}, "A headline is one line"),
        ("/items/{}/texts/title", {"text": "x"}, "There is no such text here"),
        ("/items/{}/texts/note", {"text": "x", "sequence": "many"}, "does not count its saves"),
    ],
)
def test_what_cannot_be_saved_is_told_in_a_sentence(
    as_editor: FlaskClient, laid: Laid, address: str, fields: dict[str, str], said: str
) -> None:
    response = send(as_editor, address.format(laid.ids()[0]), **fields)
    assert (response.status_code, response.json["state"]) == (422, "refused")
    assert said in response.json["said"]
    assert send(as_editor, "/items/9999/texts/note", "x").json["state"] == "refused"


def test_whoever_may_not_save_is_told_so_as_json(
    client: FlaskClient, as_editor: FlaskClient, as_reader: FlaskClient, other_editor: Editor, laid: Laid, note: str
) -> None:
    stranger, reader = send(client, note, "x"), send(as_reader, note, "x")
    assert (stranger.status_code, stranger.json["state"]) == (401, "signed-out")
    assert (reader.status_code, reader.json["state"]) == (403, "refused")
    # The page is Jo's, and Ana has signed in with the same browser since.
    other = send(as_editor, note, "x", seal_of(as_editor, laid, note), editor=other_editor.id)
    assert (other.status_code, other.json["state"]) == (401, "signed-out")
    assert other.json["said"] == "this browser is signed in as Ana now, and Jo wrote this"
    assert laid.item(laid.ids()[0]).note is None


def test_an_expired_form_token_comes_back_as_a_fresh_one(
    app: Flask, as_editor: FlaskClient, laid: Laid, note: str
) -> None:
    app.config.update(WTF_CSRF_ENABLED=True, WTF_CSRF_TIME_LIMIT=1)
    page = as_editor.get(laid.address).text
    old = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    time.sleep(2.1)
    seen = seal_of(as_editor, laid, note)
    refused = send(as_editor, note, "Kept", seen, csrf_token=old)
    assert (refused.status_code, refused.json["state"]) == (400, "expired")
    assert send(as_editor, note, "Kept", seen, csrf_token=refused.json["token"]).json["state"] == "saved"


@pytest.mark.parametrize("field", ["introduction", "closing"])
def test_the_words_of_an_edition_are_saved_by_a_plain_form_too(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid, field: str
) -> None:
    address = f"{laid.address}/texts/{field}"
    seen = seal_of(as_editor, laid, address)
    assert "Add " in as_editor.get(laid.address).text
    response = press(as_editor, address, seen=seen, **{field: "Good morning."})
    assert response.status_code == 303
    assert getattr(laid.edition, field) == "Good morning."
    assert "Good morning." in as_editor.get(f"{laid.address}/preview.md").text
    stale = press(as_other_editor, address, seen=seen, **{field: "Good evening."})
    assert stale.status_code == 409
    assert "Good evening." in stale.text
    assert "Saved meanwhile:" in stale.text
    assert getattr(laid.edition, field) == "Good morning."


def test_others_are_brought_the_words_of_an_edition_and_no_list(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid
) -> None:
    press(as_editor, f"/items/{laid.ids()[0]}/position", position="down")
    seen = laid.edition.version
    address = f"{laid.address}/texts/introduction"
    send(as_other_editor, address, "Good morning.", seal_of(as_editor, laid, address))
    news = as_editor.get(f"{laid.address}/news", query_string={"seen": seen, "run": 1, "up_to": 1}, headers=HTMX)
    assert 'hx-target="#introduction"' in news.text
    assert 'hx-target="#closing"' not in news.text
    assert "<li" not in news.text


def test_a_remark_is_for_editors_alone(
    as_editor: FlaskClient,
    as_reader: FlaskClient,
    client: FlaskClient,
    laid: Laid,
    runner: FlaskCliRunner,
    note: str,
) -> None:
    item = laid.items()[0]
    remark = note.replace("note", "remark")
    assert send(as_editor, remark, SECRET, seal_of(as_editor, laid, remark)).json["state"] == "saved"
    details = as_editor.get(f"/items/{item.id}", headers=HTMX).text
    assert SECRET in details
    assert "private: never in the post" in details
    assert "#i-lock" in details
    draft = [
        *(as_editor.get(f"{laid.address}/{page}").text for page in ("preview", "preview.md")),
        client.get(made(as_editor, laid)).text,
        as_reader.get(f"/items/{item.id}").text,
        as_reader.get(laid.address).text,
        runner.invoke(args=["editions", "show", str(laid.edition.date), "--json"]).output,
        runner.invoke(args=["editions", "show", str(laid.edition.date)]).output,
        runner.invoke(args=["preview", str(laid.edition.date)]).output,
    ]
    assert all(len(page) > 100 for page in draft)
    assert not any(SECRET in page for page in draft)
    press(as_editor, f"{laid.address}/publication")
    post = laid.session.query(Post).one()
    assert SECRET not in post.markdown.decode()
    assert SECRET not in str(post.record)
    assert SECRET in as_editor.get(f"/items/{item.id}").text
    assert SECRET not in as_reader.get(f"/items/{item.id}").text

"""Previews and publications: made by the same code, asked once or twice, and one post however often it is pressed."""

import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Delivery, Post
from tests.factories import DAY
from tests.web.conftest import HTMX, Laid, press, region_of

PUBLICATION = f"/editions/{DAY}/publication"


def test_the_preview_is_what_publishing_freezes(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    press(as_editor, f"/items/{item.id}/text", headline="Lit lanterns", note="Read *this*.", version=item.version)
    preview = as_editor.get(f"{laid.address}/preview.md").data
    assert b"# 1. Lit lanterns" in preview
    press(as_editor, PUBLICATION)
    assert laid.session.query(Post).one().markdown == preview


def test_the_preview_shows_a_page_and_markdown(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(f"{laid.address}/preview").text
    assert "<iframe" in page
    assert "allow-scripts" not in page
    assert "&lt;h1" in page
    markdown = as_editor.get(f"{laid.address}/preview?as=markdown").text
    assert "# 1. Lanterns and Moss" in markdown
    assert "<iframe" not in markdown


def test_the_preview_is_a_fragment_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    response = as_editor.get(f"{laid.address}/preview", headers=HTMX)
    assert "<html" not in response.text.split("srcdoc")[0]
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("htmx", [False, True])
def test_publishing_asks_with_one_sentence(as_editor: FlaskClient, app: Flask, laid: Laid, htmx: bool) -> None:
    response = as_editor.get(PUBLICATION, headers=HTMX if htmx else {})
    assert response.status_code == 200
    for part in ("5 papers", f"{DAY}---Hot-Papers.md", str(app.config["TARGET_DIR"]), "only by a correction"):
        assert part in response.text
    assert laid.edition.status == "draft"


def test_publishing_leads_to_the_post_with_path_and_hash(as_editor: FlaskClient, laid: Laid) -> None:
    response = press(as_editor, PUBLICATION)
    assert (response.status_code, response.location) == (303, f"/posts/{DAY}")
    post = laid.session.query(Post).one()
    page = as_editor.get(response.location).text
    receipt = laid.session.query(Delivery).one().receipt
    assert receipt in page
    assert Path(receipt).read_bytes() == post.markdown
    assert hashlib.sha256(post.markdown).hexdigest() in page


def test_publishing_leads_there_under_htmx_too(as_editor: FlaskClient, laid: Laid) -> None:
    response = press(as_editor, PUBLICATION, htmx=True)
    assert response.headers["HX-Redirect"] == f"/posts/{DAY}"
    assert laid.edition.status == "published"


def test_pressed_twice_it_makes_one_post(as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid) -> None:
    press(as_editor, PUBLICATION)
    for client in (as_editor, as_other_editor):
        response = press(client, PUBLICATION)
        assert (response.status_code, response.location) == (303, f"/posts/{DAY}")
        assert "published already" in client.get(response.location).text
    assert laid.session.query(Post).count() == 1


def test_a_published_edition_is_not_asked_about_again(as_editor: FlaskClient, laid: Laid) -> None:
    press(as_editor, PUBLICATION)
    assert as_editor.get(PUBLICATION).location == f"/posts/{DAY}"


def _drop_all(client: FlaskClient, laid: Laid) -> None:
    for item_id in laid.ids():
        press(client, f"/items/{item_id}/return")


def test_an_empty_edition_is_asked_about_a_second_time(as_editor: FlaskClient, laid: Laid) -> None:
    _drop_all(as_editor, laid)
    assert "No paper is picked" in as_editor.get(PUBLICATION).text
    response = press(as_editor, PUBLICATION)
    assert response.status_code == 409
    assert "Publish it empty?" in response.text
    assert laid.edition.status == "draft"
    assert press(as_editor, PUBLICATION, empty_confirmed="yes").status_code == 303
    assert laid.edition.status == "published"


def test_the_second_question_stays_in_the_dialog_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    _drop_all(as_editor, laid)
    response = press(as_editor, PUBLICATION, htmx=True)
    assert response.status_code == 409
    assert 'name="empty_confirmed" value="yes"' in region_of(response, "#dialog-body")


def test_a_published_edition_is_shown_and_refuses_every_change(as_editor: FlaskClient, laid: Laid) -> None:
    press(as_editor, PUBLICATION)
    page = as_editor.get(laid.address).text
    assert "This edition is published and stays as it is until you correct it." in page
    assert "formaction" not in page
    first = laid.items()[0]
    for address, fields in (
        ("drop", {}),
        ("return", {}),
        ("position", {"position": "2"}),
        ("text", {"headline": "", "note": "Too late", "version": first.version}),
    ):
        response = press(as_editor, f"/items/{first.id}/{address}", htmx=address != "text", **fields)
        assert response.status_code == 409
        assert "is published; to change it, correct its post." in response.text
    assert "Too late" in response.text
    assert laid.ids()[0] == first.id


def test_publishing_where_there_is_no_edition(as_editor: FlaskClient) -> None:
    assert press(as_editor, "/editions/2026-11-17/publication").status_code == 404
    assert as_editor.get("/editions/2026-11-17/preview").status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_a_question_that_is_out_of_date_is_asked_again(as_editor: FlaskClient, laid: Laid, htmx: bool) -> None:
    version = laid.edition.version
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    response = press(as_editor, f"{laid.address}/publication", htmx=htmx, version=version)
    assert response.status_code == 409
    assert "The edition was changed since you were asked" in response.text
    assert "Publish 4 papers" in response.text
    assert laid.edition.status == "draft"
    press(as_editor, f"{laid.address}/publication", htmx=htmx, version=laid.edition.version)
    assert laid.edition.status == "published"


def test_a_question_outlives_a_private_remark_and_no_note(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid
) -> None:
    first = laid.ids()[0]
    press(as_editor, f"/items/{laid.ids()[-1]}/drop")

    def asked() -> dict[str, str]:
        page = as_editor.get(PUBLICATION).text
        return dict(re.findall(r'name="(version|digest)" value="(\w+)"', page))

    def write(**texts: str) -> None:
        version = laid.item(first).version
        assert press(as_other_editor, f"/items/{first}/text", version=version, **texts).status_code == 303

    was = asked()
    write(note="Read it.")
    refused = press(as_editor, PUBLICATION, **was)
    assert refused.status_code == 409 and laid.edition.status == "draft"
    assert "since you were asked (Jo " in refused.text
    was = asked()
    write(note="Read it.", remark="For us alone.")
    assert was["version"] != str(laid.edition.version)
    assert press(as_editor, PUBLICATION, **was).status_code == 303
    assert laid.edition.status == "published"

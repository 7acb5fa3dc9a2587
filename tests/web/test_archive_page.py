"""The archive: every published post with its text, and deliveries tried again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Delivery, Post
from tests.factories import DAY
from tests.web.conftest import Laid, press


@pytest.fixture
def published(as_editor: FlaskClient, laid: Laid) -> Laid:
    """An edition that Ana published."""
    press(as_editor, f"{laid.address}/publication")
    return laid


def test_the_archive_lists_the_post(as_editor: FlaskClient, published: Laid) -> None:
    page = as_editor.get("/posts").text
    assert f'href="/posts/{DAY}"' in page
    assert "November 2026" in page
    assert "5 papers" in page
    assert "by Ana" in page


def test_an_empty_archive_says_so(as_editor: FlaskClient) -> None:
    assert "Nothing has been published yet." in as_editor.get("/posts").text


def test_a_post_is_shown_as_a_reader_sees_it(as_editor: FlaskClient, published: Laid) -> None:
    page = as_editor.get(f"/posts/{DAY}").text
    assert "1. Lanterns and Moss" in page
    assert "&lt;h1" in page
    assert "sandbox=" in page


def test_the_file_is_served_as_it_was_frozen(as_editor: FlaskClient, published: Laid) -> None:
    response = as_editor.get(f"/posts/{DAY}.md")
    assert response.data == published.session.query(Post).one().markdown
    assert response.mimetype == "text/markdown"


@pytest.mark.parametrize("address", ["/posts/2026-11-17", "/posts/2026-02-30", "/posts/2026-02-30.md", "/posts/x"])
def test_a_post_that_is_not_there(as_editor: FlaskClient, address: str) -> None:
    assert as_editor.get(address).status_code == 404


def test_a_failed_delivery_is_shown_and_tried_again(as_editor: FlaskClient, app: Flask, laid: Laid) -> None:
    folder = app.config["TARGET_DIR"]
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file stands where the folder should be")
    press(as_editor, f"{laid.address}/publication", reason="It cannot wait.")
    page = as_editor.get(f"/posts/{DAY}").text
    assert "cannot be written" in page
    assert "Try now" in page
    assert "not delivered" in as_editor.get("/posts").text
    folder.unlink()
    assert press(as_editor, f"/posts/{DAY}/deliveries/attempts").location == f"/posts/{DAY}"
    assert "Delivered." in as_editor.get(f"/posts/{DAY}").text
    assert laid.session.query(Delivery).populate_existing().one().status == "delivered"


def test_a_reader_is_offered_no_second_delivery(as_reader: FlaskClient, published: Laid) -> None:
    assert "Try now" not in as_reader.get(f"/posts/{DAY}").text

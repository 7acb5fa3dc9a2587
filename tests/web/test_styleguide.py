"""The style guide: shown in development and nowhere else, and nothing of the language is missing from it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.styleguide import ICONS, icons, tokens


@pytest.fixture
def guide(app: Flask, as_editor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page, as it is shown in development."""
    monkeypatch.setattr(app, "debug", True)
    response = as_editor.get("/styleguide")
    assert response.status_code == 200
    return response.text


def test_it_is_refused_where_the_desk_is_not_being_developed(as_editor: FlaskClient) -> None:
    response = as_editor.get("/styleguide")
    assert response.status_code == 404
    assert "in development only" in response.text


def test_every_colour_and_size_is_shown_by_its_name(app: Flask, guide: str) -> None:
    with app.app_context():
        shown = [name for name, value in tokens().items() if re.match(r"#|light-dark\(#|\d+px", value)]
    assert len(shown) > 40
    for name in shown:
        assert f"<code>--{name}</code>" in guide


def test_every_icon_is_shown_with_what_it_means(app: Flask, guide: str) -> None:
    with app.app_context():
        assert icons() == ICONS
    for name, meaning in ICONS.items():
        assert f"<code>{name}</code>" in guide
        assert meaning in guide


def test_no_name_of_a_part_stands_twice(guide: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', guide)
    assert len(ids) == len(set(ids)), sorted(name for name in set(ids) if ids.count(name) > 1)

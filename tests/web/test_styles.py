"""The style sheets as one file: where it is, what is in it, and how long it may be kept."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bundles import SHEETS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "css"


def test_a_page_asks_for_one_sheet_that_holds_all_and_may_be_kept_for_good(app: Flask, client: FlaskClient) -> None:
    # Who develops gets the sheets as they are; tests/web/test_minified.py has the others.
    app.debug = True
    addresses = re.findall(r'<link rel="stylesheet" href="([^"]+)">', client.get("/sign-in").text)
    assert len(addresses) == 1
    answer = client.get(addresses[0])
    assert answer.mimetype == "text/css"
    assert answer.cache_control.immutable
    assert answer.cache_control.public
    for sheet in SHEETS["desk"]:
        assert (FOLDER / f"{sheet}.css").read_text(encoding="utf8") in answer.text
    assert not client.get("/styles/older/desk.css").cache_control.immutable
    assert client.get("/styles/older/desk.css").text == answer.text


def test_an_edited_sheet_has_another_address(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "css").mkdir()
    for sheet in SHEETS["post"]:
        (tmp_path / "css" / f"{sheet}.css").write_text(f".{sheet} {{ color: red }}")
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    address_of = app.jinja_env.globals["styles"]
    with app.test_request_context():
        before = address_of("post")
        (tmp_path / "css" / "post.css").write_text(".post { color: blue }  ")
        assert address_of("post") != before
        assert "color: blue" in app.test_client().get(address_of("post")).text


def test_an_unknown_sheet_is_not_found(client: FlaskClient) -> None:
    assert client.get("/styles/older/nothing.css").status_code == 404


def test_every_class_and_id_of_a_sheet_is_somewhere_on_a_page() -> None:
    written = "".join(
        path.read_text(encoding="utf8")
        for part in ("templates/**/*.html", "static/js/*.js", "app/web/*.py", "app/domain/*.py")
        for path in sorted(ROOT.glob(part))
    )
    # One is htmx's own, the others end with a number that a template counts.
    known = re.compile(r"htmx-request|tint-\d")
    for sheet in sorted(FOLDER.glob("*.css")):
        rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet.read_text(encoding="utf8"), flags=re.DOTALL)
        selectors = " ".join(re.findall(r"([^{}]+)\{", rules))
        names = {name for name in re.findall(r"[.#]([a-z][\w-]*)", selectors) if not known.fullmatch(name)}
        unused = {name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", written)}
        assert not unused, sheet.name


def test_every_sheet_is_in_a_list() -> None:
    listed = {sheet for sheets in SHEETS.values() for sheet in sheets}
    assert listed == {path.stem for path in FOLDER.glob("*.css")}

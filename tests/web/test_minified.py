"""The scripts and sheets of a page: minified in one file where that was done as they are now, else as they are."""

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import assets, bundles
from tests.conftest import Clock
from tests.databases import skip_or_fail
from tests.web.conftest import Laid

STATIC = Path(__file__).resolve().parents[2] / "static"
LIMIT = 70_000


@pytest.fixture
def static(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our own scripts and sheets and those of others, in a folder of the test's own, not yet minified."""
    if not (assets.can_minify() and assets.is_filled()):
        skip_or_fail("minifying needs what is fetched by: python -m app.assets", "REQUIRE_BROWSER")
    shutil.copytree(STATIC, tmp_path / "static", ignore=shutil.ignore_patterns("minified"))
    monkeypatch.setattr(app, "static_folder", str(tmp_path / "static"))
    return tmp_path / "static"


def minify(static: Path) -> None:
    bundles.minify(static, assets.TOOLS / assets.ESBUILD)


def addresses_in(page: str) -> list[str]:
    """What a page asks for of scripts and sheets, in its order."""
    return re.findall(r'<(?:script [^>]*src|link rel="stylesheet" href)="([^"]+)"', page)


def test_a_page_gets_few_files_that_may_be_kept_for_good_and_are_small(
    as_editor: FlaskClient, laid: Laid, static: Path
) -> None:
    minify(static)
    addresses = addresses_in(as_editor.get(laid.address).text)
    assert [re.sub(r"^.*/|\?.*$", "", address) for address in addresses] == [
        "desk.css",
        "remembered.js",
        "htmx.min.js",
        "Sortable.min.js",
        "desk.js",
    ]
    answers = [as_editor.get(address) for address in addresses]
    assert all(answer.cache_control.immutable and answer.cache_control.public for answer in answers)
    assert {answer.mimetype for answer in answers} == {"text/css", "text/javascript"}
    assert not re.search(r"""\bimport\b|\bfrom\s*["'`]""", answers[-1].text)
    assert sum(len(gzip.compress(answer.data, 9)) for answer in answers) <= LIMIT


def test_an_edited_script_or_sheet_is_there_a_second_later(client: FlaskClient, static: Path, clock: Clock) -> None:
    minify(static)
    sheet, *_, script = addresses_in(client.get("/sign-in").text)
    (static / "js" / "keys.js").write_text("// Anew.\n")
    clock.tick(seconds=1)
    as_before, *_, single = addresses_in(client.get("/sign-in").text)
    assert as_before == sheet
    assert single != script
    answer = client.get(single)
    assert answer.cache_control.immutable
    assert 'import "./keys.js";' in answer.text
    assert client.get(single.replace("desk.js", "keys.js")).text == "// Anew.\n"
    assert not client.get(script).cache_control.immutable
    (static / "css" / "base.css").write_text(".anew { color: red }")
    clock.tick(seconds=1)
    edited = addresses_in(client.get("/sign-in").text)[0]
    assert edited != sheet
    assert ".anew { color: red }" in client.get(edited).text
    minify(static)
    clock.tick(seconds=1)
    assert ".anew{color:red}" in client.get(addresses_in(client.get("/sign-in").text)[0]).text
    assert len(list((static / "vendor" / "minified").iterdir())) == len(bundles.SCRIPTS) + len(bundles.SHEETS)


def test_who_develops_reads_what_runs(app: Flask, client: FlaskClient, static: Path) -> None:
    minify(static)
    app.debug = True
    sheet, *_, script = addresses_in(client.get("/sign-in").text)
    assert (static / "css" / "tokens.css").read_text(encoding="utf8") in client.get(sheet).text
    assert client.get(script).text == (static / "js" / "desk.js").read_text(encoding="utf8")
    assert client.get("/scripts/older/keys.js").mimetype == "text/javascript"
    assert not client.get("/scripts/older/keys.js").cache_control.immutable
    assert client.get(script.replace("desk.js", "nothing.js")).status_code == 404


def test_every_script_runs_and_none_is_there_twice(static: Path) -> None:
    for path in (static / "js").glob("*.js"):
        path.write_text(f'{path.read_text(encoding="utf8")}\ndocument.append("script {path.stem} ran");\n')
    minify(static)
    made = "".join(path.read_text(encoding="utf8") for path in (static / "vendor" / "minified").glob("*.js"))
    ran = re.findall(r"script (\w+) ran", made)
    assert sorted(ran) == sorted(path.stem for path in (static / "js").glob("*.js"))

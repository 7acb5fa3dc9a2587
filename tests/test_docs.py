"""What the README and docs/ say is complete and true: settings, commands, words of make, audit events, pins, links."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from app.config import PREFIX, SETTINGS
from app.services.audit import Kind

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
DECISIONS = DOCS["decisions.md"]
ALL = README + "".join(DOCS.values())
# Flask's own, and all of Flask-Migrate's but the one that everybody needs.
NOT_OURS = {"flask run", "flask shell", "flask routes"}
PIN = re.compile(r"^([\w.-]+(?:\[[\w,-]+\])?==[\w.]+)$", re.MULTILINE)


def rows(text: str) -> list[str]:
    """The rows of every table in a text."""
    return [line for line in text.splitlines() if line.startswith("|")]


def commands(group: click.Group, path: str = "flask") -> Iterator[tuple[str, click.Command]]:
    """Every command with its words, groups opened."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def our_commands(app: Flask) -> dict[str, click.Command]:
    """The commands that the README must name."""
    return {
        words: command
        for words, command in commands(app.cli)
        if words not in NOT_OURS and (not words.startswith("flask db ") or words == "flask db upgrade")
    }


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_has_a_row_with_its_default(setting) -> None:
    found = [row for row in rows(README) if f"`{PREFIX}{setting.name}`" in row.split("|")[1]]
    assert len(found) == 1
    # A default that is worked out, or long, is told in words.
    if setting.default and len(setting.default) < 40:
        assert f"`{setting.default}`" in found[0].split("|")[2]


def test_weights_have_a_row() -> None:
    assert any(f"`{PREFIX}WEIGHT_<SOURCE>`" in row for row in rows(README))


def test_no_setting_is_named_that_there_is_not() -> None:
    known = {PREFIX + setting.name for setting in SETTINGS}
    named = set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", ALL))
    assert {name for name in named - known if not name.startswith(f"{PREFIX}WEIGHT_")} == set()


def test_every_command_has_a_row_with_its_options(app: Flask) -> None:
    for words, command in our_commands(app).items():
        found = [row for row in rows(README) if re.match(rf"\| `{words}[ `]", row)]
        assert len(found) == 1, words
        if words.startswith("flask db "):
            continue
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[0] in found[0], f"{words} {option.opts[0]}"


def test_no_command_is_named_that_there_is_not(app: Flask) -> None:
    known = {words for words, _ in commands(app.cli)}
    for words in re.findall(r"`(flask(?: [a-z]+)+)", ALL):
        assert any(words == full or words.startswith(f"{full} ") for full in known), words


def test_every_command_helps(app: Flask) -> None:
    for words, _ in our_commands(app).items():
        result = app.test_cli_runner().invoke(args=[*words.split()[1:], "--help"])
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_every_word_of_make_has_a_row_and_every_row_its_word() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert words == set(re.findall(r"^\| `make ([a-z-]+)` \|", README, re.MULTILINE))


@pytest.mark.parametrize("kind", Kind)
def test_every_audit_event_has_a_row(kind: Kind) -> None:
    assert sum(row.startswith(f"| `{kind}` |") for row in rows(ALL)) == 1


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_has_its_reason(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]
    pins = PIN.findall(text)
    assert len(pins) == len(lines), "every requirement is pinned to one version"
    for pin in pins:
        found = [row.split("|") for row in rows(DECISIONS) if row.startswith(f"| `{pin}` |")]
        assert len(found) == 1, pin
        assert len(found[0][2].strip()) > 10, pin


def test_every_package_of_the_page_is_pinned_and_has_its_reason() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in (package["dependencies"] | package.get("devDependencies", {})).items():
        assert re.fullmatch(r"[\d.]+", version), f"{name} is pinned to one version"
        assert sum(row.startswith(f"| `{name}` `{version}` |") for row in rows(DECISIONS)) == 1, name


def test_no_pin_has_a_reason_that_is_not_there() -> None:
    pinned = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-dev.txt").read_text()
    for pin in re.findall(r"^\| `([^`]+==[^`]+)` \|", DECISIONS, re.MULTILINE):
        assert f"{pin}\n" in pinned, pin


def test_decisions_have_dates() -> None:
    bold = re.findall(r"^\*\*(.+?)\*\*", DECISIONS.partition("## What runs")[0], re.MULTILINE)
    assert bold
    assert all(re.match(r"\d{4}-\d{2}-\d{2} · ", text) for text in bold)


def test_every_package_of_the_code_is_on_the_map() -> None:
    for path in sorted((ROOT / "app").iterdir()):
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py":
            shown = f"`{path.name}/`" if path.is_dir() else f"`{path.name}`"
            assert any(shown in row.split("|")[1] for row in rows(README)), shown


def test_links_lead_somewhere() -> None:
    for folder, text in [(ROOT, README), *((ROOT / "docs", text) for text in DOCS.values())]:
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (folder / target).exists(), target

"""What templates, styles and scripts may hold: nothing that the strict policy would kill, nothing unreachable."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTIALS = sorted((ROOT / "templates" / "partials").rglob("*.html"))
OWN = [*TEMPLATES, *sorted((ROOT / "static").glob("*/*.*"))]
OWN = [path for path in OWN if "vendor" not in path.parts]
PARTIAL_LINES = 45
# Each of these is dead or refused under the policy, mostly without a word.
DEAD = {
    "an hx-on handler": r"\bhx-on\b",
    "a js: expression": r"[\"'{:]js:",
    "a javascript: address": r"javascript:",
    "a filter in hx-trigger": r"hx-trigger=\"[^\"]*\[",
    "a style attribute": r"\sstyle=",
    "a handler attribute": r"\son[a-z]+=\"",
    "a style element": r"<style\b",
    "a script in the page": r"<script(?![^>]*\ssrc=)",
    "a deferred script, whose extensions htmx might miss": r"<script[^>]*\sdefer",
}
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
@pytest.mark.parametrize("what", DEAD)
def test_a_template_holds_nothing_that_the_policy_kills(template: Path, what: str) -> None:
    assert not re.search(DEAD[what], template.read_text(encoding="utf8")), f"{template} holds {what}"


@pytest.mark.parametrize("path", OWN, ids=ids)
def test_nothing_is_fetched_from_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not ADDRESS.search(text)


@pytest.mark.parametrize("partial", PARTIALS, ids=ids)
def test_a_partial_is_short_and_says_what_it_needs(partial: Path) -> None:
    lines = partial.read_text(encoding="utf8").splitlines()
    assert lines[0].startswith("{# ")
    assert len(lines) <= PARTIAL_LINES
    assert partial.name.startswith("_")
    assert not any("{% extends" in line for line in lines)


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_only_the_cleaned_document_is_trusted(template: Path) -> None:
    trusted = re.findall(r"\|\s*safe\b", template.read_text(encoding="utf8"))
    assert len(trusted) == (1 if template.name == "_document.html" else 0)


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_every_template_is_used(template: Path) -> None:
    name = template.relative_to(ROOT / "templates").as_posix()
    code = "\n".join(path.read_text(encoding="utf8") for path in sorted((ROOT / "app" / "web").glob("*.py")))
    others = "\n".join(path.read_text(encoding="utf8") for path in TEMPLATES if path != template)
    assert f'"{name}"' in code + others


@pytest.mark.parametrize("template", [path for path in TEMPLATES if "pages" in path.parts], ids=ids)
def test_every_form_that_changes_something_carries_a_token(template: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text(encoding="utf8"), re.DOTALL):
        assert "token()" in form


def test_icons_that_are_used_are_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-(\w+)"', (ROOT / "templates/partials/shared/_icons.html").read_text()))
    used = set()
    for template in TEMPLATES:
        text = template.read_text(encoding="utf8")
        used |= set(re.findall(r'href="#i-(\w+)"', text)) | set(re.findall(r'icon\("(\w+)"\)', text))
    assert used - {"name"} <= drawn
    assert drawn <= used


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_titles_abstracts_and_what_tells_of_them_are_never_shown_raw(template: Path) -> None:
    # As `| tex` where it is drawn, as `| plain` where it is read out; a post's own title holds no TeX.
    for shown in re.findall(r"\{\{.*?\}\}", template.read_text(encoding="utf8"), re.DOTALL):
        if re.search(r"(?<!reading)\.(?:title|abstract|new_title|summary)\b", shown):
            assert re.search(r"\|\s*(?:tex|plain)\b", shown), shown

"""The page about sources: its table is complete, and its example of a source works as it stands there."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.config import PREFIX
from app.connectors import SOURCES
from app.connectors.http import HttpClient
from app.connectors.source import Source
from app.domain.sources import FetchedMention
from tests.fakes.listener import DAY, about, listen, values_of
from tests.fakes.service import Answer, Asked, FakeService

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
# Each file of the example is announced by its path, and followed by its block.
FILES = {path: block for path, block in re.findall(r"This is\s+`([\w/.]+)`:\n\n```\w+\n(.*?)```\n", PAGE, re.DOTALL)}
ROWS = {
    cells[1].strip(): row for row in PAGE.splitlines() if row.startswith("| ") and len(cells := row.split("|")) == 7
}


class Recorded(FakeService):
    """Answers with the payload of the page."""

    def respond(self, asked: Asked) -> Answer:
        """The payload, whatever was asked."""
        return Answer(FILES["tests/connectors/lanterns.json"])


def loaded(name: str, path: Path) -> ModuleType:
    """A file as the module of a name, in place of any other of that name."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def fresh_client() -> HttpClient:
    """A client whose waiting takes no time, and which no host has told of its limits."""
    return HttpClient("HotPapers/test", default_interval=0.0, sleep=lambda seconds: None)


@pytest.fixture
def lanterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The connector of the page, as if its file stood among the others."""
    (tmp_path / "lanterns.py").write_text(FILES["app/connectors/lanterns.py"], encoding="utf-8")
    module = loaded("app.connectors.lanterns", tmp_path / "lanterns.py")
    monkeypatch.setitem(sys.modules, "app.connectors.lanterns", module)
    return module


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> HttpClient:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return fresh_client()


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_every_source_has_a_row_with_its_settings(source: Source) -> None:
    row = ROWS[f"{source.label} (`{source.name}`)"]
    assert set(re.findall(rf"`{PREFIX}(\w+)`", row)) == {setting.name for setting in source.settings}


def test_the_rows_have_the_order_in_which_sources_are_asked() -> None:
    told = [re.findall(r"\(`(\w+)`\)", name)[0] for name in ROWS if name.endswith("`)")]
    assert told == list(SOURCES)


def test_the_example_reads_its_payload(lanterns: ModuleType, client: HttpClient) -> None:
    with Recorded() as fake:
        values = values_of(lanterns.SOURCE, LANTERNS_URL=fake.url, LANTERNS_TOKEN="moss")
        heard = listen(lanterns.SOURCE.make(values, client, DAY), about("2611.99001"))
    posts = json.loads(FILES["tests/connectors/lanterns.json"])["posts"]
    (mention,) = heard.mentions
    assert isinstance(mention, FetchedMention)
    assert (mention.external_id, mention.paper_ids) == (str(posts[0]["id"]), ("2611.99001", "2611.99002"))
    assert mention.reading and (mention.reading.likes, mention.reading.replies) == (41, 3)
    assert (heard.problems, heard.error, heard.steps) == ([], None, (1, 1))


def test_the_example_is_off_without_its_token(lanterns: ModuleType) -> None:
    reason = lanterns.SOURCE.off(values_of(lanterns.SOURCE))
    assert reason == f"Lanterns is off: set {PREFIX}LANTERNS_TOKEN to turn it on."


def test_the_line_is_like_the_others_of_the_register() -> None:
    register = (ROOT / "app" / "connectors" / "__init__.py").read_text(encoding="utf-8")
    assert "```python\n        lanterns.SOURCE,\n```" in PAGE
    assert "\n        mastodon.SOURCE,\n" in register


def test_the_tests_of_the_example_pass(lanterns: ModuleType, client: HttpClient, tmp_path: Path) -> None:
    for path in ("tests/connectors/lanterns.json", "tests/connectors/test_lanterns.py"):
        (tmp_path / Path(path).name).write_text(FILES[path], encoding="utf-8")
    page = loaded("test_lanterns", tmp_path / "test_lanterns.py")
    with page.FakeLanterns() as fake:
        page.test_posts_that_name_papers_are_mentions(client, fake)
    (faults,) = page.test_a_forum_that_cannot_be_read_says_so.pytestmark
    for fault in faults.args[1]:
        with page.FakeLanterns() as fake:
            page.test_a_forum_that_cannot_be_read_says_so(fault, fresh_client(), fake)

"""The commands' contract: what they print, where errors go, and the exit status."""

import hashlib
import json

import pytest
from sqlalchemy import select

from app.models import Post
from app.services.acting import Acting
from app.services.curation import drop
from tests.factories import edition_of_scores, ingest_things, items, mention, paper

DAY = "2026-11-18"


def line(**fields: object) -> str:
    """One line of a candidates file."""
    usual = {
        "arxiv_id": "2611.90001",
        "title": "Lanterns and Moss",
        "authors": ["Ada Fernsby"],
        "abstract": "We study imaginary lanterns.",
        "categories": ["cs.LG"],
        "announced_on": DAY,
        "readings": [{"source": "twitter", "reposts": 60, "likes": 1, "captured_at": f"{DAY}T08:00:00Z"}],
    }
    return json.dumps(usual | fields)


@pytest.fixture
def candidates(tmp_path):
    """Write a candidates file of the given lines."""

    def write(*lines: str):
        path = tmp_path / "candidates.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf8")
        return str(path)

    return write


def test_ingest_prints_its_counts_and_ends_in_0(runner, candidates):
    result = runner.invoke(args=["ingest", "--from", candidates(line(), line(arxiv_id="2611.90002")), "--date", DAY])
    assert result.exit_code == 0
    assert result.stdout == "file: 2 found, 2 new, 0 updated, 0 failed\n"
    assert result.stderr == ""


def test_a_line_that_is_not_json_is_named_and_the_rest_goes_in(runner, candidates, session):
    result = runner.invoke(args=["ingest", "--from", candidates(line(), "{not json", line(arxiv_id="2611.90002"))])
    assert result.exit_code == 3
    assert "2 found, 2 new, 0 updated, 1 failed" in result.stdout
    assert result.stderr.startswith("file, line 2: is not JSON")
    assert len(result.stderr.splitlines()) == 1
    assert len(items(session)) == 2


def test_when_everything_fails_the_status_is_1(runner, tmp_path):
    result = runner.invoke(args=["ingest", "--from", str(tmp_path / "missing.jsonl")])
    assert result.exit_code == 1
    assert "missing.jsonl cannot be read" in result.stderr


@pytest.mark.parametrize("day", ["2021-02-30", "yesterday", "2021-3-4"])
def test_a_date_that_does_not_exist_is_refused_in_one_sentence(runner, day):
    result = runner.invoke(args=["publish", day, "--yes"])
    assert result.exit_code == 2
    assert f"{day} is not a date; write one as 2026-11-22." in result.stderr


def test_an_unknown_source_names_those_there_are(runner):
    result = runner.invoke(args=["ingest", "--source", "gazette"])
    assert result.exit_code == 2
    assert "There is no source gazette; there are: arxiv" in result.stderr


def test_a_day_without_an_edition_says_how_to_fill_it(runner):
    for command in (["editions", "show", DAY], ["preview", DAY], ["publish", DAY, "--yes"]):
        result = runner.invoke(args=command)
        assert result.exit_code == 1
        assert f"There is no edition of {DAY}" in result.stderr


def test_editions_show_has_the_contract_s_keys(runner, session, rules):
    named = paper("2611.90001", score=60)
    ingest_things(session, rules, [named, paper(score=5), mention("1", named, likes=3, source="bluesky")])
    shown = json.loads(runner.invoke(args=["editions", "show", DAY, "--json"]).stdout)
    assert set(shown) == {"date", "status", "version", "cut", "picked", "candidates", "dropped"}
    assert (shown["date"], shown["status"], shown["cut"]) == (DAY, "draft", 50)
    item = shown["picked"][0]
    assert set(item) == {"arxiv_id", "title", "headline", "note", "position", "score", "parts", "mentions"}
    assert (item["position"], item["score"]) == (1, 63)
    assert {part["source"]: part["score"] for part in item["parts"]} == {"twitter": 60, "bluesky": 3}
    assert runner.invoke(args=["editions", "show", DAY]).stdout.splitlines()[0].startswith(f"{DAY}, draft")


def test_what_waits_is_told_in_a_line_and_stands_in_no_list(runner, session, rules, editor, clock):
    ingest_things(session, rules, [paper("2611.90001", score=60), paper("2611.90002", score=5)])
    drop(session, items(session, "candidate")[0].id, by=Acting(editor, clock(), rules))
    ingest_things(session, rules, [paper("2611.90003", score=70)])
    told = runner.invoke(args=["editions", "show", DAY]).stdout
    assert "waiting to be taken or left: 1 new above the cut" in told
    assert "2611.90003" not in told
    shown = json.loads(runner.invoke(args=["editions", "show", DAY, "--json"]).stdout)
    assert set(shown) == {"date", "status", "version", "cut", "picked", "candidates", "dropped"}
    assert "2611.90003" not in json.dumps(shown)


def test_publish_freezes_delivers_and_prints(runner, app, session, rules):
    edition_of_scores(session, rules, [60])
    previewed = runner.invoke(args=["preview", DAY]).stdout_bytes
    result = runner.invoke(args=["publish", DAY, "--yes"])
    path = app.config["TARGET_DIR"] / f"{DAY}---Hot-Papers.md"
    assert result.exit_code == 0
    assert path.read_bytes() == previewed
    digest = hashlib.sha256(previewed).hexdigest()
    assert result.stdout == f"file {path}\nrevision 1\nsha256 {digest}\n"


def test_publishing_twice_makes_one_post(runner, session, rules):
    edition_of_scores(session, rules, [60])
    first = runner.invoke(args=["publish", DAY, "--yes"])
    second = runner.invoke(args=["publish", DAY, "--yes"])
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "It was published before; nothing changed." in second.stdout
    assert len(session.scalars(select(Post)).all()) == 1


@pytest.mark.parametrize(("answers", "posts"), [("n\n", 0), ("y\n", 1)])
def test_publish_asks_once(runner, session, rules, answers, posts):
    edition_of_scores(session, rules, [60])
    runner.invoke(args=["publish", DAY], input=answers)
    assert len(session.scalars(select(Post)).all()) == posts


@pytest.mark.parametrize(("answers", "posts"), [("y\nn\n", 0), ("y\ny\n", 1)])
def test_an_edition_without_papers_asks_a_second_time(runner, session, rules, answers, posts):
    edition_of_scores(session, rules, [5])
    runner.invoke(args=["publish", DAY], input=answers)
    assert len(session.scalars(select(Post)).all()) == posts


def test_a_delivery_that_fails_ends_in_1_and_can_be_repeated(runner, app, session, rules):
    edition_of_scores(session, rules, [60])
    target = app.config["TARGET_DIR"]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("in the way")
    failed = runner.invoke(args=["publish", DAY, "--yes"])
    assert failed.exit_code == 1
    assert "deliver again" in failed.stderr
    target.unlink()
    assert runner.invoke(args=["publish", DAY, "--yes"]).exit_code == 0
    assert (target / f"{DAY}---Hot-Papers.md").exists()


def test_strike_and_its_undo(runner, session, rules):
    named = paper(score=None)
    ingest_things(session, rules, [named, mention("77", named, reposts=60)])
    assert runner.invoke(args=["mentions", "strike", "twitter", "77"]).stdout == "Struck; 1 paper rescored.\n"
    assert len(items(session)) == 0
    assert "nothing changed" in runner.invoke(args=["mentions", "strike", "twitter", "77"]).stdout
    assert runner.invoke(args=["mentions", "strike", "twitter", "77", "--undo"]).exit_code == 0
    assert len(items(session)) == 1
    no_text = runner.invoke(args=["mentions", "strike", "twitter", "77\udcff"])
    assert (no_text.exit_code, no_text.stderr) == (1, "Error: What was typed is not valid UTF-8 text; type it again.\n")
    unknown = runner.invoke(args=["mentions", "strike", "twitter", "78"])
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no mention 78 from twitter.\n")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_database_without_tables_says_what_to_run(empty_database_url, tmp_path, backend):
    from app import create_app

    app = create_app({"HOTPAPERS_DATABASE_URL": empty_database_url, "HOTPAPERS_INSTANCE_DIR": str(tmp_path / "i")})
    result = app.test_cli_runner().invoke(args=["editions", "show", DAY])
    assert result.exit_code == 1
    assert result.stderr == "Error: The database has no tables yet; run: flask db upgrade\n"


def test_every_command_has_help(runner, app):
    commands = [[name] for name in app.cli.list_commands(None)]
    for command in commands:
        assert runner.invoke(args=[*command, "--help"]).exit_code == 0

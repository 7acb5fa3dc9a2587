"""`flask posts rehearse`: what is wrong goes to standard error with its line, and the exit status says so."""

from pathlib import Path

import pytest

from app.services.publishing import preview
from tests.factories import DAY, edition_of_scores, items

GOOD = f"{DAY}: 10 of 10 checks passed\n"


@pytest.fixture
def edition(session, rules):
    """Two picked papers."""
    return edition_of_scores(session, rules, [100, 90])


@pytest.mark.parametrize("args", [[], [str(DAY)]])
def test_the_newest_draft_or_the_one_of_a_date_is_rehearsed_with_its_target(runner, edition, args):
    result = runner.invoke(args=["posts", "rehearse", *args])
    assert (result.exit_code, result.stdout, result.stderr) == (0, GOOD, "")


def test_a_published_edition_is_rehearsed_as_it_was_published(runner, edition):
    runner.invoke(args=["publish", str(DAY), "--yes"])
    assert runner.invoke(args=["posts", "rehearse", str(DAY)]).stdout == GOOD
    refused = runner.invoke(args=["posts", "rehearse"])
    assert refused.exit_code == 1
    assert "no edition that could be published" in refused.stderr


def test_what_is_wrong_is_said_with_its_line_and_ends_in_1(runner, edition, session):
    items(session)[0].note = "Read [this](https://example)."
    session.commit()
    result = runner.invoke(args=["posts", "rehearse"])
    assert result.exit_code == 1
    assert result.stdout == f"{DAY}: 9 of 10 checks passed\n"
    told, line = result.stderr.splitlines()
    assert told.startswith(f"{DAY}, line ")
    assert told.endswith("“https://example” is no address of the web.")
    assert line == "    Read [this](https://example)."


def test_a_folder_of_posts_is_summed_up(runner, edition, session, rules, clock, tmp_path: Path):
    good = preview(session, edition.id, now=clock(), rules=rules)
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_bytes(good)
    (tmp_path / "posts" / "b.md").write_bytes(good.replace(b".000Z", b".Z"))
    result = runner.invoke(args=["posts", "rehearse", str(tmp_path / "posts")])
    assert result.exit_code == 1
    assert result.stdout.endswith("b.md: 8 of 9 checks passed\n2 posts: 1 without a fault, 1 with one\n")
    assert result.stderr.startswith("b.md, line 3: 2026-11-18T08:30:00.Z is no date to JavaScript and Hugo")


@pytest.mark.parametrize("name", ["2026-11-31", "2026-11-19", "missing.md"])
def test_what_is_not_there_is_refused_in_one_sentence(runner, edition, name):
    result = runner.invoke(args=["posts", "rehearse", name])
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.stderr
    assert name in result.stderr

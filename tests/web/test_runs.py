"""Runs: each keeps its report, and the desk shows it."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import ConnectorError, Notice, Problem
from tests.factories import ingest_things, paper


def test_a_run_shows_what_it_found_and_what_it_could_not_read(
    as_editor: FlaskClient, session: Session, rules: Rules
) -> None:
    run = ingest_things(
        session, rules, [paper(score=90), Problem("line 7", "the title is missing <b>"), Notice("No listing yet.")]
    )
    page = as_editor.get(f"/runs/{run.id}").text
    assert "1 found, 1 new, 0 updated, 1 failed." in page
    assert "the title is missing &lt;b&gt;" in page
    assert "No listing yet." in page
    assert f'href="/runs/{run.id}"' in as_editor.get("/runs").text


def test_a_run_that_failed_says_why(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    run = ingest_things(session, rules, [ConnectorError("The listing cannot be reached.")])
    assert "The listing cannot be reached." in as_editor.get(f"/runs/{run.id}").text
    assert "failed" in as_editor.get("/runs").text


def test_no_run_yet(as_editor: FlaskClient) -> None:
    assert "No run yet." in as_editor.get("/runs").text


def test_a_run_that_is_not_there(as_editor: FlaskClient) -> None:
    assert as_editor.get("/runs/9").status_code == 404

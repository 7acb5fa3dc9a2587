"""Publishing, correcting, retracting and restoring on the command line, in plain words and exit statuses."""

from datetime import timedelta

import pytest

from app.models import AuditEvent, Delivery, Edition, Post
from app.services import curation
from app.services.acting import Acting
from app.services.scheduling import schedule
from tests.factories import DAY, edition_of_scores, items

D = str(DAY)


@pytest.fixture
def run(runner):
    """Run a command of the desk."""
    return lambda *words: runner.invoke(args=[str(word) for word in words])


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers."""
    return edition_of_scores(session, rules, [100, 90])


@pytest.fixture
def headline(session, clock, rules):
    """Give the first paper a headline."""

    def write(text: str, note: str = "") -> None:
        best = items(session)[0]
        curation.annotate(
            session, best.id, headline=text, note=note, version=best.version, by=Acting(None, clock(), rules)
        )

    return write


def test_a_post_is_corrected(run, session, edition, headline, app, tmp_path):
    assert run("publish", D, "--yes").exit_code == 0
    assert run("posts", "export", tmp_path / "copies").exit_code == 0
    begun = run("posts", "correct", D)
    assert begun.exit_code == 0 and "The edition is open" in begun.stdout
    nothing = run("publish", D, "--yes", "--correction", "A name was wrong.")
    assert nothing.exit_code == 1 and "Nothing differs from what readers have" in nothing.stderr
    headline("The right name")
    without = run("publish", D, "--yes")
    assert without.exit_code == 1 and "printed with a note" in without.stderr
    done = run("publish", D, "--yes", "--correction", "A name was wrong.")
    assert done.exit_code == 0 and "revision 2" in done.stdout
    (file,) = app.config["TARGET_DIR"].glob("*.md")
    assert file.read_bytes() == session.query(Post).filter_by(revision=2).one().markdown
    # Copies that are written again are those of the correction.
    assert run("posts", "export", tmp_path / "copies").exit_code == 0
    assert (tmp_path / "copies" / file.name).read_bytes() == file.read_bytes()


def test_a_delivery_that_was_cut_off_is_not_said_to_be_untried(run, session, edition, clock):
    run("publish", D, "--yes")
    delivery = session.query(Delivery).one()
    delivery.status, delivery.claimed_until = "waiting", clock() + timedelta(minutes=10)
    session.commit()
    again = run("publish", D, "--yes")
    assert again.exit_code == 1 and "directory is being tried; should that have been cut off" in again.stderr


def test_a_correction_is_given_up(run, session, edition, headline):
    run("publish", D, "--yes")
    run("posts", "correct", D)
    headline("Another name")
    assert run("posts", "correct", D, "--give-up").exit_code == 0
    assert items(session)[0].headline is None
    assert run("posts", "correct", D, "--give-up").exit_code == 1


def test_a_post_is_retracted_and_restored(run, edition, app):
    run("publish", D, "--yes")
    assert run("posts", "retract", D).exit_code == 2
    done = run("posts", "retract", D, "--reason", "Its papers were invented.")
    assert done.exit_code == 0 and done.stdout.startswith("Retracted.\n")
    assert list(app.config["TARGET_DIR"].glob("*.md")) == []
    again = run("posts", "retract", D, "--reason", "Again.")
    assert again.exit_code == 1 and "retracted already" in again.stderr
    assert run("posts", "restore", D).exit_code == 0
    assert len(list(app.config["TARGET_DIR"].glob("*.md"))) == 1
    assert run("posts", "restore", D).exit_code == 1


def test_what_the_rehearsal_finds_is_a_warning_and_the_reason_is_kept(run, session, edition, headline):
    headline("A lamp", "An open $x_{1$ formula.")
    done = run("publish", D, "--yes", "--reason", "The authors write it so.")
    assert done.exit_code == 0 and "warning, line" in done.stderr
    event = session.query(AuditEvent).filter_by(kind="edition.published").one()
    assert event.changes[0]["reason"] == "The authors write it so."


def test_the_command_line_waits_for_no_grace(run, app, edition):
    app.config["GRACE"] = 5
    assert run("publish", D, "--yes").exit_code == 0
    assert len(list(app.config["TARGET_DIR"].glob("*.md"))) == 1


def test_doctor_says_what_was_to_be_published_and_was_not(run, session, edition, clock, rules, editor):
    schedule(session, edition.id, Acting(editor, clock(), rules), at=clock() + timedelta(hours=1))
    assert "was to be published" not in run("doctor", "--offline").stdout
    clock.tick(hours=2)
    told = run("doctor", "--offline")
    assert told.exit_code == 1
    assert f"fix The edition of {D} was to be published Wed 18 November 2026, 09:30 (UTC) and was not." in told.stdout
    assert f"flask publish {D}" in told.stdout

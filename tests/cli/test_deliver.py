"""`flask deliver`, the worker that does the same, and what `flask doctor` says of deliveries."""

import time

import pytest
from sqlalchemy import select

from app.domain.delivery import DeliveryError
from app.models import Delivery, Post, Worker
from app.services.acting import Acting
from app.services.delivery import order_deliveries
from app.services.publishing import publish
from tests.factories import edition_of_scores
from tests.services.shelf import Shelf
from tests.worker_process import SECONDS, worker

DAY = "2026-11-18"
NAME = f"{DAY}---Hot-Papers.md"
# A worker that asks nobody outside of this machine for anything.
QUIET = {"HOTPAPERS_COLLECT": "no"}


@pytest.fixture
def shelf(app) -> Shelf:
    """The desk's one target."""
    shelf = Shelf()
    app.extensions["targets"] = [shelf]
    return shelf


def until(session, seen) -> None:
    """Wait for something to show in the database."""
    end = time.monotonic() + SECONDS
    while not seen():
        assert time.monotonic() < end, "it did not happen in time"
        session.rollback()
        time.sleep(0.1)


def test_deliver_tries_what_is_due_and_with_all_what_backs_off(session, rules, runner, shelf, clock):
    edition_of_scores(session, rules, [100])
    shelf.fails = DeliveryError("The shelf is locked; open it.")
    assert runner.invoke(args=["publish", DAY, "--yes"]).exit_code == 1
    assert runner.invoke(args=["deliver"]).stdout == "Nothing is due.\n"
    result = runner.invoke(args=["deliver", "--all"])
    assert (result.exit_code, result.stdout) == (1, "0 delivered, 1 not\n")
    assert result.stderr == f"{NAME} to the shelf: The shelf is locked; open it.\n"
    doctor = runner.invoke(args=["doctor", "--offline"])
    assert f"fix The post of {DAY} has not arrived at the target shelf (tried 2 times): The shelf" in doctor.stdout
    shelf.fails = None
    clock.tick(minutes=2)
    result = runner.invoke(args=["deliver"])
    assert result.exit_code == 0
    assert result.stdout == f"{NAME} to the shelf: delivery-1 on the shelf\n1 delivered, 0 not\n"
    assert "has not arrived" not in runner.invoke(args=["doctor", "--offline"]).stdout
    assert session.query(Delivery).populate_existing().one().status == "delivered"


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_worker_delivers_when_it_is_woken(app, session, settings, rules, editor, clock, tmp_path):
    # The worker has targets of its own, made of the same settings; its clock is the real one.
    edition = edition_of_scores(session, rules, [100])
    with worker(settings | QUIET, tmp_path / "worker.log"):
        until(session, lambda: session.get(Worker, 1, populate_existing=True))
        publish(session, edition.id, Acting(editor, clock(), rules), targets=[])
        post = session.scalars(select(Post)).one()
        order_deliveries(session, post, "published", "put", app.extensions["targets"], clock())
        session.commit()
        app.extensions["jobs"].wake_to_deliver()
        until(session, lambda: session.scalar(select(Delivery.status)) == "delivered")
    assert (app.config["TARGET_DIR"] / NAME).read_bytes() == post.markdown

"""`flask deliver` and what `flask doctor` says of deliveries."""

import pytest

from app.domain.delivery import DeliveryError
from app.models import Delivery
from tests.factories import edition_of_scores
from tests.services.shelf import Shelf

DAY = "2026-11-18"
NAME = f"{DAY}---Hot-Papers.md"


@pytest.fixture
def shelf(app) -> Shelf:
    """The desk's one target."""
    shelf = Shelf()
    app.extensions["targets"] = [shelf]
    return shelf


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

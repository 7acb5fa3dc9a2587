"""What stands at a target instead: replaced only as it was looked at, left, or given up, each with its event."""

import hashlib

import pytest
from sqlalchemy import select

from app.domain.delivery import DeliveryError
from app.domain.editions import NotAllowed
from app.models import AuditEvent, Delivery
from app.services.acting import Acting
from app.services.deciding import give_up, leave_theirs, put_ours
from app.services.delivery import deliver
from app.services.publishing import publish
from tests.factories import edition_of_scores
from tests.services.shelf import Shelf


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def shelf() -> Shelf:
    """A target at which somebody has put something else."""
    return Shelf()


@pytest.fixture
def act(editor, clock, rules) -> Acting:
    """Ana, now."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def row(session, rules, act, shelf):
    """The delivery of a post that found what was written by hand; read afresh at each call."""
    edition = edition_of_scores(session, rules, [100])
    shelf.files["2026-11-18---Hot-Papers.md"] = b"by hand\n"
    publish(session, edition.id, act, targets=[shelf])
    return lambda: session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


def again(session, row, shelf, clock) -> str:
    return deliver(session, row().post_id, targets=[shelf], now=clock.tick())[0].status


def test_ours_is_put_in_the_place_of_what_was_looked_at(session, row, shelf, act, clock):
    assert (row().status, row().found) == ("changed", b"by hand\n")
    put_ours(session, row().id, act, seen=digest(b"by hand\n"))
    assert again(session, row, shelf, clock) == "delivered"
    assert list(shelf.files.values()) == [row().post.markdown]
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "delivery.decided")).one()
    assert (event.editor.name, event.summary) == ("Ana", "replaced what stood at shelf")
    assert event.changes[0]["of_delivery"]["status"] == ["changed", "waiting"]
    assert event.version == row().post.edition.version


def test_what_was_changed_again_meanwhile_is_not_overwritten_but_asked_about(session, row, shelf, act, clock):
    put_ours(session, row().id, act, seen=digest(b"by hand\n"))
    shelf.files["2026-11-18---Hot-Papers.md"] = b"by hand, again\n"
    assert again(session, row, shelf, clock) == "changed"
    assert (row().found, row().may_replace) == (b"by hand, again\n", None)
    assert list(shelf.files.values()) == [b"by hand, again\n"]
    with pytest.raises(NotAllowed, match="changed again since you looked"):
        put_ours(session, row().id, act, seen=digest(b"by hand\n"))


def test_what_stands_there_can_be_left(session, row, shelf, act, clock):
    leave_theirs(session, row().id, act, seen=digest(b"by hand\n"))
    assert again(session, row, shelf, clock) == "left"
    assert list(shelf.files.values()) == [b"by hand\n"]
    with pytest.raises(NotAllowed, match="what stands there was left"):
        put_ours(session, row().id, act, seen=digest(b"by hand\n"))


def test_two_who_decide_at_once_decide_once(session, row, act):
    leave_theirs(session, row().id, act, seen=digest(b"by hand\n"))
    with pytest.raises(NotAllowed):
        leave_theirs(session, row().id, act, seen=digest(b"by hand\n"))
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == "delivery.decided")).all()) == 1


def test_a_failed_delivery_can_be_given_up_but_not_while_it_is_tried(session, row, shelf, act, clock):
    with pytest.raises(NotAllowed, match="look at what stands there"):
        give_up(session, row().id, act)
    shelf.fails = DeliveryError("The shelf is gone.")
    put_ours(session, row().id, act, seen=digest(b"by hand\n"))
    assert again(session, row, shelf, clock) == "failed"

    def try_to_give_up() -> None:
        with pytest.raises(NotAllowed, match="being tried right now"):
            give_up(session, row().id, act)

    shelf.meanwhile = try_to_give_up
    assert again(session, row, shelf, clock) == "failed"
    shelf.meanwhile = None
    give_up(session, row().id, act)
    assert again(session, row, shelf, clock) == "left"


def test_a_delivery_that_is_not_there_is_refused(session, act):
    with pytest.raises(NotAllowed, match="no such delivery"):
        give_up(session, 4711, act)

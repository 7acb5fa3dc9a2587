"""Deliveries: tried until they arrive, one at a time, the newest last; whatever fails touches nothing else."""

import hashlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.delivery import DeliveryError
from app.extensions import db
from app.models import Delivery, Edition, Post, Worker
from app.queries.deliveries import deliveries_on
from app.services.acting import Acting
from app.services.deciding import ask_again
from app.services.delivery import KEPT, deliver, deliver_after, deliver_due, order_deliveries, pause_after
from app.targets import DirectoryTarget
from tests.factories import DAY
from tests.services.shelf import Shelf

NAME = "2026-11-18-hot-papers.md"


@pytest.fixture
def edition(session) -> Edition:
    """An edition that has no post yet."""
    edition = Edition(date=DAY, cut=50, status="published")
    session.add(edition)
    session.commit()
    return edition


@pytest.fixture
def freeze(session, edition, clock):
    """Freeze the next revision."""

    def made() -> Post:
        revision = len(session.scalars(select(Post.id)).all()) + 1
        data = f"moss {revision}\n".encode()
        post = Post(
            edition_id=edition.id,
            revision=revision,
            file_name=NAME,
            markdown=data,
            sha256=hashlib.sha256(data).hexdigest(),
            record={"items": [{}, {}]},
            published_at=clock(),
        )
        session.add(post)
        session.flush()
        return post

    return made


@pytest.fixture
def order(session, clock):
    """Order the delivery of a post and commit."""

    def ordered(post: Post, *targets: Shelf, event="published", action="put", grace: timedelta | None = None) -> None:
        order_deliveries(session, post, event, action, targets, clock(), clock() + grace if grace else None)
        session.commit()

    return ordered


def rows(session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)))


def told(session) -> list[tuple[str, str, str]]:
    return [(row.target, row.action, row.status) for row in rows(session)]


def test_each_target_gets_the_post_and_gives_a_receipt(session, freeze, order, clock):
    post, shelf, other = freeze(), Shelf(), Shelf("drawer")
    order(post, shelf, other)
    done = deliver(session, post.id, targets=[shelf, other], now=clock.tick())
    assert [(row.status, row.receipt, row.attempts) for row in done] == [
        ("delivered", f"delivery-{done[0].id} on the shelf", 1),
        ("delivered", f"delivery-{done[1].id} on the drawer", 1),
    ]
    assert done[0].delivered_at == clock() and done[0].claimed_until is None
    told_it = shelf.orders[0]
    assert (told_it.data, told_it.sha256, told_it.revision, told_it.papers) == (post.markdown, post.sha256, 1, 2)
    assert (told_it.editor, told_it.title) == ("the command line", "Hot Papers 2026-11-18")
    deliver(session, post.id, targets=[shelf, other], now=clock.tick(days=1))
    assert len(shelf.orders) == 1


def test_a_failure_backs_off_from_a_minute_to_an_hour_and_goes_on(session, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    shelf.fails = DeliveryError("The shelf is locked.")
    order(post, shelf)
    pauses = []
    for _ in range(9):
        row = deliver(session, post.id, targets=[shelf], now=clock())[0]
        pauses.append((row.next_at - clock()).total_seconds() / 60)
        deliver(session, post.id, targets=[shelf], now=row.next_at - timedelta(seconds=1))
        clock.now = row.next_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (row.status, row.attempts, row.error) == ("failed", 9, "The shelf is locked.")
    shelf.fails = None
    assert deliver(session, post.id, targets=[shelf], now=clock())[0].status == "delivered"
    assert rows(session)[0].error is None


def test_the_pause_never_grows_past_an_hour():
    assert pause_after(10_000) == timedelta(hours=1)


def test_one_target_never_stands_in_the_way_of_another(session, freeze, order, clock):
    post, bad, good = freeze(), Shelf("bad"), Shelf()
    bad.fails = RuntimeError("nobody foresaw this")
    order(post, bad, good)
    deliver(session, post.id, targets=[bad, good], now=clock())
    assert told(session) == [("bad", "put", "failed"), ("shelf", "put", "delivered")]
    assert rows(session)[0].error.startswith("Something went wrong that nobody foresaw (RuntimeError)")


def test_what_is_refused_for_good_is_tried_again_by_hand_only(session, edition, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    shelf.fails = DeliveryError("No such shelf.", permanent=True)
    order(post, shelf)
    deliver(session, post.id, targets=[shelf], now=clock())
    shelf.fails = None
    assert list(deliver_due(session, targets=[shelf], clock=lambda: clock.tick(days=2))) == []
    assert ask_again(session, clock(), edition_id=edition.id) == 1
    assert [row.status for row in deliver(session, post.id, targets=[shelf], now=clock())] == ["delivered"]


def test_what_backs_off_can_be_asked_for_at_once(session, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    shelf.fails = DeliveryError("The shelf is locked.")
    order(post, shelf)
    deliver(session, post.id, targets=[shelf], now=clock())
    shelf.fails = None
    assert list(deliver_due(session, targets=[shelf], clock=clock)) == []
    assert [row.status for row in deliver_due(session, targets=[shelf], clock=clock, backing_off=True)] == ["delivered"]


def test_a_hook_is_told_only_when_the_files_have_arrived(session, freeze, order, clock):
    post, hook, shelf = freeze(), Shelf("hook", is_hook=True), Shelf()
    order(post, hook, shelf)
    shelf.fails = DeliveryError("The shelf is locked.")
    deliver(session, post.id, targets=[hook, shelf], now=clock())
    assert (told(session)[0], hook.orders) == (("hook", "put", "waiting"), [])
    shelf.fails = None
    deliver(session, post.id, targets=[hook, shelf], now=clock.tick())
    assert [status for *_, status in told(session)] == ["delivered", "delivered"]


def test_a_target_that_is_set_up_no_more_holds_up_no_hook(session, freeze, order, clock):
    post, hook = freeze(), Shelf("hook", is_hook=True)
    order(post, hook, Shelf("gone"))
    deliver(session, post.id, targets=[hook], now=clock())
    assert told(session) == [("hook", "put", "delivered"), ("gone", "put", "failed")]
    assert "no longer set up" in rows(session)[1].error


def test_nothing_is_delivered_before_its_grace_is_over(session, edition, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    order(post, shelf, grace=timedelta(minutes=5))
    assert ask_again(session, clock(), edition_id=edition.id) == 1
    assert list(deliver_due(session, targets=[shelf], clock=clock, backing_off=True)) == []
    clock.tick(minutes=5)
    assert [row.status for row in deliver_due(session, targets=[shelf], clock=clock)] == ["delivered"]


def test_a_new_order_takes_the_place_of_what_has_not_arrived(session, freeze, order, clock):
    first, shelf, other = freeze(), Shelf(), Shelf("other")
    other.fails = DeliveryError("It is locked.")
    order(first, shelf, other)
    deliver(session, first.id, targets=[shelf, other], now=clock())
    second = freeze()
    order(second, shelf, other, event="corrected")
    other.fails = None
    deliver(session, second.id, targets=[shelf, other], now=clock.tick(hours=1))
    assert [row.status for row in rows(session)] == ["delivered", "superseded", "delivered", "delivered"]
    assert shelf.files == other.files == {NAME: second.markdown}


def test_a_slow_attempt_never_brings_an_old_revision_back(session, freeze, order, clock):
    first, shelf = freeze(), Shelf()
    order(first, shelf)
    second = freeze()

    def published_meanwhile() -> None:
        shelf.meanwhile = None
        order(second, shelf, event="corrected")
        # Not while the other is under way.
        assert list(deliver_due(session, targets=[shelf], clock=clock)) == []

    shelf.meanwhile = published_meanwhile
    deliver(session, first.id, targets=[shelf], now=clock())
    assert [row.status for row in rows(session)] == ["superseded", "waiting"]
    assert [row.status for row in deliver_due(session, targets=[shelf], clock=clock)] == ["delivered"]
    assert shelf.files == {NAME: second.markdown}
    assert [order.replaces for order in shelf.orders] == [frozenset(), {first.sha256}]


def test_a_claim_of_a_process_that_died_lapses_and_its_late_answer_has_no_say(session, freeze, order, clock):
    post, slow, quick = freeze(), Shelf(), Shelf()
    order(post, slow)

    def taken_over() -> None:
        assert list(deliver_due(session, targets=[quick], clock=clock)) == []
        clock.tick(minutes=10)
        assert [row.status for row in deliver_due(session, targets=[quick], clock=clock)] == ["delivered"]

    slow.meanwhile, slow.fails = taken_over, DeliveryError("Far too late.")
    deliver(session, post.id, targets=[slow], now=clock())
    row = rows(session)[0]
    assert (row.status, row.attempts, row.error) == ("delivered", 2, None)


def test_two_workers_at_once_try_each_delivery_once(app, session, freeze, order, clock):
    post, shelves = freeze(), [Shelf(f"shelf {number}") for number in range(4)]
    order(post, *shelves)
    barrier, failed = threading.Barrier(2), []

    def work() -> None:
        with app.app_context():
            try:
                barrier.wait(timeout=30)
                list(deliver_due(db.session, targets=shelves, clock=clock))
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    assert [len(shelf.orders) for shelf in shelves] == [1, 1, 1, 1]
    assert {row.status for row in rows(session)} == {"delivered"}


def test_what_is_taken_back_before_anything_was_tried_needs_no_order(session, freeze, order, clock):
    first, shelf = freeze(), Shelf()
    order(first, shelf, grace=timedelta(minutes=5))
    order(first, shelf, event="taken back", action="remove")
    assert told(session) == [("shelf", "put", "superseded")]
    order(first, shelf)
    deliver(session, first.id, targets=[shelf], now=clock())
    second = freeze()
    order(second, shelf, event="corrected", grace=timedelta(minutes=5))
    order(first, shelf, event="taken back")
    assert told(session)[1:] == [("shelf", "put", "delivered"), ("shelf", "put", "superseded")]


def test_a_revision_that_never_arrived_is_ordered_again_when_the_next_is_taken_back(session, freeze, order, clock):
    first, shelf = freeze(), Shelf()
    shelf.fails = DeliveryError("The shelf is locked.")
    order(first, shelf)
    deliver(session, first.id, targets=[shelf], now=clock())
    order(freeze(), shelf, event="corrected", grace=timedelta(minutes=5))
    order(first, shelf, event="taken back")
    shelf.fails = None
    deliver(session, first.id, targets=[shelf], now=clock())
    assert shelf.files == {NAME: first.markdown}
    assert [status for *_, status in told(session)] == ["superseded", "superseded", "delivered"]


def test_something_else_that_stands_there_is_kept_and_waits_for_an_editor(session, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    theirs = shelf.files[NAME] = b"x" * (KEPT + 1)
    order(post, shelf)
    row = deliver(session, post.id, targets=[shelf], now=clock())[0]
    assert (row.status, row.next_at, len(row.found)) == ("changed", None, KEPT)
    assert row.found_sha256 == hashlib.sha256(theirs).hexdigest()
    assert list(deliver_due(session, targets=[shelf], clock=lambda: clock.tick(days=1), backing_off=True)) == []
    assert shelf.files == {NAME: theirs}


def test_after_an_action_an_editor_waits_for_folders_only_where_a_worker_runs(
    session, freeze, order, clock, editor, rules, tmp_path
):
    post, shelf, folder = freeze(), Shelf(), DirectoryTarget(tmp_path / "posts")
    order(post, shelf, folder)
    session.add(Worker(id=1, seen_at=clock(), said="It looks every minute."))
    session.commit()
    deliver_after(session, post.id, Acting(editor, clock(), rules), targets=[shelf, folder])
    assert told(session) == [("shelf", "put", "waiting"), ("directory", "put", "delivered")]
    deliver_after(session, post.id, Acting(None, clock(), rules), targets=[shelf, folder])
    assert told(session)[0] == ("shelf", "put", "delivered")


def test_lines_say_when_it_is_tried_next_and_what_nobody_does(session, edition, freeze, order, clock):
    post, shelf = freeze(), Shelf()
    order(post, shelf, grace=timedelta(minutes=5))
    line = deliveries_on(session, edition.date)[0]
    assert line.due_at() == clock() + timedelta(minutes=5)
    assert not line.is_overdue(clock() + timedelta(minutes=10))
    assert line.is_overdue(clock() + timedelta(minutes=11))

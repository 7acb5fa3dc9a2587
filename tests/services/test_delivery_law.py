"""The law of deliveries: whatever is ordered, fails or is lost on the way, in the end there is what came last."""

import hashlib
import itertools
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.delivery import DeliveryError, Order
from app.models import Delivery, Edition, Post
from app.services.delivery import deliver_due, order_deliveries
from tests.services.shelf import Shelf

DAYS = itertools.count()
NAME = "moss.md"
GRACE = timedelta(minutes=5)
STEPS = st.one_of(
    st.tuples(
        st.sampled_from(("publish", "publish in grace", "retract", "restore", "take back", "go", "go", "wait")),
        st.none(),
    ),
    st.tuples(st.just("way"), st.sampled_from(("well", "locked", "answers get lost"))),
)


@pytest.fixture
def backend() -> str:
    """SQLite alone: what differs between databases is held by tests/services/test_delivery.py."""
    return "sqlite"


class Fickle(Shelf):
    """A target that is locked at times, and at others does what it is told and then seems to have failed."""

    way = "well"

    def deliver(self, order: Order) -> str:
        if self.way == "locked":
            raise DeliveryError("It is locked.")
        receipt = super().deliver(order)
        if self.way == "answers get lost":
            raise DeliveryError("It did not answer.")
        return receipt


class House:
    """An edition with its posts and two targets, and what readers are to have of it by the last order."""

    def __init__(self, session, clock) -> None:
        self.session, self.clock = session, clock
        self.targets = [Fickle("near"), Fickle("far")]
        self.edition = Edition(date=date(2026, 1, 1) + timedelta(days=next(DAYS)), cut=50, status="published")
        session.add(self.edition)
        session.commit()
        self.posts: list[Post] = []
        self.is_out, self.before, self.grace_until = False, None, clock()

    @property
    def wanted(self) -> dict[str, bytes]:
        return {NAME: self.posts[-1].markdown} if self.is_out else {}

    def order(self, event: str, action: str, post: Post, grace: timedelta | None = None) -> None:
        until = self.clock() + grace if grace else None
        order_deliveries(self.session, post, event, action, self.targets, self.clock(), until)
        self.session.commit()

    def publish(self, grace: timedelta | None) -> None:
        revision = len(self.session.scalars(select(Post.id).where(Post.edition_id == self.edition.id)).all()) + 1
        data = f"revision {revision} of {self.edition.date}\n".encode()
        post = Post(
            edition_id=self.edition.id,
            revision=revision,
            file_name=NAME,
            markdown=data,
            sha256=hashlib.sha256(data).hexdigest(),
            record={},
            published_at=self.clock(),
        )
        self.session.add(post)
        self.session.flush()
        self.before = (list(self.posts), self.is_out)
        self.grace_until = self.clock() + (grace or timedelta())
        self.order("corrected" if self.posts else "published", "put", post, grace)
        self.posts.append(post)
        self.is_out = True

    def step(self, what: str, value: str | None) -> None:
        if what == "way":
            self.targets[0].way = value
        elif what.startswith("publish"):
            self.publish(GRACE if what.endswith("grace") else None)
        elif what == "retract" and self.is_out:
            self.is_out, self.before = False, None
            self.order("retracted", "remove", self.posts[-1])
        elif what == "restore" and self.posts and not self.is_out:
            self.is_out, self.before = True, None
            self.order("restored", "put", self.posts[-1])
        elif what == "take back" and self.before and self.clock() < self.grace_until:
            (posts, self.is_out), self.before, taken = self.before, None, self.posts[-1]
            self.posts = posts
            post = posts[-1] if posts else taken
            self.order("taken back", "put" if self.is_out else "remove", post)
        elif what in ("go", "wait"):
            self.clock.tick(minutes=1 if what == "go" else 90)
            self.go()

    def go(self) -> None:
        for _ in deliver_due(self.session, targets=self.targets, clock=self.clock):
            pass


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=14))
def test_in_the_end_there_is_what_was_ordered_last_and_nothing_else(session, clock, steps) -> None:
    house = House(session, clock)
    for what, value in steps:
        house.step(what, value)
    house.targets[0].way = "well"
    clock.tick(days=1)
    house.go()
    assert [target.files for target in house.targets] == [house.wanted, house.wanted]
    of_it = select(Delivery.status).join(Post, Post.id == Delivery.post_id).where(Post.edition_id == house.edition.id)
    assert set(session.scalars(of_it)) <= {"delivered", "superseded"}

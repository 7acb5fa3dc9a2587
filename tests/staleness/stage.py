"""Two desks that run all along on one database, a third that is always just started, and the people who ask them."""

import copy
import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from itsdangerous import URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.keeping import Keep, KeepNewest
from app.models import Edition, Editor, Item, Mention, Post, ReadingLink
from app.queries.waiting import newest_finished_run
from app.services.acting import Acting
from app.services.delivery import deliver_due
from app.services.publishing import publish
from app.web.post_pages import PostPages
from tests.conftest import Clock
from tests.factories import DAY, MORNING, ingest_things, mention, paper
from tests.services.shelf import Shelf
from tests.staleness.answers import CSRF, Answer, plain

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
# A paper that ran before, and one that has quotes.
AGAIN, QUOTED = "2611.80001", "2611.80011"
SCORES = (90, 70, 60, 40, 20)
# Where the clock stands when the first one acts.
BEGINS = MORNING + timedelta(minutes=30)
ANA, JO, RUI, STRANGER = "Ana", "Jo", "Rui", "a stranger"
EDITORS = (ANA, JO)
# What keeps things; each holds them by its `_kept`.
KEEPS = (Keep, KeepNewest, PostPages)
# Of the answers that were given at an address, so many, the newest, are asked to be confirmed.
TAGS_TRIED = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """An address as somebody asks for it, with gaps for the names that `Stage.names` fills; by htmx or as a page."""

    who: str
    address: str
    htmx: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something, at which of the two desks, and a number that chooses what it is done to."""

    who: str = ANA
    desk: int = 0
    number: int = 0


def keeps_in_use() -> list[Any]:
    """Everything in this process in which any desk keeps what it has worked out, wherever a desk has it."""
    return [thing for thing in gc.get_objects() if isinstance(thing, KEEPS)]


def made_with_keeps(make: Callable[[], Flask]) -> tuple[Flask, list[Any]]:
    """A desk, and everything in which it keeps what it works out."""
    before = {id(thing) for thing in keeps_in_use()}
    app = make()
    return app, [thing for thing in keeps_in_use() if id(thing) not in before]


def forget(app: Flask) -> None:
    """Empty all that a desk keeps, which makes it one that has just been started."""
    for keep in app.config["KEEPS"]:
        keep._kept.clear()


def lay(session: Session, app: Flask, clock: Clock) -> None:
    """An edition that is out, one that is at work with news waiting in it, and the next one; two editors, a reader."""
    rules, clock.now = app.extensions["rules"], MORNING - timedelta(days=1)
    people = [Editor(name=name, role=role, created_at=clock()) for name, role in
              ((ANA, "editor"), (JO, "editor"), (RUI, "reader"))]  # fmt: skip
    session.add_all(people)
    session.commit()
    first = [paper(AGAIN, score=80, announced_on=BEFORE), paper("2611.80002", score=60, announced_on=BEFORE)]
    ingest_things(session, rules, [*first, paper("2611.80003", score=5, announced_on=BEFORE)], day=BEFORE, now=clock())
    edition = session.scalars(select(Edition).where(Edition.date == BEFORE)).one()
    publish(session, edition.id, Acting(people[0], clock(), rules), targets=app.extensions["targets"])
    list(deliver_due(session, targets=app.extensions["targets"], clock=clock))
    papers = [paper(f"2611.8001{n}", score=score) for n, score in enumerate(SCORES)]
    papers += [paper(AGAIN, score=55, version=2)]
    quoted = [mention("quoted", papers[1], reposts=200, text="What a lantern!", author_handle="northpop"),
              mention("other", papers[1], reposts=100, text="And moss, too.", author_handle="mossbird")]  # fmt: skip
    loud = mention("loud", papers[0], papers[1], papers[4], likes=100, author_handle="northpop", text="Out Friday!")
    ingest_things(session, rules, [*papers, *quoted, loud])
    later = [paper(f"2611.8002{n}", score=score, announced_on=AFTER) for n, score in enumerate((70, 30))]
    ingest_things(session, rules, later, day=AFTER)
    clock.now = BEGINS


@contextmanager
def told_as(words: str) -> Iterator[None]:
    """Say when something is stale."""
    try:
        yield
    except AssertionError as stale:
        stale.add_note(words)
        raise


class Stage:
    """The desks, the clock and the people; each call of `begin` lays everything anew."""

    def __init__(self, apps: Mapping[str, Flask], clock: Clock, put_back: Callable[[], None]) -> None:
        """`apps` are the two that run ("first", "second"), a "fresh" one, and on SQLite a "twin" on a copy."""
        self.running = [apps["first"], apps["second"]]
        self.apps, self.fresh, self.twin = [*apps.values()], apps["fresh"], apps.get("twin")
        self.clock, self._put_back = clock, put_back
        self.cookies = {who: self._cookie(who) for who in (*EDITORS, RUI, STRANGER)}
        # Every tag that was given for an address, with the answer that it named.
        self.tagged: dict[str, dict[str, Answer]] = {}

    def begin(self) -> None:
        """Everything as it was laid; nothing is known at any desk."""
        self._put_back()
        self.clock.now, self.tagged, self._counted = BEGINS, {}, 1000
        self.shelf = Shelf()
        for app in self.apps:
            forget(app)
            app.extensions["targets"] = [self.shelf]
        with self.straight() as session:
            self.ids = _ids(session)
            self.shelf.files = {post.file_name: post.markdown for post in session.scalars(select(Post))}

    def _cookie(self, who: str) -> str:
        kept = {CSRF: f"the session of {who}"}
        number = (*EDITORS, RUI, STRANGER).index(who) + 1
        if who != STRANGER:
            kept |= {"_user_id": Editor(id=number, password_hash=None).get_id(), "_fresh": True}
        return self.fresh.session_interface.get_signing_serializer(self.fresh).dumps(kept)

    @contextmanager
    def straight(self) -> Iterator[Session]:
        """The database past both desks, as the worker and the command line have it."""
        with self.fresh.app_context():
            try:
                yield db.session
            finally:
                db.session.rollback()

    def acting(self, session: Session, who: str) -> Acting:
        """Somebody, now."""
        person = session.scalars(select(Editor).where(Editor.id == (*EDITORS, RUI).index(who) + 1)).one()
        return Acting(person, self.clock(), self.fresh.extensions["rules"])

    def names(self, number: int = 0) -> dict[str, Any]:
        """What the gaps of addresses and forms are filled with, as things stand."""
        with self.straight() as session:
            version = session.scalar(select(Edition.version).where(Edition.date == DAY))
            run = newest_finished_run(session)
            link = _link(session, self.ids["edition"])
        items = self.ids["items"]
        chosen = {"item": items[number % len(items)], "other": items[(number + 1) % len(items)], "number": number}
        return self.ids | chosen | {"version": version, "run": run, "next": number + 1, "link": link}

    def item(self, session: Session, number: int) -> Item:
        """One of the papers that the edition was laid with."""
        return session.get_one(Item, self.names(number)["item"], populate_existing=True)

    def count(self) -> int:
        """A number of four digits that was not given before."""
        self._counted += 1
        return self._counted

    def poll(self, hand: Hand, address: str) -> None:
        """A page at one of the desks asks for news."""
        address = address.format(**self.names(hand.number))
        self._send(self.running[hand.desk], "GET", hand.who, address, {"HX-Request": "true"})

    def check(self, asked: Asked, desk: int) -> None:
        """A desk that has been running answers as one that was just started, and confirms only what still holds."""
        asked = replace(asked, address=asked.address.format(**self.names()))
        forget(self.fresh)
        expected = self._ask(self.fresh, asked)
        answer = self.look(asked, desk)
        assert answer.same_as(expected), f"{asked} is stale:\n{answer.difference(expected)}"
        for tag, former in [*self._known(asked).items()][-TAGS_TRIED:]:
            confirmed = self._ask(self.running[desk], asked, tag)
            shown = former if confirmed.status == 304 else confirmed
            assert shown.same_as(expected), f"{asked} is stale for who has {tag}:\n{shown.difference(expected)}"

    def look(self, asked: Asked, desk: int) -> Answer:
        """What a running desk answers; a tag that it gives names this answer and no other."""
        asked = replace(asked, address=asked.address.format(**self.names()))
        answer = self._ask(self.running[desk], asked)
        if answer.tag:
            former = self._known(asked).setdefault(answer.tag, answer)
            assert former.same_as(answer), f"{asked}: one tag for two:\n{former.difference(answer)}"
        return answer

    def _known(self, asked: Asked) -> dict[str, Answer]:
        """Every answer that had a tag and was given at an address, to whomever it was: browsers are shared."""
        return self.tagged.setdefault(f"{asked.address} {asked.htmx}", {})

    def _ask(self, app: Flask, asked: Asked, tag: str = "") -> Answer:
        headers = ({"HX-Request": "true"} if asked.htmx else {}) | ({"If-None-Match": tag} if tag else {})
        # At one of the desks everything is packed, as browsers take it.
        headers |= {"Accept-Encoding": "gzip"} if app is self.running[1] else {}
        return self._send(app, "GET", asked.who, asked.address, headers)

    def press(self, hand: Hand, address: str, *, htmx: bool = True, **fields: Any) -> Answer:
        """A form is sent to one of the desks; on SQLite it answers as a desk that was just started does to the same."""
        names = self.names(hand.number)
        address = address.format(**names)
        data = {name: value.format(**names) if isinstance(value, str) else value for name, value in fields.items()}
        headers = {"HX-Request": "true"} if htmx else {}
        expected = self._press_twin(hand.who, address, headers, data)
        answer = self._send(self.running[hand.desk], "POST", hand.who, address, headers, data)
        if expected:
            assert answer.same_as(expected), f"the answer of {address} is stale:\n{answer.difference(expected)}"
        return answer

    def _press_twin(self, who: str, address: str, headers: dict[str, str], data: dict[str, Any]) -> Answer | None:
        if self.twin is None:
            return None
        copy_file(file_of(self.fresh), file_of(self.twin))
        forget(self.twin)
        self.twin.extensions["targets"] = [copy.deepcopy(self.shelf)]
        return self._send(self.twin, "POST", who, address, headers, data)

    def _send(
        self, app: Flask, method: str, who: str, address: str, headers: dict[str, str], data: Any = None
    ) -> Answer:
        cookie = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={self.cookies[who]}"}
        client = app.test_client(use_cookies=False)
        response = client.open(address, method=method, headers=headers | cookie, data=data)
        return plain(response, app.secret_key, is_secret_new=method == "POST")


def _ids(session: Session) -> dict[str, Any]:
    """The names of what lies on the desk, for addresses and forms."""
    of_day = select(Item.id).join(Edition).where(Edition.date == DAY, Item.state != "waiting")
    items = list(session.scalars(of_day.order_by(Item.score.desc(), Item.id)))
    again = session.scalar(of_day.where(Item.update_of.is_(None), Item.paper.has(arxiv_id=AGAIN)))
    mentions = dict(list(session.execute(select(Mention.external_id, Mention.id))))
    days: dict[str, date] = {"day": DAY, "before": BEFORE, "after": AFTER}
    quoting = session.scalar(of_day.where(Item.paper.has(arxiv_id=QUOTED)))
    edition = session.scalar(select(Edition.id).where(Edition.date == DAY))
    out = session.scalar(select(Item.id).join(Edition).where(Edition.date == BEFORE).order_by(Item.id))
    known = {"edition": edition, "items": items, "again": again, "out": out, "quoting": quoting, "paper": AGAIN}
    return days | known | mentions


def file_of(app: Flask) -> Path:
    """The database's file."""
    with app.app_context():
        return Path(db.engine.url.database or "")


def copy_file(source: Path, target: Path) -> None:
    """Make a database like another one, while desks have both open."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _link(session: Session, edition_id: int) -> str:
    """The address of the edition's reading link, or one that leads nowhere."""
    link = session.get(ReadingLink, edition_id, populate_existing=True)
    signer = URLSafeSerializer(current_app.secret_key, salt="reading link")
    return f"/read/{signer.dumps([edition_id, link.nonce])}" if link else "/read/nothing"

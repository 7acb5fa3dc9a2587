"""The law that nothing shown is stale: a desk that has been running shows what one just started on the same database
shows, byte for byte, and confirms what a browser has only where that still holds."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select

from app import create_app
from app.extensions import db
from app.models import AuditEvent
from app.services.audit import Kind
from tests.conftest import COMPILED, PHASES, Clock
from tests.databases import copy_database, execute
from tests.mail_server import SENDER, TO, Postbox, mail_server
from tests.services.shelf import Shelf
from tests.staleness.happenings import HAPPENINGS
from tests.staleness.pages import FEW, LOOKED_AT_MOST, PAGES
from tests.staleness.presses import PRESSES
from tests.staleness.stage import (
    ANA,
    BEGINS,
    EDITORS,
    JO,
    Asked,
    Hand,
    Stage,
    copy_file,
    forget,
    keeps_in_use,
    lay,
    made_with_keeps,
)

WAYS = PRESSES | HAPPENINGS
# How each kind of event comes about: ways, done one after the other at the first desk, by Ana where nobody is named.
HAPPENS: dict[Kind, list[str | tuple[str, str, int]]] = {
    Kind.RUN_ASKED: ["ask for a run"],
    Kind.PAPER_ADDED: ["a paper is added"],
    Kind.EDITION_FILLED: ["a new day"],
    Kind.EDITION_PUBLISHED: ["publish"],
    Kind.EDITION_IMPORTED: ["an old post comes in"],
    Kind.EDITION_REOPENED: ["correct"],
    Kind.EDITION_CLOSED: ["correct", "drop of the correction", "give the correction up"],
    Kind.EDITION_SCHEDULED: ["schedule"],
    Kind.EDITION_UNSCHEDULED: ["schedule", "unschedule"],
    Kind.EDITION_NOT_PUBLISHED: ["schedule", "a day", "the worker publishes"],
    Kind.POST_RETRACTED: ["retract"],
    Kind.POST_RESTORED: ["retract", "restore"],
    Kind.POST_TAKEN_BACK: ["publish", "take the new post back"],
    Kind.DELIVERY_DECIDED: ["the target fails", "retract", "give a delivery up"],
    Kind.MAIL_SENT: ["mail"],
    Kind.ITEM_PICKED: [("pick", ANA, 5)],
    Kind.ITEM_DROPPED: ["drop with a reason"],
    Kind.ITEM_HELD: ["hold"],
    Kind.ITEM_RETURNED: ["return"],
    Kind.ITEM_MOVED: [("move to the top", ANA, 1)],
    Kind.ITEM_ANNOTATED: ["note"],
    Kind.ITEM_PINNED: ["pin"],
    Kind.ITEM_UNPINNED: ["pin", "unpin"],
    Kind.EDITION_ORDERED: [("move to the top", ANA, 1), "order"],
    Kind.EDITION_CUT: [("cut", ANA, 3)],
    Kind.ITEM_UPDATED: ["run as an update"],
    Kind.ITEM_QUOTED: ["hide a quote"],
    Kind.EDITION_WRITTEN: ["introduction"],
    Kind.EDITION_RESTORED: ["drop", ("drop", ANA, 1), "restore an order"],
    Kind.BATON_TAKEN: ["take the baton"],
    Kind.BATON_LAID_DOWN: ["take the baton", "pass the baton on"],
    Kind.LINK_MADE: ["make a link"],
    Kind.LINK_ENDED: ["make a link", "end the link"],
    Kind.MENTION_STRUCK: ["strike"],
    Kind.MENTION_UNSTRUCK: ["strike", "take a strike back"],
    Kind.DATA_TAKEN: ["pin", ("other counts", ANA, 7), "take what waits"],
    Kind.DATA_LEFT: ["pin", ("other counts", ANA, 7), "leave what waits"],
    Kind.ACTION_UNDONE: ["drop", "undo"],
    Kind.ACTION_REDONE: ["drop", "undo", "redo"],
    Kind.UNDO_PASSED_OVER: [("pick", ANA, 5), ("drop", JO, 5), "undo"],
}
# What leaves no event, and what does in other ways than above.
# What must have been done before, where a way does nothing by itself.
FIRST = {
    "redo": ["drop", "undo"],
    "take what waits": ["pin", "other words"],
    "leave what waits": ["pin", "other words"],
    "take the new post back": ["publish"],
    "correct the new post": ["publish", "an hour"],
    "retract the new post": ["publish", "an hour"],
    "restore the new post": ["publish", "an hour", "retract the new post"],
    "publish the correction": ["correct", "drop of the correction"],
    "give the correction up": ["correct"],
    "put ours": ["written by hand", "retract"],
    "leave theirs": ["written by hand", "retract"],
    "deliver again": ["the target fails", "retract", "the target fails"],
    "ask for the baton": [("take the baton", JO, 0)],
    "the worker delivers": ["publish", "an hour"],
    "the worker stops": ["the worker is heard"],
    "remove a view": ["save a view"],
    "move a quote": ["hide a quote", "quote"],
    "quote by the rule": ["hide a quote"],
    "not as an update": ["run as an update"],
}
# All else, what ends an edition or an account, or takes long, last.
LATE = ("publish", "schedule", "Jo closes", "an hour", "a day")
_KNOWN = {*FIRST, *LATE, *(step for steps in HAPPENS.values() for step in steps)}
BESIDE = [name for name in WAYS if name not in _KNOWN] + [*LATE]
NUMBERS = count(1)


@contextmanager
def desk(url: str, folder: Path, more: dict[str, str], clock: Clock, compiled) -> Iterator[Flask]:
    """One desk, as a worker of gunicorn is one."""
    known = {
        "HOTPAPERS_DATABASE_URL": url,
        "HOTPAPERS_INSTANCE_DIR": str(folder),
        "HOTPAPERS_SECRET_KEY": "not a secret, for tests only",
        "HOTPAPERS_GRACE": "5",
    }
    app, keeps = made_with_keeps(lambda: create_app(known | more))
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=COMPILED)
    app.jinja_env.bytecode_cache = compiled
    # That a token is signed right is tested elsewhere; here it is seen in every page whose it is.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.config["KEEPS"] = keeps
    app.extensions["clock"], app.extensions["targets"] = clock, [Shelf()]
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def posting() -> Iterator[dict[str, str]]:
    """The settings of a mail server that takes everything."""
    with mail_server(Postbox()) as port:
        yield {
            "HOTPAPERS_SMTP_HOST": "127.0.0.1",
            "HOTPAPERS_SMTP_PORT": str(port),
            "HOTPAPERS_SMTP_SECURITY": "none",
            "HOTPAPERS_MAIL_FROM": SENDER,
            "HOTPAPERS_MAIL_TO": TO,
        }


@contextmanager
def staged(urls: dict[str, str], put_back: Callable[[], None], folder: Path, more, compiled) -> Iterator[Stage]:
    """The desks of a stage, by name, on their databases; what is laid there once is put back by `put_back`."""
    clock = Clock(BEGINS)
    with desk(urls["laid"], folder, more, clock, compiled) as app, app.app_context():
        lay(db.session, app, clock)
    with (
        desk(urls["first"], folder, more, clock, compiled) as first,
        desk(urls["first"], folder, more, clock, compiled) as second,
        desk(urls["first"], folder, more, clock, compiled) as fresh,
        desk(urls.get("twin", urls["first"]), folder, more, clock, compiled) as twin,
    ):
        apps = {"first": first, "second": second, "fresh": fresh} | ({"twin": twin} if "twin" in urls else {})
        yield Stage(apps, clock, lambda: put_back(list(apps.values())))


@pytest.fixture(scope="module")
def stage(sqlite_template, tmp_path_factory, posting, compiled_templates) -> Iterator[Stage]:
    """The desks on an SQLite file."""
    folder = tmp_path_factory.mktemp("stage")
    files = {name: folder / f"{name}.db" for name in ("laid", "first", "twin")}
    for file in files.values():
        shutil.copyfile(sqlite_template, file)
    urls = {name: f"sqlite:///{file}" for name, file in files.items()}
    put_back = lambda apps: copy_file(files["laid"], files["first"])  # noqa: E731
    with staged(urls, put_back, folder, posting, compiled_templates) as found:
        yield found


@pytest.fixture(scope="module")
def postgres_stage(postgres_template, tmp_path_factory, posting, compiled_templates) -> Iterator[Stage]:
    """The desks on a PostgreSQL database."""
    address, numbers = postgres_template, next(NUMBERS)
    laid, first = f"stage_laid_{numbers}", f"stage_{numbers}"

    def put_back(apps: list[Flask]) -> None:
        for app in apps:
            with app.app_context():
                db.engine.dispose()
        execute(address, f"drop database if exists {first} with (force)")
        copy_database(address, laid, first)

    copy_database(address, "desk_template", laid)
    urls = {"laid": address.format(laid), "first": address.format(first)}
    with staged(urls, put_back, tmp_path_factory.mktemp("stage"), posting, compiled_templates) as found:
        yield found
    for name in (laid, first):
        execute(address, f"drop database {name} with (force)")


def go(stage: Stage, steps: list[str | tuple[str, str, int]], number: int = 0) -> None:
    """Do one thing after the other at the first desk."""
    for step in steps:
        name, who, chosen = (step, ANA, number) if isinstance(step, str) else step
        WAYS[name](stage, Hand(who, 0, chosen))


@pytest.mark.parametrize("kind", Kind)
def test_whatever_happens_is_seen_at_once_at_another_desk_that_was_looked_at_before(stage: Stage, kind: Kind) -> None:
    *before, last = HAPPENS[kind]
    stage.begin()
    go(stage, before)
    look(stage, FEW)
    go(stage, [last])
    assert happened(stage, kind)
    for asked in FEW:
        stage.check(asked, 1)


@pytest.mark.parametrize("name", FIRST)
def test_what_comes_after_something_else_is_seen_at_once_too(stage: Stage, name: str) -> None:
    stage.begin()
    go(stage, FIRST[name])
    look(stage, FEW)
    go(stage, [name], number=1)
    for asked in FEW:
        stage.check(asked, 1)


def test_whatever_else_changes_is_seen_at_once_one_thing_after_the_other(stage: Stage) -> None:
    stage.begin()
    look(stage, FEW)
    for number, name in enumerate(BESIDE):
        go(stage, [name], number=number)
        # Half of the pages each time.
        for asked in FEW[number % 2 :: 2]:
            with told_as(name):
                stage.check(asked, 1)


@contextmanager
def told_as(name: str) -> Iterator[None]:
    """Say after what something is stale."""
    try:
        yield
    except AssertionError as stale:
        stale.add_note(f"after: {name}")
        raise


def happened(stage: Stage, kind: Kind) -> bool:
    """Whether there is an event of a kind."""
    with stage.straight() as session:
        return session.scalar(select(AuditEvent.id).where(AuditEvent.kind == kind).limit(1)) is not None


def test_all_that_desks_keep_is_found_and_can_be_forgotten(stage: Stage) -> None:
    stage.begin()
    for asked in PAGES:
        stage.look(asked, 0)
    (desk, other), known = stage.running, [keep for app in stage.apps for keep in app.config["KEEPS"]]
    assert any(keep._kept for keep in desk.config["KEEPS"])
    assert not any(keep._kept for keep in other.config["KEEPS"])
    assert not {id(keep) for keep in keeps_in_use() if keep._kept} - {id(keep) for keep in known}
    forget(desk)
    assert not any(keep._kept for keep in desk.config["KEEPS"])


def look(stage: Stage, pages: list[Asked]) -> None:
    """Look at pages at the second desk."""
    for asked in pages:
        stage.look(asked, 1)


STEPS = st.tuples(
    st.sampled_from(sorted(WAYS)),
    st.builds(Hand, who=st.sampled_from(EDITORS), desk=st.integers(0, 1), number=st.integers(0, 7)),
)
# So many pages are looked at after each step, and so many in the end.
AFTER_A_STEP, IN_THE_END = 2, 20
# To explain a failure by the lines that were run would slow each of them down.
FAST = [phase for phase in PHASES if phase is not Phase.explain]


class Morning(RuleBasedStateMachine):
    """A morning at both desks: anything may happen, and after each step some pages are looked at."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage, self.looked, self.is_well = stage, 0, True
        stage.begin()

    @rule(step=STEPS)
    def something_happens(self, step: tuple[str, Hand]) -> None:
        """One step of anybody, and what is seen at once."""
        name, hand = step
        self.is_well = False
        WAYS[name](self.stage, hand)
        self.look_at(LOOKED_AT_MOST, AFTER_A_STEP)
        self.look_at(PAGES, 1)
        self.is_well = True

    def look_at(self, pages: list[Asked], many: int) -> None:
        """The next pages, at the desks in turn."""
        for _ in range(many):
            self.looked += 1
            self.stage.check(pages[self.looked % len(pages)], self.looked // len(LOOKED_AT_MOST) % 2)

    def teardown(self) -> None:
        """More of it, where nothing was wrong so far."""
        if self.is_well:
            self.look_at(LOOKED_AT_MOST, IN_THE_END)


def test_nothing_shown_is_stale_whatever_happens(stage: Stage) -> None:
    some = settings(max_examples=8, stateful_step_count=12, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(lambda: Morning(stage), settings=some)


def test_nothing_shown_is_stale_on_postgresql(postgres_stage: Stage) -> None:
    few = settings(max_examples=2, stateful_step_count=10, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(lambda: Morning(postgres_stage), settings=few)

"""The law that nothing shown is stale: a desk that has been running shows what one just started on the same database
shows, byte for byte, and confirms what a browser has only where that still holds."""

import sys
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select

from app.models import AuditEvent
from app.services.audit import Kind
from tests.conftest import PHASES
from tests.staleness.answers import Answer
from tests.staleness.happenings import HAPPENINGS
from tests.staleness.pages import FEW, LOOKED_AT_MOST, PAGES
from tests.staleness.presses import PRESSES
from tests.staleness.stage import ANA, EDITORS, JO, Asked, Hand, Stage, forget, keeps_in_use, told_as

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


def go(stage: Stage, steps: list[str | tuple[str, str, int]], number: int = 0) -> Answer | None:
    """Do one thing after the other at the first desk; what the last one was answered, where it was a form."""
    answer = None
    for step in steps:
        name, who, chosen = (step, ANA, number) if isinstance(step, str) else step
        answer = WAYS[name](stage, Hand(who, 0, chosen))
    return answer


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
    answer = go(stage, [name], number=1)
    assert answer is None or answer.status < 400
    for asked in FEW:
        stage.check(asked, 1)


def test_whatever_else_changes_is_seen_at_once_one_thing_after_the_other(stage: Stage) -> None:
    stage.begin()
    look(stage, FEW)
    for number, name in enumerate(BESIDE):
        go(stage, [name], number=number)
        # Half of the pages each time.
        for asked in FEW[number % 2 :: 2]:
            with told_as(f"after: {name}"):
                stage.check(asked, 1)


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


# What functions keep for all desks of a process: what their arguments alone say. Files are among them with the time
# they were changed; the code's own digest is that of what is loaded.
OF_ARGUMENTS = {
    *("app.assets._stamp_of", "app.bundles._sheets_of"),
    *("app.bundles._scripts_in", "app.bundles.stamp", "app.bundles.joined", "app.web.confirming._code"),
    *("app.domain.dialects._respelled", "app.domain.history._compared", "app.domain.markdown_tree.markdown_tree"),
    *("app.domain.mathematics.mathml", "app.domain.profiles.templates._template", "app.queries.shown._names"),
    *("app.domain.profiles.templates._is_expression", "app.queries.shown._sources", "app.web.filters._stamp"),
    *("app.web.filters.tex", "app.web.filters.plain", "app.web.public.as_title"),
}
# What a desk is given when it is made, statements as its driver takes them, and files as they were within a second.
NOT_KEPT = {"targets", "sources", "questions", "of_late"}


def test_nothing_is_kept_in_any_other_way(stage: Stage) -> None:
    modules = [(name, module) for name, module in sys.modules.items() if name.partition(".")[0] == "app"]
    memories = {
        f"{name}.{word}"
        for name, module in modules
        for word, thing in vars(module).items()
        if type(thing) is type(lru_cache(abs)) and thing.__module__ == name
    }
    assert memories <= OF_ARGUMENTS
    given = stage.fresh.extensions
    assert {name for name, thing in given.items() if isinstance(thing, dict | list | set)} <= NOT_KEPT


def look(stage: Stage, pages: list[Asked]) -> None:
    """Look at pages at the second desk."""
    for asked in pages:
        stage.look(asked, 1)


STEPS = st.tuples(
    st.sampled_from(sorted(WAYS)),
    st.builds(Hand, who=st.sampled_from(EDITORS), desk=st.integers(0, 1), number=st.integers(0, 7)),
)
# So many pages are looked at after each step, and so many in the end.
AFTER_A_STEP, IN_THE_END = 2, 12
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
    some = settings(max_examples=7, stateful_step_count=12, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(lambda: Morning(stage), settings=some)


def test_nothing_shown_is_stale_on_postgresql(postgres_stage: Stage) -> None:
    few = settings(max_examples=2, stateful_step_count=10, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(lambda: Morning(postgres_stage), settings=few)

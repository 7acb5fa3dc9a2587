"""The law of catching up: a page that takes up what it and others did is the page that is loaded afresh."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules
from app.domain.sources import Reading
from app.queries.editions import edition_on, version_of
from app.queries.shown import item_order
from app.services import baton, curation, cutting, evidence, ordering, undo
from app.services.acting import Acting
from tests.factories import DAY, MORNING, ingest_things, mention, mention_row, paper
from tests.web.browser_page import BESIDE, NUMBERS, Page, assert_same, read
from tests.web.conftest import HTMX

DAYS = (DAY - timedelta(days=number) for number in count())


@dataclass
class Crowd:
    """An edition of a day of its own: twelve papers, and a mention that names four of them."""

    session: Session
    rules: Rules
    day: date = field(default_factory=lambda: next(DAYS))
    runs: int = 1

    def __post_init__(self) -> None:
        scores = (900, 500, 200, 90, 80, 70, 60, 40, 30, 30, 10, 5)
        self.papers = [paper(score=score, announced_on=self.day) for score in scores]
        papers = self.papers
        named = mention(str(self.day), *papers[:2], papers[7], papers[8], reposts=45, likes=0)
        ingest_things(self.session, self.rules, [*papers, named], day=self.day)
        self.edition_id = edition_on(self.session, self.day).id
        self.item_ids = sorted(item_id for ids in item_order(self.session, self.edition_id).values() for item_id in ids)

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/editions/{self.day}"

    def run(self, at: int) -> None:
        """Another run finds newer numbers of a paper."""
        self.runs += 1
        now = MORNING + timedelta(hours=3 * self.runs)
        read_later = (Reading("twitter", now, reposts=50 * self.runs, likes=0),)
        found = paper(self.papers[at].arxiv_id, announced_on=self.day, readings=read_later)
        ingest_things(self.session, self.rules, [found], day=self.day, now=now)


ACTS = {
    "pick": curation.pick,
    "drop": curation.drop,
    "hold": curation.hold,
    "back": curation.put_back,
    "top": lambda *args, **more: curation.move(*args, **more, to="top"),
    "down": lambda *args, **more: curation.move(*args, **more, to="down"),
    "pin": ordering.pin,
    "unpin": ordering.unpin,
    "below": curation.drop_below,
}
WHOLE = {
    "undo": undo.undo,
    "redo": undo.redo,
    "order": ordering.order_by_score,
    "more": cutting.pick_one_more,
    "fewer": cutting.pick_one_fewer,
    "baton": baton.lay_down,
    "take": baton.take,
}
# What the person of the page does by its buttons.
PRESSES = {
    "press pick": ("pick", {}),
    "press drop": ("drop", {"reason": "off topic"}),
    "press hold": ("hold", {}),
    "press back": ("return", {}),
    "press top": ("position", {"position": "top"}),
    "press third": ("position", {"position": "3"}),
    "press pin": ("pin", {}),
}
KINDS = (*ACTS, *WHOLE, *PRESSES, *PRESSES, "press undo", "press redo", "strike", "unstrike", "run", "catch up")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(0, 11)), min_size=1, max_size=14)


def _do(crowd: Crowd, step: str, by: Acting, at: int) -> None:
    """One step of somebody; what is refused changes nothing."""
    session = crowd.session
    try:
        if step in ACTS:
            ACTS[step](session, crowd.item_ids[at], by=by)
        elif step in WHOLE:
            WHOLE[step](session, crowd.edition_id, by=by)
        elif step == "run":
            crowd.run(at)
        else:
            act = evidence.strike if step == "strike" else evidence.unstrike
            act(session, mention_row(session, str(crowd.day)).id, by=by, edition_id=crowd.edition_id)
    except NotAllowed:
        session.rollback()


def _press(client: FlaskClient, crowd: Crowd, page: Page, step: str, at: int, view: dict[str, str]) -> None:
    if step in PRESSES:
        what, fields = PRESSES[step]
        address = f"/items/{crowd.item_ids[at]}/{what}"
    else:
        address, fields = f"{crowd.address}/{step.removeprefix('press ')}", {}
    page.take(client.post(address, data={**page.known(), **view, **fields}, headers=HTMX).text)


def _catch_up(client: FlaskClient, page: Page, view: str) -> None:
    """Ask for news until there are none, as the page does every few seconds."""
    for _ in range(6):
        response = client.get(f"{page.question()}&{view}", headers=HTMX)
        if response.status_code == 204:
            return
        page.take(response.text)
    raise AssertionError("there are always news")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, view=st.sampled_from(["", "", "category=cs.LG", "without=source:twitter"]))
def test_a_page_that_catches_up_is_the_page_that_is_loaded_afresh(
    as_editor: FlaskClient, session, editor, other_editor, rules, clock, steps, view: str
) -> None:
    crowd = Crowd(session, rules)
    address, sent = f"{crowd.address}?{view}", dict([view.split("=")]) if view else {}
    page = Page(read(as_editor.get(address).text))
    for step, is_mine, at in [*steps, ("catch up", True, 0)]:
        clock.tick(milliseconds=1)
        if step.startswith("press"):
            _press(as_editor, crowd, page, step, at, sent)
        elif step != "catch up":
            _do(crowd, step, Acting(editor if is_mine else other_editor, clock(), rules), at)
        else:
            _catch_up(as_editor, page, view)
            fresh = Page(read(as_editor.get(address).text))
            assert_same(page, fresh, BESIDE if view else BESIDE | NUMBERS)
            assert int(page.known()["seen"]) == version_of(session, crowd.edition_id)

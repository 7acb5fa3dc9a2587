"""The law of catching up: a page that takes up what others did, row by row, is the page that is loaded afresh."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, Rules
from app.queries.editions import edition_on, version_of
from app.queries.shown import item_order
from app.queries.waiting import newest_finished_run
from app.services import baton, curation, cutting, evidence, ordering, undo
from app.services.acting import Acting
from tests.factories import DAY, ingest_things, mention, mention_row, paper
from tests.web.conftest import HTMX

ROW = re.compile(r'<li class="item" id="item-(\d+)".*?</li>', re.DOTALL)
NUMBER = re.compile(r' data-number="\d+"')
PART = re.compile(r'<hx-partial hx-target="([^"]*)" hx-swap="([^"]*)">(.*?)</hx-partial>', re.DOTALL)
LISTS = ("picked", "candidates", "held", "dropped")
REGIONS = ("edition-head", "cut", "held-said", "dropped-said", "filtered")


@dataclass
class Page:
    """What a browser has of an edition: its lists of rows, what is said of them, and what it has seen."""

    lists: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    by_rows: int = 0

    def load(self, text: str) -> None:
        """All of it, from the page or from an answer that brings regions whole."""
        for name in LISTS:
            if f'id="{name}"' in text:
                self.lists[name] = _rows(_element(text, name))
        self.said |= {name: _words(_element(text, name)) for name in REGIONS if f'id="{name}"' in text}
        self.seen = int(re.search(r'id="seen" name="seen" value="(\d+)"', text)[1])

    def take(self, text: str) -> None:
        """An answer, part by part, as htmx puts it into the page."""
        self.by_rows += "&gt; #item-" in text or "#dropped &gt; ul" in text
        for target, swap, content in PART.findall(text):
            name, _, place = target.replace("&gt;", ">").lstrip("#").partition(" > ")
            row = re.search(r"item-(\d+)$", place)
            if swap == "outerMorph":
                self.load_part(name, content)
            elif swap == "delete":
                self.lists[name] = [found for found in self.lists[name] if found[0] != int(row[1])]
            elif swap in ("beforebegin", "beforeend"):
                ids = [item_id for item_id, _ in self.lists[name]]
                at = ids.index(int(row[1])) if swap == "beforebegin" else len(ids)
                self.lists[name][at:at] = _rows(content)

    def load_part(self, name: str, content: str) -> None:
        """One region that comes whole."""
        if name in LISTS:
            self.lists[name] = _rows(content)
        elif name == "seen":
            self.seen = int(re.search(r'value="(\d+)"', content)[1])
        self.said |= {said: _words(_element(content, said)) for said in REGIONS if f'id="{said}"' in content}


def _rows(text: str) -> list[tuple[int, str]]:
    return [(int(found[1]), " ".join(found[0].split())) for found in ROW.finditer(text)]


def _element(text: str, name: str) -> str:
    """An element from its beginning to where it surely has ended, but no further than the next region."""
    begin = text.index(f'id="{name}"')
    end = re.compile(r"</[ou]l>" if name in LISTS else r"</(?:header|div|span|summary|details)>|<h2")
    return text[begin : end.search(text, begin).start()]


def _words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>|^[^>]*>", " ", text).split())


DAYS = (DAY - timedelta(days=number) for number in count())


@dataclass
class Crowd:
    """An edition of a day of its own: twelve papers, and a mention that names four of them."""

    session: Session
    rules: Rules
    day: date = field(default_factory=lambda: next(DAYS))

    def __post_init__(self) -> None:
        scores = (900, 500, 200, 90, 80, 70, 60, 40, 30, 20, 10, 5)
        papers = [paper(score=score, announced_on=self.day) for score in scores]
        named = mention(str(self.day), *papers[:2], papers[7], papers[8], reposts=45, likes=0)
        ingest_things(self.session, self.rules, [*papers, named], day=self.day)
        self.edition_id = edition_on(self.session, self.day).id
        self.item_ids = sorted(item_id for ids in item_order(self.session, self.edition_id).values() for item_id in ids)

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/editions/{self.day}"


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
}
KINDS = (*ACTS, *WHOLE, "strike", "unstrike", "catch up", "catch up")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(0, 11)), min_size=1, max_size=12)


def _do(crowd: Crowd, step: str, by: Acting, at: int) -> None:
    """One step of somebody; what is refused changes nothing."""
    session = crowd.session
    try:
        if step in ACTS:
            ACTS[step](session, crowd.item_ids[at], by=by)
        elif step in WHOLE:
            WHOLE[step](session, crowd.edition_id, by=by)
        else:
            act = evidence.strike if step == "strike" else evidence.unstrike
            act(session, mention_row(session, str(crowd.day)).id, by=by, edition_id=crowd.edition_id)
    except NotAllowed:
        session.rollback()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, query=st.sampled_from(["", "?category=cs.LG", "?without=source:twitter"]))
def test_a_page_that_catches_up_is_the_page_that_is_loaded_afresh(
    as_editor: FlaskClient, session, editor, other_editor, rules, clock, steps, query: str
) -> None:
    crowd, page, fresh = Crowd(session, rules), Page(), Page()
    run_id = newest_finished_run(session)
    page.load(as_editor.get(f"{crowd.address}{query}").text)
    for step, is_mine, at in [*steps, ("catch up", True, 0)]:
        clock.tick(milliseconds=1)
        if step != "catch up":
            _do(crowd, step, Acting(editor if is_mine else other_editor, clock(), rules), at)
            continue
        asks = f"{crowd.address}/news{query}{'&' if query else '?'}seen={page.seen}&run={run_id}&up_to={run_id}&here="
        page.take(as_editor.get(asks, headers=HTMX).text)
        fresh.load(as_editor.get(f"{crowd.address}{query}").text)
        for name in LISTS:
            # Numbers are counted by the page itself, unless it shows a part of the list or another order.
            shown, expected = (
                {item_id: row if query else NUMBER.sub("", row) for item_id, row in lists[name]}
                for lists in (page.lists, fresh.lists)
            )
            assert [item_id for item_id, _ in page.lists[name]] == [item_id for item_id, _ in fresh.lists[name]]
            assert shown == expected
        assert page.said == fresh.said
        assert page.seen == fresh.seen == version_of(session, crowd.edition_id)


def test_the_law_is_tried_on_single_rows(as_editor: FlaskClient, session, other_editor, rules, clock) -> None:
    crowd, page = Crowd(session, rules), Page()
    page.load(as_editor.get(crowd.address).text)
    first, second, third = item_order(session, crowd.edition_id)["picked"][:3]
    curation.drop(session, first, by=Acting(other_editor, clock.tick(), rules))
    curation.move(session, third, to="top", by=Acting(other_editor, clock.tick(), rules))
    page.take(as_editor.get(f"{crowd.address}/news?seen={page.seen}", headers=HTMX).text)
    assert page.by_rows == 1
    assert [item_id for item_id, _ in page.lists["picked"]][:2] == [third, second]
    assert [item_id for item_id, _ in page.lists["dropped"]] == [first]

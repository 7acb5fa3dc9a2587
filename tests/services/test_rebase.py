"""Rebase, don't refresh: new data waits, is taken or left as an editor says, and every such step can be undone."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.editions import NotAllowed
from app.domain.sources import Gone, Reading
from app.models import AuditEvent, Edition, Item
from app.queries.waiting import newest_finished_run, waiting_of
from app.services import curation, evidence, rebase
from app.services.acting import Acting
from app.services.audit import snapshot
from app.services.publishing import preview, publish
from app.services.undo import undo
from tests.factories import DAY, MORNING, ingest_things, items, mention, mention_row, paper, scores

HOURS = itertools.count(1)
DAYS = itertools.count(1)


def now_reads(arxiv_id: str, score: int, **fields):
    """The same paper as a later run finds it, with another number."""
    readings = (Reading("twitter", MORNING + timedelta(hours=next(HOURS)), reposts=score, likes=0),)
    return paper(arxiv_id, readings=readings, **fields)


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, a minute later each time."""
    return Acting(editor, clock.tick(), rules)


@pytest.fixture
def edition(session, rules, by) -> Edition:
    """Papers 2611.90001 to 90005 with 200, 90, 80, 40 and 30; Ana has dropped the last one."""
    things = [paper(f"2611.9000{n}", score=score) for n, score in enumerate((200, 90, 80, 40, 30), 1)]
    ingest_things(session, rules, [*things, mention("7", "2611.90001")])
    curation.drop(session, items(session, "candidate")[1].id, by=by)
    return session.scalars(select(Edition)).one()


@pytest.fixture
def later(session, rules, edition):
    """One later run: a paper from below the cut above it, one from above it below, a new one above, one renamed."""
    things = [
        now_reads("2611.90004", 85),
        now_reads("2611.90003", 10),
        now_reads("2611.90005", 300),
        paper("2611.90009", score=500),
        paper("2611.90010", score=5),
        paper("2611.90002", title="Renamed"),
        mention("8", "2611.90002", likes=1, source="bluesky"),
    ]
    return ingest_things(session, rules, things).id


def item_of(session, arxiv_id: str) -> Item:
    """The item of a paper as it is now."""
    return next(item for item in session.scalars(select(Item)) if item.paper.arxiv_id == arxiv_id)


def picked(session) -> list[tuple[str, float]]:
    """The picked papers in their order with their scores."""
    return [(item.paper.arxiv_id[-2:], item.score) for item in items(session)]


def state(session, day: date = DAY) -> dict:
    """Everything that an action may change, by item."""
    query = select(Item).join(Edition).where(Edition.date == day).order_by(Item.id)
    return {item.id: snapshot(item) for item in session.scalars(query.execution_options(populate_existing=True))}


def post(session, edition: Edition, rules) -> bytes:
    """What publishing would freeze."""
    return preview(session, edition.id, now=MORNING, rules=rules)


def test_until_it_is_taken_new_data_changes_nothing(session, edition, rules, editor, clock):
    before, printed, version = state(session), post(session, edition, rules), edition.version
    ingest_things(session, rules, [now_reads("2611.90001", 900, title="Other"), paper("2611.90009", score=70)])
    assert {item_id: was for item_id, was in state(session).items() if item_id in before} == before
    assert post(session, edition, rules) == printed
    session.refresh(edition)
    assert edition.version == version


def test_taking_all_reads_every_number_anew_and_places_papers_by_the_rules(session, edition, later, by):
    acted = rebase.take(session, edition.id, by, up_to=later)
    assert picked(session) == [("09", 500), ("01", 200), ("02", 91), ("04", 85)]
    assert scores(session, "candidate") == [10, 5]
    assert scores(session, "dropped") == [300]
    untouched = item_of(session, "2611.90001").id
    assert untouched not in acted.item_ids
    assert {item.horizon for item in session.scalars(select(Item)) if item.id != untouched} == {later}


def test_taking_one_leaves_the_others_waiting(session, edition, later, by, rules):
    new = item_of(session, "2611.90009")
    rebase.take(session, edition.id, by, up_to=later, item_ids=[new.id])
    assert picked(session) == [("09", 500), ("01", 200), ("02", 90), ("03", 80)]
    assert (
        waiting_of(session, edition, rules).sentence
        == "1 new below the cut, 3 numbers up, 1 number down, 1 text changed"
    )


def test_what_an_editor_decided_placed_and_wrote_stays(session, edition, by, rules):
    low, kept, written = (item_of(session, f"2611.9000{n}") for n in (4, 2, 3))
    curation.pick(session, low.id, by=by, position=1)
    curation.move(session, kept.id, by=by, to="bottom")
    texts = {"headline": "A lamp", "note": "Read it.", "version": written.version}
    curation.annotate(session, written.id, by=by, **texts)
    things = [now_reads(low.paper.arxiv_id, 2), now_reads(kept.paper.arxiv_id, 999)]
    things += [now_reads("2611.90005", 800), now_reads(written.paper.arxiv_id, 90, title="Renamed")]
    run = ingest_things(session, rules, things)
    rebase.take(session, edition.id, by, up_to=run.id)
    assert picked(session) == [("04", 2), ("01", 200), ("03", 90), ("02", 999)]
    assert (written.headline, written.note) == ("A lamp", "Read it.")
    assert scores(session, "dropped") == [800]


def test_what_is_taken_is_what_was_shown_though_a_run_has_ended_since(session, edition, later, by, rules):
    ingest_things(session, rules, [now_reads("2611.90009", 600), now_reads("2611.90001", 700)])
    rebase.take(session, edition.id, by, up_to=later)
    assert picked(session)[:2] == [("09", 500), ("01", 200)]
    assert waiting_of(session, edition, rules).sentence == "2 numbers up"


def test_leaving_hides_it_and_changes_nothing_else(session, edition, later, by, rules):
    printed, order = post(session, edition, rules), picked(session)
    acted = rebase.leave(session, edition.id, by, up_to=later)
    assert acted.item_ids == []
    assert waiting_of(session, edition, rules).changes == []
    assert (post(session, edition, rules), picked(session)) == (printed, order)
    assert {item.paper.arxiv_id for item in items(session, "waiting")} == {"2611.90009", "2611.90010"}


def test_left_data_can_be_taken_by_name_but_not_by_taking_all(session, edition, later, by):
    rebase.leave(session, edition.id, by, up_to=later)
    with pytest.raises(NotAllowed, match=r"Nothing waits any more\."):
        rebase.take(session, edition.id, by, up_to=later)
    rebase.take(session, edition.id, by, up_to=later, item_ids=[item_of(session, "2611.90009").id])
    assert picked(session)[0] == ("09", 500)


def test_the_second_of_two_takes_finds_nothing_and_changes_nothing(session, edition, later, by):
    rebase.take(session, edition.id, by, up_to=later)
    before, version = state(session), edition.version
    for do in (rebase.take, rebase.leave):
        with pytest.raises(NotAllowed, match=r"Nothing waits any more\."):
            do(session, edition.id, by, up_to=later)
    assert state(session) == before
    session.refresh(edition)
    assert edition.version == version


@pytest.mark.parametrize("do", [rebase.take, rebase.leave])
def test_an_undo_gives_everything_back(session, edition, later, by, rules, do):
    before, printed = state(session), post(session, edition, rules)
    for item_ids in (None, [item_of(session, "2611.90009").id], [item_of(session, "2611.90004").id]):
        do(session, edition.id, by, up_to=later, item_ids=item_ids)
        assert state(session) != before
        undo(session, edition.id, by)
        assert (state(session), post(session, edition, rules)) == (before, printed)


def test_the_events_say_what_was_taken_and_left(session, edition, later, by):
    new, renamed = item_of(session, "2611.90010"), item_of(session, "2611.90002")
    rebase.leave(session, edition.id, by, up_to=later, item_ids=[new.id])
    rebase.take(session, edition.id, by, up_to=later, item_ids=[renamed.id])
    rebase.take(session, edition.id, by, up_to=later)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(3)).all()
    assert [(event.kind, event.summary, event.item_id) for event in events] == [
        ("data.taken", "took 1 new above the cut, 2 numbers up, 1 number down", None),
        ("data.taken", "took what is new of “Lanterns and Moss 2611.90002”", renamed.id),
        ("data.left", "left “Lanterns and Moss 2611.90010”", new.id),
    ]


def test_another_editors_place_is_not_undone_with_the_data(session, edition, later, by, other_editor, clock, rules):
    rebase.take(session, edition.id, by, up_to=later)
    moved = item_of(session, "2611.90009")
    curation.move(session, moved.id, by=Acting(other_editor, clock.tick(), rules), to="bottom")
    order = picked(session)
    with pytest.raises(NotAllowed, match="it was changed since"):
        undo(session, edition.id, by)
    assert picked(session) == order


def test_a_mention_that_vanishes_and_comes_back_is_quoted_as_it_was_taken(session, edition, by, rules):
    whole = post(session, edition, rules)
    for hours in (4, 8):
        run = ingest_things(session, rules, [Gone("twitter", "7")], now=MORNING + timedelta(hours=hours))
    assert post(session, edition, rules) == whole
    rebase.take(session, edition.id, by, up_to=run.id)
    without = post(session, edition, rules)
    assert b"twitter.com/paperbird" in whole and b"twitter.com/paperbird" not in without
    run = ingest_things(session, rules, [mention("7", "2611.90001")])
    assert post(session, edition, rules) == without
    rebase.take(session, edition.id, by, up_to=run.id)
    assert post(session, edition, rules) == whole


def test_a_strike_leaves_what_waits_waiting(session, edition, by, rules):
    new = paper("2611.90009", score=40)
    run = ingest_things(session, rules, [new, mention("9", new, "2611.90001", likes=60, source="bluesky")])
    evidence.strike(session, mention_row(session, "9", "bluesky").id, by, edition_id=edition.id)
    assert [item.score for item in items(session, "waiting")] == [0]
    rebase.take(session, edition.id, by, up_to=run.id)
    assert item_of(session, "2611.90009").state == "candidate"
    assert item_of(session, "2611.90009").score == 40


def test_nothing_else_can_be_done_with_a_paper_that_waits(session, edition, later, by):
    new, before = item_of(session, "2611.90009"), state(session)
    for do in (
        lambda: curation.pick(session, new.id, by=by),
        lambda: curation.pick(session, new.id, by=by, position=1),
        lambda: curation.drop(session, new.id, by=by),
        lambda: curation.put_back(session, new.id, by=by),
        lambda: curation.move(session, new.id, by=by, to="top"),
        lambda: curation.annotate(session, new.id, by=by, headline="x", note=None, version=new.version),
    ):
        with pytest.raises(NotAllowed, match="take it first"):
            do()
    assert state(session) == before


@pytest.mark.parametrize("do", [rebase.take, rebase.leave])
def test_what_cannot_be_is_refused_in_a_sentence(session, edition, later, by, rules, do):
    monday = DAY - timedelta(days=2)
    ingest_things(session, rules, [paper("2611.91001", score=60, announced_on=monday)], day=monday)
    elsewhere = item_of(session, "2611.91001")
    before = state(session)
    for item_ids in ([elsewhere.id], [10**6], [item_of(session, "2611.90009").id, elsewhere.id]):
        with pytest.raises(NotAllowed, match="no such paper in this edition"):
            do(session, edition.id, by, up_to=later, item_ids=item_ids)
    for up_to in (0, -1, newest_finished_run(session) + 1):
        with pytest.raises(NotAllowed, match="from a run that is not there"):
            do(session, edition.id, by, up_to=up_to)
    with pytest.raises(NotAllowed, match=r"Nothing waits any more\."):
        do(session, edition.id, by, up_to=later, item_ids=[])
    with pytest.raises(NotAllowed, match="no such edition"):
        do(session, 10**6, by, up_to=later)
    assert state(session) == before


@pytest.mark.parametrize("do", [rebase.take, rebase.leave])
def test_a_published_edition_takes_nothing(session, edition, later, by, do):
    publish(session, edition.id, by, targets=[])
    before = state(session)
    with pytest.raises(NotAllowed, match="is published"):
        do(session, edition.id, by, up_to=later)
    assert state(session) == before


def test_an_edition_that_nobody_touched_is_not_touched_by_a_vain_take(session, rules, by):
    run = ingest_things(session, rules, [paper(score=60)])
    fresh = session.scalars(select(Edition)).one()
    with pytest.raises(NotAllowed, match=r"Nothing waits any more\."):
        rebase.take(session, fresh.id, by, up_to=run.id)
    session.refresh(fresh)
    assert fresh.acted_at is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ingest", "new", "vanish", "take", "take", "leave", "pick", "drop", "move", "note", "undo"]),
        st.integers(0, 5),
        st.integers(0, 120),
    ),
    max_size=14,
)


class Desk:
    """An edition of its own day, on which steps are taken; an ingest must not change what the post would print."""

    def __init__(self, session, rules, by) -> None:
        self.session, self.rules, self.by = session, rules, by
        self.day = DAY + timedelta(days=next(DAYS))
        self.names = [f"2611.9{self.day.day:02}{self.day.month % 10}{n}" for n in range(5)]
        self.names = [
            f"{2700 + self.day.month + 100 * (self.day.year - 2026)}.{self.day.day:02}00{n}" for n in range(5)
        ]
        things = [paper(name, score=30 * n, announced_on=self.day) for n, name in enumerate(self.names)]
        ingest_things(session, rules, [*things, mention(f"m{self.day}", *self.names[:2])], day=self.day)
        self.edition = session.scalars(select(Edition).where(Edition.date == self.day)).one()
        self.start = self.state, self.printed
        self.ids = sorted(self.state)
        self.note(0, 0)

    @property
    def state(self) -> dict:
        """Every item."""
        return state(self.session, self.day)

    @property
    def printed(self) -> bytes:
        """The post as it would be."""
        return post(self.session, self.edition, self.rules)

    def step(self, what: str, which: int, number: int) -> None:
        """Do one thing; what is refused changes nothing."""
        before = self.state, self.printed
        is_machine = what in ("ingest", "new", "vanish")
        try:
            getattr(self, what)(which % len(self.ids), number)
        except NotAllowed as refusal:
            assert "cannot be undone" not in str(refusal)
            is_machine = True
        if is_machine:
            assert {item_id: was for item_id, was in self.state.items() if item_id in before[0]} == before[0]
            assert self.printed == before[1]

    def ingest(self, which: int, number: int) -> None:
        """A run that finds a paper with another number, and now and then with another title."""
        name = self.names[which % len(self.names)]
        fields = {"title": f"Renamed {number}"} if number % 3 == 0 else {}
        things = [now_reads(name, number, announced_on=self.day, **fields)]
        if number % 2:
            things.append(mention(f"m{self.day}", name, text=f"Said anew, {number}."))
        ingest_things(self.session, self.rules, things, day=self.day)

    def new(self, which: int, number: int) -> None:
        """A run that finds another paper of the day."""
        ingest_things(self.session, self.rules, [paper(score=number, announced_on=self.day)], day=self.day)

    def vanish(self, which: int, number: int) -> None:
        """Two runs that do not find the mention any more."""
        for hours in (4, 8):
            gone, now = [Gone("twitter", f"m{self.day}")], MORNING + timedelta(hours=hours)
            ingest_things(self.session, self.rules, gone, day=self.day, now=now)

    def _rebase(self, do, which: int, number: int) -> None:
        newest = newest_finished_run(self.session)
        item_ids = [self.ids[which]] if number % 2 else None
        do(self.session, self.edition.id, self.by, up_to=newest, item_ids=item_ids)
        after = self.state
        with pytest.raises(NotAllowed, match="Nothing waits any more"):
            do(self.session, self.edition.id, self.by, up_to=newest, item_ids=item_ids)
        assert self.state == after

    def take(self, which: int, number: int) -> None:
        """Take all or one, and the same again."""
        self._rebase(rebase.take, which, number)

    def leave(self, which: int, number: int) -> None:
        """Leave all or one, and the same again; the post stays as it is."""
        printed = self.printed
        self._rebase(rebase.leave, which, number)
        assert self.printed == printed

    def pick(self, which: int, number: int) -> None:
        """Pick a paper at a place."""
        curation.pick(self.session, self.ids[which], by=self.by, position=number % 4 + 1)

    def drop(self, which: int, number: int) -> None:
        """Drop a paper."""
        curation.drop(self.session, self.ids[which], by=self.by)

    def move(self, which: int, number: int) -> None:
        """Move a paper."""
        curation.move(self.session, self.ids[which], by=self.by, to=number % 4 + 1)

    def note(self, which: int, number: int) -> None:
        """Write a note."""
        item = self.session.get_one(Item, self.ids[which], populate_existing=True)
        texts = {"headline": None, "note": f"Note {number}.", "version": item.version}
        curation.annotate(self.session, item.id, by=self.by, **texts)

    def undo(self, which: int, number: int) -> None:
        """Take the newest action back."""
        undo(self.session, self.edition.id, self.by)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_data_waits_until_it_is_taken_and_undoing_all_gives_all_back(session, rules, by, steps):
    desk = Desk(session, rules, by)
    for what, which, number in steps:
        desk.step(what, which, number)
        desk.ids = sorted(desk.state)
    while True:
        try:
            undo(session, desk.edition.id, by)
        except NotAllowed as refusal:
            assert "nothing of yours to undo" in str(refusal)
            break
    found = desk.state
    assert {item_id: found.pop(item_id) for item_id in desk.start[0]} == desk.start[0]
    assert {(item["state"], item["left_run_id"], item["score"]) for item in found.values()} <= {("waiting", None, 0)}
    assert desk.printed == desk.start[1]
    assert session.scalar(select(func.count()).select_from(Item).where(Item.edition_id == desk.edition.id)) == len(
        desk.start[0]
    ) + len(found)

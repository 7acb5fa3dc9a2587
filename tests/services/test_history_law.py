"""The law of the history: every former state of an edition is found again in the log, whatever was done since."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.history import LISTS
from app.models import AuditEvent, Edition, Item
from app.queries.standing import ITEM_TEXTS, places_of, stands, stood_after
from app.queries.waiting import newest_finished_run
from app.queries.writings import owned_text, stand_of
from app.services import curation, cutting, evidence, ordering, rebase, restoring, writing
from app.services.acting import Acting
from app.services.filling import fill_edition
from app.services.undo import redo, undo
from tests.factories import DAY, edition_of_scores, ingest_things, items, mention, mention_row, paper

YEARS, SAVES = itertools.count(1), itertools.count(1)


def newest(session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def annotate(session, item, by, **texts):
    texts = {"headline": item.headline, "note": item.note} | texts
    return curation.annotate(session, item.id, by, version=item.version, **texts)


def seen(stood) -> dict:
    """What somebody would have seen of an edition at one moment: its lists in order, its texts, scores and cut."""
    shown = [item_id for name in LISTS for item_id in stood.listed(name)]
    kept = (*ITEM_TEXTS, "score", "drop_reason", "pinned_at", "quotes", "update_of")
    return {
        "lists": {name: stood.listed(name) for name in LISTS},
        "items": {item_id: {name: stood.items[item_id][name] for name in kept} for item_id in shown},
        "of edition": dict(stood.fields),
    }


def without(found: dict, unsettled: set) -> dict:
    """What was seen but for the texts that somebody was writing."""
    of_items = {
        item_id: {name: value for name, value in fields.items() if (item_id, name) not in unsettled}
        for item_id, fields in found["items"].items()
    }
    return found | {"items": of_items}


PEOPLE, WORDS = st.sampled_from(("Ana", "Jo")), st.sampled_from(("", "Read it.", "Ten years of waiting.\n\nAt last."))
WHICH = st.integers(0, 7)
SIMPLE = ("pick", "drop", "hold", "return", "top", "down", "pin", "unpin")
STEPS = st.one_of(
    st.tuples(st.sampled_from(SIMPLE), PEOPLE, WHICH),
    st.tuples(
        st.sampled_from(("strike", "unstrike", "order", "take", "undo", "undo", "redo", "restore")), PEOPLE, WHICH
    ),
    st.tuples(st.just("cut"), PEOPLE, st.sampled_from((0, 35, 50, 85, 1000))),
    st.tuples(st.sampled_from(("write", "type", "type")), PEOPLE, WORDS),
    st.tuples(st.sampled_from(("fill", "collect", "next")), PEOPLE, WHICH),
)


class Morning:
    """Two editors and the job at work on one edition, with what one would have seen after each event."""

    def __init__(self, session, rules, clock, people) -> None:
        self.session, self.rules, self.clock, self.people = session, rules, clock, people
        self.seen: dict[int, dict] = {}

    def begin(self, edition: Edition, loud: int) -> None:
        self.edition, self.loud = edition, loud
        self.note_down()

    def note_down(self) -> None:
        """What is seen after the newest event, once; the event of a run of saves goes on."""
        event = newest(self.session)
        if event.id not in self.seen or event.ended_at is not None:
            self.seen[event.id] = seen(stands(self.session, self.edition))

    def item(self, number: int) -> Item:
        found = list(
            self.session.scalars(
                select(Item)
                .where(Item.edition_id == self.edition.id, Item.state != "waiting")
                .order_by(Item.id)
                .execution_options(populate_existing=True)
            )
        )
        return found[number % len(found)]

    def do(self, what: str, person: str, arg) -> None:
        session, by = self.session, Acting(self.people[person], self.clock.tick(), self.rules)
        about = {"edition_id": self.edition.id}
        try:
            if what in SIMPLE:
                self.judge(what, self.item(arg), by)
            elif what in ("strike", "unstrike"):
                getattr(evidence, what)(session, self.loud, by, **about)
            elif what == "write":
                annotate(session, self.item(len(arg)), by, note=arg)
            elif what == "type":
                self.type(self.item(len(arg)), arg, by, person)
            elif what == "cut":
                cutting.set_cut(session, **about, by=by, cut=arg)
            elif what == "restore":
                moments = sorted(self.seen)
                restoring.bring_back_order(session, self.edition.id, moments[arg % len(moments)], by)
            else:
                self.work(what, by)
        except NotAllowed:
            session.rollback()
        self.note_down()

    def type(self, item: Item, text: str, by: Acting, person: str) -> None:
        """One save of the many that a page makes by itself while somebody writes."""
        place = writing.Place(self.edition.id, "note", item.id)
        page = writing.Page(writer=person, sequence=next(SAVES))
        owned = owned_text(self.session, self.edition.id, item.id, "note")
        writing.save(self.session, place, text, by, seen=stand_of("note", owned.text, owned.last).seen, page=page)

    def judge(self, what: str, item: Item, by: Acting) -> None:
        session = self.session
        if what in ("pick", "drop", "hold"):
            getattr(curation, what)(session, item.id, by)
        elif what == "return":
            curation.put_back(session, item.id, by)
        elif what in ("top", "down"):
            curation.move(session, item.id, by, to=what)
        else:
            getattr(ordering, what)(session, item.id, by)

    def work(self, what: str, by: Acting) -> None:
        session, day, up_to = self.session, self.edition.date, newest_finished_run(self.session)
        if what == "fill":
            fill_edition(session, day, run_id=up_to, rules=self.rules, now=by.now)
            session.commit()
        elif what == "collect":
            known = self.item(0).paper
            things = [paper(score=up_to % 90, announced_on=day), mention(str(up_to), known.arxiv_id, reposts=30)]
            ingest_things(session, self.rules, things, day=day)
        elif what == "next":
            ingest_things(session, self.rules, [paper(score=60, announced_on=day.replace(day=day.day + 1))], day=None)
        elif what == "take":
            rebase.take(session, self.edition.id, by, up_to=up_to)
        elif what == "order":
            ordering.order_by_score(session, self.edition.id, by)
        else:
            {"undo": undo, "redo": redo}[what](session, self.edition.id, by)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
def test_every_moment_is_rebuilt_from_the_log_as_it_was_seen_then(session, rules, editor, other_editor, clock, steps):
    session.rollback()
    day = DAY.replace(year=DAY.year + next(YEARS) % 900)
    edition = edition_of_scores(session, rules, [100, 90, 80, 70, 40, 30, 20], day=day)
    names = [items(session, day=day)[1].paper.arxiv_id, items(session, "candidate", day=day)[0].paper.arxiv_id]
    loud = f"loud-{day.year}"
    ingest_things(session, rules, [mention(loud, *names, reposts=500, source="bluesky")], day=day)
    morning = Morning(session, rules, clock, {"Ana": editor, "Jo": other_editor})
    morning.begin(edition, mention_row(session, loud, "bluesky").id)
    # From the first action of an editor on; before it the edition follows the rules by itself.
    curation.move(session, items(session, day=day)[-1].id, Acting(editor, clock.tick(), rules), to="top")
    morning.note_down()
    for step in steps:
        morning.do(*step)
    for event_id, was in morning.seen.items():
        then = stood_after(session, edition, event_id)
        assert then.has_lists
        assert then.is_sure
        assert without(seen(then.stood), then.unsettled) == without(was, then.unsettled)
    numbers = places_of(session, edition, list(morning.seen))
    for event_id, placed in numbers.items():
        picked = morning.seen[event_id]["lists"]["picked"]
        assert all(
            (picked.index(item_id) + 1 if item_id in picked else None) == now for item_id, (_, now) in placed.items()
        )

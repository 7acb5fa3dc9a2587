"""A lens shows what striking would have made of the scores, and who can be taken away at all."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from app.domain.lens import Lens, read_lens
from app.domain.sources import Reading
from app.models import Edition, Item, Mention, MentionedPaper
from app.queries.lens import accounts_heard, scores_without
from app.services import curation, evidence
from app.services.acting import Acting
from tests.factories import DAY, MORNING, ingest_things, items, mention, paper

NUMBERS = itertools.count(1)
ACCOUNTS = (("northpop", "North Pop"), ("", "Ada Fernsby"), ("paperbird", "Ada Fernsby"))
SOURCES = ("twitter", "bluesky", "hackernews")
VOICES = st.lists(
    st.tuples(
        st.sampled_from(SOURCES),
        st.sampled_from(ACCOUNTS),
        st.sets(st.integers(0, 3), min_size=1),
        st.none() | st.integers(0, 80),
    ),
    max_size=8,
)
TOTALS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SOURCES), st.integers(0, 80)), max_size=4)
QUIET = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning, in a house that trusts Bluesky half as much."""
    return Acting(editor, clock(), replace(rules, weights={"bluesky": 0.5}))


def day_of(session, rules, voices, totals, only=lambda source: True) -> Edition:
    """A new day of four papers with these voices and totals, as far as their sources are asked."""
    n = next(NUMBERS)
    day = DAY + timedelta(days=n)
    readings = {
        i: tuple(Reading(s, MORNING, reposts=count, likes=0) for j, s, count in totals if j == i and only(s))
        for i in range(4)
    }
    papers = [paper(announced_on=day, title=f"Moss {i}", readings=readings[i][:1]) for i in range(4)]
    said = [
        mention(
            f"{n}-{m}",
            *(papers[i] for i in named),
            source=source,
            author_handle=handle,
            author_name=name,
            likes=likes,
        )
        for m, (source, (handle, name), named, likes) in enumerate(voices)
        if only(source)
    ]
    ingest_things(session, rules, [*papers, *said], day=day)
    return session.scalars(select(Edition).where(Edition.date == day)).one()


def all_scores(session, edition) -> dict[str, float]:
    found = [item for state in ("picked", "candidate") for item in items(session, state, edition.date)]
    return {item.paper.title: item.score for item in found}


def seen_through(session, edition, lens, rules) -> dict[str, float]:
    """The scores by title as the lens shows them; what it says nothing of stays."""
    changed = scores_without(session, edition.id, lens, rules)
    found = [item for state in ("picked", "candidate") for item in items(session, state, edition.date)]
    assert all(changed.get(item.id) != item.score for item in found)
    return {item.paper.title: changed.get(item.id, item.score) for item in found}


@given(VOICES, TOTALS, st.sampled_from(SOURCES), st.sampled_from(ACCOUNTS))
@QUIET
def test_without_an_account_is_as_though_each_of_its_mentions_were_struck(session, by, voices, totals, source, account):
    edition = day_of(session, by.rules, voices, totals)
    lens = Lens(source, account[0] or account[1])
    seen = seen_through(session, edition, lens, by.rules)
    theirs = Mention.source == source, Mention.author_handle == account[0], Mention.author_name == account[1]
    for mention_id in session.scalars(_said_on(edition).where(*theirs)).all():
        evidence.strike(session, mention_id, by, edition_id=edition.id)
    assert seen == all_scores(session, edition)


def _said_on(edition):
    named = select(MentionedPaper.mention_id).join(Item, Item.paper_id == MentionedPaper.paper_id)
    return select(Mention.id).where(Mention.id.in_(named.where(Item.edition_id == edition.id)))


@given(VOICES, TOTALS.map(lambda found: list({i: (i, s, c) for i, s, c in found}.values())), st.sampled_from(SOURCES))
@QUIET
def test_without_a_source_is_a_day_on_which_it_was_never_asked(session, by, voices, totals, source):
    edition = day_of(session, by.rules, voices, totals)
    other = day_of(session, by.rules, voices, totals, only=lambda name: name != source)
    assert seen_through(session, edition, Lens(source), by.rules) == all_scores(session, other)


@pytest.fixture
def day(session, by) -> Edition:
    """Four papers; an advert names three of them, two are named by the same name without a handle."""
    voices = [
        ("twitter", ("northpop", "North Pop"), {0, 1, 2}, 300),
        ("bluesky", ("", "Ada Fernsby"), {0, 1}, 100),
        ("twitter", ("", "Ada Fernsby"), {0}, 10),
        ("twitter", ("paperbird", "Ada Fernsby"), {3}, 60),
        ("twitter", ("paperbird", "Ada Fernsby"), {3}, None),
        ("twitter", ("silent", "Nobody Known"), {3}, None),
    ]
    return day_of(session, by.rules, voices, [])


def test_the_loudest_account_comes_first(session, by, day):
    heard = accounts_heard(session, day.id, by.rules)
    assert [(h.source, h.handle, h.name, h.papers, h.score) for h in heard] == [
        ("twitter", "northpop", "North Pop", 3, 900),
        ("bluesky", "", "Ada Fernsby", 2, 100),
        ("twitter", "paperbird", "Ada Fernsby", 1, 60),
        ("twitter", "", "Ada Fernsby", 1, 10),
    ]
    assert len(accounts_heard(session, day.id, by.rules, limit=2)) == 2
    for account in heard:
        assert read_lens(str(account.lens)) == account.lens
        changed = scores_without(session, day.id, account.lens, by.rules)
        lost = sum(item.score - changed[item.id] for item in items(session, day=day.date) if item.id in changed)
        assert (len(changed), lost) == (account.papers, account.score)


def test_who_is_struck_or_speaks_of_dropped_papers_alone_is_not_heard(session, by, day):
    advert = session.scalars(select(Mention.id).where(Mention.author_handle == "northpop")).first()
    evidence.strike(session, advert, by, edition_id=day.id)
    last = next(item for item in items(session, day=day.date) if item.paper.title == "Moss 3")
    curation.drop(session, last.id, by)
    assert [(h.source, h.name) for h in accounts_heard(session, day.id, by.rules)] == [
        ("bluesky", "Ada Fernsby"),
        ("twitter", "Ada Fernsby"),
    ]


def test_who_is_not_there_changes_nothing(session, by, day):
    assert scores_without(session, day.id, Lens("reddit"), by.rules) == {}
    assert scores_without(session, day.id, Lens("twitter", "nobody"), by.rules) == {}
    assert scores_without(session, day.id, Lens("mastodon", "northpop"), by.rules) == {}


def test_a_lens_costs_the_same_number_of_statements_for_any_number_of_papers(session, by):
    counted = []
    for count in (3, 90):
        day = DAY + timedelta(days=500 + count)
        papers = [paper(announced_on=day) for _ in range(count)]
        ingest_things(session, by.rules, [*papers, mention(f"all-{count}", *papers, likes=80)], day=day)
        edition_id = session.scalars(select(Edition.id).where(Edition.date == day)).one()
        sent: list[str] = []

        def note(connection, cursor, statement, *rest, sent=sent) -> None:
            sent.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        assert len(scores_without(session, edition_id, Lens("twitter", "paperbird"), by.rules)) == count
        assert len(scores_without(session, edition_id, Lens("twitter"), by.rules)) == count
        assert accounts_heard(session, edition_id, by.rules)[0].papers == count
        event.remove(engine, "before_cursor_execute", note)
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 8

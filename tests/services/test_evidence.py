"""Strikes: every paper that the mention names is rescored at once, in every draft edition, and it lasts."""

import threading
from datetime import date

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.extensions import db
from app.models import AuditEvent, Edition, Editor, Strike
from app.queries.evidence import evidence_of_items
from app.queries.loud import loud_mentions
from app.services import curation, evidence
from app.services.acting import Acting
from app.services.undo import undo
from tests.factories import DAY, ingest_things, items, mention, mention_row, paper, scores

ADVERT = "9001"


@pytest.fixture
def papers(session, rules):
    """Five papers: an advert names the first four, of which two stand on their own as well."""
    papers = [paper() for _ in range(5)]
    things = [
        *papers,
        mention(ADVERT, *papers[:4], reposts=2107, likes=2999),
        mention("1", papers[0], reposts=10, likes=20),
        mention("2", papers[1], reposts=60, likes=10),
        mention("3", papers[2], reposts=50, likes=5),
        mention("4", papers[4], reposts=300, likes=0),
    ]
    ingest_things(session, rules, things)
    return papers


@pytest.fixture
def edition(session, papers) -> Edition:
    """The day's edition."""
    return session.scalars(select(Edition).where(Edition.date == DAY)).one()


@pytest.fixture
def act(editor, clock, rules):
    """What every action is told besides what it does."""
    return {"by": Acting(editor, clock(), rules)}


def test_the_advert_stands_on_top_until_it_is_struck(session, papers, edition, act):
    assert scores(session) == [5176, 5161, 5136, 5106, 300]
    acted = evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    assert scores(session) == [300, 70, 55]
    assert scores(session, "candidate") == [30, 0]
    assert len(acted.item_ids) == 4


def test_a_second_ingest_brings_nothing_back(session, rules, papers, edition, act, clock):
    evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    ingest_things(session, rules, [mention(ADVERT, *papers[:4], reposts=9999, likes=1)], now=clock.tick(hours=1))
    assert scores(session) == [300, 70, 55]


def test_one_undo_restores_everything_as_it_was(session, rules, papers, edition, act, editor, clock):
    before = [(item.id, item.order_key, item.score, item.parts) for item in items(session)]
    evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    undo(session, edition.id, by=Acting(editor, clock.tick(), rules))
    assert [(item.id, item.order_key, item.score, item.parts) for item in items(session)] == before
    assert session.scalars(select(Strike)).all() == []


def test_what_an_editor_decided_stays(session, papers, edition, act):
    fourth, first = items(session)[3].id, items(session)[0].id
    curation.move(session, fourth, to="top", **act)
    curation.drop(session, first, **act)
    evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    assert [item.id for item in items(session)][0] == fourth
    assert [item.id for item in items(session, "dropped")] == [first]
    assert scores(session) == [0, 300, 55]


def test_a_strike_taken_back_picks_again_by_the_rule(session, papers, edition, act):
    advert = mention_row(session, ADVERT).id
    evidence.strike(session, advert, edition_id=edition.id, **act)
    evidence.unstrike(session, advert, edition_id=edition.id, **act)
    assert scores(session) == [5176, 5161, 5136, 5106, 300]


def test_the_strike_reaches_other_drafts_but_leaves_them_to_fill_themselves(
    session, rules, papers, edition, act, clock
):
    other_day = date(2026, 11, 19)
    other = paper(announced_on=other_day)
    ingest_things(session, rules, [other, mention(ADVERT, other)], day=other_day)
    assert scores(session, day=other_day) == [5106]
    evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    assert scores(session, day=other_day) == []
    assert session.scalars(select(Edition).where(Edition.date == other_day)).one().acted_at is None
    undo(session, edition.id, by=Acting(act["by"].editor, clock.tick(), rules))
    assert scores(session, day=other_day) == [5106]


def test_an_undo_rescores_an_edition_in_which_somebody_has_acted_since(
    session, rules, papers, edition, act, clock, other_editor
):
    other_day = date(2026, 11, 19)
    named, apart = paper(announced_on=other_day), paper(announced_on=other_day, score=80)
    ingest_things(session, rules, [named, apart, mention(ADVERT, named)], day=other_day)
    evidence.strike(session, mention_row(session, ADVERT).id, edition_id=edition.id, **act)
    curation.move(session, items(session, day=other_day)[0].id, to=1, by=Acting(other_editor, clock.tick(), rules))
    undo(session, edition.id, by=Acting(act["by"].editor, clock.tick(), rules))
    assert scores(session, day=other_day) == [5106, 80]


def test_a_strike_never_undoes_what_a_colleague_does_meanwhile_elsewhere(
    app, session, rules, papers, edition, act, other_editor, clock
):
    other_day = date(2026, 11, 19)
    named = paper(announced_on=other_day)
    ingest_things(session, rules, [named, mention(ADVERT, named)], day=other_day)
    item_id, colleague, done = items(session, day=other_day)[0].id, other_editor.id, threading.Event()
    session.commit()

    def drop() -> None:
        with app.app_context():
            person = db.session.get(Editor, colleague)
            curation.drop(db.session, item_id, reason="off topic", by=Acting(person, clock(), rules))
            db.session.remove()
        done.set()

    # The colleague is faster by a moment: after the strike has begun to look, before it has locked the other day.
    thread = threading.Thread(target=drop)
    locked = evidence.claim_editions

    def slow(*args, **more):
        if not thread.ident:
            thread.start()
            done.wait(5)
        return locked(*args, **more)

    evidence.claim_editions = slow
    try:
        evidence.strike(session, mention_row(session, ADVERT).id, **act)
    finally:
        evidence.claim_editions = locked
    thread.join(10)
    assert [item.drop_reason for item in items(session, "dropped", day=other_day)] == ["off topic"]


def test_a_published_edition_is_not_rescored(session, papers, edition, act):
    edition.status = "published"
    session.commit()
    evidence.strike(session, mention_row(session, ADVERT).id, **act)
    assert scores(session) == [5176, 5161, 5136, 5106, 300]


def test_striking_twice_changes_nothing_more(session, papers, edition, act):
    advert = mention_row(session, ADVERT).id
    evidence.strike(session, advert, edition_id=edition.id, **act)
    assert evidence.strike(session, advert, edition_id=edition.id, **act).event_id is None
    kinds = session.scalars(select(AuditEvent.kind).where(AuditEvent.mention_id == advert)).all()
    assert kinds == ["mention.struck"]


def test_the_strike_says_who_and_why(session, papers, edition, act):
    advert = mention_row(session, ADVERT).id
    evidence.strike(session, advert, edition_id=edition.id, reason="an advert", **act)
    item = items(session)[1]
    struck = [found for found in evidence_of_items(session, [item.id])[item.id] if found.is_struck]
    assert [(found.struck_by, found.strike_reason, found.papers) for found in struck] == [("Ana", "an advert", 4)]


def test_exactly_one_mention_is_loud_and_none_once_it_is_struck(session, papers, edition, act):
    loud = loud_mentions(session, edition.id, at_least=3)
    assert [(found.mention_id, found.papers) for found in loud] == [(mention_row(session, ADVERT).id, 4)]
    evidence.strike(session, loud[0].mention_id, edition_id=edition.id, **act)
    assert loud_mentions(session, edition.id, at_least=3) == []


def test_unknown_mentions_and_long_reasons_are_refused(session, papers, edition, act):
    with pytest.raises(NotAllowed, match="no such mention"):
        evidence.strike(session, 4711, **act)
    with pytest.raises(NotAllowed, match="no mention 77 from twitter"):
        evidence.mention_by_name(session, "twitter", "77")
    with pytest.raises(NotAllowed, match="300 characters"):
        evidence.strike(session, mention_row(session, ADVERT).id, reason="x" * 300, **act)

"""Quotes: chosen, ordered, hidden and left to the rule, each as one action that undo takes back."""

from datetime import date

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.quoting import Why
from app.models import AuditEvent, Edition, Item
from app.queries.items import details_of_item
from app.queries.quoting import Quoting, quoting_of
from app.services import curation, evidence, quoting, rebase
from app.services.acting import Acting
from app.services.publishing import preview, publish, rebuild
from app.services.undo import redo, undo
from tests.factories import DAY, ingest_things, items, mention, mention_row, paper

TOMORROW = date(2026, 11, 19)
WORDS = ("Loud.", "Clear.", "Quiet.", "Uncounted.", "Repeated.", "Later.")


@pytest.fixture
def named():
    """A paper of which loud and quiet things are said."""
    return paper(score=80, source="bluesky")


@pytest.fixture
def item(session, rules, named) -> Item:
    """Its item: the rule quotes what is loud, what is clear, and what nobody counted."""
    said = [
        mention("loud", named, reposts=60, text="Loud."),
        mention("clear", named, reposts=40, text="Clear."),
        mention("quiet", named, reposts=3, text="Quiet.", author_handle="{moss}"),
        mention("uncounted", named, text="Uncounted."),
        mention("again", named, reposts=50, text="Repeated.", repost_of="loud"),
    ]
    ingest_things(session, rules, [named, *said])
    return items(session)[0]


@pytest.fixture
def by(editor, clock, rules):
    """Ana, one minute later at every call."""
    return lambda: Acting(editor, clock.tick(), rules)


@pytest.fixture
def printed(session, clock, rules):
    """The words that the post of a day would quote, in their order."""

    def words(day: date = DAY) -> list[str]:
        edition = session.scalars(select(Edition).where(Edition.date == day)).one()
        text = preview(session, edition.id, now=clock(), rules=rules).decode()
        return sorted((word for word in WORDS if word in text), key=text.index)

    return words


def ids(session, *names: str) -> list[int]:
    return [mention_row(session, name).id for name in names]


def seen(session, item: Item, rules) -> Quoting:
    return quoting_of(session, details_of_item(session, item.id), rules)


def event(session, acted) -> AuditEvent:
    return session.get_one(AuditEvent, acted.event_id)


def test_the_rule_quotes_until_somebody_chooses(session, rules, item, printed):
    assert printed() == ["Loud.", "Clear.", "Uncounted."]
    quotes = seen(session, item, rules)
    assert (quotes.is_chosen, quotes.quoted, quotes.new) == (False, 3, 0)
    assert [(row.mention.external_id, row.standing.number, row.standing.why) for row in quotes.mentions] == [
        ("loud", 1, Why.QUOTED),
        ("clear", 2, Why.QUOTED),
        ("uncounted", 3, Why.QUOTED),
        ("again", None, Why.REPOST),
        ("quiet", None, Why.LOW),
    ]


def test_a_mention_is_quoted_behind_those_that_are_and_undone(session, item, by, printed):
    acted = quoting.quote(session, item.id, *ids(session, "quiet"), by=by())
    assert printed() == ["Loud.", "Clear.", "Uncounted.", "Quiet."]
    found = event(session, acted)
    assert (found.kind, found.item_id) == ("item.quoted", item.id)
    assert found.summary == f"chose to quote @{{moss}} for “Lanterns and Moss {item.paper.arxiv_id}”"
    assert found.changes == [
        {"item_id": item.id, "fields": {"quotes": [None, ids(session, "loud", "clear", "uncounted", "quiet")]}}
    ]
    assert quoting.quote(session, item.id, *ids(session, "quiet"), by=by()).event_id is None
    undo(session, item.edition_id, by())
    assert (printed(), items(session)[0].quotes) == (["Loud.", "Clear.", "Uncounted."], None)
    redo(session, item.edition_id, by())
    assert printed() == ["Loud.", "Clear.", "Uncounted.", "Quiet."]


def test_a_quote_is_hidden_and_the_last_one_leaves_none(session, rules, item, by, printed, editor):
    for name in ("clear", "loud"):
        quoting.hide(session, item.id, *ids(session, name), by=by())
    assert printed() == ["Uncounted."]
    row = next(row for row in seen(session, item, rules).mentions if row.mention.external_id == "clear")
    assert (row.hidden.editor, row.standing.why, row.may_be_quoted) == (editor, Why.NOT_CHOSEN, True)
    quoting.hide(session, item.id, *ids(session, "uncounted"), by=by())
    assert (printed(), items(session)[0].quotes) == ([], [])
    assert quoting.hide(session, item.id, *ids(session, "uncounted"), by=by()).event_id is None
    quoting.back_to_rule(session, item.id, by=by())
    assert printed() == ["Loud.", "Clear.", "Uncounted."]
    assert quoting.back_to_rule(session, item.id, by=by()).event_id is None


def test_quotes_are_moved_up_and_down_and_to_a_number(session, rules, item, by, printed):
    clear, loud = ids(session, "clear", "loud")
    acted = quoting.move(session, item.id, clear, by=by(), to="up")
    assert printed() == ["Clear.", "Loud.", "Uncounted."]
    assert event(session, acted).summary.endswith("from 2nd to 1st")
    assert quoting.move(session, item.id, clear, by=by(), to="up").event_id is None
    quoting.move(session, item.id, clear, by=by(), to=3)
    quoting.move(session, item.id, loud, by=by(), to="down")
    assert printed() == ["Uncounted.", "Loud.", "Clear."]
    assert [row.mention.external_id for row in seen(session, item, rules).mentions][:3] == [
        "uncounted",
        "loud",
        "clear",
    ]
    with pytest.raises(NotAllowed, match="There is no position 4; choose a number from 1 to 3"):
        quoting.move(session, item.id, loud, by=by(), to=4)
    with pytest.raises(NotAllowed, match="quote it first"):
        quoting.move(session, item.id, *ids(session, "quiet"), by=by(), to="up")


def test_a_struck_quote_is_skipped_and_comes_back_to_its_place(session, rules, item, by, printed):
    (loud,) = ids(session, "loud")
    quoting.move(session, item.id, loud, by=by(), to=2)
    evidence.strike(session, loud, edition_id=item.edition_id, by=by())
    assert printed() == ["Clear.", "Uncounted."]
    row = seen(session, item, rules).mentions[1]
    assert (row.mention.external_id, row.is_listed, row.standing.why) == ("loud", True, Why.STRUCK)
    evidence.unstrike(session, loud, edition_id=item.edition_id, by=by())
    assert printed() == ["Clear.", "Loud.", "Uncounted."]


@pytest.mark.parametrize(
    ("name", "sentence"), [("again", "A repost is not quoted"), ("loud", "This mention is struck")]
)
def test_what_cannot_be_quoted_is_refused_in_a_sentence(session, item, by, name, sentence):
    evidence.strike(session, *ids(session, "loud"), edition_id=item.edition_id, by=by())
    with pytest.raises(NotAllowed, match=sentence):
        quoting.quote(session, item.id, *ids(session, name), by=by())
    assert items(session)[0].quotes is None


def test_a_mention_of_another_paper_is_refused(session, rules, item, by):
    other = paper()
    ingest_things(session, rules, [other, mention("other", other, reposts=90)])
    with pytest.raises(NotAllowed, match="no such mention"):
        quoting.quote(session, item.id, *ids(session, "other"), by=by())


def test_new_mentions_are_offered_and_never_inserted(session, rules, item, named, by, printed, clock):
    quoting.hide(session, item.id, *ids(session, "clear"), by=by())
    later = mention("later", named, reposts=900, text="Later.")
    run = ingest_things(session, rules, [named, later], now=clock.tick())
    assert printed() == ["Loud.", "Uncounted."]
    rebase.take(session, item.edition_id, by(), up_to=run.id)
    assert printed() == ["Loud.", "Uncounted."]
    quotes = seen(session, item, rules)
    assert quotes.new == 1
    offered = {row.mention.external_id: row.is_new for row in quotes.mentions if row.may_be_quoted}
    assert offered == {"later": True, "clear": False, "quiet": False}
    quoting.quote(session, item.id, *ids(session, "later"), by=by())
    assert printed() == ["Loud.", "Uncounted.", "Later."]
    assert seen(session, item, rules).new == 0


def test_a_choice_whose_mention_is_not_there_any_more_waits_for_it(session, rules, item, named, by, printed, clock):
    quoting.hide(session, item.id, *ids(session, "clear"), by=by())
    run = ingest_things(session, rules, [named, mention("later", named, reposts=90, text="Later.")], now=clock.tick())
    taken = rebase.take(session, item.edition_id, by(), up_to=run.id)
    quoting.quote(session, item.id, *ids(session, "later"), by=by())
    quoting.move(session, item.id, *ids(session, "later"), by=by(), to="top")
    item = items(session)[0]
    item.horizon = event(session, taken).changes[0]["fields"]["horizon"][0]
    session.commit()
    assert printed() == ["Loud.", "Uncounted."]
    quoting.move(session, item.id, *ids(session, "uncounted"), by=by(), to="up")
    assert printed() == ["Uncounted.", "Loud."]
    assert items(session)[0].quotes == ids(session, "uncounted", "loud", "later")


def test_the_record_names_the_chosen_ones_and_the_post_rebuilds(session, item, by, printed):
    quoting.move(session, item.id, *ids(session, "uncounted"), by=by(), to="top")
    quoting.hide(session, item.id, *ids(session, "clear"), by=by())
    expected = printed()
    post = publish(session, item.edition_id, by(), targets=[]).post
    assert post.record["items"][0]["quotes"] == [
        {"source": "twitter", "id": "uncounted"},
        {"source": "twitter", "id": "loud"},
    ]
    assert rebuild(post.record) == post.markdown
    assert expected == ["Uncounted.", "Loud."]
    with pytest.raises(NotAllowed, match="is published"):
        quoting.back_to_rule(session, item.id, by=by())


def test_remark_and_quotes_of_a_held_paper_come_along_and_go_back(session, rules, item, by, printed):
    quoting.hide(session, item.id, *ids(session, "loud"), by=by())
    item = items(session)[0]
    item.remark = "Ask Ben."
    session.commit()
    ingest_things(session, rules, [paper(item.paper.arxiv_id, score=80, announced_on=TOMORROW)], day=TOMORROW)
    curation.hold(session, item.id, by=by())
    (copy,) = items(session, day=TOMORROW)
    assert (copy.remark, printed(TOMORROW)) == ("Ask Ben.", ["Clear.", "Uncounted."])
    undo(session, item.edition_id, by())
    (copy,) = items(session, day=TOMORROW)
    assert (copy.remark, copy.quotes) == (None, None)


def test_that_nothing_is_quoted_comes_along_too(session, rules, item, by):
    for name in ("loud", "clear", "uncounted"):
        quoting.hide(session, item.id, *ids(session, name), by=by())
    curation.hold(session, item.id, by=by())
    ingest_things(session, rules, [paper(score=60, announced_on=TOMORROW)], day=TOMORROW)
    copy = next(found for found in items(session, day=TOMORROW) if found.paper_id == item.paper_id)
    assert copy.quotes == []

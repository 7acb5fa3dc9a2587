"""Which papers of an edition ran before, and where."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.models import Edition
from app.queries.editions import edition_on
from app.queries.repeats import Ran, earlier_runs, slugs_of_posts
from app.services import curation
from app.services.acting import Acting
from app.services.archive import import_post
from app.services.publishing import publish
from tests.factories import DAY, MORNING, ingest_things, items, paper

BEFORE = DAY - timedelta(days=2)
BETWEEN = DAY - timedelta(days=1)
AGAIN = "2611.90700"


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, now."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def lay(session, rules):
    """An edition of a day with the paper that comes again at no. 2, above the cut or below it."""

    def go(day: date, *, score: int = 300, **fields) -> Edition:
        first, last = paper(score=900, announced_on=day), paper(score=60, announced_on=day)
        again = paper(AGAIN, score=score, announced_on=day, **fields)
        ingest_things(session, rules, [first, again, last], day=day, now=MORNING + (day - DAY))
        return edition_on(session, day)

    return go


@pytest.fixture
def print_it(session, by):
    """Publish an edition as it stands."""
    return lambda edition: publish(session, edition.id, by, targets=[])


def again(session, day: date = DAY):
    """The item of the paper that comes again."""
    states = ("picked", "candidate", "held", "dropped")
    return next(item for state in states for item in items(session, state, day) if item.paper.arxiv_id == AGAIN)


def test_a_paper_of_an_earlier_post_is_told_with_its_number(session, lay, print_it):
    print_it(lay(BEFORE))
    edition = lay(DAY)
    assert earlier_runs(session, edition) == {again(session).id: Ran(BEFORE, 2, 1, None, is_update=False)}


def test_the_newest_earlier_post_counts_and_no_later_one(session, lay, print_it, by):
    print_it(lay(BEFORE))
    between = lay(BETWEEN)
    curation.drop(session, again(session, BETWEEN).id, by=by)
    print_it(between)
    print_it(lay(DAY))
    last = lay(DAY + timedelta(days=1))
    assert [ran.date for ran in earlier_runs(session, last).values()] == [DAY]
    # On the day between it was not picked, and what is published is asked like a draft.
    assert [ran.date for ran in earlier_runs(session, edition_on(session, DAY)).values()] == [BEFORE]
    assert [ran.date for ran in earlier_runs(session, edition_on(session, BETWEEN)).values()] == [BEFORE]
    assert earlier_runs(session, edition_on(session, BEFORE)) == {}


def test_a_draft_is_no_post(session, lay):
    lay(BEFORE)
    assert earlier_runs(session, lay(DAY)) == {}


@pytest.mark.parametrize("state", ["candidate", "held", "dropped"])
def test_a_paper_that_was_not_picked_did_not_run(session, lay, print_it, state):
    edition = lay(BEFORE)
    item = again(session, BEFORE)
    item.state, item.order_key = state, None
    session.commit()
    print_it(edition)
    assert earlier_runs(session, lay(DAY)) == {}


def test_the_number_is_that_of_the_order_as_published(session, lay, print_it, by):
    edition = lay(BEFORE)
    curation.move(session, again(session, BEFORE).id, to="bottom", by=by)
    print_it(edition)
    assert [ran.number for ran in earlier_runs(session, lay(DAY)).values()] == [3]


@pytest.mark.parametrize("state", ["candidate", "held", "dropped"])
def test_a_repeat_is_told_in_whatever_state_it_is(session, lay, print_it, state):
    print_it(lay(BEFORE))
    edition = lay(DAY)
    item = again(session)
    item.state, item.order_key = state, None
    session.commit()
    assert list(earlier_runs(session, edition)) == [item.id]


def test_a_paper_that_waits_is_not_told(session, lay, print_it):
    print_it(lay(BEFORE))
    edition = lay(DAY)
    item = again(session)
    item.state, item.order_key = "waiting", None
    session.commit()
    assert earlier_runs(session, edition) == {}


def test_a_newer_version_is_told(session, lay, print_it):
    print_it(lay(BEFORE, version=1))
    edition = lay(DAY, version=3)
    ran = earlier_runs(session, edition)[again(session).id]
    assert (ran.version, ran.version_since) == (1, 3)


def test_a_version_that_the_item_does_not_show_yet_is_not_told(session, lay, print_it, by):
    print_it(lay(BEFORE, version=1))
    edition = lay(DAY, version=1)
    curation.drop(session, items(session)[0].id, by=by)
    lay(DAY, version=2)
    ran = earlier_runs(session, edition)[again(session).id]
    assert (ran.version, ran.version_since) == (1, None)


def test_of_an_unknown_version_nothing_is_said(session, lay, print_it):
    print_it(lay(BEFORE, version=None))
    ran = earlier_runs(session, lay(DAY, version=2))[again(session).id]
    assert (ran.version, ran.version_since) == (None, None)


def test_only_the_items_asked_for_are_told(session, lay, print_it):
    print_it(lay(BEFORE))
    edition = lay(DAY)
    one = again(session).id
    assert list(earlier_runs(session, edition, item_ids=[one])) == [one]
    assert earlier_runs(session, edition, item_ids=[items(session)[0].id]) == {}


def test_of_an_update_it_is_the_entry_that_it_updates(session, lay, print_it):
    print_it(lay(BEFORE))
    print_it(lay(BETWEEN))
    edition = lay(DAY)
    item = again(session)
    item.update_of = BEFORE
    session.commit()
    assert earlier_runs(session, edition) == {item.id: Ran(BEFORE, 2, 1, None, is_update=True)}
    item.state, item.order_key = "candidate", None
    session.commit()
    assert earlier_runs(session, edition) == {item.id: Ran(BETWEEN, 2, 1, None, is_update=False)}


def test_a_thousand_papers_take_a_few_queries(session, rules, print_it):
    days = {day: [paper(f"2611.{n:05}", score=100, announced_on=day) for n in range(1000)] for day in (BEFORE, DAY)}
    for day, papers in days.items():
        ingest_things(session, rules, papers, day=day, now=MORNING + (day - DAY))
        if day == BEFORE:
            print_it(edition_on(session, day))
    edition, asked = edition_on(session, DAY), []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    runs = earlier_runs(session, edition)
    assert sorted(ran.number for ran in runs.values()) == list(range(1, 1001))
    assert len(asked) <= 10


POST = """---
title: Hot Papers 2026-11-16
date: 2026-11-16T09:03:24.000Z
template: "post"
draft: false
{slug}category: "arXiv"
---

# 1. Lanterns

Ada Fernsby

- links: [abs](https://arxiv.org/abs/2611.90700) | [pdf](https://arxiv.org/pdf/2611.90700)

We study imaginary lanterns.
"""


@pytest.mark.parametrize(("head", "expected"), [('slug: "lamps/nov-16"\n', "lamps/nov-16"), ("", "")])
def test_an_imported_post_counts_and_has_its_own_address(session, lay, by, head, expected):
    assert import_post(session, "2026-11-16---Hot-Papers.md", POST.format(slug=head).encode(), by)
    assert earlier_runs(session, lay(DAY)) == {again(session).id: Ran(BEFORE, 1, None, None, is_update=False)}
    assert slugs_of_posts(session, [BEFORE]) == {BEFORE: expected}


def test_a_post_of_the_desk_has_the_address_of_its_head(session, lay, print_it):
    print_it(lay(BEFORE))
    assert slugs_of_posts(session, [BEFORE, DAY]) == {BEFORE: "hot-papers-2026-11-16"}
    assert slugs_of_posts(session, []) == {}

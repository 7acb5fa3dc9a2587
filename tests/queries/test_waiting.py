"""What waits: every kind of news, only from finished runs, only in drafts that somebody has acted on."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.domain.sources import Gone, Reading
from app.models import Edition, MentionedPaper, Run
from app.queries.editions_json import edition_json
from app.queries.waiting import Waiting, newest_finished_run, waiting_of
from app.services.acting import Acting
from app.services.curation import annotate, drop
from app.services.evidence import strike
from app.services.rebase import leave, take
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, mention, mention_row, paper

NOON = MORNING + timedelta(hours=4)


def at_noon(**counts: int) -> tuple[Reading, ...]:
    """Paper-level counts that were read four hours later."""
    return (Reading("twitter", NOON, **{"likes": 0} | counts),)


@pytest.fixture
def edition(session, rules, editor, clock) -> Edition:
    """Papers 2611.90001 to 90004 with 200, 90, 40 and 30; somebody has acted, by dropping the last one."""
    things = [paper(f"2611.9000{n}", score=score) for n, score in enumerate((200, 90, 40, 30), 1)]
    ingest_things(session, rules, [*things, mention("7", "2611.90001")])
    drop(session, items(session, "candidate")[1].id, by=Acting(editor, clock(), rules))
    return session.scalars(select(Edition)).one()


@pytest.fixture
def later(session, rules):
    """A later run, at noon, of the given things."""
    return lambda *things: ingest_things(session, rules, things, now=NOON)


@pytest.fixture
def waiting(session, rules, edition):
    """What waits in the edition."""
    return lambda **asked: waiting_of(session, edition, rules, **asked)


def of(waiting: Waiting, arxiv_id: str):
    """What waits for one paper."""
    return next(change for change in waiting.changes if change.arxiv_id == arxiv_id)


def test_nothing_waits_while_nothing_came(waiting):
    assert waiting().changes == []
    assert waiting().sentence == ""


def test_a_run_that_says_the_same_again_brings_nothing(later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=200)))
    assert waiting().changes == []


def test_new_papers_are_scored_and_told_by_the_cut(session, edition, later, waiting):
    loud = paper("2611.90009", score=70)
    later(loud, paper("2611.90010", score=3), mention("9", loud, likes=30, source="bluesky"))
    assert waiting().sentence == "1 new above the cut, 1 new below the cut"
    change = of(waiting(), "2611.90009")
    assert (change.is_new, change.score_before, change.score, change.is_above_cut) == (True, None, 100, True)
    assert [(part["source"], part["score"]) for part in change.parts] == [("twitter", 70), ("bluesky", 30)]
    shown = edition_json(session, edition)
    lists = [shown[name] for name in ("picked", "candidates", "dropped")]
    assert {item["arxiv_id"] for found in lists for item in found}.isdisjoint({"2611.90009", "2611.90010"})


def test_numbers_up_and_down_are_told_by_source(later, waiting):
    later(
        paper("2611.90001", readings=(*at_noon(reposts=190), Reading("hackernews", NOON, points=31))),
        paper("2611.90002", readings=at_noon(reposts=60)),
        paper("2611.90004", readings=at_noon(reposts=35)),
    )
    assert waiting().sentence == "2 numbers up, 1 number down"
    first = of(waiting(), "2611.90001")
    assert (first.score_before, first.score) == (200, 221)
    assert [(found.source, found.amount) for found in first.differences] == [("hackernews", 31), ("twitter", -10)]
    assert of(waiting(), "2611.90004").state == "dropped"


def test_other_counts_with_the_same_sum_are_told_too(later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=190, likes=10)))
    assert waiting().sentence == "1 with other counts"
    assert of(waiting(), "2611.90001").differences == []


def test_replies_stars_and_citations_are_printed_nowhere_and_wait_for_nobody(later, waiting):
    later(paper("2611.90001", readings=(*at_noon(reposts=200, replies=9), Reading("github", NOON, stars=500))))
    assert waiting().changes == []


def test_changed_words_are_named(later, waiting):
    later(
        paper("2611.90001", title="Renamed", abstract="Anew.", version=2),
        paper("2611.90002", authors=("Ada Fernsby",), categories=("cs.CL",), comment="9 pages", doi="10.1/x"),
        paper("2611.90003", version=3),
    )
    assert waiting().sentence == "3 texts changed"
    assert of(waiting(), "2611.90001").rewording == "v2: title, abstract changed"
    first = of(waiting(), "2611.90001")
    assert (first.title, first.new_title) == ("Lanterns and Moss 2611.90001", "Renamed")
    assert of(waiting(), "2611.90002").rewording == "authors, categories, comment, DOI changed"
    assert of(waiting(), "2611.90003").rewording == "v3"


def test_words_that_were_changed_back_do_not_wait(later, waiting):
    later(paper("2611.90001", title="Renamed"))
    later(paper("2611.90001"))
    assert waiting().changes == []


def test_a_mention_with_other_words_is_told(later, waiting):
    later(mention("7", "2611.90001", text="Corrected words."))
    assert of(waiting(), "2611.90001").rewording == "a mention changed"


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"comment": "This paper has been withdrawn by the author"}, True),
        ({"abstract": "RETRACTED. We study imaginary lanterns."}, True),
        ({"comment": "Withdrawnness is studied"}, False),
    ],
)
def test_a_withdrawal_is_told_first_and_not_as_a_changed_text(later, waiting, fields, is_told):
    later(paper("2611.90001", readings=at_noon(reposts=300)), paper("2611.90003", **fields))
    assert waiting().sentence == f"1 number up, 1 {'withdrawn' if is_told else 'text changed'}"
    change = of(waiting(), "2611.90003")
    assert (change.withdrawn == next(iter(fields.values()))) is is_told
    assert (waiting().changes[0] is change or waiting().changes[0].arxiv_id == "2611.90003") is is_told


def test_a_withdrawal_that_was_seen_already_is_none(session, rules, editor, clock):
    gone = {"comment": "withdrawn"}
    ingest_things(session, rules, [paper("2611.90001", score=90, **gone), paper("2611.90002", score=20)])
    drop(session, items(session, "candidate")[0].id, by=Acting(editor, clock(), rules))
    ingest_things(session, rules, [paper("2611.90001", **{"comment": "withdrawn, really"})], now=NOON)
    found = waiting_of(session, session.scalars(select(Edition)).one(), rules)
    assert found.sentence == "1 text changed"


def test_of_a_new_paper_only_the_comment_tells_a_withdrawal(later, waiting):
    later(
        paper("2611.90009", score=9, abstract="We study retracted papers."),
        paper("2611.90010", score=8, comment="Withdrawn: an error in Lemma 2"),
    )
    assert waiting().sentence == "2 new below the cut, 1 withdrawn"
    assert [change.withdrawn for change in waiting().changes] == ["Withdrawn: an error in Lemma 2", None]


def test_new_mentions_are_told_where_they_changed_no_number(later, waiting):
    later(
        mention("8", "2611.90001"),
        mention("9", "2611.90001", repost_of="8"),
        mention("10", "2611.90002"),
        mention("11", "2611.90002", likes=5, source="bluesky"),
    )
    assert waiting().sentence == "1 number up, 1 new mention"
    assert of(waiting(), "2611.90001").mentions_new == 1
    assert of(waiting(), "2611.90002").mentions_new == 2


def test_a_mention_that_is_gone_is_told_once_two_runs_have_missed_it(session, rules, later, waiting):
    later(Gone("twitter", "7"))
    assert waiting().changes == []
    ingest_things(session, rules, [Gone("twitter", "7")], now=NOON + timedelta(hours=4))
    assert waiting().sentence == "1 mention gone"


def test_what_a_strike_takes_away_does_not_come_back_as_news(session, rules, editor, clock, edition, later, waiting):
    later(mention("8", "2611.90001", likes=900, source="bluesky"))
    strike(session, mention_row(session, "8", "bluesky").id, Acting(editor, clock(), rules), edition_id=edition.id)
    assert waiting().sentence == "1 new mention"
    assert of(waiting(), "2611.90001").score == 200


def test_a_run_in_progress_is_not_half_told(session, later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)), paper("2611.90009", score=70))
    run = session.get_one(Run, 2)
    run.status = "running"
    session.commit()
    assert newest_finished_run(session) == 1
    assert waiting().changes == []
    run.status = "failed"
    session.commit()
    assert waiting().sentence == "1 new above the cut, 1 number up"


def test_an_earlier_run_is_told_as_it_was(later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)))
    early = waiting(up_to=2)
    ingested = (Reading("twitter", NOON + timedelta(hours=1), reposts=400),)
    later(paper("2611.90001", title="Renamed", readings=ingested), paper("2611.90009", score=70))
    assert waiting(up_to=2) == early
    assert waiting().sentence == "1 new above the cut, 1 number up, 1 text changed"


def test_a_fresh_edition_takes_everything_by_itself(session, rules):
    fresh = edition_of_scores(session, rules, [60])
    ingest_things(session, rules, [paper(score=90)], now=NOON)
    assert waiting_of(session, fresh, rules).changes == []


def test_nothing_waits_in_a_published_edition(session, edition, later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)))
    edition.status = "published"
    session.commit()
    assert waiting().changes == []


def test_what_was_left_comes_back_when_a_later_run_changes_it(session, rules, editor, clock, edition, later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)), paper("2611.90009", score=70))
    leave(session, edition.id, Acting(editor, clock(), rules), up_to=2)
    assert waiting().changes == []
    assert [change.arxiv_id for change in waiting().left] == ["2611.90001", "2611.90009"]
    ingested = (Reading("twitter", NOON + timedelta(hours=1), reposts=80),)
    later(paper("2611.90009", readings=ingested))
    assert waiting().sentence == "1 new above the cut"
    assert of(waiting(), "2611.90009").score == 80


def test_only_the_items_asked_for_are_told(session, later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)), paper("2611.90002", readings=at_noon(reposts=300)))
    wanted = items(session)[0]
    assert [change.item_id for change in waiting(item_ids=[wanted.id]).changes] == [wanted.id]


def test_an_own_headline_names_the_paper(session, rules, editor, clock, later, waiting):
    item = items(session)[0]
    written = {"headline": "A lamp", "note": None, "version": item.version}
    annotate(session, item.id, by=Acting(editor, clock(), rules), **written)
    later(paper("2611.90001", title="Renamed"))
    assert of(waiting(), "2611.90001").title == "A lamp"


def test_taken_data_waits_no_more(session, rules, editor, clock, edition, later, waiting):
    later(paper("2611.90001", readings=at_noon(reposts=300)), paper("2611.90009", score=70))
    take(session, edition.id, Acting(editor, clock(), rules), up_to=2)
    assert waiting().changes == []


@pytest.fixture
def statements(session):
    """Every statement that the database is sent from now on."""
    sent: list[str] = []

    def listen(*args) -> None:
        sent.append(args[2])

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", listen)


def test_the_number_of_queries_does_not_grow_with_the_papers(session, rules, editor, clock, statements):
    counts = []
    for size, day in ((3, DAY), (60, DAY + timedelta(days=1))):
        things = [paper(score=90, announced_on=day) for _ in range(size)]
        ingest_things(session, rules, things, day=day)
        drop(session, items(session, day=day)[0].id, by=Acting(editor, clock(), rules))
        told = [paper(t.arxiv_id, announced_on=day, title="Anew", readings=at_noon(reposts=95)) for t in things]
        ingest_things(session, rules, [*told, paper(score=9, announced_on=day)], day=day, now=NOON)
        found = session.scalars(select(Edition).where(Edition.date == day)).one()
        assert session.query(MentionedPaper).count() == 0
        statements.clear()
        assert len(waiting_of(session, found, rules).changes) == size + 1
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12

"""What became of the papers of a published edition: scores by later readings, strikes, late finds, the archive."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from app.domain.records import document_of
from app.domain.sources import Reading
from app.models import AuditEvent, Edition, Item, Post
from app.queries.editions import edition_on
from app.queries.lookback import look_back, look_backs, months_beside, names_of, newest_published
from app.services import curation, evidence
from app.services.acting import Acting
from app.services.archive import import_post
from app.services.ingestion import ingest
from app.services.publishing import publish
from tests.factories import DAY, MORNING, Source, edition_of_scores, ingest_things, items, mention, mention_row, paper

WEEK = timedelta(days=7)
IDS = ("2611.80001", "2611.80002", "2611.80003", "2611.80004")


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    return Acting(editor, clock(), rules)


def read_again(session, rules, scores: dict[str, int], *, now=MORNING + WEEK):
    """What a later run reads of papers."""
    things = [paper(one, readings=(Reading("twitter", now, reposts=score),)) for one, score in scores.items()]
    return ingest_things(session, rules, things, now=now)


def put_out(session, by, scores=(900, 90, 60, 40)) -> Edition:
    """A published edition of papers with these scores."""
    things = [paper(one, score=score) for one, score in zip(IDS, scores, strict=True)]
    ingest_things(session, by.rules, things)
    edition = edition_on(session, DAY)
    publish(session, edition.id, by, targets=[])
    return edition


def told(looked) -> dict[str, tuple[str, int | None, float, float]]:
    return {p.arxiv_id: (p.state, p.number, p.then, p.now) for p in looked.papers}


def test_picked_and_passed_papers_are_told_then_and_now(session, rules, by):
    ingest_things(session, rules, [paper(one, score=score) for one, score in zip(IDS, (900, 90, 60, 40), strict=True)])
    edition, listed = edition_on(session, DAY), items(session)
    curation.drop(session, listed[1].id, by=by, reason="off topic")
    publish(session, edition.id, by, targets=[])
    read_again(session, rules, {IDS[0]: 950, IDS[1]: 95, IDS[3]: 800})
    looked = look_back(session, edition, rules.weights)
    assert told(looked) == {
        IDS[0]: ("picked", 1, 900, 950),
        IDS[1]: ("dropped", None, 90, 95),
        IDS[2]: ("picked", 2, 60, 60),
        IDS[3]: ("candidate", None, 40, 800),
    }
    read = {p.arxiv_id: p.read_at for p in looked.papers}
    assert read == {IDS[0]: MORNING + WEEK, IDS[1]: MORNING + WEEK, IDS[2]: None, IDS[3]: MORNING + WEEK}
    assert looked.read_at == MORNING + WEEK
    assert names_of(session, [listed[1].id])[listed[1].id].drop_reason == "off topic"


def test_the_score_then_is_that_of_the_record(session, rules, by):
    edition = put_out(session, by)
    read_again(session, rules, {IDS[0]: 2000})
    record = session.scalars(select(Post.record)).one()
    assert [entry.printed_totals[0] for entry in document_of(record).entries] == [900, 90, 60]
    looked = look_back(session, edition, rules.weights)
    assert [p.then for p in sorted(looked.papers, key=lambda p: p.number or 9)][:3] == [900, 90, 60]


def test_weights_are_those_of_the_record_whatever_they_are_by_now(session, rules, by):
    edition = put_out(session, by)
    read_again(session, rules, {IDS[0]: 950})
    assert told(look_back(session, edition, {"twitter": 10.0}))[IDS[0]][2:] == (900, 950)


def test_a_mention_that_was_struck_since_counts_no_more_and_says_so(session, rules, by, clock):
    named = paper(IDS[0])
    said = [
        mention("1", named, reposts=100),
        mention("2", named, reposts=60),
        mention("3", named, likes=9, repost_of="1"),
    ]
    ingest_things(session, rules, [named, *said])
    edition = edition_on(session, DAY)
    publish(session, edition.id, by, targets=[])
    clock.tick(hours=1)
    evidence.strike(session, mention_row(session, "1").id, by=Acting(by.editor, clock(), rules))
    later = [mention("2", named, reading=Reading("twitter", MORNING + WEEK, reposts=70))]
    ingest_things(session, rules, later, now=MORNING + WEEK)
    looked = look_back(session, edition, rules.weights)
    assert [(p.then, p.now, p.struck_since) for p in looked.papers] == [(160, 70, 1)]


def test_what_was_never_read_again_stands_as_it_was(session, rules, by):
    looked = look_back(session, put_out(session, by), rules.weights)
    assert looked.read_at is None
    assert all(p.now == p.then for p in looked.papers)


def test_a_paper_that_came_too_late_is_neither_picked_nor_passed(session, rules, by):
    edition = put_out(session, by)
    ingest_things(session, rules, [paper("2611.80009", score=7000)], now=MORNING + WEEK)
    assert "2611.80009" not in told(look_back(session, edition, rules.weights))


def test_a_run_that_goes_on_is_not_told_of(session, rules, by):
    edition = put_out(session, by)
    run = read_again(session, rules, {IDS[0]: 950})
    run.status = "running"
    session.commit()
    assert told(look_back(session, edition, rules.weights))[IDS[0]][3] == 900


def test_a_draft_has_nothing_to_look_back_on(session, rules):
    assert look_back(session, edition_of_scores(session, rules, [90]), rules.weights) is None


def test_of_an_archive_post_only_the_printed_totals_are_known(session, rules, by, corpus):
    file = corpus / "posts" / "2021-03-24---Hot-Papers.md"
    import_post(session, file.name, file.read_bytes(), by)
    looked = look_back(session, edition_on(session, date(2021, 3, 24)), rules.weights)
    assert looked.is_archive and looked.read_at is None
    assert len(looked.papers) > 5 and all(p.is_picked and p.now == p.then for p in looked.papers)
    numbers = [p.number for p in sorted(looked.papers, key=lambda p: p.number)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_month_is_told_edition_by_edition_newest_first(session, rules, by):
    put_out(session, by)
    other = edition_of_scores(session, rules, [300, 20], day=date(2026, 11, 12))
    publish(session, other.id, by, targets=[])
    edition_of_scores(session, rules, [80], day=date(2026, 11, 16))
    read_again(session, rules, {IDS[0]: 950, IDS[3]: 800})
    lines = look_backs(session, date(2026, 11, 1), rules.weights)
    assert [(line.date.day, line.picked, line.missed and line.missed.title) for line in lines] == [
        (18, 3, f"Lanterns and Moss {IDS[3]}"),
        (12, 1, None),
    ]
    assert lines[0].verdict is not None and (lines[0].verdict.top_then, lines[0].verdict.top_now) == (3, 2)
    assert lines[1].verdict is None
    assert look_backs(session, date(2026, 10, 1), rules.weights) == []


def test_the_months_beside_are_those_with_a_post(session, rules, by):
    for day in (date(2026, 8, 31), date(2026, 11, 12), date(2027, 1, 4)):
        publish(session, edition_of_scores(session, rules, [300], day=day).id, by, targets=[])
    assert months_beside(session, date(2026, 11, 1)) == (date(2026, 8, 1), date(2027, 1, 1))
    assert months_beside(session, date(2026, 8, 1)) == (None, date(2026, 11, 1))
    assert newest_published(session) == date(2027, 1, 4)


def test_looking_back_asks_as_few_questions_of_ten_editions_as_of_one(session, rules, by):
    def asked() -> int:
        count = 0

        def note(*_) -> None:
            nonlocal count
            count += 1

        event.listen(session.get_bind(), "before_cursor_execute", note)
        look_backs(session, date(2026, 11, 1), rules.weights)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return count

    put_out(session, by)
    read_again(session, rules, {IDS[3]: 800})
    one = asked()
    for day in range(2, 11):
        publish(session, edition_of_scores(session, rules, [300, 20], day=date(2026, 11, day)).id, by, targets=[])
    assert asked() == one


def test_looking_changes_nothing(session, rules, by):
    edition = put_out(session, by)
    read_again(session, rules, {IDS[3]: 800})
    tables = (Post, Edition, Item, AuditEvent)

    def stored():
        return [session.execute(select(table.__table__).order_by(table.id)).all() for table in tables]

    before = stored()
    look_back(session, edition, rules.weights)
    look_backs(session, date(2026, 11, 1), rules.weights)
    assert not session.dirty and not session.new and not session.deleted
    assert stored() == before


def test_a_score_now_is_the_one_that_the_desk_would_show(session, rules, by):
    """Held against the totals that ingestion makes for a draft of the same papers."""
    named = paper(IDS[0], readings=(Reading("hackernews", MORNING, points=40),))
    ingest_things(session, rules, [named, mention("1", named, reposts=20, likes=5, source="bluesky")])
    edition = edition_on(session, DAY)
    publish(session, edition.id, by, targets=[])
    now = MORNING + WEEK
    again = paper(IDS[0], announced_on=DAY + WEEK, readings=(Reading("hackernews", now, points=90),))
    grown = mention("1", again, source="bluesky", reading=Reading("bluesky", now, reposts=25, likes=9))
    ingest_things(
        session, rules, [again, grown, mention("2", again, likes=7, source="mastodon")], now=now, day=DAY + WEEK
    )
    draft = items(session, day=DAY + WEEK)[0]
    assert [p.now for p in look_back(session, edition, rules.weights).papers] == [draft.score] == [131]


def test_a_paper_that_stood_still_was_read_again_all_the_same(session, rules, by):
    still = paper(readings=(Reading("twitter", None, reposts=90, likes=0),))
    ingest(session, [Source(still, name="twitter")], day=DAY, clock=lambda: MORNING, rules=rules)
    publish(session, session.scalars(select(Edition)).one().id, by, targets=[])
    later = by.now + timedelta(hours=6)
    ingest(session, [Source(still, name="twitter")], day=DAY, clock=lambda: later, rules=rules)
    (outcome,) = look_back(session, session.scalars(select(Edition)).one(), {}).papers
    assert (outcome.then, outcome.now, outcome.read_at) == (90, 90, later)

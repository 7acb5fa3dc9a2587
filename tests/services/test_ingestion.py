"""Ingestion: idempotent, tolerant of one failing thing, and never in an editor's way."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.domain.editions import NotAllowed
from app.domain.sources import ConnectorError, FetchedPaper, Notice, Problem, Reading
from app.models import Edition, Mention, MetricsSnapshot, Paper, Run
from app.queries.evidence import texts_of_items
from app.services import curation
from app.services.acting import Acting
from app.services.ingestion import ingest
from tests.factories import DAY, MORNING, Source, edition_of_scores, ingest_things, items, mention, paper, scores

TABLES = (
    "papers",
    "announcements",
    "mentions",
    "mentioned_papers",
    "metrics_snapshots",
    "revisions",
    "items",
    "editions",
)


def everything(session) -> dict[str, list]:
    """Every row of the machine layer and of the fresh editions."""
    return {name: session.execute(text(f"select * from {name} order by 1, 2")).all() for name in TABLES}


def test_a_fresh_edition_picks_what_is_at_or_above_the_cut_best_first(session, rules):
    edition_of_scores(session, rules, [49, 50, 200, 0, 51])
    assert scores(session) == [200, 51, 50]
    assert scores(session, "candidate") == [49, 0]


def test_equal_scores_go_by_arxiv_id(session, rules):
    ingest_things(
        session, rules, [paper("2611.90003", score=60), paper("2611.90001", score=60), paper("2611.90002", score=60)]
    )
    assert [item.paper.arxiv_id for item in items(session)] == ["2611.90001", "2611.90002", "2611.90003"]


def test_a_second_run_of_the_same_changes_nothing(session, rules):
    first, second = paper(score=60), paper()
    things = [first, second, mention("1", first, second, reposts=5, likes=7), mention("2", second)]
    ingest_things(session, rules, things)
    before = everything(session)
    run = ingest_things(session, rules, things, now=MORNING + timedelta(hours=1))
    assert everything(session) == before
    assert [(r["found"], r["new"], r["updated"], r["failed"]) for r in run.reports] == [(2, 0, 0, 0)]


def test_counts_without_a_time_are_kept_once_until_they_change(session, rules):
    named = paper()
    for likes, expected in ((5, 1), (5, 1), (6, 2)):
        ingest_things(
            session,
            rules,
            [named, mention("1", named, reading=Reading("twitter", None, likes=likes))],
            now=MORNING + timedelta(hours=expected),
        )
        assert len(session.scalars(select(MetricsSnapshot)).all()) == expected


def test_newer_counts_are_added_and_the_older_stay(session, rules):
    named = paper()
    for hours, likes in ((0, 40), (6, 70)):
        reading = Reading("twitter", MORNING + timedelta(hours=hours), likes=likes)
        ingest_things(session, rules, [named, mention("1", named, reading=reading)])
    assert scores(session) == [70]
    assert sorted(session.scalars(select(MetricsSnapshot.likes))) == [40, 70]


def test_an_older_reading_that_comes_late_does_not_stand(session, rules):
    named = paper()
    for hours, likes in ((6, 70), (0, 90)):
        reading = Reading("twitter", MORNING + timedelta(hours=hours), likes=likes)
        ingest_things(session, rules, [named, mention("1", named, reading=reading)])
    assert scores(session) == [70]


def test_a_native_repost_never_counts(session, rules):
    named = paper()
    ingest_things(
        session, rules, [named, mention("1", named, reposts=60), mention("2", named, reposts=60, repost_of="1")]
    )
    assert scores(session) == [60]


def test_missing_is_not_zero(session, rules):
    named = paper()
    ingest_things(session, rules, [named, mention("1", named, likes=55)])
    assert session.scalars(select(MetricsSnapshot)).one().reposts is None
    assert items(session)[0].parts[0]["reposts"] is None


def test_weights_are_applied_by_source(session, rules):
    from dataclasses import replace

    named = paper()
    heavy = replace(rules, weights={"hackernews": 2.0})
    counted = mention("1", named, source="hackernews", reading=Reading("hackernews", MORNING, points=30))
    ingest_things(session, heavy, [named, counted])
    assert scores(session) == [60]


def test_what_fails_is_reported_and_the_rest_goes_in(session, rules):
    run = ingest(
        session,
        [
            Source(paper(), Problem("line 2", "is not JSON."), paper(), Notice("A quiet day."), name="file"),
            Source(paper(), ConnectorError("The network is down; the next run tries again."), name="network"),
            Source(ConnectorError("It answered 503 five times.", permanent=False), name="silent"),
            Source(RuntimeError("a mistake of ours"), name="broken"),
        ],
        day=DAY,
        clock=lambda: MORNING,
        rules=rules,
    )
    assert run.status == "partial"
    states = {report["source"]: (report["status"], report["found"], report["stopped"]) for report in run.reports}
    assert states["file"] == ("partial", 2, None)
    assert states["network"] == ("partial", 1, "The network is down; the next run tries again.")
    assert states["silent"] == ("failed", 0, "It answered 503 five times.")
    assert states["broken"][0] == "failed"
    assert "a mistake of ours" not in states["broken"][2]
    assert run.reports[0]["problems"] == [{"where": "line 2", "reason": "is not JSON."}]
    assert run.reports[0]["notices"] == ["A quiet day."]
    assert len(scores(session, "candidate")) == 3


@pytest.mark.parametrize(
    ("sources", "status"),
    [
        ([Source()], "succeeded"),
        ([Source(ConnectorError("no"))], "failed"),
        ([Source(), Source(ConnectorError("no"))], "partial"),
    ],
)
def test_the_run_says_how_it_went(session, rules, sources, status):
    ingest(session, sources, day=DAY, clock=lambda: MORNING, rules=rules)
    run = session.scalars(select(Run)).one()
    assert (run.status, run.finished_at) == (status, MORNING)


def test_a_mention_of_no_paper_of_ours_is_passed_over_and_counted(session, rules):
    ours = paper(score=60)
    run = ingest_things(session, rules, [ours, mention("1", "2611.90777", reposts=3), mention("2", "2611.90777", ours)])
    assert (run.status, run.reports[0]["passed_over"], run.reports[0]["mentions"]) == ("succeeded", 1, 2)
    assert session.scalars(select(Mention)).one().external_id == "2"


def test_a_new_version_replaces_the_text_and_the_former_is_kept(session, rules):
    ingest_things(session, rules, [paper("2611.90001", title="Before", score=60)])
    ingest_things(session, rules, [paper("2611.90001", title="After", version=2)])
    assert session.scalars(select(Paper)).one().title == "After"
    item = items(session)[0]
    assert texts_of_items(session, [item.id])[item.id].title == "After"
    item.horizon = 1
    session.commit()
    assert texts_of_items(session, [item.id])[item.id].title == "Before"


def test_an_older_version_or_a_bare_listing_changes_nothing(session, rules):
    ingest_things(session, rules, [paper("2611.90001", title="Second", version=2)])
    ingest_things(session, rules, [paper("2611.90001", title="First", version=1)])
    ingest_things(session, rules, [paper("2611.90001", title="Listed", version=None, complete=False)])
    assert session.scalars(select(Paper)).one().title == "Second"


def test_once_an_editor_has_acted_ingest_leaves_the_edition_alone(session, rules, editor, clock):
    named = paper("2611.90001", title="Before", score=60)
    ingest_things(session, rules, [named, paper(score=55)])
    curation.move(session, items(session)[0].id, to=2, by=Acting(editor, clock(), rules))
    before = everything(session)["items"]
    newer = paper(
        "2611.90001", title="After", version=2, readings=(Reading("twitter", MORNING + timedelta(hours=6), likes=900),)
    )
    ingest_things(session, rules, [newer, paper("2611.90555", score=800), mention("1", newer, reposts=70)])
    after = everything(session)["items"]
    assert after[: len(before)] == before
    assert [item.paper.title for item in items(session, "waiting")] == ["Lanterns and Moss 2611.90555"]
    assert len(after) == len(before) + 1
    ids = [item.id for item in items(session)]
    assert {found.title for found in texts_of_items(session, ids).values()} & {"After"} == set()


def test_a_paper_may_be_listed_on_two_days(session, rules):
    later = DAY + timedelta(days=1)
    ingest_things(session, rules, [paper("2611.90001", score=60)])
    ingest_things(session, rules, [paper("2611.90001", announced_on=later)], day=later)
    assert (scores(session), scores(session, day=later)) == ([60], [60])


def test_batches_do_not_lose_what_is_between_them(session, rules, monkeypatch):
    monkeypatch.setattr("app.services.ingestion.BATCH", 7)
    named = [paper() for _ in range(20)]
    run = ingest_things(
        session, rules, [thing for p in named for thing in (p, mention(f"m{p.arxiv_id}", p, reposts=60))]
    )
    assert run.reports[0]["found"] == 20
    assert scores(session) == [60] * 20


PAPERS = st.lists(
    st.builds(
        lambda number, score, title: FetchedPaper(
            f"2611.{90000 + number}",
            title,
            ("A. Fernsby",),
            "Moss.",
            ("cs.LG",),
            DAY,
            1,
            readings=(Reading("twitter", MORNING, reposts=score),),
        ),
        st.integers(1, 12),
        st.integers(0, 120),
        st.sampled_from(["Lanterns", "Moss", "0"]),
    ),
    max_size=15,
    unique_by=lambda found: found.arxiv_id,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(papers=PAPERS)
def test_ingesting_twice_is_ingesting_once(session, rules, papers):
    ingest_things(session, rules, papers)
    before = everything(session)
    ingest_things(session, rules, papers, now=MORNING + timedelta(hours=2))
    assert everything(session) == before


def test_a_paper_told_twice_is_the_first_telling_in_every_run(session, rules):
    things = [paper("2611.90001", title="First"), paper("2611.90001", title="Second")]
    things += [mention("1", "2611.90001", text="Early."), mention("1", "2611.90001", text="Late.")]
    for run_number in (1, 2, 3):
        run = ingest_things(session, rules, things, now=MORNING + timedelta(hours=run_number))
        assert session.scalars(select(Paper)).one().title == "First"
        assert session.scalars(select(Mention)).one().text == "Early."
        assert run.reports[0]["updated"] == 0
        assert run.reports[0]["problems"] == [
            {"where": "2611.90001", "reason": "stands here twice; the first one went in."}
        ]


def test_two_runs_never_overlap(session, rules):
    def another() -> None:
        with pytest.raises(NotAllowed, match="Another run is going on"):
            ingest_things(session, rules, [paper(score=90)])

    class Slow(Source):
        def fetch(self, question):
            yield paper(score=60)
            another()

    ingest(session, [Slow()], day=DAY, clock=lambda: MORNING, rules=rules)
    assert scores(session) == [60]
    ingest_things(session, rules, [paper(score=90)])
    assert scores(session) == [90, 60]


def test_an_interrupted_run_is_marked_and_what_it_stored_is_filled_in(session, rules):
    with pytest.raises(KeyboardInterrupt):
        ingest_things(session, rules, [*(paper(score=60) for _ in range(501)), KeyboardInterrupt()])
    run = session.scalars(select(Run)).one()
    assert (run.status, run.finished_at, run.reports[0]["new"]) == ("failed", MORNING, 500)
    assert len(scores(session)) == 500


def test_a_run_that_was_killed_is_taken_up_by_the_next(session, rules):
    ingest_things(session, rules, [paper("2611.90001", score=60)])
    session.execute(text("update runs set status = 'running', finished_at = null"))
    session.execute(text("delete from items"))
    session.commit()
    ingest_things(session, rules, [], now=MORNING + timedelta(hours=1))
    assert sorted(session.scalars(select(Run.status))) == ["failed", "succeeded"]
    assert scores(session) == [60]


def test_an_empty_day_makes_no_edition(session, rules):
    ingest_things(session, rules, [Notice("arXiv has no listing on Saturdays.")], day=date(2026, 11, 21))
    assert session.scalars(select(Edition)).all() == []

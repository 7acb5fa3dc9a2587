"""What papers are found by is kept up: by every run, after a run that was cut off, and for papers from before."""

from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, event, select, text, update

from app.domain.sources import Reading
from app.models import Edition, Item, Paper, SearchText
from app.queries.search import matching_items
from app.services.acting import Acting
from app.services.archive import import_post
from app.services.ingestion import ingest
from tests.factories import DAY, MORNING, Source, ingest_things, mention, paper

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def found(session):
    """How many papers of the day fit what is typed."""

    def count(typed: str) -> int:
        edition = session.scalars(select(Edition).where(Edition.date == DAY)).one()
        return len(matching_items(session, edition.id, typed))

    return count


@pytest.fixture
def writes(session):
    """Every row that is written to what papers are found by from now on."""
    rows: list[str] = []

    def listen(connection, cursor, statement, values, context, executemany) -> None:
        if statement.lower().startswith("insert into search_texts"):
            # SQLite is given rows, PostgreSQL a list for every column.
            rows.extend(values if executemany else values[0])

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    yield rows
    event.remove(session.get_bind(), "before_cursor_execute", listen)


def test_a_run_indexes_new_papers_and_what_is_said_of_them(session, rules, found):
    one, other = paper("2611.90001"), paper("2611.90002", abstract="On fireflies.", categories=("q-bio.NC",))
    ingest_things(session, rules, [one, other, mention("7", one, text="Bright!"), mention("8", one, other)])
    assert [found(t) for t in ("lanterns", "fireflies", "bright", "paperbird", "q-bio.NC", "ivy")] == [2, 1, 1, 2, 1, 0]


def test_a_later_run_indexes_just_what_has_other_words(session, rules, found, writes):
    papers = [paper(f"2611.9000{number}", score=60) for number in range(6)]
    told = mention("7", papers[0], text="Bright!", reposts=5)
    ingest_things(session, rules, [*papers, told])
    writes.clear()
    louder = [paper(p.arxiv_id, readings=(Reading("twitter", LATER, reposts=70, likes=0),)) for p in papers]
    ingest_things(session, rules, [*louder, told], now=LATER)
    assert writes == []
    newer = paper("2611.90001", title="Fireflies", version=2)
    words = [newer, mention("7", papers[0], text="Blinding!"), mention("9", papers[2], papers[3], text="Ivy")]
    ingest_things(session, rules, words, now=LATER)
    assert len(writes) == 4
    # What was said before is still found: an editor may have it in mind, or before the eyes.
    assert [found(t) for t in ("fireflies", "blinding", "bright", "ivy", "lanterns")] == [1, 1, 1, 2, 6]


class Killed(BaseException):
    """What ends a process ends this too."""


def test_a_run_that_dies_before_it_indexes_leaves_that_to_the_next(session, rules, found):
    def die(*_) -> None:
        if any("insert into search_texts" in str(arg).lower() for arg in _):
            raise Killed

    ingest_things(session, rules, [paper("2611.90001", title="Old Gorse")])
    event.listen(session.get_bind(), "before_cursor_execute", die)
    things = [paper("2611.90001", title="Ivy", version=2), paper("2611.90002", title="Thistle")]
    with pytest.raises(Killed):
        ingest_things(session, rules, [*things, mention("7", "2611.90002", text="Bright!")], now=LATER)
    event.remove(session.get_bind(), "before_cursor_execute", die)
    session.rollback()
    assert [found(t) for t in ("gorse", "ivy", "thistle", "bright")] == [1, 0, 0, 0]
    ingest_things(session, rules, [], now=LATER + timedelta(hours=1))
    assert [found(t) for t in ("gorse", "ivy", "thistle", "bright")] == [1, 1, 1, 1]


def test_a_run_that_is_interrupted_indexes_what_it_has(session, rules, found):
    with pytest.raises(KeyboardInterrupt):
        sources = [Source(paper(title="Thistle")), Source(KeyboardInterrupt())]
        ingest(session, sources, day=DAY, clock=lambda: MORNING, rules=rules)
    assert found("thistle") == 1


def test_papers_that_a_program_without_search_has_stored_are_indexed_by_the_next_run(session, rules, found):
    ingest_things(session, rules, [paper(title="Thistle"), paper()])
    session.execute(delete(SearchText))
    session.commit()
    assert found("thistle") == 0
    ingest_things(session, rules, [], now=LATER)
    assert found("thistle") == 1
    assert found("") == 2


def test_a_post_that_is_read_in_can_be_searched(session, rules, clock, corpus):
    path = sorted((corpus / "posts").glob("*.md"))[0]
    import_post(session, path.name, path.read_bytes(), Acting(None, clock(), rules))
    edition = session.scalars(select(Edition)).one()
    stored = session.execute(select(Item.id, Paper.arxiv_id, Paper.title).join(Paper)).all()
    assert stored
    for item_id, arxiv_id, title in stored:
        assert item_id in matching_items(session, edition.id, arxiv_id)
        assert item_id in matching_items(session, edition.id, title)


def test_the_migration_indexes_all_papers_that_are_there_as_a_run_would(session, rules, found):
    papers = [paper(f"2611.{number}", score=3) for number in range(91_000, 92_100)]
    told = mention("7", *papers[:3], author_handle="northpop", text=None, html="<p>Bright &amp; <i>early</i></p>")
    ingest_things(session, rules, [*papers, told])
    newer = paper("2611.91000", title='Schr\\"odinger', version=2)
    ingest_things(session, rules, [newer, mention("7", papers[0], text="Ivy")], now=LATER)
    kept = {row.paper_id: row for row in session.scalars(select(SearchText))}
    before = {paper_id: (row.title, row.authors, row.words) for paper_id, row in kept.items()}
    session.remove()
    downgrade(revision="0003")
    upgrade()
    rows = session.scalars(select(SearchText))
    assert {row.paper_id: (row.title, row.authors, row.words) for row in rows} == before
    assert len(before) == 1_100
    assert [found(t) for t in ("lanterns", "schrodinger", "northpop early", "ivy", "-moss")] == [1_100, 1, 3, 3, 0]


def test_the_index_follows_its_table(session, rules, found):
    ingest_things(session, rules, [paper(title="Thistle"), paper(title="Fern")])
    session.execute(update(SearchText).where(SearchText.title.contains("thistle")).values(title="ivy"))
    assert [found(t) for t in ("thistle", "ivy", "lanterns")] == [0, 1, 2]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("insert into search_index (search_index) values ('integrity-check')"))

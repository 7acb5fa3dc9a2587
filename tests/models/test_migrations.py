"""Migrations: up and down on both databases, equal to the models, and the triggers that guard what is frozen."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.extensions import db
from app.models import AuditEvent, Edition, Item, MetricsSnapshot, Post
from app.models.search import is_described
from app.queries.waiting import newest_finished_run
from app.services.acting import Acting
from app.services.adding import add_paper
from app.services.audit import Kind, record
from app.services.correcting import reopen
from app.services.publishing import publish
from app.services.undo import undo
from tests.factories import MORNING, edition_of_scores, ingest_things, paper


@pytest.fixture
def empty(empty_database_url, tmp_path):
    """A desk whose database has no tables yet."""
    app = create_app(
        {"HOTPAPERS_DATABASE_URL": empty_database_url, "HOTPAPERS_INSTANCE_DIR": str(tmp_path / "instance")}
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    """The tables there are, without Alembic's own."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


# What SQLite's search index lies in, beside the tables of the models.
FTS_TABLES = {"search_index", *(f"search_index_{part}" for part in ("data", "idx", "docsize", "config"))}


def test_up_makes_every_table_and_down_removes_them_and_up_again(empty, backend):
    wanted = set(db.metadata.tables) | (FTS_TABLES if backend == "sqlite" else set())
    upgrade()
    assert tables() == wanted
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == wanted


def test_what_the_migrations_make_is_what_the_models_say(empty):
    upgrade()
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_described}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


def test_a_paper_that_waits_is_dropped_on_the_way_down_for_its_events_stay(empty):
    upgrade()
    rules, session = empty.extensions["rules"], db.session
    by = Acting(None, MORNING, rules)
    first = edition_of_scores(session, rules, [60])
    ingest_things(session, rules, [paper("2611.95001", score=70, announced_on=None)])
    add_paper(session, first.date, "2611.95001", by, run_id=newest_finished_run(session))
    undo(session, first.id, by)
    waiting = session.scalars(select(Item).where(Item.state == "waiting")).one().id
    session.remove()
    downgrade(revision="0001")
    rows = session.execute(text("select id, state, drop_reason, order_key from items order by id")).all()
    assert rows[1] == (waiting, "dropped", "waited when the desk was taken back", None)
    assert rows[0].state == "picked"
    session.remove()
    upgrade()
    assert session.get_one(Item, waiting).state == "dropped"
    assert session.scalar(select(func.count()).where(AuditEvent.item_id == waiting)) == 2


def test_a_post_that_is_being_corrected_stays_its_editions_post_down_and_up_again(empty):
    upgrade()
    session = db.session
    edition = edition_of_scores(session, empty.extensions["rules"], [60])
    by = Acting(None, MORNING, empty.extensions["rules"])
    post_id = publish(session, edition.id, by, targets=[]).post.id
    reopen(session, edition.id, by)
    session.remove()
    downgrade(revision="0005")
    upgrade()
    found = session.query(Edition).one()
    assert (found.status, found.post_id) == ("published", post_id)


@pytest.fixture
def post(session) -> Post:
    """A frozen post."""
    edition = Edition(date=datetime(2026, 11, 18).date(), cut=50, status="published")
    session.add(edition)
    session.flush()
    post = Post(
        edition_id=edition.id,
        file_name="a.md",
        markdown=b"# 1",
        sha256="0" * 64,
        record={},
        published_at=datetime.now(UTC),
    )
    session.add(post)
    session.commit()
    return post


@pytest.mark.parametrize(
    "statement",
    [
        "update posts set markdown = 'other'",
        "update posts set record = '{}'",
        "delete from posts",
        "update audit_events set summary = 'nothing happened'",
        "update audit_events set summary = 'nothing happened', version = 99",
        "delete from audit_events",
        "update metrics_snapshots set reposts = 5",
    ],
)
def test_the_database_refuses_to_change_what_is_sealed(session, rules, post, clock, statement):
    edition_of_scores(session, rules, [60])
    record(session, Acting(None, clock(), rules), Kind.EDITION_PUBLISHED, "published")
    session.commit()
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text(statement))
    session.rollback()
    assert session.get_one(Post, post.id).markdown == b"# 1"
    assert session.query(MetricsSnapshot).one().reposts == 60


def test_postgresql_refuses_to_empty_the_tables_too(session, post, backend):
    if backend == "sqlite":
        with pytest.raises(DBAPIError):
            session.execute(text("delete from posts"))
        return
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text("truncate posts cascade"))


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("insert into editions (date, cut, status, version) values ('2026-11-18', 50, 'draft', 1)", "editions"),
        ("update editions set status = 'half done'", "status"),
        ("update items set state = 'maybe'", "state"),
        ("update items set order_key = null where state = 'picked'", "order_key"),
        ("update items set order_key = 'V'", "order_key"),
        ("insert into editors (name, role, created_at) values ('X', 'boss', '2026-11-18')", "role"),
        (
            "insert into papers (arxiv_id, title, authors, abstract, categories, is_complete, run_id) "
            "select arxiv_id, title, authors, abstract, categories, is_complete, run_id from papers",
            "arxiv_id",
        ),
        ("update metrics_snapshots set mention_id = 1", "never changed"),
        ("insert into metrics_snapshots (source, captured_at, run_id) values ('x', '2026-11-18', 1)", "one_subject"),
    ],
)
def test_the_database_holds_keys_and_states(session, rules, statement, constraint):
    edition_of_scores(session, rules, [60, 70, 20])
    with pytest.raises(DBAPIError, match=constraint):
        session.execute(text(statement))

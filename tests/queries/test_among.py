"""One of many values, asked for by a statement that does not grow with them."""

from sqlalchemy import select

from app.models import Paper
from app.queries.among import among
from tests.factories import ingest_things, paper

FOUND = select(Paper.arxiv_id).where(among(Paper.arxiv_id, "names")).order_by(Paper.arxiv_id)


def test_it_finds_each_of_the_values_and_of_none_nothing(session, rules):
    names = ["2611.90001", "2611.90002", "2611.90003"]
    ingest_things(session, rules, [paper(name) for name in names])
    for asked in ([], names[:1], names[1:], [*names, "2611.99999", 'it\'s "odd" {, \\ \u00e9\n']):
        assert session.scalars(FOUND, {"names": asked}).all() == [name for name in names if name in asked]


def test_numbers_are_found_as_numbers(session, rules):
    ingest_things(session, rules, [paper() for _ in range(3)])
    ids = session.scalars(select(Paper.id).order_by(Paper.id)).all()
    query = select(Paper.id).where(among(Paper.id, "ids")).order_by(Paper.id)
    assert session.scalars(query, {"ids": [*ids[1:], 4711]}).all() == ids[1:]


def test_it_is_looked_up_and_not_looked_through(session, backend):
    if backend == "sqlite":
        compiled = FOUND.compile(dialect=session.get_bind().dialect)
        plan = session.connection().exec_driver_sql(f"explain query plan {compiled}", ("[]",))
        assert "SEARCH papers" in " ".join(row.detail for row in plan)

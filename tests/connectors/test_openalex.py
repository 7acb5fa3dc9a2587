"""Citations by OpenAlex: portions of DOIs, papers that are not in the list, and where the key goes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.connectors.citations import TOO_EARLY
from app.connectors.http import HttpClient
from app.connectors.openalex import SOURCE, OpenAlexConnector
from app.domain.sources import FetchedReading, Notice, Question, Reading
from tests.fakes.citations import FakeOpenAlex
from tests.fakes.listener import DAY, NOW, Heard, about, listen, values_of
from tests.fakes.service import Answer
from tests.fakes.site import FakeTime

LATER = NOW + timedelta(days=7)
MANY = [f"2611.{10000 + number}" for number in range(120)]


@pytest.fixture
def alex() -> Iterator[FakeOpenAlex]:
    with FakeOpenAlex() as fake:
        fake.cite("2611.99001", 7)
        fake.cite("2611.99002", 0)
        fake.cite("math/0309136", 12)
        fake.cite(MANY[0], 5)
        fake.cite(MANY[-1], 3)
        yield fake


def connector(client: HttpClient, fake: FakeOpenAlex, key: str = "oa-moss") -> OpenAlexConnector:
    """The connector as the settings make it."""
    return SOURCE.make(values_of(SOURCE, OPENALEX_URL=fake.url, OPENALEX_API_KEY=key), client, DAY)


def late(*arxiv_ids: str, **fields: Any) -> Question:
    """A question of a week later."""
    return about(*arxiv_ids, **{"now": LATER} | fields)


def citations(heard: Heard) -> dict[str, int | None]:
    """The citations by paper."""
    return {reading.arxiv_id: reading.reading.citations for reading in heard.readings}


def works(*records: Any) -> Answer:
    """A list of works as it comes."""
    return Answer({"meta": {"count": len(records)}, "results": list(records)})


def test_papers_that_are_known_have_their_citations(client: HttpClient, alex: FakeOpenAlex) -> None:
    heard = listen(connector(client, alex), late("2611.99001", "2611.99009", "2611.99002", "math/0309136"))
    assert sorted(heard.readings, key=lambda reading: reading.arxiv_id) == [
        FetchedReading("2611.99001", Reading("openalex", citations=7)),
        FetchedReading("2611.99002", Reading("openalex", citations=0)),
        FetchedReading("math/0309136", Reading("openalex", citations=12)),
    ]
    assert (heard.steps, heard.problems, heard.notices, heard.error) == ((1, 1), [], [], None)


def test_it_asks_for_a_list_with_the_key_in_no_address(client: HttpClient, alex: FakeOpenAlex) -> None:
    listen(connector(client, alex), late("2611.99001", "math/0309136"))
    asked = alex.requests[0]
    assert (asked.method, asked.path) == ("GET", "/works")
    assert dict(asked.params) == {
        "filter": "doi:10.48550/arxiv.2611.99001|10.48550/arxiv.math/0309136",
        "per_page": "100",
        "select": "id,doi,cited_by_count",
    }
    assert asked.header("Authorization") == "Bearer oa-moss"


def test_many_papers_are_asked_for_in_portions_of_50(client: HttpClient, alex: FakeOpenAlex) -> None:
    heard = listen(connector(client, alex), late(*MANY))
    assert [asked.param("filter").count("|") + 1 for asked in alex.requests] == [50, 50, 20]
    assert (citations(heard), heard.steps) == ({MANY[0]: 5, MANY[-1]: 3}, (3, 3))


def test_papers_that_are_not_in_the_list_are_unknown(client: HttpClient, alex: FakeOpenAlex) -> None:
    heard = listen(connector(client, alex), late("2611.99008", "2611.99009"))
    assert (heard.readings, heard.problems, heard.error) == ([], [], None)


def test_within_a_week_nothing_is_asked(client: HttpClient, alex: FakeOpenAlex) -> None:
    for question in (about("2611.99001"), about("2611.99001", day=None)):
        assert listen(connector(client, alex), question).things == [Notice(TOO_EARLY)]
    assert alex.requests == []


def test_a_single_paper_is_asked_for_at_any_age(client: HttpClient, alex: FakeOpenAlex) -> None:
    heard = listen(connector(client, alex), about("2611.99001", sweeps=False))
    assert (citations(heard), heard.notices) == ({"2611.99001": 7}, [])


def test_of_two_records_of_a_paper_the_more_cited_one_counts(client: HttpClient, alex: FakeOpenAlex) -> None:
    doi = "https://doi.org/10.48550/arxiv.2611.99001"
    alex.cite("2611.99001", [{"doi": doi, "cited_by_count": 2}, {"doi": doi, "cited_by_count": 9}, {"doi": doi}])
    assert citations(listen(connector(client, alex), late("2611.99001"))) == {"2611.99001": 9}


@pytest.mark.parametrize(
    "record",
    [
        {"doi": "https://doi.org/10.1000/lanterns.7", "cited_by_count": 900},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99077", "cited_by_count": 900},
        {"doi": None, "cited_by_count": 900},
        {"doi": 7, "cited_by_count": 900},
        {"cited_by_count": 900},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001"},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001", "cited_by_count": None},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001", "cited_by_count": "900"},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001", "cited_by_count": True},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001", "cited_by_count": -1},
        {"doi": "https://doi.org/10.48550/arxiv.2611.99001", "cited_by_count": 2**60},
        None,
        [],
        "2611.99001",
    ],
)
def test_a_record_that_says_nothing_of_the_paper_is_left_out(
    record: Any, client: HttpClient, alex: FakeOpenAlex
) -> None:
    alex.fault(works(record, {"doi": "https://doi.org/10.48550/arXiv.2611.99002", "cited_by_count": 4}))
    heard = listen(connector(client, alex), late("2611.99001", "2611.99002"))
    assert (citations(heard), heard.error) == ({"2611.99002": 4}, None)


@pytest.mark.parametrize(
    "answer", [Answer([]), Answer({"meta": {}}), Answer({"results": None}), Answer({"results": {"doi": "x"}})]
)
def test_an_answer_without_a_list_fails(answer: Answer, client: HttpClient, alex: FakeOpenAlex) -> None:
    alex.fault(answer)
    heard = listen(connector(client, alex), late("2611.99001"))
    assert str(heard.error) == "OpenAlex sent no list of works; the next run tries again."


@pytest.mark.parametrize("kind", ["500", "503", "cut-off", "empty-body", "html", "not-json", "huge", "bomb"])
def test_one_portion_that_fails_does_not_stop_the_others(kind: str, client: HttpClient, alex: FakeOpenAlex) -> None:
    alex.fault(kind, only=MANY[50])
    heard = listen(connector(client, alex), late(*MANY))
    assert citations(heard) == {MANY[0]: 5, MANY[-1]: 3}
    assert [problem.where for problem in heard.problems] == [f"the papers from {MANY[50]} on"]
    assert heard.error is None


@pytest.mark.parametrize("key", ["", "oa-stale"])
def test_a_key_that_is_refused_is_for_somebody_to_change(key: str, client: HttpClient, alex: FakeOpenAlex) -> None:
    heard = listen(connector(client, alex, key), late(*MANY))
    assert heard.error is not None and heard.error.permanent
    assert str(heard.error).endswith(" refuses the key in HOTPAPERS_OPENALEX_API_KEY.")
    assert len(alex.requests) == 1


def test_a_refusal_without_a_reason_is_laid_to_the_key(client: HttpClient, alex: FakeOpenAlex) -> None:
    alex.fault("403-html")
    heard = listen(connector(client, alex), late("2611.99001"))
    assert heard.error is not None and heard.error.permanent and "refuses the key" in str(heard.error)


def test_a_day_that_is_spent_ends_the_question(client: HttpClient, alex: FakeOpenAlex, fake_time: FakeTime) -> None:
    alex.budget = 1
    heard = listen(connector(client, alex), late(*MANY))
    assert citations(heard) == {MANY[0]: 5}
    assert heard.error is not None and not heard.error.permanent
    assert "takes no more requests from us for 9 hours" in str(heard.error)
    assert fake_time.sleeps == []


def test_no_message_holds_the_key(client: HttpClient, alex: FakeOpenAlex) -> None:
    for kind in ["401", "403", "404", "429", "500", "html", "not-json", "cut-off", "away"]:
        alex.mend()
        alex.fault(kind)
        heard = listen(connector(client, alex), late("2611.99001"))
        assert heard.error is not None and "oa-moss" not in f"{heard.error} {heard.things}"
    assert all("oa-moss" not in value for asked in alex.requests for _, value in asked.params)


def test_it_is_off_without_a_key() -> None:
    assert SOURCE.off(values_of(SOURCE)) == "OpenAlex is off: set HOTPAPERS_OPENALEX_API_KEY to turn it on."
    assert SOURCE.off(values_of(SOURCE, OPENALEX_API_KEY="oa-moss")) is None
    assert [setting.name for setting in SOURCE.settings if setting.secret] == ["OPENALEX_API_KEY"]

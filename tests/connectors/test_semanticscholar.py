"""Citations by Semantic Scholar: portions, positions, papers that are not known, and when nothing is asked."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.connectors.citations import TOO_EARLY
from app.connectors.http import HttpClient
from app.connectors.semanticscholar import SOURCE, SemanticScholarConnector
from app.domain.sources import FetchedReading, Notice, Question, Reading
from tests.fakes.citations import FakeSemanticScholar
from tests.fakes.listener import DAY, NOW, Heard, about, listen, values_of
from tests.fakes.service import Answer
from tests.fakes.site import FakeTime

LATER = NOW + timedelta(days=7)
# 1,100 papers, the last of which is cited.
MANY = [f"2611.{10000 + number}" for number in range(1100)]


@pytest.fixture
def scholar() -> Iterator[FakeSemanticScholar]:
    with FakeSemanticScholar() as fake:
        fake.papers = {"2611.99001": 7, "2611.99002": 0, "math/0309136": 12, MANY[-1]: 3}
        yield fake


def connector(client: HttpClient, fake: FakeSemanticScholar, key: str = "s2-moss") -> SemanticScholarConnector:
    """The connector as the settings make it."""
    values = values_of(SOURCE, SEMANTICSCHOLAR_URL=fake.url, SEMANTICSCHOLAR_API_KEY=key)
    return SOURCE.make(values, client, DAY)


def late(*arxiv_ids: str, **fields: Any) -> Question:
    """A question of a week later."""
    return about(*arxiv_ids, **{"now": LATER} | fields)


def citations(heard: Heard) -> dict[str, int | None]:
    """The citations by paper."""
    return {reading.arxiv_id: reading.reading.citations for reading in heard.readings}


def test_papers_that_are_known_have_their_citations(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    heard = listen(connector(client, scholar), late("2611.99001", "2611.99009", "2611.99002", "math/0309136"))
    assert heard.readings == [
        FetchedReading("2611.99001", Reading("semanticscholar", citations=7)),
        FetchedReading("2611.99002", Reading("semanticscholar", citations=0)),
        FetchedReading("math/0309136", Reading("semanticscholar", citations=12)),
    ]
    assert (heard.steps, heard.problems, heard.notices, heard.error) == ((1, 1), [], [], None)


def test_it_asks_for_a_portion_with_the_key_in_the_header(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    listen(connector(client, scholar), late("2611.99001", "math/0309136"))
    asked = scholar.requests[0]
    assert (asked.method, asked.path) == ("POST", "/graph/v1/paper/batch")
    assert asked.params == (("fields", "externalIds,citationCount"),)
    assert asked.json == {"ids": ["ARXIV:2611.99001", "ARXIV:math/0309136"]}
    assert asked.header("x-api-key") == "s2-moss"


def test_many_papers_are_asked_for_in_portions_of_500(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    heard = listen(connector(client, scholar), late(*MANY))
    assert [len(asked.json["ids"]) for asked in scholar.requests] == [500, 500, 100]
    assert (citations(heard), heard.steps) == ({MANY[-1]: 3}, (3, 3))


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize(
    "said", ["No valid paper ids given", "No papers found for the given ids", "no paper", "Paper not found"]
)
def test_where_no_paper_is_known_there_is_nothing_to_say(
    status: int, said: str, client: HttpClient, scholar: FakeSemanticScholar
) -> None:
    scholar.none_known = Answer({"error": said}, status)
    heard = listen(connector(client, scholar), late("2611.99008", "2611.99009"))
    assert (heard.readings, heard.problems, heard.error) == ([], [], None)


@pytest.mark.parametrize("days", [0, 1, 6])
def test_within_a_week_nothing_is_asked(days: int, client: HttpClient, scholar: FakeSemanticScholar) -> None:
    heard = listen(connector(client, scholar), about("2611.99001", now=NOW + timedelta(days=days)))
    assert (heard.things, heard.error) == ([Notice(TOO_EARLY)], None)
    assert scholar.requests == []


def test_the_week_is_counted_in_new_york(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    # 23:30 on the sixth day there, when it is the seventh in Greenwich.
    evening = LATER.replace(hour=4, minute=30)
    assert listen(connector(client, scholar), about("2611.99001", now=evening)).notices == [TOO_EARLY]
    assert citations(listen(connector(client, scholar), late("2611.99001"))) == {"2611.99001": 7}


def test_every_date_at_once_is_not_asked_for(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    assert listen(connector(client, scholar), late("2611.99001", day=None)).things == [Notice(TOO_EARLY)]


def test_a_single_paper_is_asked_for_at_any_age(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    for day in (DAY, None):
        heard = listen(connector(client, scholar), about("2611.99001", sweeps=False, day=day))
        assert (citations(heard), heard.notices) == ({"2611.99001": 7}, [])


@pytest.mark.parametrize(
    "record",
    [
        {"externalIds": {"ArXiv": "2611.99077"}, "citationCount": 900},
        {"externalIds": {"DOI": "10.48550/arXiv.2611.99001"}, "citationCount": 900},
        {"externalIds": None, "citationCount": 900},
        {"externalIds": {"ArXiv": 2611.99001}, "citationCount": 900},
        {"externalIds": ["2611.99001"], "citationCount": 900},
        {"citationCount": 900},
        {},
        [],
        "2611.99001",
    ],
)
def test_a_record_that_is_not_of_the_paper_is_left_out(
    record: Any, client: HttpClient, scholar: FakeSemanticScholar
) -> None:
    scholar.papers["2611.99001"] = record
    heard = listen(connector(client, scholar), late("2611.99001", "2611.99002"))
    assert citations(heard) == {"2611.99002": 0}
    assert [problem.where for problem in heard.problems] == ["2611.99001"]


def test_a_record_that_names_a_version_is_of_the_paper(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    scholar.fault(Answer([{"externalIds": {"ArXiv": "2611.99001v3"}, "citationCount": 8}]))
    assert citations(listen(connector(client, scholar), late("2611.99001"))) == {"2611.99001": 8}


@pytest.mark.parametrize("odd", [None, "7", True, -1, 2**60, 0.5, [7], {"total": 7}])
def test_a_count_that_is_none_is_not_taken(odd: Any, client: HttpClient, scholar: FakeSemanticScholar) -> None:
    scholar.fault(Answer([{"externalIds": {"ArXiv": "2611.99001"}, "citationCount": odd}]))
    heard = listen(connector(client, scholar), late("2611.99001"))
    assert (heard.readings, heard.problems, heard.error) == ([], [], None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer([]),
        Answer({"data": []}),
        Answer([None, None, None]),
        Answer({"error": "Unrecognized or unsupported fields: [moss]"}, 400),
        Answer({"error": {"ids": "No valid paper ids given"}}, 400),
        Answer(["No valid paper ids given"], 400),
        Answer({"error": "Not found"}, 404),
        Answer({"error": "Internal endpoint /graph/v1/paper/batch not found"}, 404),
        Answer("<html>Bad request</html>", 400, content_type="text/html"),
    ],
)
def test_an_answer_that_is_none_fails(answer: Answer, client: HttpClient, scholar: FakeSemanticScholar) -> None:
    scholar.fault(answer)
    heard = listen(connector(client, scholar), late("2611.99001"))
    assert heard.error is not None and heard.error.args[0].endswith("; the next run tries again.")
    assert heard.readings == []


def test_one_portion_that_fails_does_not_stop_the_others(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    scholar.papers[MANY[0]] = 5
    scholar.poisoned = {MANY[500]}
    heard = listen(connector(client, scholar), late(*MANY))
    assert citations(heard) == {MANY[0]: 5, MANY[-1]: 3}
    assert [problem.where for problem in heard.problems] == [f"the papers from {MANY[500]} on"]
    assert (heard.steps, heard.error) == ((3, 3), None)


@pytest.mark.parametrize("kind", ["401", "403"])
def test_a_key_that_is_refused_is_for_somebody_to_change(
    kind: str, client: HttpClient, scholar: FakeSemanticScholar
) -> None:
    scholar.fault(kind)
    heard = listen(connector(client, scholar), late(*MANY))
    assert heard.error is not None and heard.error.permanent
    assert str(heard.error).endswith(" refuses the key in HOTPAPERS_SEMANTICSCHOLAR_API_KEY.")
    assert len(scholar.requests) == 1


def test_a_wrong_key_is_refused_without_being_told(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    heard = listen(connector(client, scholar, "s2-stale"), late("2611.99001"))
    assert heard.error is not None and heard.error.permanent and "s2-stale" not in str(heard.error)


def test_a_crowd_is_waited_for_once(client: HttpClient, scholar: FakeSemanticScholar, fake_time: FakeTime) -> None:
    scholar.fault("429", times=1)
    assert citations(listen(connector(client, scholar), late("2611.99001"))) == {"2611.99001": 7}
    assert fake_time.sleeps == [60.0]


def test_a_crowd_that_stays_ends_the_question(client: HttpClient, scholar: FakeSemanticScholar) -> None:
    scholar.fault("429")
    heard = listen(connector(client, scholar), late(*MANY))
    assert heard.error is not None and not heard.error.permanent
    assert "answered 429 (too many requests)" in str(heard.error)


def test_it_is_off_without_a_key() -> None:
    assert SOURCE.off(values_of(SOURCE)) == (
        "Semantic Scholar is off: set HOTPAPERS_SEMANTICSCHOLAR_API_KEY to turn it on."
    )
    assert SOURCE.off(values_of(SOURCE, SEMANTICSCHOLAR_API_KEY="s2-moss")) is None
    assert [setting.name for setting in SOURCE.settings if setting.secret] == ["SEMANTICSCHOLAR_API_KEY"]

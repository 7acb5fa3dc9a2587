"""Parts of a question, asked one by one: bad luck with some of them, and the end of all."""

from collections.abc import Callable, Iterator

import pytest

from app.connectors.http import HttpClient
from app.connectors.steps import GivenUp, step_by_step
from app.domain.sources import ConnectorError, Done, Expected, Fetched, FetchedReading, Problem, Reading
from tests.fakes.service import Answer, Asked, FakeService


class Counting(FakeService):
    """Says of each path how long it is."""

    def respond(self, asked: Asked) -> Answer:
        return Answer(len(asked.path))


@pytest.fixture
def fake() -> Iterator[Counting]:
    with Counting() as fake:
        yield fake


@pytest.fixture
def ask(client: HttpClient, fake: Counting) -> Callable[[str], Iterator[Fetched]]:
    def ask(part: str) -> Iterator[Fetched]:
        yield FetchedReading(part, Reading("moss", likes=client.get_json(f"{fake.url}/{part}")))

    return ask


def heard(parts: str, ask: Callable[[str], Iterator[Fetched]]) -> tuple[str, str, ConnectorError | None]:
    """The parts that were read, those that are problems, and the end if it came early."""
    things: list[Fetched] = []
    error = None
    try:
        for thing in step_by_step(parts, ask, str):
            things.append(thing)
    except ConnectorError as end:
        error = end
    assert things[0] == Expected(len(parts))
    assert error or things[-1] == Done(len(parts)) or not parts
    read = "".join(thing.arxiv_id for thing in things if isinstance(thing, FetchedReading))
    return read, "".join(thing.where for thing in things if isinstance(thing, Problem)), error


@pytest.mark.parametrize("fault", ["500", "404", "html", "cut-off", Answer({}, 400), Answer({}, 410), Answer({}, 414)])
@pytest.mark.parametrize(
    ("faulty", "read", "problems", "goes_on"),
    [
        ("a", "bcdefg", "a", True),
        ("ab", "cdefg", "ab", True),
        ("abdefg", "c", "abde", False),
        ("abdeg", "cf", "abdeg", True),
        ("abc", "", "ab", False),
        ("g", "abcdef", "g", True),
    ],
)
def test_three_failures_in_a_row_are_the_end(
    ask: Callable, fake: Counting, fault: str | Answer, faulty: str, read: str, problems: str, goes_on: bool
):
    for part in faulty:
        fake.fault(fault, only=f"/{part}?")
    found = heard("abcdefg", ask)
    assert (*found[:2], found[2] is None) == (read, problems, goes_on)


@pytest.mark.parametrize("parts", ["a", "ab"])
def test_where_no_part_could_be_read_the_last_failure_stands(ask: Callable, fake: Counting, parts: str):
    fake.fault("404")
    read, problems, error = heard(parts, ask)
    assert (read, problems) == ("", parts[:-1]) and "answered 404" in str(error)


@pytest.mark.parametrize("fault", ["401", "403", "429", "429-long", "rate-text", "away", Answer({}, 402)])
def test_a_failure_of_the_whole_source_is_the_end_at_once(ask: Callable, fake: Counting, fault: str | Answer):
    fake.fault(fault, only="/c?")
    read, problems, error = heard("abcdefg", ask)
    assert (read, problems) == ("ab", "") and error is not None
    assert fake.paths()[-1] == "/c"


def test_a_host_with_no_request_left_is_asked_no_more(ask: Callable, fake: Counting):
    fake.fault(Answer(1, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7200"}), only="/b?")
    read, problems, error = heard("abcdefg", ask)
    assert (read, problems, fake.paths()) == ("ab", "", ["/a", "/b"])
    assert "takes no more requests from us for 2 hours" in str(error)


@pytest.mark.parametrize("end", [GivenUp("Enough."), ConnectorError("Wrong token.", permanent=True)])
def test_a_source_may_give_up_by_itself(end: ConnectorError):
    def ask(part: str) -> Iterator[Fetched]:
        raise end

    assert heard("abcdefg", ask) == ("", "", end)


def test_nothing_to_ask_is_no_failure(ask: Callable):
    assert heard("", ask) == ("", "", None)

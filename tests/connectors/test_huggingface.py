"""Upvotes from Hugging Face, asked of a small one on the loopback."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from app.connectors.http import HttpClient
from app.connectors.huggingface import MOST_PAGES, PAGE_SIZE, SOURCE, HuggingFaceConnector
from app.domain.sources import FetchedReading, Question, Reading
from tests.fakes.huggingface import TOO_MANY, DailyPaper, FakeHuggingFace
from tests.fakes.listener import DAY, NOW, Heard, about, listen, values_of
from tests.fakes.service import Answer
from tests.fakes.site import FakeTime

# Ten days after the listing, all days on which its papers may be submitted are over.
LATER = NOW + timedelta(days=10)


@pytest.fixture
def hub() -> Iterator[FakeHuggingFace]:
    with FakeHuggingFace(papers=[DailyPaper("2611.99001", upvotes=42, comments=3)]) as hub:
        yield hub


def ask(client: HttpClient, hub: FakeHuggingFace, question: Question | None = None, token: str = "") -> Heard:
    connector = SOURCE.make(values_of(SOURCE, HUGGINGFACE_URL=hub.url, HUGGINGFACE_TOKEN=token), client, DAY)
    assert isinstance(connector, HuggingFaceConnector)
    return listen(connector, question or about("2611.99001"))


def counts(heard: Heard) -> dict[str, tuple[int | None, int | None]]:
    return {found.arxiv_id: (found.reading.likes, found.reading.replies) for found in heard.readings}


def days_asked(hub: FakeHuggingFace) -> list[str]:
    """The days in the order in which they were asked for, however many pages they have."""
    return list(dict.fromkeys(asked.param("date") for asked in hub.requests))


def test_upvotes_are_the_papers_and_comments_the_entrys(client: HttpClient, hub: FakeHuggingFace):
    hub.papers[0].paper = {"numComments": 99}
    hub.papers[0].extra = {"upvotes": 99}
    heard = ask(client, hub)
    assert heard.readings == [FetchedReading("2611.99001", Reading("huggingface", likes=42, replies=3))]
    assert (heard.error, heard.problems, heard.notices, heard.steps) == (None, [], [], (1, 1))


def test_days_to_come_are_not_asked_for(client: HttpClient, hub: FakeHuggingFace):
    ask(client, hub, about("2611.99001", now=NOW + timedelta(days=2)))
    assert days_asked(hub) == ["2026-11-22", "2026-11-21", "2026-11-20"]
    hub.requests.clear()
    assert ask(client, hub, about("2611.99001", day=DAY + timedelta(days=3))).things[1:] == []
    assert hub.requests == []


def test_a_paper_may_be_featured_up_to_a_week_after_its_listing(client: HttpClient, hub: FakeHuggingFace):
    hub.papers = [
        DailyPaper(f"2611.9900{days}", upvotes=days, featured=DAY + timedelta(days=days)) for days in (-1, 0, 5, 7, 8)
    ]
    heard = ask(client, hub, about("2611.99001", now=LATER))
    assert counts(heard) == {"2611.99007": (7, 0), "2611.99005": (5, 0), "2611.99000": (0, 0)}
    assert (days_asked(hub)[0], days_asked(hub)[-1], heard.steps) == ("2026-11-27", "2026-11-20", (8, 8))


def test_a_paper_of_two_days_is_told_once_as_of_the_later_day(client: HttpClient, hub: FakeHuggingFace):
    hub.papers.append(DailyPaper("2611.99001", upvotes=50, comments=4, featured=DAY + timedelta(days=2)))
    assert ask(client, hub, about(now=LATER)).readings == [
        FetchedReading("2611.99001", Reading("huggingface", likes=50, replies=4))
    ]


@pytest.mark.parametrize("size", [PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE])
def test_a_long_day_is_read_page_by_page(client: HttpClient, hub: FakeHuggingFace, size: int):
    hub.papers = [DailyPaper(f"2611.{serial:05}", upvotes=serial) for serial in range(1, size + 1)]
    assert len(counts(ask(client, hub))) == size
    assert [asked.param("p") for asked in hub.requests] == [str(page) for page in range(-(-size // PAGE_SIZE) + 1)]


@pytest.mark.parametrize("biggest", [30, 50])
def test_a_hub_whose_pages_are_smaller_than_asked_for_is_read_to_the_end(
    client: HttpClient, hub: FakeHuggingFace, biggest: int
):
    hub.papers = [DailyPaper(f"2611.{serial:05}", upvotes=serial) for serial in range(1, 81)]
    hub.biggest, hub.clamps = biggest, True
    assert len(counts(ask(client, hub))) == 80


def test_a_hub_that_takes_no_page_so_large_is_asked_without_a_size(client: HttpClient, hub: FakeHuggingFace):
    hub.papers = [DailyPaper(f"2611.{serial:05}", upvotes=serial) for serial in range(1, 81)]
    hub.biggest = 50
    heard = ask(client, hub, about(now=NOW + timedelta(days=1)))
    assert (len(counts(heard)), heard.error, heard.notices, heard.steps) == (80, None, [], (2, 2))


def test_a_hub_that_knows_no_pages_is_not_read_again_and_again(client: HttpClient, hub: FakeHuggingFace):
    hub.fault(Answer([hub.papers[0].as_entry(), {"paper": {"id": "x"}}]))
    heard = ask(client, hub)
    assert (counts(heard), len(heard.problems), len(hub.requests)) == ({"2611.99001": (42, 3)}, 1, 2)


def test_a_day_without_an_end_is_left_at_some_page(client: HttpClient, hub: FakeHuggingFace):
    for page in range(MOST_PAGES + 1):
        hub.fault(Answer([DailyPaper(f"2611.{page:05}", upvotes=1).as_entry()]), times=1)
    heard = ask(client, hub)
    assert (len(hub.requests), len(heard.readings), heard.error) == (MOST_PAGES, MOST_PAGES, None)
    assert heard.notices == ["Hugging Face's papers of 2026-11-20 are more than the 10 that were read."]


def test_a_page_refused_after_others_is_the_end_of_the_day(client: HttpClient, hub: FakeHuggingFace):
    hub.fault("404", only="p=1")
    heard = ask(client, hub)
    assert (counts(heard), heard.problems, heard.notices, heard.error) == ({"2611.99001": (42, 3)}, [], [], None)


@pytest.mark.parametrize("how", ["refused", "lost"])
def test_a_day_without_a_page_is_a_day_without_papers(client: HttpClient, hub: FakeHuggingFace, how: str):
    setattr(hub, how, {DAY + timedelta(days=1), DAY + timedelta(days=2)})
    heard = ask(client, hub, about(now=NOW + timedelta(days=3)))
    assert (counts(heard), heard.problems, heard.notices) == ({"2611.99001": (42, 3)}, [], [])


def test_it_is_said_where_no_day_has_a_page(client: HttpClient, hub: FakeHuggingFace):
    hub.lost = {DAY, DAY + timedelta(days=1)}
    heard = ask(client, hub, about(now=NOW + timedelta(days=1)))
    assert heard.notices == ["Hugging Face has no page for any day from 2026-11-20 to 2026-11-21."]
    assert (heard.readings, heard.error, len(hub.requests)) == ([], None, 2)


def test_every_day_refused_with_and_without_a_size_is_a_failure(client: HttpClient, hub: FakeHuggingFace):
    hub.refused = {DAY, DAY + timedelta(days=1)}
    heard = ask(client, hub, about(now=NOW + timedelta(days=1)))
    assert str(heard.error) == (
        "Hugging Face did not understand the question for any day from 2026-11-20 to 2026-11-21; "
        "the next run tries again."
    )
    assert [asked.param("limit") for asked in hub.requests] == ["100", "100", "", ""]


def test_absence_says_nothing(client: HttpClient, hub: FakeHuggingFace):
    assert counts(ask(client, hub, about("2611.99001", "2611.99002"))) == {"2611.99001": (42, 3)}
    hub.papers.clear()
    assert ask(client, hub, about("2611.99001")).readings == []


@pytest.mark.parametrize(
    ("upvotes", "comments", "taken"),
    [
        (None, 3, (None, 3)),
        (42, None, (42, None)),
        (-1, True, None),
        ("42", 2**53, None),
        (42.0, 1.5, (42, None)),
        (None, None, None),
    ],
)
def test_counts_that_are_none_are_not_said(
    client: HttpClient, hub: FakeHuggingFace, upvotes: Any, comments: Any, taken: tuple[int | None, int | None] | None
):
    hub.papers = [DailyPaper("2611.99001", upvotes=upvotes, comments=comments)]
    assert counts(ask(client, hub)).get("2611.99001") == taken


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"paper": None}, {"paper": {"id": 5}}, {"paper": {"id": "x"}}])
def test_an_entry_that_names_no_paper_is_a_problem_of_its_own(client: HttpClient, hub: FakeHuggingFace, entry: Any):
    hub.fault(Answer([entry, hub.papers[0].as_entry()]))
    heard = ask(client, hub)
    assert counts(heard) == {"2611.99001": (42, 3)}
    assert [p.reason for p in heard.problems] == ["have an entry without an arXiv id, which was left out"]


def test_a_version_is_taken_off_an_id(client: HttpClient, hub: FakeHuggingFace):
    hub.papers = [DailyPaper("2611.99001v2", upvotes=1), DailyPaper("2611.99001", upvotes=2)]
    assert counts(ask(client, hub)) == {"2611.99001": (1, 0)}


def test_single_papers_are_asked_for_by_id(client: HttpClient, hub: FakeHuggingFace):
    heard = ask(client, hub, about("2611.99001", "2611.99002", sweeps=False))
    assert heard.readings == [FetchedReading("2611.99001", Reading("huggingface", likes=42))]
    assert hub.paths() == ["/api/papers/2611.99001", "/api/papers/2611.99002"]
    assert (heard.error, heard.problems, heard.steps) == (None, [], (2, 2))


def test_an_old_id_is_asked_for_as_it_is(client: HttpClient, hub: FakeHuggingFace):
    hub.papers = [DailyPaper("math/0309999", upvotes=1)]
    assert counts(ask(client, hub, about("math/0309999", sweeps=False))) == {"math/0309999": (1, None)}


def test_a_token_goes_along_in_a_header_only(client: HttpClient, hub: FakeHuggingFace):
    hub.tokens = {"hf_moss"}
    assert len(ask(client, hub, token=" hf_moss ").readings) == 1
    assert hub.requests[0].header("Authorization") == "Bearer hf_moss"
    assert "hf_moss" not in str(hub.requests[0].params)
    ask(client, hub)
    assert hub.requests[-1].header("Authorization") == ""


def test_a_wrong_token_is_told_without_naming_it(client: HttpClient, hub: FakeHuggingFace):
    hub.tokens = {"hf_moss"}
    error = ask(client, hub, token="hf_fern").error
    assert error is not None and error.permanent
    assert str(error).endswith(" does not take the token in HOTPAPERS_HUGGINGFACE_TOKEN; set another one, or none.")
    assert len(hub.requests) == 1 and "hf_fern" not in str(error)


def test_too_many_requests_end_the_run_and_what_was_read_stays(
    client: HttpClient, hub: FakeHuggingFace, fake_time: FakeTime
):
    hub.papers.append(DailyPaper("2611.99002", upvotes=1, featured=DAY + timedelta(days=7)))
    for days in range(7):
        hub.fault(TOO_MANY, only=str(DAY + timedelta(days=days)))
    heard = ask(client, hub, about(now=LATER))
    assert counts(heard) == {"2611.99002": (1, 0)}
    assert heard.error is not None and not heard.error.permanent
    assert len(hub.requests) <= 5 and fake_time.sleeps


@pytest.mark.parametrize("kind", ["500", "html", "not-json", "cut-off", "empty-body", "bomb", "huge"])
def test_one_failing_day_stops_no_other(client: HttpClient, hub: FakeHuggingFace, kind: str):
    hub.fault(kind, only="2026-11-21")
    heard = ask(client, hub, about(now=NOW + timedelta(days=2)))
    assert (counts(heard), heard.error, heard.steps) == ({"2611.99001": (42, 3)}, None, (3, 3))
    assert [p.where for p in heard.problems] == ["Hugging Face's papers of 2026-11-21"]


@pytest.mark.parametrize("answer", ['{"error": "moved"}', '"papers"', "7", "null"])
def test_an_answer_that_is_no_list_is_a_failure(client: HttpClient, hub: FakeHuggingFace, answer: str):
    hub.fault(Answer(answer))
    error = ask(client, hub).error
    assert str(error) == "Hugging Face sent something that is no list of papers; the next run tries again."


def test_a_hub_that_is_down_is_asked_no_more(client: HttpClient, hub: FakeHuggingFace):
    hub.fault("503")
    heard = ask(client, hub, about(now=LATER))
    assert (heard.readings, set(days_asked(hub))) == ([], {"2026-11-27", "2026-11-26", "2026-11-25"})
    assert str(heard.error).endswith(" answered 503 five times; the next run tries again.")


def test_three_failures_in_a_row_mean_that_it_is_down(client: HttpClient, hub: FakeHuggingFace):
    hub.papers.append(DailyPaper("2611.99002", upvotes=1, featured=DAY + timedelta(days=7)))
    for day in (26, 25, 24):
        hub.fault("500", only=f"2026-11-{day}")
    heard = ask(client, hub, about(now=LATER))
    assert (counts(heard), len(heard.problems)) == ({"2611.99002": (1, 0)}, 2)
    assert heard.error is not None and len(set(days_asked(hub))) == 4


def test_of_no_day_in_particular_todays_papers_are_read(client: HttpClient, hub: FakeHuggingFace):
    assert counts(ask(client, hub, about(day=None))) == {"2611.99001": (42, 3)}
    assert days_asked(hub) == [str(date(2026, 11, 20))]

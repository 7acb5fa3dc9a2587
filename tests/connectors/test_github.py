"""Stars of the repositories that papers link: which one counts, what is asked, and when it ends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.connectors.github import SOURCE, GithubConnector
from app.connectors.http import HttpClient
from app.domain.sources import FetchedReading, Question, Reading, SoughtPaper
from tests.fakes.github import SECONDARY, FakeGithub, FakeRepository
from tests.fakes.listener import DAY, NOW, SINCE, Heard, listen, values_of
from tests.fakes.service import Answer
from tests.fakes.site import FakeTime

LINK = "https://github.com/fernsby/moss-lantern"


@pytest.fixture
def github(fake_time: FakeTime) -> Iterator[FakeGithub]:
    with FakeGithub(clock=fake_time.clock) as fake:
        fake.repositories = {
            "fernsby/moss-lantern": FakeRepository(512),
            "quillon/fog": FakeRepository(7),
            "thistle/new": FakeRepository(0),
        }
        yield fake


def connector(client: HttpClient, fake: FakeGithub, **given: Any) -> GithubConnector:
    """The connector as the settings make it."""
    return SOURCE.make(values_of(SOURCE, GITHUB_URL=fake.url, **given), client, DAY)


def linking(*abstracts: str, **fields: Any) -> Question:
    """A question about papers with these abstracts."""
    papers = tuple(SoughtPaper(f"2611.{99001 + place}", 1, words) for place, words in enumerate(abstracts))
    return Question(**{"day": DAY, "now": NOW, "since": SINCE, "papers": papers} | fields)


def stars(heard: Heard) -> dict[str, int | None]:
    """The stars by paper."""
    assert all(reading.reading.source == "github" for reading in heard.readings)
    return {reading.arxiv_id: reading.reading.stars for reading in heard.readings}


def test_a_paper_has_the_stars_of_the_repository_that_it_links(client: HttpClient, github: FakeGithub) -> None:
    heard = listen(connector(client, github), linking(f"Code is at {LINK}.", "No code.", "At github.com/thistle/new"))
    assert heard.readings == [
        FetchedReading("2611.99001", Reading("github", stars=512)),
        FetchedReading("2611.99003", Reading("github", stars=0)),
    ]
    assert heard.steps == (2, 2)
    assert (heard.problems, heard.notices, heard.error) == ([], [], None)


def test_it_asks_as_github_wants_to_be_asked(client: HttpClient, github: FakeGithub) -> None:
    listen(connector(client, github), linking(LINK))
    asked = github.requests[0]
    assert asked.path == "/repos/fernsby/moss-lantern"
    assert asked.header("Accept") == "application/vnd.github+json"
    assert asked.header("X-GitHub-Api-Version") == "2022-11-28"
    assert asked.header("User-Agent") == "HotPapers/test"
    assert asked.header("Authorization") == ""


def test_a_token_goes_in_the_header_alone(client: HttpClient, github: FakeGithub) -> None:
    assert stars(listen(connector(client, github, GITHUB_TOKEN="ghp_moss"), linking(LINK))) == {"2611.99001": 512}
    assert github.requests[0].header("Authorization") == "Bearer ghp_moss"
    assert github.requests[0].params == ()


def test_a_link_in_the_comment_counts_too(client: HttpClient, github: FakeGithub) -> None:
    paper = SoughtPaper("2611.99001", abstract="We light lanterns.", comment=f"12 pages, {LINK}")
    assert stars(listen(connector(client, github), linking(papers=(paper,)))) == {"2611.99001": 512}


def test_the_first_repository_that_there_is_counts_alone(client: HttpClient, github: FakeGithub) -> None:
    words = f"https://github.com/fernsby/gone, {LINK}, https://github.com/quillon/fog"
    assert stars(listen(connector(client, github), linking(words))) == {"2611.99001": 512}
    assert github.paths() == ["/repos/fernsby/gone", "/repos/fernsby/moss-lantern"]


def test_no_more_than_three_links_of_a_paper_are_followed(client: HttpClient, github: FakeGithub) -> None:
    words = " ".join(f"https://github.com/fernsby/gone{number}" for number in range(5))
    assert stars(listen(connector(client, github), linking(f"{words} {LINK}"))) == {}
    assert len(github.requests) == 3


def test_papers_that_link_the_same_repository_cost_one_request(client: HttpClient, github: FakeGithub) -> None:
    heard = listen(connector(client, github), linking(LINK, LINK.upper(), f"{LINK}.git"))
    assert stars(heard) == {"2611.99001": 512, "2611.99002": 512, "2611.99003": 512}
    assert len(github.requests) == 1


def test_a_dead_link_that_many_papers_have_is_followed_once(client: HttpClient, github: FakeGithub) -> None:
    dead = "https://github.com/fernsby/gone"
    heard = listen(connector(client, github), linking(dead, dead))
    assert (stars(heard), heard.problems, heard.error) == ({}, [], None)
    assert len(github.requests) == 1


@pytest.mark.parametrize("state", ["private", "blocked", "illegal"])
def test_a_repository_that_nobody_may_see_is_no_failure(state: str, client: HttpClient, github: FakeGithub) -> None:
    github.repositories["fernsby/moss-lantern"].state = state
    heard = listen(connector(client, github), linking(LINK, "https://github.com/quillon/fog"))
    assert (stars(heard), heard.problems, heard.error) == ({"2611.99002": 7}, [], None)


def test_a_renamed_repository_is_followed_with_the_token(client: HttpClient, github: FakeGithub) -> None:
    github.renamed["fernsby/old-lantern"] = "fernsby/moss-lantern"
    heard = listen(
        connector(client, github, GITHUB_TOKEN="ghp_moss"), linking("https://github.com/fernsby/old-lantern")
    )
    assert stars(heard) == {"2611.99001": 512}
    assert github.paths() == ["/repos/fernsby/old-lantern", "/repositories/990000001"]
    assert github.requests[1].header("Authorization") == "Bearer ghp_moss"


def test_what_has_not_changed_is_not_sent_again(tmp_path: Path, github: FakeGithub, fake_time: FakeTime) -> None:
    for count in (512, 512, 513):
        github.repositories["fernsby/moss-lantern"].stars = count
        client = HttpClient("HotPapers/test", default_interval=0.0, clock=fake_time.clock, cache_dir=tmp_path)
        heard = listen(connector(client, github, GITHUB_TOKEN="ghp_moss"), linking(LINK))
        assert stars(heard) == {"2611.99001": count}
    assert (github.unchanged, github.left) == (1, 4998)


def test_nonsense_is_not_remembered(tmp_path: Path, github: FakeGithub, fake_time: FakeTime) -> None:
    client = HttpClient("HotPapers/test", default_interval=0.0, clock=fake_time.clock, cache_dir=tmp_path)
    github.fault(Answer("<html>", headers={"ETag": '"moss"'}), times=1)
    assert listen(connector(client, github), linking(LINK)).error is not None
    assert stars(listen(connector(client, github), linking(LINK))) == {"2611.99001": 512}
    assert github.requests[1].header("If-None-Match") == ""


def test_a_redirect_to_another_site_is_not_followed(client: HttpClient, github: FakeGithub) -> None:
    github.fault("away", only="moss-lantern")
    heard = listen(connector(client, github, GITHUB_TOKEN="ghp_moss"), linking("https://github.com/quillon/fog", LINK))
    assert "not its own site" in str(heard.error)


def test_the_budget_ends_the_question_and_says_so(client: HttpClient, github: FakeGithub) -> None:
    fog = "https://github.com/quillon/fog"
    heard = listen(connector(client, github, GITHUB_BUDGET=1), linking(LINK, fog, LINK, f"{fog} {LINK}"))
    assert stars(heard) == {"2611.99001": 512, "2611.99003": 512}
    assert heard.notices == ["GitHub's budget for a run (HOTPAPERS_GITHUB_BUDGET, 1) is used up; papers left out: 2."]
    assert len(github.requests) == 1
    assert heard.steps == (4, 4)


def test_other_papers_are_asked_about_in_other_hours(client: HttpClient, github: FakeGithub) -> None:
    words = [f"https://github.com/fernsby/lantern{number}" for number in range(6)]
    for hour in range(12):
        listen(connector(client, github, GITHUB_BUDGET=2), linking(*words, now=NOW + timedelta(hours=hour)))
    assert len(github.requests) == 24 and len(set(github.paths())) == 6


@pytest.mark.parametrize(("token", "asked"), [("", 50), ("ghp_moss", 500)])
def test_a_token_widens_the_budget_that_nobody_set(
    token: str, asked: int, client: HttpClient, github: FakeGithub
) -> None:
    heard = listen(
        connector(client, github, GITHUB_TOKEN=token),
        linking(*(f"https://github.com/fernsby/lantern{number}" for number in range(510))),
    )
    assert (len(github.requests), len(heard.notices)) == (asked, 1)


def test_a_budget_is_a_whole_number_or_nothing() -> None:
    (read,) = [setting.read for setting in SOURCE.settings if setting.name == "GITHUB_BUDGET"]
    assert (read(""), read("7")) == ("", 7)
    with pytest.raises(ValueError, match="whole number"):
        read("many")


def test_without_a_budget_nothing_is_asked(client: HttpClient, github: FakeGithub) -> None:
    heard = listen(connector(client, github, GITHUB_BUDGET=0), linking(LINK))
    assert (stars(heard), github.requests) == ({}, [])
    assert len(heard.notices) == 1


@pytest.mark.parametrize("left", [0, 1])
def test_the_end_of_the_hour_stops_everything_and_names_the_token(
    left: int, client: HttpClient, github: FakeGithub, fake_time: FakeTime
) -> None:
    github.left = left
    heard = listen(connector(client, github), linking(LINK, "https://github.com/quillon/fog", "github.com/thistle/new"))
    assert stars(heard) == ({"2611.99001": 512} if left else {})
    assert str(heard.error) == "GitHub's hour without a token is used up; set HOTPAPERS_GITHUB_TOKEN for more."
    assert heard.error is not None and not heard.error.permanent
    assert (len(github.requests), fake_time.sleeps) == (1, [])


def test_the_end_of_the_hour_with_a_token_leaves_the_rest_to_the_next_run(
    client: HttpClient, github: FakeGithub
) -> None:
    github.left = 0
    heard = listen(connector(client, github, GITHUB_TOKEN="ghp_moss"), linking(LINK))
    assert str(heard.error) == "GitHub's hour is used up; the next run goes on."


@pytest.mark.parametrize("refusal", [SECONDARY, Answer({"message": "slow down"}, 429)])
def test_a_secondary_limit_stops_everything(refusal: Answer, client: HttpClient, github: FakeGithub) -> None:
    github.fault(refusal, only="fog")
    heard = listen(connector(client, github), linking(LINK, "https://github.com/quillon/fog", "github.com/thistle/new"))
    assert stars(heard) == {"2611.99001": 512}
    assert str(heard.error) == "GitHub asks for a pause; the next run goes on."
    assert len(github.requests) == 2


def test_a_wrong_token_is_for_somebody_to_change(client: HttpClient, github: FakeGithub) -> None:
    heard = listen(connector(client, github, GITHUB_TOKEN="ghp_stale"), linking(LINK))
    assert str(heard.error) == "GitHub does not know the token in HOTPAPERS_GITHUB_TOKEN."
    assert heard.error is not None and heard.error.permanent
    assert len(github.requests) == 1


@pytest.mark.parametrize("kind", ["403", "403-html"])
def test_a_refusal_is_for_somebody_to_change(kind: str, client: HttpClient, github: FakeGithub) -> None:
    github.fault(kind)
    heard = listen(connector(client, github), linking(LINK))
    assert str(heard.error) == "GitHub refuses to answer; a valid token in HOTPAPERS_GITHUB_TOKEN may change that."
    assert heard.error is not None and heard.error.permanent


@pytest.mark.parametrize("kind", ["500", "502", "503", "cut-off", "empty-body", "html", "not-json", "huge", "bomb"])
def test_one_bad_answer_of_many_is_a_problem(kind: str, client: HttpClient, github: FakeGithub) -> None:
    github.fault(kind, only="fog")
    words = [LINK, "https://github.com/quillon/fog", "https://github.com/thistle/new"]
    heard = listen(connector(client, github), linking(*words))
    assert stars(heard) == {"2611.99001": 512, "2611.99003": 0}
    assert [problem.where for problem in heard.problems] == ["2611.99002"]
    assert heard.problems[0].reason.startswith("127.0.0.1")
    assert (heard.error, heard.steps) == (None, (3, 3))


def test_three_bad_answers_in_a_row_are_the_end(client: HttpClient, github: FakeGithub) -> None:
    github.fault("500", only="gone")
    words = [LINK, *(f"github.com/{owner}/gone" for owner in "abc"), "https://github.com/quillon/fog"]
    heard = listen(connector(client, github), linking(*words))
    assert (stars(heard), len(heard.problems)) == ({"2611.99001": 512}, 2)
    assert heard.error is not None and "answered 500" in str(heard.error)


def test_a_host_that_is_down_from_the_start_is_the_end(client: HttpClient, github: FakeGithub) -> None:
    github.fault("503")
    heard = listen(connector(client, github), linking(LINK, "https://github.com/quillon/fog"))
    assert heard.error is not None and heard.readings == []


@pytest.mark.parametrize("odd", [None, "512", True, -1, 2**60, 1.5, {"count": 5}, [512]])
def test_a_count_that_is_none_is_not_taken(odd: Any, client: HttpClient, github: FakeGithub) -> None:
    github.repositories["fernsby/moss-lantern"].stars = odd
    heard = listen(connector(client, github), linking(LINK))
    assert (stars(heard), heard.error) == ({}, None)


def test_nothing_to_ask_is_no_failure(client: HttpClient, github: FakeGithub) -> None:
    heard = listen(connector(client, github), linking("No code.", ""))
    assert (heard.steps, heard.error, github.requests) == ((None, 0), None, [])


def test_no_message_holds_the_token(client: HttpClient, github: FakeGithub) -> None:
    for kind in ["401", "403", "404", "429", "500", "html", "not-json", "cut-off", "away"]:
        github.mend()
        github.fault(kind)
        heard = listen(connector(client, github, GITHUB_TOKEN="ghp_moss"), linking(LINK))
        assert "ghp_moss" not in f"{heard.error} {heard.things}"


def test_it_is_on_without_any_setting() -> None:
    assert SOURCE.off(values_of(SOURCE)) is None
    assert [setting.name for setting in SOURCE.settings if setting.secret] == ["GITHUB_TOKEN"]

"""GitHub: the stars of the repositories that papers link in their abstracts and comments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.connectors.answers import MEGABYTE, HttpResponse
from app.connectors.fields import count, first_of
from app.connectors.http import HttpClient
from app.connectors.resets import is_spent
from app.connectors.source import Settings, Source
from app.connectors.steps import GivenUp, step_by_step
from app.connectors.turns import in_turn
from app.domain.repositories import repositories_in
from app.domain.settings import Setting, text, url, whole_number
from app.domain.sources import ConnectorError, Fetched, FetchedReading, Notice, Question, Reading, SoughtPaper

# Past the first few, what a paper links is what it compares itself with.
MOST_OF_A_PAPER = 3
# Repositories of a run. Without a token there are 60 an hour, with one 5,000, and what has not changed costs nothing.
BUDGET, BUDGET_WITH_TOKEN = 50, 500
# Deleted or private, and blocked by law; 403 may mean blocked by GitHub.
DEAD = (404, 451)
REFUSED = (401, 403, 429)


class GithubConnector:
    """Stars by GitHub's REST API (docs.github.com/en/rest/repos/repos#get-a-repository).

    A paper has the stars of the first repository that it links and that GitHub shows, which is mostly its own code;
    adding up would count what others wrote. At most `budget` repositories are asked for in a run, each once. A link
    that leads nowhere is no failure.
    """

    name = "github"
    needs_papers = True

    def __init__(self, client: HttpClient, *, url: str, token: str, budget: int) -> None:
        self._client = client
        self._url = url
        self._has_token = bool(token)
        self._is_spent = False
        self._budget = budget
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Yield the stars of each paper that links a repository. Raises ConnectorError where GitHub refuses."""
        self._is_spent = False
        hunt = _Hunt(self, self._budget)
        papers = in_turn([paper for paper in question.papers if _linked(paper)], self._budget, question.now)
        yield from step_by_step(papers, hunt.ask, lambda paper: paper.arxiv_id)
        if hunt.left_out:
            used_up = f"GitHub's budget for a run (HOTPAPERS_GITHUB_BUDGET, {self._budget}) is used up"
            yield Notice(f"{used_up}; papers left out: {hunt.left_out}.")

    def stars(self, name: str) -> int | None:
        """The stars of a repository "owner/name", None where there is none to be seen. Raises ConnectorError."""
        if self._is_spent:
            raise self._hour_is_over()
        address = f"{self._url}/repos/{name}"
        # What has not changed since it was last asked for costs nothing of the hour where there is a token.
        answer = self._client.get(
            address, headers=self._headers, statuses=(200, *DEAD, *REFUSED), max_bytes=MEGABYTE, remember=True
        )
        self._is_spent = is_spent(answer.headers)
        if answer.status in DEAD or (answer.status == 403 and self._is_blocked(answer)):
            return None
        if answer.status in REFUSED:
            raise self._refusal(answer)
        try:
            return count(first_of(self._client.parse_json(answer), "stargazers_count"))
        except ConnectorError:
            self._client.forget(address, headers=self._headers)
            raise

    def _is_blocked(self, answer: HttpResponse) -> bool:
        """Whether it is one repository that is refused, as GitHub does with those that break its terms."""
        try:
            return first_of(self._client.parse_json(answer), "block") is not None
        except ConnectorError:
            return False

    def _refusal(self, answer: HttpResponse) -> ConnectorError:
        """What a refusal means; 403 stands for a limit as well as for a ban."""
        if answer.status == 401:
            return ConnectorError("GitHub does not know the token in HOTPAPERS_GITHUB_TOKEN.", permanent=True)
        if self._is_spent:
            return self._hour_is_over()
        if answer.status == 429 or "Retry-After" in answer.headers:
            return GivenUp("GitHub asks for a pause; the next run goes on.")
        return ConnectorError(
            "GitHub refuses to answer; a valid token in HOTPAPERS_GITHUB_TOKEN may change that.", permanent=True
        )

    def _hour_is_over(self) -> ConnectorError:
        if self._has_token:
            return GivenUp("GitHub's hour is used up; the next run goes on.")
        return GivenUp("GitHub's hour without a token is used up; set HOTPAPERS_GITHUB_TOKEN for more.")


@dataclass(slots=True)
class _Hunt:
    """One run: what is known of each repository by now, and how many papers came too late."""

    connector: GithubConnector
    left: int
    known: dict[str, int | None] = field(default_factory=dict)
    left_out: int = 0

    def ask(self, paper: SoughtPaper) -> Iterator[Fetched]:
        for name in _linked(paper):
            if name not in self.known and not self.left:
                self.left_out += 1
                return
            if name not in self.known:
                self.left -= 1
                self.known[name] = self.connector.stars(name)
            if self.known[name] is not None:
                yield FetchedReading(paper.arxiv_id, Reading("github", stars=self.known[name]))
                return


def _linked(paper: SoughtPaper) -> tuple[str, ...]:
    return repositories_in(f"{paper.abstract}\n{paper.comment}")[:MOST_OF_A_PAPER]


def allowance(raw: str) -> int | str:
    """A whole number, or "" for the usual one."""
    return whole_number(raw) if raw else ""


def make(settings: Settings, client: HttpClient, today: date) -> GithubConnector:
    """The connector as the settings describe it."""
    token, budget = settings["GITHUB_TOKEN"], settings["GITHUB_BUDGET"]
    if budget == "":
        budget = BUDGET_WITH_TOKEN if token else BUDGET
    return GithubConnector(client, url=settings["GITHUB_URL"], token=token, budget=budget)


SOURCE = Source(
    name="github",
    label="GitHub",
    make=make,
    settings=(
        Setting("GITHUB_URL", "https://api.github.com", url, "where GitHub is asked for stars"),
        Setting("GITHUB_TOKEN", "", text, "a token without any permission, for 5000 questions an hour", secret=True),
        Setting(
            "GITHUB_BUDGET",
            "",
            allowance,
            "how many repositories a run asks for; 50 if empty, 500 with a token; without one an hour has 60",
        ),
    ),
    intervals={"GITHUB_URL": 1.0},
)

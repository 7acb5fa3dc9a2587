"""X's API v2 as the desk asks it: within a budget of posts, in whichever of its two spellings the server takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from app.connectors.answers import HttpResponse
from app.connectors.fields import first_of, list_of, text
from app.connectors.http import HttpClient
from app.connectors.twitter_budget import Budget
from app.domain.sources import ConnectorError, Question, SoughtPaper

# What recent search takes: characters of a query on self-serve plans, and posts of one page.
LONGEST_QUERY = 512
LEAST, MOST = 10, 100
MOST_PAGES = 100
WINDOW = timedelta(days=7)
# A run may be on its last page an hour after it began, and the window moves on with X's clock.
WINDOW_MARGIN = timedelta(hours=1)
# X has no posts of the last half minute to give, and clocks differ.
END_MARGIN = timedelta(minutes=1)
JSON_TYPES = ("application/json", "application/problem+json")
# Of a refusal, the parameters that are spelled alike in both spellings.
_COMMON = frozenset(["query", "ids", "start_time", "end_time", "max_results", "next_token"])


class BudgetSpent(Exception):
    """The posts that a run, or all runs of a day, may cost are used up."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where X is asked, with which app token, and whether for the authors of posts too."""

    url: str
    token: str
    with_users: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """One query, the papers that it is about, and the time in which their posts were made."""

    papers: tuple[str, ...]
    query: str
    since: datetime
    until: datetime


def searches(question: Question) -> list[Search]:
    """The fewest queries that ask for every paper of a question, in its order; none where no time is left to ask of."""
    since = max(question.since, question.now - WINDOW + WINDOW_MARGIN)
    until = question.now - END_MARGIN
    if since >= until:
        return []
    groups: list[tuple[list[str], str]] = []
    for paper in question.papers:
        terms = _terms(paper)
        longer = f"{groups[-1][1]} OR {terms}" if groups else ""
        if groups and len(_query(longer)) <= LONGEST_QUERY:
            groups[-1] = (groups[-1][0] + [paper.arxiv_id], longer)
        else:
            groups.append(([paper.arxiv_id], terms))
    return [Search(tuple(papers), _query(terms), since, until) for papers, terms in groups]


def _terms(paper: SoughtPaper) -> str:
    """The bare id finds every address that has it as a word, which a version behind it makes another word of."""
    versions = dict.fromkeys([1, paper.version or 1])
    return " OR ".join(f'url:"{name}"' for name in [paper.arxiv_id, *(f"{paper.arxiv_id}v{v}" for v in versions)])


def _query(terms: str) -> str:
    return f"({terms}) -is:retweet"


class TwitterApi:
    """Asks X for one run, within its budget.

    Every call raises ConnectorError, with `permanent` where no further question would be answered either.
    """

    def __init__(self, client: HttpClient, account: Account, budget: Budget) -> None:
        self.budget = budget
        self._client = client
        self._account = account
        self._says_posts = False

    def search(self, search: Search, spare: int) -> Iterator[dict[str, Any]]:
        """The pages of a search, newest posts first. Raises BudgetSpent before fewer than `spare` are left."""
        token, told = "", {""}
        for _ in range(MOST_PAGES):
            room = min(MOST, self.budget.left - spare)
            if room < LEAST:
                raise BudgetSpent
            page = self._ask("/2/tweets/search/recent", _search_params(search, room, token), room)
            yield page
            # A page may be empty and name a next one all the same; only a missing token is the end.
            token = text(first_of(page.get("meta"), "next_token"))
            if token in told:
                return
            told.add(token)

    def posts(self, ids: Sequence[str]) -> dict[str, Any]:
        """What X has of posts by their ids, at most 100 and no more than are left."""
        return self._ask("/2/tweets", {"ids": ",".join(ids)}, len(ids))

    def _ask(self, path: str, params: Mapping[str, str], most: int) -> dict[str, Any]:
        """The answer to one question, which costs as many posts as it has, and `most` where it cannot be read."""
        self.budget.take(most)
        answer = self._answer(path, params, most)
        told = self._client.parse_json(answer)
        if not isinstance(told, dict) or not {"data", "meta", "errors"} & told.keys():
            raise ConnectorError(f"{_host(answer)} sent something that is no list of posts; the next run tries again.")
        self.budget.give_back(most - len(list_of(told.get("data"))))
        return told

    def _answer(self, path: str, params: Mapping[str, str], most: int) -> HttpResponse:
        """An answer with status 200. What X refuses it does not bill."""
        try:
            answer = self._get(path, params, self._says_posts)
            if answer.status == 400 and not self._says_posts and _dislikes_spelling(self._client.parse_json(answer)):
                answer = self._get(path, params, True)
                self._says_posts = answer.status == 200
        except ConnectorError as error:
            if error.permanent:
                self.budget.give_back(most)
            raise
        if answer.status == 400:
            self.budget.give_back(most)
            raise ConnectorError(f"{_host(answer)} did not understand the question; the next run tries again.")
        return answer

    def _get(self, path: str, params: Mapping[str, str], says_posts: bool) -> HttpResponse:
        """One answer, with status 200 or 400. X's samples speak of tweets, its OpenAPI description 2.167 of posts."""
        fields = "public_metrics,created_at,entities"
        asked = {"post.fields": f"{fields},note_post"}
        if not says_posts:
            asked = {"tweet.fields": f"{fields},author_id,referenced_tweets,note_tweet"}
        if self._account.with_users:
            asked |= {"expansions": "author_id", "user.fields": "username,name"}
        return self._client.get(
            self._account.url + path,
            params={**params, **asked},
            headers={"Authorization": f"Bearer {self._account.token}"},
            content_types=JSON_TYPES,
            statuses=(200, 400),
            final=_last_word,
            paid=True,
        )


def _search_params(search: Search, room: int, token: str) -> dict[str, str]:
    params = {
        "query": search.query,
        "max_results": str(room),
        "start_time": _stamp(search.since),
        "end_time": _stamp(search.until),
    }
    return params | ({"next_token": token} if token else {})


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _host(answer: HttpResponse) -> str:
    return urlsplit(answer.url).hostname or "X"


def _dislikes_spelling(problem: Any) -> bool:
    """Whether a refusal names a parameter that the other spelling has under another name."""
    named: set[str] = set()
    for error in list_of(first_of(problem, "errors")):
        parameters = error.get("parameters")
        named |= set(parameters) if isinstance(parameters, dict) else set()
    return bool(named - _COMMON)


def _last_word(answer: HttpResponse) -> str | None:
    """What ends the run for X, as words that follow its host's name; None where the client may try again."""
    if answer.status == 401:
        return "did not take the token; check HOTPAPERS_TWITTER_BEARER_TOKEN"
    if answer.status == 402:
        return "says that the credits of the account are used up; buy credits in X's developer console"
    if answer.status == 403:
        return "does not let this app ask; check in X's developer console what the app may do"
    if answer.status == 429 and _kind(answer) == "usage-capped":
        return "says that the account's cap of posts is reached; raise it in X's developer console or wait it out"
    return None


def _kind(answer: HttpResponse) -> str:
    """The last part of a problem's type, for its host may be either of X's."""
    try:
        problem = HttpClient.parse_json(answer)
    except ConnectorError:
        return ""
    return text(first_of(problem, "type")).rsplit("/", 1)[-1].lower()

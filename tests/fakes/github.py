"""GitHub's REST API as far as stars need it: repositories, renames, ETags, and the hourly limit."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from time import time
from typing import Any

from tests.fakes.service import Answer, Asked, FakeService

WITHOUT_TOKEN, WITH_TOKEN = 60, 5000
DOCS = "https://docs.github.com/rest/repos/repos#get-a-repository"
NOT_FOUND = {"message": "Not Found", "documentation_url": DOCS, "status": "404"}
NO_AGENT = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
BLOCKED = {
    "message": "Repository access blocked",
    "block": {"reason": "tos", "created_at": "2021-06-08T01:02:15Z", "html_url": "https://github.com/tos"},
}
SECONDARY = Answer(
    {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."},
    403,
    {"Retry-After": "60", "X-RateLimit-Remaining": "41"},
)


@dataclass
class FakeRepository:
    """A repository; `state` is public, private, blocked (by GitHub) or illegal (451)."""

    stars: Any = 512
    state: str = "public"


class FakeGithub(FakeService):
    """`repositories` by "owner/name" in lower case, `renamed` from a former name to the one of now.

    `tokens` are those that count as valid; `left` are the requests that are left of the hour, None for the usual.
    An answer that has not changed costs nothing where there is a token (304).
    """

    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        super().__init__(clock=clock)
        self.repositories: dict[str, FakeRepository] = {}
        self.renamed: dict[str, str] = {}
        self.tokens = {"ghp_moss"}
        self.left: int | None = None
        self.unchanged = 0

    def respond(self, asked: Asked) -> Answer:
        """A repository, or why there is none."""
        token = asked.header("Authorization").removeprefix("Bearer ")
        if not asked.header("User-Agent"):
            return Answer(NO_AGENT, 403, content_type="text/html")
        if token and token not in self.tokens:
            return Answer({"message": "Bad credentials", "status": "401"}, 401)
        limit = WITH_TOKEN if token else WITHOUT_TOKEN
        self.left = limit if self.left is None else self.left
        if not self.left:
            message = (
                "API rate limit exceeded for 192.0.2.1. (But here's the good news: Authenticated requests get more.)"
            )
            return Answer({"message": message, "documentation_url": DOCS}, 403, self._limits(limit))
        answer = self._found(asked, token)
        self.left -= 0 if answer.status == 304 and token else 1
        return Answer(answer.body, answer.status, answer.headers | self._limits(limit))

    def _found(self, asked: Asked, token: str) -> Answer:
        name = self._name(asked.path)
        if name in self.renamed:
            number = self._number(self.renamed[name])
            moved = {"message": "Moved Permanently", "url": f"{self.url}/repositories/{number}"}
            return Answer(moved, 301, {"Location": f"{self.url}/repositories/{number}"})
        repository = self.repositories.get(name)
        if repository is None or repository.state == "private":
            return Answer(NOT_FOUND, 404)
        if repository.state == "blocked":
            return Answer(BLOCKED, 403)
        if repository.state == "illegal":
            return Answer({"message": "Repository access blocked", "block": {"reason": "dmca"}}, 451)
        etag = f'W/"{sha256(f"{name} {repository.stars} {token}".encode()).hexdigest()}"'
        if asked.header("If-None-Match") == etag:
            self.unchanged += 1
            return Answer(b"", 304, {"ETag": etag})
        return Answer(self._described(name, repository), headers={"ETag": etag})

    def _name(self, path: str) -> str:
        kind, _, name = path.strip("/").partition("/")
        if kind == "repositories":
            return next((own for own in self.repositories if str(self._number(own)) == name), "")
        return name.lower() if kind == "repos" else ""

    def _number(self, name: str) -> int:
        return 990000001 + list(self.repositories).index(name)

    def _described(self, name: str, repository: FakeRepository) -> dict[str, Any]:
        owner, _, short = name.partition("/")
        return {
            "id": self._number(name),
            "name": short,
            "full_name": name,
            "private": False,
            "owner": {"login": owner, "id": 99, "type": "User"},
            "html_url": f"https://github.com/{name}",
            "description": None,
            "fork": False,
            "stargazers_count": repository.stars,
            "watchers_count": repository.stars,
            "subscribers_count": 14,
            "forks_count": 31,
            "open_issues_count": 4,
            "archived": False,
        }

    def _limits(self, limit: int) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Used": str(max(0, limit - (self.left or 0))),
            "X-RateLimit-Reset": str(int(self.clock()) + 1800),
            "X-RateLimit-Resource": "core",
        }

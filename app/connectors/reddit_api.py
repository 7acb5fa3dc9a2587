"""Reddit's API as an approved app asks it: with a token that is got when it is needed, and a name in every question."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.connectors.answers import HttpResponse
from app.connectors.fields import first_of, list_of, text
from app.connectors.http import JSON_TYPES, HttpClient
from app.domain.sources import ConnectorError

# Reddit slows down agents that do not name a platform, an app, its version and a person.
AGENT = "server:hot-papers:0.1 (by /u/{user})"
_CHECK = "check HOTPAPERS_REDDIT_CLIENT_ID and HOTPAPERS_REDDIT_CLIENT_SECRET"


@dataclass(frozen=True, slots=True)
class App:
    """An approved app and the person who answers for it, and where Reddit is asked and gives out tokens."""

    url: str
    login_url: str
    client_id: str
    client_secret: str
    user: str


class RedditApi:
    """Asks Reddit with a token that is got when it is needed, and once more when it no longer holds."""

    def __init__(self, client: HttpClient, app: App) -> None:
        self._client = client
        self._app = app
        self._agent = {"User-Agent": AGENT.format(user=app.user)}
        self._token = ""

    def posts(self, path: str, params: Mapping[str, str]) -> tuple[list[dict[str, Any]], str]:
        """The posts of one page and the name of the last, "" on the last page. Raises ConnectorError."""
        answer = self._ask(path, {**params, "raw_json": "1"})
        data = first_of(self._client.parse_json(answer), "data")
        children = first_of(data, "children")
        if not isinstance(children, list):
            host = urlsplit(answer.url).hostname
            raise ConnectorError(f"{host} sent something that is no list of posts; the next run tries again.")
        posts = [first_of(child, "data") for child in list_of(children) if child.get("kind") == "t3"]
        return list_of(posts), text(first_of(data, "after"))

    def _ask(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        if not self._token:
            self._token = self._log_in()
        try:
            return self._get(path, params)
        except ConnectorError:
            # Only a token that was refused is worth a second try.
            if self._token:
                raise
        self._token = self._log_in()
        return self._get(path, params)

    def _get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        return self._client.get(
            self._app.url + path,
            params=params,
            headers={"Authorization": f"Bearer {self._token}", **self._agent},
            content_types=JSON_TYPES,
            final=self._last_word,
        )

    def _last_word(self, answer: HttpResponse) -> str | None:
        if answer.status == 401:
            self._token = ""
            return "does not take the tokens that it gives us; check what the app of HOTPAPERS_REDDIT_CLIENT_ID may do"
        return _refused(answer)

    def _log_in(self) -> str:
        """A token for the app (OAuth client credentials)."""
        pair = b64encode(f"{self._app.client_id}:{self._app.client_secret}".encode()).decode()
        answer = self._client.post(
            f"{self._app.login_url}/api/v1/access_token",
            form={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {pair}", **self._agent},
            content_types=JSON_TYPES,
            final=_login_refused,
        )
        token = text(first_of(self._client.parse_json(answer), "access_token"))
        if not token:
            said = f"{urlsplit(answer.url).hostname} gave no token; {_CHECK}."
            raise ConnectorError(said, permanent=True)
        return token


def _login_refused(answer: HttpResponse) -> str | None:
    return f"does not know the app; {_CHECK}" if answer.status in (400, 401) else _refused(answer)


def _refused(answer: HttpResponse) -> str | None:
    if answer.status == 403:
        return "refuses the app; Reddit must have approved it, and HOTPAPERS_REDDIT_USER must name its owner"
    return None

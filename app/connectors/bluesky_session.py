"""A session at a Bluesky account's server, kept between runs because sessions are rationed."""

import json
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.connectors.answers import HttpResponse
from app.connectors.bluesky_hosts import Refused, ask, told
from app.connectors.fields import first_of
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError

# What may stand in a header: a token is signs without spaces, and a few hundred of them.
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
# What a server says of a token that it does not take, beside 401.
_STALE = ("ExpiredToken", "InvalidToken")


@dataclass(frozen=True, slots=True)
class _Tokens:
    """What a session consists of: one token to ask with, one to get the next two with."""

    access: str
    refresh: str

    @classmethod
    def read(cls, value: Any) -> "_Tokens | None":
        """The tokens of a session as a server writes it, None where it has none."""
        found = [first_of(value, name) for name in ("accessJwt", "refreshJwt")]
        if not all(isinstance(token, str) and _TOKEN.fullmatch(token) for token in found):
            return None
        return cls(*found)


class Session:
    """Asks an account's server in the name of `handle`, signing in with an app password no oftener than it must.

    A server gives 30 sessions in five minutes and 300 a day, so the session is kept in the file `kept`, for the owner
    only, together with the account that it belongs to. No message and no log has a token or the password.
    """

    def __init__(self, client: HttpClient, pds_url: str, handle: str, password: str, kept: Path) -> None:
        self._client = client
        self._pds_url = pds_url
        self._handle = handle
        self._password = password
        self._kept = kept
        self._tokens: _Tokens | None = None

    def get(self, method: str, params: dict[str, str]) -> dict[str, Any]:
        """What the server answers to a query by its name, such as app.bsky.feed.searchPosts.

        A stale token is refreshed once, and if that fails a new session is made once. Raises ConnectorError, namely
        Refused where the server takes neither the account nor its session, or will hear no more questions.
        """
        for tokens_of in (self._current, self._refreshed, self._created):
            tokens = tokens_of()
            if tokens is None:
                continue
            answer = ask(self._client, self._url(method), params, _bearer(tokens.access), statuses=(200, 400, 401))
            if not _is_stale(answer):
                return self._answered(answer)
        raise Refused(f"{self._host} does not take the session that it gave; the next run tries again.")

    def _answered(self, answer: HttpResponse) -> dict[str, Any]:
        if answer.status != 200:
            raise ConnectorError(f"{self._host} did not understand the search.")
        return told(self._client, answer)

    def _current(self) -> _Tokens | None:
        """The session at hand, from the file where this is the first question."""
        if self._tokens is None:
            with suppress(OSError, ValueError, RecursionError):
                found = json.loads(self._kept.read_text(encoding="utf-8"))
                if (first_of(found, "pds"), first_of(found, "handle")) == (self._pds_url, self._handle):
                    self._tokens = _Tokens.read(found)
        return self._tokens

    def _refreshed(self) -> _Tokens | None:
        """The next session from the one at hand, None where the server gives none."""
        if self._tokens is None:
            return None
        # The server refuses a body here, also an empty JSON value; an empty form is none.
        answer = self._client.post(
            self._url("com.atproto.server.refreshSession"),
            form={},
            headers=_bearer(self._tokens.refresh),
            statuses=(200, 400, 401),
        )
        return self._keep(answer) if answer.status == 200 else None

    def _created(self) -> _Tokens:
        """A new session, made with the app password."""
        answer = self._client.post(
            self._url("com.atproto.server.createSession"),
            json_body={"identifier": self._handle, "password": self._password},
            statuses=(200, 400, 401),
        )
        if answer.status != 200:
            raise Refused(
                f"{self._host} does not accept HOTPAPERS_BLUESKY_HANDLE with HOTPAPERS_BLUESKY_APP_PASSWORD; make an "
                "app password in Bluesky's settings and set both anew.",
                permanent=True,
            )
        tokens = self._keep(answer)
        if tokens is None:
            raise ConnectorError(f"{self._host} gave no session; the next run tries again.")
        return tokens

    def _keep(self, answer: HttpResponse) -> _Tokens | None:
        """Hold on to the tokens of an answer, in memory and in the file."""
        self._tokens = _Tokens.read(told(self._client, answer))
        # Without the file every run signs in anew, which is a pity and no failure.
        with suppress(OSError):
            self._write()
        return self._tokens

    def _write(self) -> None:
        if self._tokens is None:
            return
        self._kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._kept.parent, prefix=".session-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            session = {"accessJwt": self._tokens.access, "refreshJwt": self._tokens.refresh}
            json.dump({"pds": self._pds_url, "handle": self._handle} | session, file)
        os.replace(temporary, self._kept)

    def _url(self, method: str) -> str:
        return f"{self._pds_url}/xrpc/{method}"

    @property
    def _host(self) -> str:
        return urlsplit(self._pds_url).hostname or "The server"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _is_stale(answer: HttpResponse) -> bool:
    """Whether an answer says that the token is not taken (any more)."""
    if answer.status != 400:
        return answer.status == 401
    try:
        return first_of(json.loads(answer.body), "error") in _STALE
    except (ValueError, RecursionError):
        return False

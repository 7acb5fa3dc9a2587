"""What readers were answered is kept whole, and given again before the desk is asked, while nothing of it changed."""

import os
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.http import parse_etags, remove_entity_headers
from werkzeug.wrappers import Response

from app import bundles
from app.extensions import db
from app.keeping import Keep
from app.lasting import LastingQuestion
from app.queries.public import NAME_OF_STATE, next_grace_end

# All pages for readers are below the first.
ADDRESSES = ("/hot-papers", "/robots.txt")
# Bytes in every process; a post has 30 to 200 kB, and a fifth of that compressed.
ROOM = 16 * 1024 * 1024
# The settings that the pages show.
SETTINGS = ("PUBLIC_PAGES", "PUBLIC_URL", "PUBLIC_TITLE")
# Of a request, what its answer is made of: where it went and what the browser can unpack. Nothing else of it counts:
# neither who asks nor what is asked for after the question mark.
ASKED = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "HTTP_ACCEPT_ENCODING")
# What is answered to these is worked out here. A time says too little: a post's neighbours change without it.
CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer to GET; `headers_alone` are those that 304 has, `tag` is "" where nobody may have it already.

    It holds from `since` until before `until`, when what was published may reach readers by itself.
    """

    status: str
    headers: list[tuple[str, str]]
    headers_alone: list[tuple[str, str]]
    body: bytes
    tag: str
    since: datetime
    until: datetime | None

    def __len__(self) -> int:
        return len(self.body)

    def holds(self, now: datetime) -> bool:
        """Whether the time alone has not made it another one."""
        return self.since <= now and (self.until is None or now < self.until)

    def give(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answer a request: with all of it, with its headers, or with 304 to whoever has it."""
        had = environ.get("HTTP_IF_NONE_MATCH")
        if had and self.tag and parse_etags(had).contains_weak(self.tag):
            start_response("304 NOT MODIFIED", list(self.headers_alone))
            return []
        start_response(self.status, list(self.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class KeptAnswers:
    """The desk as a program for servers (WSGI) that remembers what it answered to readers.

    An answer is kept under all that it is made of: what was asked, the settings and style sheets as they are, and the
    name that the database gives to what readers see. Any cache may keep these answers for a minute; this one asks the
    database each time.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._ask = app, app.wsgi_app
        self._kept = Keep(ROOM)
        with app.app_context():
            self._engine = db.engine
        self._name_of_state = LastingQuestion(self._engine, NAME_OF_STATE)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request of any kind."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not environ["PATH_INFO"].startswith(ADDRESSES):
            return self._ask(environ, start_response)
        key, now = self._key(environ), self._clock()
        answer = cast("KeptAnswer | None", self._kept.find(key)) if key else None
        if answer is None or not answer.holds(now):
            until = self._until(now) if key else now
            answer = self._drawn(environ, now, until)
            # What changed while it was drawn may be in it or not.
            if answer.tag and answer.holds(self._clock()) and self._key(environ) == key:
                self._kept.put(key, answer)
        return answer.give(environ, start_response)

    @cached_property
    def _faces(self) -> tuple[str, ...]:
        """The files, and the folder, by whose stamps a page for readers names its sheets and its icon."""
        static = Path(self._app.static_folder or "")
        sheets = [path for path, _ in bundles.sheets(static, "public")]
        return tuple(map(str, (*sheets, static / "icons" / "mark.svg", static / "vendor" / "minified")))

    def _clock(self) -> datetime:
        return self._app.extensions["clock"]()

    def _until(self, now: datetime) -> datetime | None:
        try:
            with Session(self._engine) as session:
                return next_grace_end(session, now)
        except SQLAlchemyError:
            return now

    def _key(self, environ: Environ) -> Hashable:
        """All that the answer to a request is made of, but for the time; None where that cannot be said."""
        # Who develops sees templates as they are.
        if self._app.debug:
            return None
        try:
            name = self._name_of_state.ask()[0][0]
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            return None
        asked, settings = tuple(map(environ.get, ASKED)), tuple(map(self._app.config.get, SETTINGS))
        return name, asked, settings, tuple(map(_changed_at, self._faces))

    def _drawn(self, environ: Environ, now: datetime, until: datetime | None) -> KeptAnswer:
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        response = Response.from_app(self._ask, asked | {"REQUEST_METHOD": "GET"}, buffered=True)
        # When it was drawn is of no use; each server adds when it was sent.
        response.headers.pop("Date", None)
        alone = response.headers.copy()
        remove_entity_headers(alone)
        is_for_anybody = response.status_code == 200 and response.cache_control.public
        tag = response.get_etag()[0] if is_for_anybody and "Set-Cookie" not in response.headers else None
        return KeptAnswer(
            response.status, list(response.headers), list(alone), response.get_data(), tag or "", now, until
        )


def _changed_at(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None

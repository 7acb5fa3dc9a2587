"""A page that asks for news where there are none is answered before the desk is asked."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from flask import Flask
from sqlalchemy import Select

from app.database import Question
from app.extensions import db
from app.models.editors import session_key
from app.queries.presence import HOLDER, MEETING, meet
from app.web.auth import claimed_account
from app.web.htmx import is_asked_by_htmx
from app.web.news import NOTHING, news_in, says_more
from app.web.security import HEADERS, UNKEPT, VARY
from app.web.urls import read_date

ADDRESS = re.compile(r"/editions/(\d{4}-\d{2}-\d{2})/news")
# As the desk itself says nothing.
SAYS_NOTHING = [
    ("Content-Type", "text/html; charset=utf-8"),
    *HEADERS.items(),
    ("Cache-Control", UNKEPT),
    ("Vary", VARY),
]


class QuietNews:
    """The desk as a program for servers (WSGI) that itself says nothing where there is nothing to say.

    Every open page asks every few seconds, and nearly always in vain. Who asks and what is new is decided as the view
    of this address decides it; whatever is to be told, refused or written down is left to that view.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self.desk = app, app.wsgi_app
        with app.app_context():
            self._engine = db.engine

    @cached_property
    def _questions(self) -> dict[Select[Any], Question]:
        # Asked of the driver itself: SQLAlchemy's part would take longer than all the rest.
        return {statement: Question(self._engine, statement) for statement in (MEETING, HOLDER)}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request of any kind."""
        asked = ADDRESS.fullmatch(environ["PATH_INFO"])
        if asked and environ["REQUEST_METHOD"] == "GET" and self._is_nothing_new(environ, asked[1]):
            start_response("204 NO CONTENT", list(SAYS_NOTHING))
            return []
        return self.desk(environ, start_response)

    def _is_nothing_new(self, environ: dict[str, Any], day: str) -> bool:
        request, now = self._app.request_class(environ), self._app.extensions["clock"]()
        session = self._app.session_interface.open_session(self._app, request)
        me, key = claimed_account(session or {})
        if me is None or not is_asked_by_htmx(request):
            return False
        try:
            met = meet(lambda statement, values: self._questions[statement].ask(values), read_date(day), me, now)
        except self._engine.dialect.loaded_dbapi.Error:
            # The desk tells it in a sentence.
            return False
        if met is None or session_key(me, met.password_hash) != key:
            return False
        return not says_more(request.args, met, me, now) and news_in(request.args, met, me) == NOTHING


def register(app: Flask) -> None:
    """Answer what can be answered without the desk."""
    app.wsgi_app = QuietNews(app)  # type: ignore[method-assign]

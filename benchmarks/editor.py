"""An editor at the desk, as the page's own scripts ask: signed in, with the form's token and what the page has seen."""

import itertools
import os
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from benchmarks.servers import Answer, Line

PAGES = itertools.count(1)
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'(?:id="csrf-token"[^>]*content|name="csrf_token"[^>]*value)="([^"]+)"')
SEEN = re.compile(r'id="seen" name="seen" value="(\d+)"[^>]*data-ages="([^"]*)"')
UP_TO = re.compile(r'name="up_to" value="(\d+)"')
NEWS = re.compile(r'id="news" hx-get="([^"]+)"')
HERE = re.compile(r'id="presence"[^>]*data-here="([^"]*)"')
ME = re.compile(r'<body data-editor="(\d+)"')
ROW = re.compile(r'id="item-(\d+)" data-state="(\w+)"')


class Refused(Exception):
    """The desk did not answer as it should; the message says to what, and how."""


class EditorAt:
    """One editor's browser on one line to a desk, with one edition open."""

    def __init__(self, line: Line, name: str, password: str) -> None:
        self.line = line
        # A page of its own: the desk lets no page say again what it has said before.
        self._writer = f"measured {os.getpid()}.{next(PAGES)}"
        self._cookies: dict[str, str] = {}
        page = self.ask("GET", "/sign-in").text
        fields = {"name": name, "password": password, "next": "/settings", "csrf_token": _found(TOKEN, page)}
        self._expect(self.ask("POST", "/sign-in", fields), 303, "/sign-in")

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request with the editor's cookies."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), "Accept-Encoding": "identity"}
        body = None
        if fields is not None:
            sent["Content-Type"], body = FORM, urlencode(fields).encode()
        answer = self.line.ask(method, path, sent | dict(headers or {}), body)
        if "set-cookie" in answer.headers:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer

    def open(self, day: str) -> Answer:
        """Open an edition and keep what its page knows."""
        answer = self._expect(self.ask("GET", f"/editions/{day}"), 200, day)
        page = answer.text
        self.day, self.token, self.me = day, _found(TOKEN, page), _found(ME, page)
        self.seen, self.ages = SEEN.search(page).groups()
        self.up_to, self.here = _found(UP_TO, page), _found(HERE, page)
        self.news_address = unescape(_found(NEWS, page))
        self.rows: dict[str, list[int]] = {}
        for item_id, state in ROW.findall(page):
            self.rows.setdefault(state, []).append(int(item_id))
        return answer

    def act(self, path: str, **fields: str) -> Answer:
        """Press a button of the page under htmx; what it has seen goes on with the answer."""
        known = {"csrf_token": self.token, "date": self.day, "seen": self.seen, "ages": self.ages, "up_to": self.up_to}
        headers = {"HX-Request": "true", "X-CSRFToken": self.token}
        answer = self._expect(self.ask("POST", path, known | fields, headers), 200, path)
        self.seen, self.ages = SEEN.search(answer.text).groups()
        if found := UP_TO.search(answer.text):
            self.up_to = found[1]
        return answer

    def news(self) -> Answer:
        """Ask for news, which there are none of."""
        address = f"{self.news_address}&here={self.here}&ages={self.ages}"
        return self._expect(self.ask("GET", address, headers={"HX-Request": "true"}), 204, "news")

    def save(self, path: str, words: str, *, seen: str, sequence: int) -> Answer:
        """Save a text as the page does while somebody writes."""
        page = {"writer": self._writer, "sequence": str(sequence), "editor": self.me, "csrf_token": self.token}
        fields = {"text": words, "seen": seen} | page
        return self._expect(self.ask("POST", path, fields, {"Accept": "application/json"}), 200, path)

    def _expect(self, answer: Answer, status: int, what: str) -> Answer:
        if answer.status != status:
            raise Refused(f"{what} was answered with {answer.status}: {answer.text[:300]}")
        return answer


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise Refused(f"the page has no {pattern.pattern}")
    return found[1]

"""An edition's page that is as a browser has it already is confirmed, not made again: its tag, and when it has one."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, session
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app import assets, bundles
from app.config import ROOT
from app.extensions import db
from app.models import Edition
from app.queries.page_state import PageState, page_state
from app.web.company import NEWLY, Company
from app.web.filters import today
from app.web.of_late import of_late

# What the pages are made by, beside what they show.
MADE_BY = (("app", "*.py"), ("templates", "*.html"))
# A page is confirmed only as long as most of the time that its form tokens are good for is left.
TOKEN_SHARE = 3


def confirmed_or(make: Callable[[], Response], edition: Edition, company: Company | None) -> Response:
    """The page of an edition as `make` makes it, with its tag; or that the browser has it.

    `company` is what the page shows. A page has no tag where something is under way that it tells step by step, where
    it says something only once, and under filters. Whatever moves while it is made leaves it without one, too.
    """
    before = _state(edition)
    if before is None:
        return make()
    tag = _tag(before, edition, company)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = make()
        if _state(edition) != before:
            return response
    # A weak one stays the same however the answer is compressed.
    response.set_etag(tag, weak=True)
    return response


def _state(edition: Edition) -> PageState | None:
    if current_app.debug or request.method != "GET" or request.query_string or session.get("_flashes"):
        return None
    state = page_state(db.session(), edition, current_user.id, current_app.extensions["clock"]())
    return state if state.is_settled else None


def _tag(state: PageState, edition: Edition, company: Company | None) -> str:
    own = astuple(current_user._get_current_object())
    if "csrf_token" not in session:
        generate_csrf()
    token = (session["csrf_token"], token_age(time.time(), current_app.config["WTF_CSRF_TIME_LIMIT"]))
    shown = (state.told, own, _met(company), _is_newly_held(edition), token, today())
    made_by = (current_app.extensions["page_made_by"], _assets())
    return hashlib.sha256(repr((shown, made_by)).encode("utf8", "surrogatepass")).hexdigest()[:32]


def _met(company: Company | None) -> tuple[Any, ...]:
    """Who is here and who publishes, as far as the page tells it: not since when, for that moves with all they do."""
    if company is None:
        return ()
    baton = company.baton
    holder = (baton.editor_id, baton.name, baton.is_free, baton.is_here, baton.is_idle)
    return (company.others, company.is_mine, company.asks_myself, holder)


def _is_newly_held(edition: Edition) -> bool:
    """Whether the page may tell this person what was handed over with the baton."""
    since, now = edition.baton_at, current_app.extensions["clock"]()
    return since is not None and edition.baton_editor_id == current_user.id and now - since < NEWLY


def token_age(now: float, limit: int) -> int:
    """The part of a token's time (`limit`, in seconds) that a page belongs to: in another one it is made again."""
    return int(now // (limit / TOKEN_SHARE))


def _assets() -> tuple[Any, ...]:
    """The scripts and styles whose addresses the page carries."""
    static = Path(current_app.static_folder or "")
    return of_late(bundles.scripts, static), of_late(bundles.sheets, static, "desk"), of_late(assets.is_filled)


@lru_cache(maxsize=1)
def _code() -> str:
    """The desk's own code, which is loaded once."""
    known = hashlib.sha256()
    for folder, files in MADE_BY:
        for path in sorted((ROOT / folder).rglob(files)):
            known.update(path.read_bytes())
    return known.hexdigest()


def _sorted(value: Any) -> Any:
    """A value with everything that has no order of its own put in one, so that two desks write it the same."""
    if isinstance(value, Mapping):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    return sorted(value) if isinstance(value, set | frozenset) else value


def register(app: Flask) -> None:
    """Say once what stays as it is while a desk runs: its settings and its code."""
    app.extensions["page_made_by"] = hashlib.sha256(repr((_code(), _sorted(app.config))).encode()).hexdigest()

"""How anybody is answered: without cookie, session or script, with a tag of what is in it, kept by whoever may."""

import hashlib
import logging
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, render_template, request, url_for
from flask.sessions import SessionMixin
from flask_login import AnonymousUserMixin
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.extensions import db
from app.web import sessions
from app.web.kept_answers import KeptAnswers
from app.web.post_pages import PostPages

log = logging.getLogger(__name__)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# For a minute nobody need ask again; so long may a retracted post be seen where it was.
KEPT_FOR = 60
NOTHING_HERE = "There is nothing at this address."
BUSY = "This page cannot be read at the moment; try again in a minute."

_OPEN = set[str]()


class Sessions(sessions.Sessions):
    """Sessions for the desk alone: whoever reads gets no cookie, and no answer to them depends on one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie, unless the page is for anybody."""
        if request.blueprint not in _OPEN:
            super().save_session(app, session, response)


def register(app: Flask) -> None:
    """Keep what is drawn for readers and what they are answered, and sessions from them."""
    app.session_interface = Sessions()
    app.extensions["post_pages"] = PostPages()
    app.wsgi_app = KeptAnswers(app)  # type: ignore[method-assign]


def open_to_all(bp: Blueprint) -> None:
    """Make all pages of a blueprint pages for anybody, which can be switched off."""
    _OPEN.add(bp.name)
    bp.before_request(_ask_nobody_who_they_are)
    bp.register_error_handler(HTTPException, _refused)
    bp.register_error_handler(Exception, _failed)


def _ask_nobody_who_they_are() -> None:
    g._login_user = AnonymousUserMixin()
    if not current_app.config["PUBLIC_PAGES"]:
        abort(404)


def full(endpoint: str, **values: Any) -> str:
    """The full address of a page, as the setting PUBLIC_URL says it or as it was asked for."""
    base = current_app.config["PUBLIC_URL"] or f"{request.scheme}://{request.host}"
    return f"{base}{url_for(endpoint, **values)}"


def answer(
    body: str | bytes, mimetype: str, *, post_sha256: str = "", changed: datetime | None = None, status: int = 200
) -> Response:
    """An answer for anybody; its tag begins with that of the post that is in it, if one is.

    The tag is a weak one, so that it stays the same however the answer is compressed.
    """
    data = body.encode() if isinstance(body, str) else body
    tag = "-".join(part[:20] for part in (post_sha256, hashlib.sha256(data).hexdigest()) if part)
    response = Response(data, status, mimetype=mimetype)
    response.set_etag(tag, weak=True)
    if changed:
        response.last_modified = changed
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_FOR
    response.headers["Content-Security-Policy"] = POLICY
    return response


def page(
    template: str,
    canonical: str,
    *,
    post_sha256: str = "",
    changed: datetime | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """A page for anybody; `canonical` is the one address that it is known by."""
    context |= {"canonical": canonical, "full": full, "site": current_app.config["PUBLIC_TITLE"]}
    body = render_template(template, **context)
    return answer(body, "text/html", post_sha256=post_sha256, changed=changed, status=status)


def refusal(status: int, sentence: str) -> Response:
    """One plain sentence as a page."""
    title = {404: "Not found", 410: "Withdrawn"}.get(status, "That did not work")
    return page("pages/public/refusal.html", request.base_url, status=status, heading=title, sentence=sentence)


def _refused(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    is_own = error.description and error.description != type(error).description
    return refusal(error.code, str(error.description) if is_own else NOTHING_HERE)


def _failed(error: Exception) -> Response:
    log.error("A page for readers failed: %s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    response = refusal(503 if isinstance(error, OperationalError) else 500, BUSY)
    response.headers["Retry-After"] = str(KEPT_FOR)
    response.headers["Cache-Control"] = "no-store"
    return response

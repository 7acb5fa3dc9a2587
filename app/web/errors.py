"""What goes wrong, in one plain sentence each: a page, or a message beside the list under htmx."""

import hmac
import logging

from flask import Flask, Response, current_app, g, request, session
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.extensions import db
from app.web.as_json import told, wants_json
from app.web.auth import ask_to_sign_in
from app.web.forms import typed_texts
from app.web.htmx import answer, is_htmx, region, render

log = logging.getLogger(__name__)

EXPIRED = "This form had expired; it is renewed now and nothing was changed. Press the button once more."
STRANGE = "This form had expired or came from elsewhere, and nothing was changed. Go back, reload, and press once more."
BUSY = "The database is busy or cannot be reached, and nothing was changed. Try again in a moment."
BROKEN = "Something went wrong here and was written to the log. Reload the page to see how things stand."
SENTENCES = {
    400: "This request cannot be read; nothing was changed.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address takes no such request; go back and use the buttons.",
    413: "This is more text than the desk takes at once; nothing was changed.",
}
TITLES = {403: "Not for you", 404: "Not found", 500: "Something went wrong", 503: "Busy"}


def register(app: Flask) -> None:
    """Answer every error in our own words."""
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_busy)
    app.register_error_handler(Exception, broken)


def problem(status: int, sentence: str) -> Response:
    """One sentence, as a page or as a message; what was typed into the form is shown on the page again."""
    if wants_json():
        return told("refused", sentence, status)
    if is_htmx():
        toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=sentence, bad=True)
        return answer(toast, status=status)
    # A body that was too large is not read a second time.
    kept = typed_texts(request.form if request.method == "POST" and status != 413 else {})
    title = TITLES.get(status, "That did not work")
    return render("pages/errors/show.html", status=status, title=title, sentence=sentence, kept=kept)


def form_expired(error: CSRFError) -> Response:
    """A form whose token is too old: renewed in place under htmx, shown again with its text without."""
    if not current_user.is_authenticated and request.blueprint != "sign_in":
        return ask_to_sign_in()
    if wants_json():
        return told("expired", EXPIRED, 400, token=generate_csrf())
    if is_htmx():
        token = region("#csrf-token", "partials/shared/_csrf_token.html", swap="outerHTML")
        toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=EXPIRED, bad=True)
        return answer(token, toast, status=400)
    if not _was_ours(request.form.get("csrf_token", "")):
        return problem(400, STRANGE)
    return render("pages/errors/expired.html", status=400, sentence=EXPIRED, fields=_fields_again())


def _was_ours(token: str) -> bool:
    """Whether a token, however old, was made for this very session; any other may come with a stranger's form.

    Flask-WTF looks at the age first, and so calls a stranger's old token expired as well.
    """
    try:
        value = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token").loads(token)
    except BadData:
        return False
    return hmac.compare_digest(str(value), str(session.get("csrf_token", "")))


def _fields_again() -> list[tuple[str, str]]:
    """The fields of the form that was sent, but its token, and never a password."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "password")]


def http_error(error: HTTPException) -> Response:
    """Whatever was aborted; a description of our own stands, a standard one gives way to ours."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    is_own = error.description and error.description != type(error).description
    response = problem(error.code, error.description if is_own else SENTENCES.get(error.code, BROKEN))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def database_busy(error: OperationalError) -> Response:
    """A locked or unreachable database."""
    log.error("The database refused: %s", error)
    db.session.rollback()
    # Who is signed in stands in the same database; the page that says this must not ask it again.
    g._login_user = AnonymousUserMixin()
    return problem(503, BUSY)


def broken(error: Exception) -> Response:
    """Anything unforeseen: logged whole, told in a sentence."""
    log.exception("A request failed: %s %s", request.method, request.path)
    db.session.rollback()
    return problem(500, BROKEN)

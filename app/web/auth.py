"""Who is asking: the signed-in editor, what a stranger is told, and what a reader may not do."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user, login_required
from sqlalchemy import bindparam, select

from app.extensions import login
from app.models import Editor
from app.models.editors import Account, AccountAsRead
from app.services.acting import Acting
from app.web.as_json import told, wants_json
from app.web.asking import ask
from app.web.forms import typed_texts
from app.web.htmx import answer, is_htmx, region, render

P = ParamSpec("P")
SIGNED_OUT = "You are signed out. Sign in again and repeat this; nothing was changed."
READERS = "Readers may look at everything here but change nothing."
_ACCOUNT = select(*(Editor.__table__.c[field.name] for field in fields(AccountAsRead))).where(
    Editor.__table__.c.id == bindparam("editor_id")
)


def register(app: Flask) -> None:
    """Tell Flask-Login how to find an editor and what to say to a stranger."""
    login.user_loader(load_account)
    login.unauthorized_handler(ask_to_sign_in)


def load_account(kept: str) -> Account | None:
    """The account of a session, unless it was closed or got another password meanwhile."""
    number = _number_in(kept)
    for row in ask(_ACCOUNT, {"editor_id": number}) if number is not None else ():
        account = AccountAsRead(*row)
        return account if account.is_active and account.get_id() == kept else None
    return None


def _number_in(kept: str) -> int | None:
    number = kept.partition("-")[0]
    return int(number) if number.isdecimal() else None


def claimed_account(session: Mapping[str, Any]) -> tuple[int | None, str]:
    """The number of the account that a session says it is of, and the key by which that account still knows it.

    For whoever reads the account together with something else; all others ask `current_user`.
    """
    kept = session.get("_user_id", "")
    return _number_in(kept), kept


def ask_to_sign_in() -> Response:
    """Send a stranger to the sign-in page; a form that was sent keeps its text there."""
    if wants_json():
        return told("signed-out", "you are signed out", 401)
    if is_htmx():
        return answer(region("#toast", "partials/shared/_signed_out.html", swap="innerHTML"), status=401)
    kept = typed_texts(request.form)
    if request.method == "POST" and kept:
        return render("pages/sign_in/show.html", status=401, sentence=SIGNED_OUT, kept=kept, name="", next_page="/")
    address = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("sign_in.show", next=address), 303)


def editor_required(view: Callable[P, Any]) -> Callable[P, Any]:
    """Let only editors who may change things call a view; a reader is told so."""

    @wraps(view)
    @login_required
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not current_user.may_edit:
            abort(403, READERS)
        return view(*args, **kwargs)

    return guarded


def acting() -> Acting:
    """The signed-in editor, now, under the rules of the house."""
    clock, rules = current_app.extensions["clock"], current_app.extensions["rules"]
    return Acting(current_user._get_current_object(), clock(), rules)


def safe_next(address: str | None) -> str:
    """Where to go after signing in: a path of this desk, never another site."""
    parts = urlsplit(address or "/")
    path = (address or "/").replace("\\", "/")
    is_ours = not parts.scheme and not parts.netloc and path.startswith("/") and not path.startswith("//")
    return path if is_ours and path.isprintable() else "/"

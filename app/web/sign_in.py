"""Signing in and out: by name and password, or by a one-time link that is used up only when its button is pressed."""

from flask import Blueprint, Response, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, login_required, login_user, logout_user

from app.domain.editions import NotAllowed
from app.extensions import db
from app.models import Editor
from app.services import accounts
from app.web.auth import safe_next
from app.web.htmx import render

bp = Blueprint("sign_in", __name__)

WRONG = "This name and password do not go together."
SPENT = "This link was used already or has expired; ask for a new one."


def _page(sentence: str = "", *, name: str = "", next_page: str = "/", status: int = 200) -> Response:
    context = {"sentence": sentence, "name": name, "next_page": next_page, "kept": {}}
    return render("pages/sign_in/show.html", status=status, **context)


def _let_in(editor: Editor, address: str) -> Response:
    # A form token made before signing in must not be good afterwards.
    session.pop("csrf_token", None)
    login_user(editor)
    return redirect(address, 303)


@bp.get("/sign-in")
def show() -> Response:
    """The form, or onwards for who is signed in already."""
    address = safe_next(request.args.get("next"))
    return redirect(address, 303) if current_user.is_authenticated else _page(next_page=address)


@bp.post("/sign-in")
def create() -> Response:
    """Sign in by name and password."""
    name, address = request.form.get("name", ""), safe_next(request.form.get("next"))
    editor = accounts.editor_by_password(db.session, name.replace("\0", ""), request.form.get("password", ""))
    if editor is None:
        return _page(WRONG, name=name[:80], next_page=address, status=422)
    return _let_in(editor, address)


@bp.get("/sign-in/<token>")
def link(token: str) -> Response:
    """Whom a link lets in, behind a button: a mail program that looks at the link does not use it up."""
    editor = accounts.editor_of_link(db.session, token, now=current_app.extensions["clock"]())
    if editor is None:
        return _page(SPENT, status=404)
    return render("pages/sign_in/link.html", name=editor.name, token_of_link=token)


@bp.post("/sign-in/<token>")
def use_link(token: str) -> Response:
    """Use a link up and sign in."""
    editor = accounts.editor_by_link(db.session, token, now=current_app.extensions["clock"]())
    return _let_in(editor, url_for("editions.newest")) if editor else _page(SPENT, status=404)


@bp.get("/password")
@login_required
def password() -> Response:
    """The form for a password of one's own, for who came by a link or wants another."""
    return render("pages/sign_in/password.html", sentence="")


@bp.post("/password")
@login_required
def change_password() -> Response:
    """Set one's own password, which signs one out everywhere but here; a reader may, too."""
    try:
        accounts.set_password(db.session, current_user.id, request.form.get("password", ""))
    except NotAllowed as error:
        return render("pages/sign_in/password.html", status=422, sentence=str(error))
    login_user(db.session.get_one(Editor, current_user.id))
    flash("Your password is set.", "done")
    return redirect(url_for("sign_in.password"), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """Leave."""
    logout_user()
    session.pop("csrf_token", None)
    response = redirect(url_for("sign_in.show"), 303)
    # Pages are kept by the browser to be confirmed; whoever comes next to the machine needs none of them.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response

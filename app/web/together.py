"""Working together on an edition: who is here, and the baton, which is taken over, asked for, laid down, passed on."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import NotAllowed
from app.extensions import db
from app.models import Edition
from app.queries.handover import handover
from app.queries.presence import ASKS, other_editors, titles_of_items
from app.services import baton
from app.services.audit import Acted
from app.services.presence import be_here
from app.web.auth import acting, editor_required
from app.web.company import company_of
from app.web.desk import company_regions, done, refused
from app.web.editions import edition_or_404
from app.web.forms import read_id, typed_texts
from app.web.htmx import answer, is_htmx, region, render

bp = Blueprint("together", __name__)


@bp.app_template_filter()
def initials(name: str) -> str:
    """Two letters for a person: of the first and the last name, or the beginning of the only one."""
    first, *others = name.split() or [""]
    return first[:1] + others[-1][:1] if others else first[:2]


@bp.get("/editions/<day>/baton")
@login_required
def show(day: str) -> Response:
    """Who is here, who publishes, what the holder did by the log, and what can be done about the baton."""
    return ask_about(edition_or_404(day))


@bp.post("/editions/<day>/baton")
@editor_required
def take(day: str) -> Response:
    """Take the baton, from nobody or from a holder who is away or idle, and tell what is handed over."""
    return _act(day, lambda edition: baton.take(db.session, edition.id, acting()))


@bp.post("/editions/<day>/baton/lay-down")
@editor_required
def lay_down(day: str) -> Response:
    """Lay the baton down, or pass it on to the person `to`."""
    return _act(day, lambda edition: baton.lay_down(db.session, edition.id, acting(), to=read_id(request.form, "to")))


@bp.post("/editions/<day>/baton/request")
@editor_required
def request_it(day: str) -> Response:
    """Ask the holder for the baton: it is told on the holder's page as long as this page is open and goes on asking."""
    edition = edition_or_404(day)
    now, asks = current_app.extensions["clock"](), request.form.get("asks") != "no"
    field = ASKS if asks else None
    be_here(db.session, edition.id, current_user.id, now, field=field, is_active=True)
    if is_htmx():
        return answer(*company_regions(edition))
    return ask_about(edition, sentence="Your colleague is told that you ask for the baton." if asks else "")


def ask_about(edition: Edition, *, sentence: str = "", status: int = 200) -> Response:
    """The question about the baton, as a page or in the dialog; `sentence` says what has just happened.

    A published edition goes to its post.
    """
    company = company_of(edition)
    if company is None:
        return redirect(url_for("posts.show", day=edition.date.isoformat()), 303)
    held, handed = company.baton, None
    if held.editor_id is not None and held.since is not None:
        handed = handover(db.session, edition, held.editor_id, held.name, held.since)
    context = {
        "edition": edition,
        "company": company,
        "handed": handed,
        "titles": titles_of_items(db.session, {p.item_id for p in company.others if p.item_id}),
        "editors": other_editors(db.session, current_user.id),
        "sentence": sentence,
        # A note or a reason that was typed into another question, which this one takes the place of.
        "kept": typed_texts(request.form),
    }
    fragment = "partials/editions/_baton.html"
    if is_htmx() and request.method == "POST":
        return answer(region("#dialog-body", fragment, swap="innerHTML", live=True, **context), status=status)
    return render("pages/together/show.html", fragment=fragment, status=status, live=is_htmx(), **context)


def _act(day: str, action: Callable[[Edition], Acted]) -> Response:
    """Let the baton go from hand to hand; whoever has it now is told what was handed over."""
    edition = edition_or_404(day)
    try:
        acted = action(edition)
    except NotAllowed as error:
        db.session.rollback()
        return refused(edition.id, error, item_id=None, typed=False)
    return done(edition.id, acted.event_id)

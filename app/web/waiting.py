"""What waits in an edition: taken, left, and told to a page that asks whether anything is new."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from flask_login import current_user

from app.domain.changes import Change
from app.extensions import db
from app.models.editors import session_key
from app.queries.presence import Meeting, meet, through
from app.services import rebase
from app.services.audit import Acted
from app.web.auth import acting, ask_to_sign_in, claimed_account, editor_required
from app.web.company import remember_asking
from app.web.desk import act, caught_up, company_regions, told_regions
from app.web.editions import edition_or_404
from app.web.filters import counted, grouped, source_name
from app.web.forms import BadInput, read_ids
from app.web.htmx import answer, is_htmx, region
from app.web.news import CHANGES, DATA, NOTHING, news_in, says_more
from app.web.urls import read_date

bp = Blueprint("waiting", __name__)


@bp.app_template_filter()
def change_in_words(change: Change) -> str:
    """What is new of a paper in a line: 312 → 468 · Hacker News +156 · v2: title changed · 3 new mentions."""
    told = [_score_in_words(change)]
    if change.is_new:
        told.append(", ".join(f"{source_name(d.source)} {grouped(d.amount)}" for d in change.differences))
    else:
        told.append(", ".join(f"{source_name(d.source)} {_signed(d.amount)}" for d in change.differences))
        told.append(change.rewording)
        told += [counted(change.mentions_new, "new mention")] if change.mentions_new else []
        told += [f"{counted(change.mentions_gone, 'mention')} gone"] if change.mentions_gone else []
    return " · ".join(filter(None, told))


def _score_in_words(change: Change) -> str:
    if change.score_before is None:
        return f"{grouped(change.score)}, {'above' if change.is_above_cut else 'below'} the cut"
    if change.is_up or change.is_down:
        return f"{grouped(change.score_before)} → {grouped(change.score)}"
    return "other counts, the same score" if change.is_shifted else ""


def _signed(amount: float) -> str:
    return f"{'+' if amount > 0 else '−'}{grouped(abs(amount))}"


@bp.post("/editions/<day>/waiting/take")
@editor_required
def take(day: str) -> Response:
    """Take what waits: of the papers that the form names, or all of it."""
    return _rebase(day, rebase.take)


@bp.post("/editions/<day>/waiting/leave")
@editor_required
def leave(day: str) -> Response:
    """Leave what waits: of the papers that the form names, or all of it."""
    return _rebase(day, rebase.leave)


def _rebase(day: str, do: Callable[..., Acted]) -> Response:
    edition = edition_or_404(day)
    return act(edition, lambda: do(db.session, edition.id, acting(), up_to=_run_shown(), item_ids=_items_named()))


def _run_shown() -> int:
    """The run up to which the form's list was made. Raises BadInput."""
    (found, *more) = read_ids(request.form.getlist("up_to")) or {None}
    if found is None or more:
        raise BadInput("This form does not say up to which run its list was made; reload the page.")
    return found


def _items_named() -> set[int] | None:
    """The items that the form names, None where it means all. Raises BadInput: a bad name must not mean all."""
    named = request.form.getlist("item")
    if len(read_ids(named)) != len(set(named)):
        raise BadInput("This form names a paper in a way that cannot be read; reload the page.")
    return read_ids(named) if named else None


@bp.get("/editions/<day>/news")
def news(day: str) -> Response:
    """What is new for a page that has seen `seen`, a version of the edition, and `run`, the newest run that was over.

    Nothing is answered with 204. Where only data came, what tells of it comes, and no list moves; where only somebody
    came, went, or went on to another paper, what tells of that. Where the edition was changed, all that these changes
    reached comes. The question also says where its person is (`on`, `field`), whether anything was done since the one
    before (`active`), and which papers were looked at (`looked`); `here` is what the page shows of the others.
    Where nothing is new and nothing to be written, web/quiet_news.py answers before this is asked.
    """
    if not is_htmx():
        return redirect(url_for("editions.show", day=day), 303) if current_user.is_authenticated else ask_to_sign_in()
    me, key = claimed_account(session)
    met = _meet(day, me)
    if me is None or met is None or session_key(me, met.password_hash) != key:
        return _signed_out()
    if says_more(request.args, met, me, current_app.extensions["clock"]()):
        remember_asking(met.edition_id, me)
        met = _meet(day, me) or met
    new = news_in(request.args, met, me)
    if new == CHANGES:
        return caught_up(met.edition_id or edition_or_404(day).id)
    if new == NOTHING:
        return Response(status=204)
    edition = edition_or_404(day)
    if edition.version != met.version:
        # It was changed since: what tells of data or of people would say so, and leave the lists as they were.
        return caught_up(edition.id)
    return answer(*(told_regions(edition) if new == DATA else company_regions(edition)), version=met.version)


def _meet(day: str, me: int | None) -> Meeting | None:
    clock = current_app.extensions["clock"]
    return meet(through(db.session()), read_date(day), me, clock()) if me is not None else None


def _signed_out() -> Response:
    """The word that the editor is signed out; the page asks again once the person is back."""
    return answer(region("#toast", "partials/shared/_signed_out.html", swap="innerHTML"), status=401)

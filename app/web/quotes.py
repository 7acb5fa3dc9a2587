"""Quotes: how each mention of a paper stands to them, all mentions to search, and what an editor chooses."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import Rules
from app.domain.quoting import Why, ordinal
from app.domain.searching import fits, folded, terms_of
from app.extensions import db
from app.queries.items import Details, details_of_item
from app.queries.quoting import Quotable, Quoting, quoting_of
from app.services import quoting
from app.services.audit import Acted
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.forms import read_ids, read_position
from app.web.htmx import render
from app.web.items import edition_of_item_or_404
from app.web.pages import NO_ITEM, item_context

bp = Blueprint("quotes", __name__)

# How many mentions the page of all of them shows at once, and the details at most.
PAGE = 50


@bp.app_template_filter("quoting")
def quoting_of_details(item: Details) -> Quoting:
    """The mentions of an item as they stand to the quotes of its entry."""
    return quoting_of(db.session, item, _rules())


@bp.app_template_filter()
def quoted_as(row: Quotable) -> str:
    """Whether a mention is quoted and as which, or why not, in a few words."""
    if row.standing.number:
        return f"quoted {ordinal(row.standing.number)}"
    if row.standing.why == Why.NOT_CHOSEN:
        return _passed_by(row)
    words = {
        Why.STRUCK: "struck",
        Why.REPOST: "a repost",
        Why.GONE: "gone",
        Why.WORDLESS: "no words",
        Why.LOW: f"below {_rules().quote_cut:g}",
        Why.MANY: f"not among the best {_rules().quote_limit}",
    }
    return f"{'chosen, but' if row.is_listed else 'not quoted:'} {words[row.standing.why]}"


def _passed_by(row: Quotable) -> str:
    """Why a mention is not among those that somebody chose."""
    if row.hidden:
        who = row.hidden.editor
        name = "you" if who and who.id == current_user.id else who.name if who else "the command line"
        return f"hidden by {name}"
    return "not quoted: came after the choice" if row.is_new else "not quoted"


def _rules() -> Rules:
    return current_app.extensions["rules"]


@bp.get("/items/<id:item_id>/quotes")
@login_required
def index(item_id: int) -> Response:
    """All mentions of an item, those that fit `q` or all, from number `from` on."""
    item = details_of_item(db.session, item_id)
    if item is None:
        abort(404, NO_ITEM)
    found = quoting_of_details(item)
    typed = request.args.get("q", "").strip()
    terms = terms_of(typed)
    fitting = [row for row in found.mentions if fits(terms, _words(row))]
    first = next(iter(read_ids([request.args.get("from", "")])), 1) or 1
    context = {
        "quotes": found,
        "words": typed,
        "rows": fitting[first - 1 : first - 1 + PAGE],
        "fitting": len(fitting),
        "first": first,
        "at_once": PAGE,
    }
    return render("pages/quotes/index.html", **item_context(item, live=False), **context)


def _words(row: Quotable) -> list[str]:
    mention = row.mention
    told = (mention.said, mention.author_name, mention.author_handle, mention.source, mention.url)
    return [folded(text) for text in told if text]


@bp.post("/items/<id:item_id>/quotes/<id:mention_id>")
@editor_required
def quote(item_id: int, mention_id: int) -> Response:
    """Quote a mention too."""
    return _act(item_id, mention_id, lambda: quoting.quote(db.session, item_id, mention_id, by=acting()))


@bp.post("/items/<id:item_id>/quotes/<id:mention_id>/removal")
@editor_required
def hide(item_id: int, mention_id: int) -> Response:
    """Quote a mention no more."""
    return _act(item_id, mention_id, lambda: quoting.hide(db.session, item_id, mention_id, by=acting()))


@bp.post("/items/<id:item_id>/quotes/<id:mention_id>/position")
@editor_required
def move(item_id: int, mention_id: int) -> Response:
    """Give a quote another place among the quotes: up, down, top, bottom, or a number."""

    def moved() -> Acted:
        return quoting.move(db.session, item_id, mention_id, by=acting(), to=read_position(request.form))

    return _act(item_id, mention_id, moved)


@bp.post("/items/<id:item_id>/quotes/rule")
@editor_required
def back_to_rule(item_id: int) -> Response:
    """Leave it to the rule again which mentions are quoted."""
    return _act(item_id, None, lambda: quoting.back_to_rule(db.session, item_id, by=acting()))


def _act(item_id: int, mention_id: int | None, action: Callable[[], Acted]) -> Response:
    """Choose, and without JavaScript go on with the mentions of the paper: one choice is seldom the last."""
    answer = act(edition_of_item_or_404(item_id), action, item_id=item_id)
    if answer.status_code == 303:
        asked = {name: request.form.get(name) or None for name in ("q", "from")}
        anchor = f"mention-{item_id}-{mention_id}" if mention_id else None
        answer.location = url_for("quotes.index", item_id=item_id, _anchor=anchor, **asked)
    return answer

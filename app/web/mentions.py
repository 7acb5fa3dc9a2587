"""Mentions: asked about before they are struck, struck out of every score, and taken back."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_login import current_user, login_required

from app.domain.editions import REASON_LIMIT, NotAllowed, check_reason
from app.domain.ranking import mention_score
from app.extensions import db
from app.models import Edition
from app.queries.effects import effect_of_strike, papers_reached_elsewhere
from app.queries.evidence import Evidence, evidence_of_items
from app.queries.items import Details, details_of_item
from app.services import evidence
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.editions import edition_or_404
from app.web.forms import read_ids, read_reason
from app.web.htmx import answer, is_htmx, region, render
from app.web.pages import NO_ITEM

bp = Blueprint("mentions", __name__)
QUESTION = "partials/mentions/_question.html"


def _edition_asked() -> Edition:
    """The edition whose page the link or the form stood on."""
    return edition_or_404(request.values.get("date", ""))


def _item_asked() -> int | None:
    """The item in whose details the link or the button was, if it was."""
    return next(iter(read_ids([request.values.get("item", "")])), None)


@bp.app_template_filter()
def share_of(mention: Evidence, score: float) -> str:
    """How much of a paper's score a mention carries, such as 38 %; nothing where it carries none."""
    own = mention_score(mention, current_app.extensions["rules"].weights.get(mention.source, 1.0))
    if not own or score <= 0 or mention.is_struck or mention.is_repost:
        return ""
    share = int(own / score * 100)
    return f"{share} %" if share else "under 1 %"


@bp.get("/items/<id:item_id>/mentions")
@login_required
def index(item_id: int) -> Response:
    """Which mention to strike: those of an item, loudest first, each a link to its question."""
    item = details_of_item(db.session, item_id)
    if item is None:
        abort(404, NO_ITEM)
    fragment = "partials/mentions/_choice.html"
    return render("pages/mentions/index.html", fragment=fragment, live=is_htmx(), **_choice(item))


def _choice(item: Details) -> dict[str, Any]:
    may_strike = item.edition.status == "draft" and item.state != "waiting"
    mentions = [mention for mention in item.mentions if not mention.is_repost]
    return {"item": item, "mentions": mentions, "may_strike": may_strike}


@bp.get("/mentions/<id:mention_id>/strike")
@login_required
def ask_strike(mention_id: int) -> Response:
    """Ask before a mention is struck, with what it would do to the papers of the edition."""
    return _ask(_edition_asked(), mention_id, undo=False)


@bp.get("/mentions/<id:mention_id>/strike/removal")
@login_required
def ask_unstrike(mention_id: int) -> Response:
    """Ask before a strike is taken back, with what it would do to the papers of the edition."""
    return _ask(_edition_asked(), mention_id, undo=True)


def _ask(edition: Edition, mention_id: int, *, undo: bool, problem: str = "", status: int = 200) -> Response:
    """The question, as a page or in the dialog; after a refusal with the sentence and what was typed."""
    effects = effect_of_strike(db.session, edition, mention_id, current_app.extensions["rules"], undo=undo)
    mention = _mention_as_seen(mention_id, [effect.item_id for effect in effects])
    if mention is None:
        abort(404, f"No paper in the draft of {edition.date} is named by such a mention.")
    context = {
        "edition": edition,
        "mention": mention,
        "item_id": _item_asked(),
        "effects": effects,
        "elsewhere": papers_reached_elsewhere(db.session, edition, mention_id),
        "undo": undo,
        "problem": problem,
        "reason": request.form.get("reason", ""),
        "reason_limit": REASON_LIMIT,
        "may_edit": current_user.may_edit,
    }
    if is_htmx() and request.method == "POST":
        return answer(region("#dialog-body", QUESTION, swap="innerHTML", live=True, **context), status=status)
    return render("pages/mentions/strike.html", fragment=QUESTION, status=status, live=is_htmx(), **context)


def _mention_as_seen(mention_id: int, item_ids: list[int]) -> Evidence | None:
    """The mention with its counts as they count for one of these items, first for the one that was asked from."""
    asked = _item_asked()
    item_ids = sorted(item_ids, key=lambda item_id: item_id != asked)
    for item_id in item_ids:
        found = evidence_of_items(db.session, [item_id]).get(item_id, [])
        if mention := next((mention for mention in found if mention.mention_id == mention_id), None):
            return mention
    return None


@bp.post("/mentions/<id:mention_id>/strike")
@editor_required
def strike(mention_id: int) -> Response:
    """Strike a mention everywhere; every paper that it names is scored again."""
    edition = _edition_asked()
    reason = read_reason(request.form)
    try:
        check_reason(reason)
    except NotAllowed as error:
        return _ask(edition, mention_id, undo=False, problem=str(error), status=422)
    return act(
        edition,
        lambda: evidence.strike(db.session, mention_id, edition_id=edition.id, reason=reason, by=acting()),
        item_id=_item_asked(),
    )


@bp.post("/mentions/<id:mention_id>/strike/removal")
@editor_required
def unstrike(mention_id: int) -> Response:
    """Take a strike back."""
    edition = _edition_asked()
    return act(
        edition,
        lambda: evidence.unstrike(db.session, mention_id, edition_id=edition.id, by=acting()),
        item_id=_item_asked(),
    )

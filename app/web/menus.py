"""The menu of an item: all that can be done with it in one place, as a page or in the dialog."""

from flask import Blueprint, Response, abort
from flask_login import current_user, login_required

from app.extensions import db
from app.queries.items import details_of_item
from app.web.htmx import is_htmx, render
from app.web.pages import NO_ITEM, item_context
from app.web.shortcuts import SHORTCUTS

bp = Blueprint("menus", __name__)


@bp.get("/items/<id:item_id>/menu")
@login_required
def show(item_id: int) -> Response:
    """Everything that can be done with an item, with the keys for it where they act."""
    item = details_of_item(db.session, item_id)
    if item is None:
        abort(404, NO_ITEM)
    context = item_context(item, live=is_htmx()) | {"keys": _keys()}
    return render("pages/items/menu.html", fragment="partials/items/_menu.html", **context)


def _keys() -> dict[str, list[str]]:
    """What is pressed for each action, as it is written on keys; nothing for anybody who turned single keys off."""
    if not current_user.single_keys:
        return {shortcut.name: [] for shortcut in SHORTCUTS}
    return {
        shortcut.name: [cap.upper() if len(cap) == 1 else cap for cap in shortcut.caps[0]] for shortcut in SHORTCUTS
    }

"""What an editor does to all selected papers of an edition at once."""

from flask import Blueprint, Response, request

from app.extensions import db
from app.services import curation
from app.services.audit import Acted
from app.web.auth import acting, editor_required
from app.web.desk import act
from app.web.editions import edition_or_404
from app.web.forms import BadInput, read_reason, read_selected

bp = Blueprint("selected", __name__)

ACTIONS = {
    "pick": curation.pick_many,
    "drop": curation.drop_many,
    "hold": curation.hold_many,
    "return": curation.put_back_many,
}


@bp.post("/editions/<day>/selected")
@editor_required
def change(day: str) -> Response:
    """Pick, drop, hold or put back the selected papers: one action, undone at once."""
    edition = edition_or_404(day)
    reason = read_reason(request.form)

    def action() -> Acted:
        do = request.form.get("do", "")
        if do not in ACTIONS:
            raise BadInput("This form does not say what to do with the selected papers; reload the page.")
        more = {"reason": reason} if do == "drop" else {}
        return ACTIONS[do](db.session, edition.id, read_selected(request.form.getlist("selected")), acting(), **more)

    return act(edition, action, typed=bool(reason))

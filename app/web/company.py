"""Who else has an edition open and who publishes it, as the pages tell it; and what a page says of its own person."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, request
from flask_login import current_user

from app.extensions import db
from app.models import Edition, Editor
from app.queries.handover import Handover, handover, newest_taking
from app.queries.presence import ASKS, Baton, Meeting, Person, meet, through
from app.services.presence import be_here
from app.web.forms import read_ids

# The texts that somebody may be seen writing.
FIELDS = ("headline", "note", "remark", "introduction", "closing", ASKS)
# A page tells of no more papers at once; whoever looked at more has scrolled.
LOOKED_AT_ONCE = 100
# For so long the page that is loaded tells whoever took the baton what was handed over.
NEWLY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Company:
    """Who is here beside oneself, and who publishes; `digest` is another one whenever a page must show it anew."""

    others: list[Person]
    baton: Baton
    is_mine: bool
    asks_myself: bool
    digest: str

    @property
    def may_publish(self) -> bool:
        """Whether this person publishes as things stand: nobody holds the baton, or they do."""
        return self.is_mine or self.baton.editor_id is None

    @property
    def askers(self) -> list[Person]:
        """Those who ask the holder for the baton, where that is this person."""
        return [person for person in self.others if person.asks and person.may_edit] if self.is_mine else []


def company_of(edition: Edition) -> Company | None:
    """Who is here and who publishes, as the signed-in person sees it; None for an edition that is no draft."""
    if edition.status != "draft":
        return None
    me = current_user.id
    met = meet(through(db.session()), edition.date, me, current_app.extensions["clock"]())
    return company_at(met, me) if met else None


def company_at(met: Meeting, me: int) -> Company | None:
    """Who is here and who publishes, as the person `me` meets them; None in an edition that is no draft."""
    if met.status != "draft":
        return None
    baton, others = met.baton, [person for person in met.people if person.id != me]
    asks_myself = baton.editor_id != me and any(person.asks for person in met.people if person.id == me)
    told = [(person.id, person.name, person.item_id, person.field, person.is_idle) for person in others]
    shown = repr((told, baton.editor_id, baton.is_free, asks_myself))
    digest = hashlib.sha256(shown.encode("utf8", "surrogatepass")).hexdigest()[:12]
    return Company(others, baton, baton.editor_id == me, asks_myself, digest)


def handover_for(edition: Edition) -> Handover | None:
    """What the present holder's predecessor did, for a holder who has just got the baton from somebody."""
    now = current_app.extensions["clock"]()
    if edition.status != "draft" or edition.baton_editor_id != current_user.id or edition.baton_at is None:
        return None
    if now - edition.baton_at >= NEWLY or (event := newest_taking(db.session, edition.id)) is None:
        return None
    fields: dict[str, Any] = event.changes[0]["of_edition"]
    (former_id, _), (since, _) = fields["baton_editor_id"], fields["baton_at"]
    former = db.session.get(Editor, former_id) if former_id not in (None, current_user.id) else None
    if former is None:
        return None
    return handover(db.session, edition, former.id, former.name, datetime.fromisoformat(since), before=event.id)


def remember_opening(edition: Edition, *, looked: tuple[int, ...] = ()) -> None:
    """Remember that the signed-in person has just opened an edition, or one paper of it."""
    if edition.status == "draft":
        now = current_app.extensions["clock"]()
        only = looked[0] if len(looked) == 1 else None
        be_here(db.session, edition.id, current_user.id, now, item_id=only, is_active=True, looked=looked)


def remember_asking(edition_id: int, editor_id: int) -> None:
    """Remember what a page says of its person with every question for news: where, writing what, at work or not."""
    (on, *_) = read_ids(request.args.getlist("on")) or {None}
    field = request.args.get("field")
    be_here(
        db.session,
        edition_id,
        editor_id,
        current_app.extensions["clock"](),
        item_id=on,
        field=field if field in FIELDS else None,
        is_active=bool(request.args.get("active")),
        looked=sorted(read_ids(request.args.getlist("looked")))[:LOOKED_AT_ONCE],
    )

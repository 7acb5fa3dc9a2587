"""The desk's page of a date, as it is first shown and as it comes back with a refusal."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, render_template, request
from flask_login import current_user

from app.extensions import db
from app.models import Edition
from app.queries.editions import day_beside, desk, editions_around
from app.services import looks
from app.web.collecting import collecting_context
from app.web.company import Company, company_of, handover_for, remember_opening
from app.web.confirming import confirmed_or
from app.web.pages import edition_context
from app.web.rows import Apart
from app.web.views import choices_context, shown_view


def edition_page(
    edition: Edition, *, status: int = 200, problem: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    """The desk of a date, as it is looked at; `problem` is the sentence of a refusal, `typed` its text by its field."""
    if request.method == "GET":
        person, clock = current_user._get_current_object(), current_app.extensions["clock"]
        looks.look(db.session, edition.id, person, clock())
        remember_opening(edition)
    refused = {"problem": problem, "typed_words": typed or {}}
    company = company_of(edition)
    return confirmed_or(lambda: _made(edition, company, status, refused), edition, company)


def _made(edition: Edition, company: Company | None, status: int, refused: Mapping[str, Any]) -> Response:
    view = shown_view()
    shown = desk(db.session, edition, view)
    # What the tag of the page says of the others must be what it shows.
    context = edition_context(edition, shown, view, company=company) | choices_context(edition, view, shown)
    context |= (
        collecting_context(edition.date, has_edition=True)
        | days_around(edition.date)
        | {"handed": handover_for(edition), **refused}
    )
    apart = Apart()
    return Response(apart.page(render_template("pages/editions/show.html", apart=apart, **context)), status)


def days_around(date: Any) -> dict[str, Any]:
    """The days and editions near a date, for the way from one to the next."""
    holidays = current_app.config["ARXIV_HOLIDAYS"]
    return {
        "date": date,
        "day_before": day_beside(db.session, date, -1, holidays),
        "day_after": day_beside(db.session, date, 1, holidays),
        "nearby": editions_around(db.session, date),
    }

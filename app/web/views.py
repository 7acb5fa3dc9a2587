"""How somebody looks at an edition: filters and lens as the page sends them, and the views that people save."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_login import current_user, login_required

from app.domain.editions import NotAllowed
from app.domain.lens import Lens, read_lens
from app.domain.views import Filters, as_query, from_query
from app.extensions import db
from app.models import Edition
from app.queries.editions import Desk
from app.queries.lens import HeardAccount, accounts_heard
from app.queries.shown import Choices, Shown, Through, choices_among, choices_of
from app.queries.views import views_of
from app.services import views
from app.web.filters import in_zone, source_name, today
from app.web.forms import read_ids
from app.web.htmx import answer, is_htmx, region
from app.web.kept_numbers import kept_as_of
from app.web.urls import date_or_404

bp = Blueprint("views", __name__)
# What a page says of its filters and its lens.
VIEW_FIELDS = ("q", "category", "source", "state", "new", "without")
STATES_IN_WORDS = {"picked": "picked", "candidate": "candidates", "held": "held", "dropped": "dropped"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the address of the page without it."""

    words: str
    address: str


def shown_view() -> Shown:
    """How the page that asks looks at its edition, read from the fields of its address or form."""
    fields = {name: list(values) for name, values in request.values.lists()}
    lens = read_lens(request.values.get("without", ""))
    return Shown(
        filters=from_query(fields),
        through=Through(lens, current_app.extensions["rules"]) if lens else None,
        editor_id=current_user.id if current_user.is_authenticated else None,
        kept=frozenset(read_ids(fields.get("kept", []))),
    )


def looks_at_all() -> bool:
    """Whether the page that asks shows all papers in their own order: surely no filter is on, and no lens."""
    return not any(request.values.get(name) for name in VIEW_FIELDS)


def fields_of(shown: Shown) -> list[tuple[str, str]]:
    """The fields that say so, as pairs of name and value."""
    fields = [(name, value) for name, values in as_query(shown.filters).items() for value in values]
    return [*fields, ("without", str(shown.through.lens))] if shown.through else fields


def address_of(day: Any, shown: Shown, *, anchor: str | None = None) -> str:
    """The address of an edition looked at so."""
    query = urlencode(fields_of(shown))
    address = url_for("editions.show", day=day.isoformat()) + (f"?{query}" if query else "")
    return f"{address}#{anchor}" if anchor else address


def filtered_context(edition: Edition, shown: Shown) -> dict[str, Any]:
    """What the page says of its filters and its lens whenever its lists have changed."""
    return {
        "view": shown,
        "lens": shown.through.lens if shown.through else None,
        "chips": _chips(edition, shown),
        "fields": fields_of(shown),
        "address_here": address_of(edition.date, shown),
        "address_unfiltered": address_of(edition.date, replace(shown, filters=Filters())),
        "address_of_new": address_of(edition.date, replace(shown, filters=Filters(is_new=True))),
        "address_without_lens": address_of(edition.date, replace(shown, through=None)),
    }


def choices_context(edition: Edition, shown: Shown, rows: Desk | None = None) -> dict[str, Any]:
    """What the form offers: what there is to filter by, whom a lens may silence, and the person's views.

    `rows` are those of the page where it has them; if all papers are among them, nothing is read again.
    """
    is_whole = rows is not None and rows.shown_count == rows.count
    choices = choices_among(rows.all_rows) if rows and is_whole else choices_of(db.session, edition.id)
    accounts, through = _accounts(edition), _through(edition, shown)
    return {
        "choices": _with_chosen(choices, shown.filters),
        "states": STATES_IN_WORDS,
        "lens_sources": [(lens, through(lens)) for lens in (Lens(source) for source, _ in choices.sources)],
        "lens_accounts": [(account, through(account.lens)) for account in accounts],
    } | views_context(edition.date)


def _accounts(edition: Edition) -> list[HeardAccount]:
    """The accounts that were heard in an edition, from all mentions of it, which are gone through only once."""
    rules = current_app.extensions["rules"]
    return kept_as_of("accounts heard", edition.id, lambda: accounts_heard(db.session(), edition.id, rules))


def views_context(day: Any) -> dict[str, Any]:
    """The person's saved views, each with its address in the edition of a day."""
    found = views_of(db.session, current_user.id)
    address = url_for("editions.show", day=day.isoformat())
    return {"views": [(view, f"{address}?{view.query}") for view in found], "day": day.isoformat()}


def _with_chosen(choices: Choices, filters: Filters) -> Choices:
    """The choices with those that are on, though no paper of this edition has them."""

    def whole(found: list[tuple[str, int]], chosen: frozenset[str]) -> list[tuple[str, int]]:
        return found + [(name, 0) for name in sorted(chosen - {name for name, _ in found})]

    return Choices(whole(choices.categories, filters.categories), whole(choices.sources, filters.sources))


def _through(edition: Edition, shown: Shown) -> Callable[[Lens], str]:
    """What gives the address of an edition looked at through a lens; `address_of` would make all of each anew."""
    without = replace(shown, through=None)
    address = address_of(edition.date, without) + ("&" if fields_of(without) else "?")
    return lambda lens: f"{address}{urlencode({'without': str(lens)})}"


def _chips(edition: Edition, shown: Shown) -> list[Chip]:
    filters = shown.filters
    without: list[tuple[str, Filters]] = []
    if filters.text:
        without.append((f"“{filters.text}”", replace(filters, text="")))
    for name in sorted(filters.categories):
        without.append((name, replace(filters, categories=filters.categories - {name})))
    for name in sorted(filters.sources):
        without.append((source_name(name), replace(filters, sources=filters.sources - {name})))
    if filters.state:
        without.append((STATES_IN_WORDS[filters.state], replace(filters, state=None)))
    if filters.is_new:
        without.append(("new since your last look", replace(filters, is_new=False)))
    return [Chip(words, address_of(edition.date, replace(shown, filters=rest))) for words, rest in without]


@bp.app_template_filter()
def lens_in_words(lens: Lens) -> str:
    """Who is taken away: @northpop on X, or a whole source."""
    if lens.account is None:
        return source_name(lens.source)
    return f"{lens.account if ' ' in lens.account else '@' + lens.account} on {source_name(lens.source)}"


@bp.app_template_filter()
def account_in_words(account: HeardAccount) -> str:
    """An account as a menu names it."""
    return f"{'@' + account.handle if account.handle else account.name} on {source_name(account.source)}"


@bp.app_template_filter()
def day_and_time(moment: datetime) -> str:
    """A time of these days: 08:14 today, yesterday 18:02, else 25 March 18:02."""
    here = in_zone(moment)
    if here.date() == today():
        return f"{here:%H:%M}"
    if here.date() == today() - timedelta(days=1):
        return f"yesterday {here:%H:%M}"
    return f"{here.day} {here:%B %H:%M}"


@bp.post("/editions/<day>/views")
@login_required
def create(day: str) -> Response:
    """Save the filters under a name, as a view of one's own."""
    date = date_or_404(day)
    person = current_user._get_current_object()
    try:
        name = views.save_view(db.session, person, request.form.get("name", ""), shown_view().filters)
    except NotAllowed as error:
        db.session.rollback()
        return _told(date, str(error), is_refused=True)
    return _told(date, f"Saved the view “{name}”.")


@bp.post("/views/<id:view_id>/removal")
@login_required
def remove(view_id: int) -> Response:
    """Remove a view of one's own."""
    date = date_or_404(request.form.get("date", ""))
    try:
        name = views.remove_view(db.session, current_user._get_current_object(), view_id)
    except LookupError:
        abort(404, "You have no such view.")
    return _told(date, f"Removed the view “{name}”.")


def _told(date: Any, sentence: str, *, is_refused: bool = False) -> Response:
    """The answer: the person's views as they are now, and what became of it."""
    if not is_htmx():
        flash(sentence, "bad" if is_refused else "done")
        return redirect(address_of(date, shown_view()), 303)
    toast = region("#toast", "partials/shared/_toast.html", swap="innerHTML", sentence=sentence, bad=is_refused)
    if is_refused:
        return answer(toast, status=422)
    context = views_context(date) | {"fields": fields_of(shown_view()), "view": shown_view()}
    return answer(region("#views", "partials/editions/_views.html", **context), toast)

"""Saved views: a name for a set of filters, each person's own."""

from urllib.parse import urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.domain.views import NAME_LIMIT, Filters, as_query, one_line
from app.models import View
from app.models.editors import Account
from app.services.transactions import transaction

VIEWS_LIMIT = 30


def save_view(session: Session, editor: Account, name: str, filters: Filters) -> str:
    """Save filters under a name, in place of the ones that had it, and give back the name as it is kept.

    Raises NotAllowed for a name that is empty or too long, for filters that let everything through, and beyond the
    thirtieth view.
    """
    name = one_line(name)
    if not name:
        raise NotAllowed("Give the view a name, such as “language models”.")
    if len(name) > NAME_LIMIT:
        raise NotAllowed(f"The name of a view has at most {NAME_LIMIT} characters; this one has {len(name)}.")
    if not filters.is_on:
        raise NotAllowed("Filter the papers first; a view keeps the filters that are set.")
    query = urlencode(as_query(filters), doseq=True)
    try:
        _save(session, editor, name, query)
    except IntegrityError:
        # Another window saved this name a moment ago, so now there is one to replace.
        _save(session, editor, name, query)
    return name


def _save(session: Session, editor: Account, name: str, query: str) -> None:
    with transaction(session):
        view = session.scalar(select(View).where(View.editor_id == editor.id, View.name == name))
        if view is not None:
            view.query = query
            return
        if (session.scalar(select(func.count()).where(View.editor_id == editor.id)) or 0) >= VIEWS_LIMIT:
            raise NotAllowed(f"You have {VIEWS_LIMIT} views, and there is room for no more; remove one first.")
        session.add(View(editor_id=editor.id, name=name, query=query))


def remove_view(session: Session, editor: Account, view_id: int) -> str:
    """Remove a view of one's own and give back its name. Raises LookupError where there is none of that id."""
    with transaction(session):
        view = session.scalar(select(View).where(View.id == view_id, View.editor_id == editor.id))
        if view is None:
            raise LookupError(view_id)
        name = view.name
        session.execute(delete(View).where(View.id == view_id))
        return name

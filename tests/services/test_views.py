"""Saved views: each person's own, few, and by name."""

import pytest
from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed
from app.domain.views import Filters
from app.models import Editor
from app.queries.views import views_of
from app.services.views import VIEWS_LIMIT, remove_view, save_view

MOSS = Filters(text="moss & lanterns", categories=frozenset({"cs.LG", "stat.ML"}))


def test_a_view_keeps_its_filters_and_the_same_name_replaces_them(session: Session, editor: Editor) -> None:
    assert save_view(session, editor, "  Moss \n daily ", MOSS) == "Moss daily"
    (saved,) = views_of(session, editor.id)
    assert (saved.name, saved.query) == ("Moss daily", "q=moss+%26+lanterns&category=cs.LG&category=stat.ML")
    save_view(session, editor, "Moss daily", Filters(state="held"))
    assert [view.query for view in views_of(session, editor.id)] == ["state=held"]


def test_views_are_each_persons_own(session: Session, editor: Editor, reader: Editor) -> None:
    save_view(session, editor, "Mine", MOSS)
    save_view(session, reader, "Mine", Filters(state="picked"))
    (others,) = views_of(session, editor.id)
    with pytest.raises(LookupError):
        remove_view(session, reader, others.id)
    assert remove_view(session, editor, others.id) == "Mine"
    assert views_of(session, editor.id) == []
    assert [view.query for view in views_of(session, reader.id)] == ["state=picked"]


@pytest.mark.parametrize(
    ("name", "filters", "sentence"),
    [
        (" \n", MOSS, "Give the view a name"),
        ("x" * 61, MOSS, "at most 60 characters; this one has 61"),
        ("All", Filters(), "Filter the papers first"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(
    session: Session, editor: Editor, name: str, filters: Filters, sentence: str
) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        save_view(session, editor, name, filters)
    assert views_of(session, editor.id) == []


def test_there_is_room_for_thirty_and_an_old_one_may_still_be_replaced(session: Session, editor: Editor) -> None:
    for number in range(VIEWS_LIMIT):
        save_view(session, editor, f"View {number:02}", MOSS)
    with pytest.raises(NotAllowed, match="room for no more"):
        save_view(session, editor, "One more", MOSS)
    session.rollback()
    save_view(session, editor, "View 00", Filters(is_new=True))
    assert [view.query for view in views_of(session, editor.id)][0] == "new=yes"

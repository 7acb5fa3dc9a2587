"""An edition as its preview is made of it: what publishing freezes of it beside its papers, and its reading link."""

from datetime import date as Day
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.models import Edition, Editor, Post, ReadingLink

_EDITION, _POST = Edition.__table__, Post.__table__
_LINK, _EDITOR = ReadingLink.__table__, Editor.__table__


class DraftedEdition(NamedTuple):
    """An edition, the highest number that a revision of its post ever had, and its reading link, where it has one.

    Nobody is named where the command line made the link.
    """

    id: int
    date: Day
    status: str
    cut: float
    introduction: str | None
    closing: str | None
    post_id: int | None
    newest_revision: int
    link_nonce: str | None
    link_made_by: str | None
    link_made_at: datetime | None


# One statement, for a panel asks for it with every letter that is typed.
_ON_DATE = (
    select(
        *(_EDITION.c[name] for name in DraftedEdition._fields[:7]),
        select(func.coalesce(func.max(_POST.c.revision), 0))
        .where(_POST.c.edition_id == _EDITION.c.id)
        .scalar_subquery(),
        _LINK.c.nonce,
        _EDITOR.c.name,
        _LINK.c.made_at,
    )
    .outerjoin_from(_EDITION, _LINK, _LINK.c.edition_id == _EDITION.c.id)
    .outerjoin(_EDITOR, _EDITOR.c.id == _LINK.c.editor_id)
    .where(_EDITION.c.date == bindparam("date", type_=_EDITION.c.date.type))
)


def drafted_edition(session: Session, date: Day) -> DraftedEdition | None:
    """The edition of a date."""
    found = session.execute(_ON_DATE, {"date": date}).first()
    return DraftedEdition(*found) if found else None

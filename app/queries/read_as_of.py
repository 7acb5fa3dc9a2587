"""As of which runs an edition's papers are read, and what else its numbers are made of, in a few signs to compare."""

from dataclasses import dataclass

from sqlalchemy import Text, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Item, Run, Strike

_ITEM, _RUN, _STRIKE, _EVENT = (model.__table__.c for model in (Item, Run, Strike, AuditEvent))
_NEWEST_RUN = select(func.max(_RUN.id)).scalar_subquery()
_COUNTS = case((_ITEM.state.in_(("picked", "candidate")), "+"), else_="-")
_AS_OF = cast(_ITEM.id, Text).concat(_COUNTS).concat(cast(_ITEM.horizon, Text))
READ_AS_OF = select(
    select(func.max(_EVENT.id)).scalar_subquery(),
    _NEWEST_RUN,
    select(func.aggregate_strings(cast(_STRIKE.mention_id, Text), ",")).scalar_subquery(),
    select(func.aggregate_strings(_AS_OF, ",")).where(_ITEM.edition_id == bindparam("edition_id")).scalar_subquery(),
    select(_RUN.status).where(_RUN.id == _NEWEST_RUN).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class ReadAsOf:
    """What was read of an edition's papers, by what moves with it.

    `papers` are all its items with their horizons, and whether they are picked or candidates; `strikes` the mentions
    that are struck. `event_id` grows with every action, whether or not it touches any of this.
    """

    event_id: int | None
    run_id: int | None
    strikes: str | None
    papers: str | None

    @property
    def alone(self) -> tuple[int | None, str | None, str | None]:
        """The same without the actions: where this is equal, all that runs brought and editors struck is the same."""
        return self.run_id, self.strikes, self.papers


def read_as_of(session: Session, edition_id: int) -> ReadAsOf | None:
    """What an edition's numbers are made of now; None while a run goes on, which may bring anything at any moment."""
    *known, run_status = session.execute(READ_AS_OF, {"edition_id": edition_id}).one()
    return None if run_status == "running" else ReadAsOf(*known)

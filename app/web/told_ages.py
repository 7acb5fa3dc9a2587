"""The ages of numbers as pages tell them: each says by a short name which they are, and is answered by the same.

Behind the name stands of which version of the edition and of which run they are, so that a page which has learned of a
newer one in between, and says the older name still, is not believed.
"""

from datetime import date, datetime

from flask import Flask, current_app, request

from app.extensions import db
from app.keeping import Keep
from app.queries.editions import captured_at
from app.queries.source_states import Freshness, freshness_of, hidden_sources
from app.web.kept_numbers import kept_as_of

# As many editions and states of their sources as a desk has open at once.
KEPT = 64


class _Aged(Exception):
    """The ages that a page tells are not those of now."""


def register(app: Flask) -> None:
    """Keep the ages that pages of this desk tell, by their name, which is made of all that rows tell of them."""
    app.extensions["told_ages"] = Keep(KEPT)


def ages_now(edition_id: int, day: date, captured: datetime | None) -> Freshness:
    """How old the numbers of a draft are, the newest of its best papers being of `captured`."""
    hidden = kept_as_of("hidden", edition_id, lambda: hidden_sources(db.session(), edition_id))
    found = freshness_of(db.session, day, captured, hidden)
    _kept().get(found.stamp, lambda: (found,))
    return found


def ages_told(edition_id: int, day: date, *, version: int, run_id: int) -> Freshness | None:
    """The ages that the page which asks tells, None where it does not say or they are others by now.

    To be asked only where neither a run after `run_id` nor an action after `version` can have made them others: what
    was kept is not read anew.
    """
    told, *as_of = request.values.get("ages", "").split(".")
    if as_of != [str(version), str(run_id)]:
        return None

    def made() -> tuple[Freshness]:
        found = ages_now(edition_id, day, captured_at(db.session, edition_id))
        if found.stamp != told:
            raise _Aged
        return (found,)

    try:
        return _kept().get(told, made)[0]
    except _Aged:
        return None


def has_aged(ages: Freshness) -> bool:
    """Whether the rows of the page which asks, where it says by what they tell ages, would tell others by these."""
    told = request.values.get("ages")
    return told is not None and told.partition(".")[0] != ages.stamp


def _kept() -> Keep:
    return current_app.extensions["told_ages"]
